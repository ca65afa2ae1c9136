"""What the learning tests share: agents of several seeds, trained and judged in one program."""

import jax
import numpy as np

from jaxenvs.baselines.parts.trainer import scan_updates


def greedy_returns(trainer, num_seeds):
    """The mean return of each seed's greedy policy after the whole run, `[num_seeds]`."""

    def train_and_judge(key):
        carry, _ = scan_updates(trainer, key, trainer.hp)
        return trainer.evaluate(carry, jax.random.key(1234))["return"]

    keys = jax.vmap(jax.random.key)(np.arange(num_seeds))
    return np.asarray(jax.jit(jax.vmap(train_and_judge))(keys))
