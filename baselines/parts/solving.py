"""How often a policy solves each of a list of levels."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.evaluate import STEP_LIMIT, play_out
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.core import Env
from jaxenvs.levels import LevelEnv, has_levels


def solve_rates(
    trainer: Trainer,
    policy: Any,
    levels: Any,
    key: jax.Array,
    num_attempts: int = 20,
    greedy: bool = False,
    env: LevelEnv[Any, Any, Any] | None = None,
) -> jax.Array:
    """The share of attempts at each level that end in success, `[num_levels]` float32.

    Args:
      trainer: of the algorithm that trained the policy.
      policy: what `trainer.act` and `trainer.sample` need.
      levels: a pytree of arrays with a leading axis, `[num_levels]`, as `stacked` makes it.
      key: of the attempts; consumed.
      num_attempts: at each level.
      greedy: choose the likeliest action instead of drawing from the policy. Where the game has no
        chance of its own, all attempts at a level are then the same.
      env: where the levels are played; None: where the policy was trained.

    Raises `TypeError` for a game without levels, and for algorithms that cannot draw actions.
    """
    game: Env[Any, Any] = trainer.env if env is None else env
    if not has_levels(game):
        raise TypeError(f"env: expected a game with levels, got {type(game).__name__}")
    env = game
    num = jax.tree.leaves(levels)[0].shape[0] * num_attempts
    levels = jax.tree.map(lambda leaf: jnp.repeat(leaf, num_attempts, axis=0), levels)
    start_key, step_key, draw_key = jax.random.split(key, 3)
    params = env.default_params
    start = jax.vmap(env.reset_to_level, (0, 0, None))(
        jax.random.split(start_key, num), levels, params
    )
    act, memories = _player(trainer, greedy, num, draw_key)
    solved = play_out(env, act, policy, step_key, start, params, STEP_LIMIT, memories)[2]
    return jnp.mean(solved.reshape(-1, num_attempts).astype(jnp.float32), axis=1)


def stacked(levels: list[Any]) -> Any:
    """Levels of one size as a pytree of arrays with a leading axis."""
    return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(leaf) for leaf in leaves]), *levels)


def _player(
    trainer: Trainer, greedy: bool, num: int, key: jax.Array
) -> tuple[Callable[..., Any], Any]:
    """How to act, and what each of `num` episodes starts with."""
    memories = jax.tree.map(lambda x: jnp.broadcast_to(x, (num, *x.shape)), trainer.memory)
    if greedy:
        return trainer.act, memories
    if trainer.sample is None:
        raise TypeError("greedy: expected True, as this algorithm does not draw its actions")
    return trainer.sample, (jax.random.split(key, num), memories)
