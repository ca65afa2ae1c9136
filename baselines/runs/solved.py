"""How often what a run has trained solves each of a list of levels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxenvs.baselines.parts.solving import solve_rates, stacked
from jaxenvs.baselines.runs import folder
from jaxenvs.baselines.runs.algorithms import make_train
from jaxenvs.baselines.runs.options import RunError
from jaxenvs.baselines.runs.trained import load_learners


def rates_of_run(
    out: Path, levels: Sequence[Any], num_attempts: int = 20, trained: bool = True
) -> np.ndarray:
    """Solve rates of all learners of a run, `[num_learners, num_levels]` float32.

    Args:
      out: the run's folder.
      levels: of one size, that of the run's environment.
      num_attempts: at each level, with actions drawn from the policy.
      trained: False: judge the networks of the learners' seeds before any training instead.

    Raises `RunError` or `CheckpointError` where the folder holds no run that can be read, and
    `RunError` for a run whose environment has no levels.
    """
    kept = folder.read(out)
    trainer = make_train(kept.algorithm, kept.config)
    if trained:
        carry, _ = load_learners(kept, trainer)
    else:
        seeds = np.arange(kept.options.seed, kept.options.seed + kept.options.seeds)
        keys = jax.vmap(jax.random.key)(seeds)
        carry = jax.jit(jax.vmap(trainer.init, (0, None)))(keys, trainer.hp)
    one_size = stacked(list(levels))

    def rates(policy: Any, key: jax.Array) -> jax.Array:
        return solve_rates(trainer, policy, one_size, key, num_attempts)

    policies = jax.vmap(trainer.policy)(carry)
    num = jax.tree.leaves(policies)[0].shape[0]
    try:
        program = jax.jit(jax.vmap(rates))
        return np.asarray(program(policies, jax.random.split(jax.random.key(0), num)))
    except TypeError as error:
        raise RunError(f"{out}: {error}") from error
