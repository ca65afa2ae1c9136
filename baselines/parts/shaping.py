"""Rewards that guide a learner for a while, which an environment reports beside its own."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Env


def shaping_weight(start: float, share: float, progress: jax.Array) -> jax.Array | None:
    """The weight of `info["shaped_reward"]`, `()` float32; None where `start` is 0.

    It falls from `start` to 0 in a straight line over the first `share` of a run; `progress` runs
    from 0 to 1 over the run.
    """
    return None if start == 0 else start * jnp.maximum(1 - progress / share, 0.0)


def require_shaped_reward(env: Env) -> None:
    """Raises `ValueError` for an environment that reports no shaped reward."""

    def info(key: jax.Array) -> Any:
        _, state = env.reset(key)
        return env.step(key, state, env.action_space().sample(key)).info

    if "shaped_reward" not in jax.eval_shape(info, jax.random.key(0)):
        raise ValueError(f"shaping: {type(env).__name__} reports no shaped_reward")
