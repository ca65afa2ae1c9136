"""Environments whose step gives five values, under the names that gymnax 0.0.x had for them."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs import core
from jaxenvs.adapters.gymnax import GymnaxEnv, make_game

EnvParams = core.Params
EnvState = core.State


def make(env_id: str, **kwargs: Any) -> tuple["LegacyEnv", Any]:
    """The environment of one of our ids or gymnax's, and its params.

    A name of gymnax's has gymnax's settings; `kwargs` as in `jaxenvs.make` change them.
    """
    env = LegacyEnv(make_game(env_id, **kwargs))
    return env, env.default_params


class LegacyEnv(GymnaxEnv):
    """As `GymnaxEnv`, with `done` for whatever ended the episode; the time limit counts too.

    `info["discount"]` is 0 where the game was over and 1 where only the time limit was reached;
    `info["truncated"]` says the latter directly, for scripts that bootstrap.
    """

    def step(self, key: jax.Array, state: Any, action: Any, params: Any = None) -> Any:
        """`(obs, state, reward, done, info)`, after a reset where one is due."""
        obs, state, reward, terminated, truncated, info = super().step(key, state, action, params)
        return obs, state, reward, terminated | truncated, info

    def step_env(self, key: jax.Array, state: Any, action: Any, params: Any) -> Any:
        """`(obs, state, reward, done, info)`, without a reset."""
        step = self.env.step(key, state, action, params)
        info = step.info | {"discount": 1 - step.terminated.astype(jnp.float32)}
        return step.obs, step.state, step.reward, step.terminated | step.truncated, info


Environment = LegacyEnv
