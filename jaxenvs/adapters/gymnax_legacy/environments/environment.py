"""Environments whose step gives five values, under the names that gymnax 0.0.x had for them."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs import core
from jaxenvs.adapters.gymnax import GymnaxEnv, make_game

EnvParams = core.Params
EnvState = core.State


def make(env_id: str, *, final_observation: bool = False, **kwargs: Any) -> tuple["LegacyEnv", Any]:
    """The environment of one of our ids or gymnax's, and its params.

    A name of gymnax's has gymnax's settings; `kwargs` as in `jaxenvs.make` change them.
    `final_observation` as of `LegacyEnv`.
    """
    env = LegacyEnv(make_game(env_id, **kwargs), final_observation)
    return env, env.default_params


class LegacyEnv(GymnaxEnv):
    """As `GymnaxEnv`, with `done` for whatever ended the episode; the time limit counts too.

    `info["discount"]` is 0 where the game was over and 1 where only the time limit was reached;
    `info["truncated"]` says the latter directly, for scripts that bootstrap. With
    `final_observation`, `info["final_observation"]` is the observation before a reset. It is left
    out otherwise, because scripts take each entry of an info for one number per step.
    """

    def __init__(self, env: core.Env[Any, Any], final_observation: bool = False) -> None:
        super().__init__(env)
        self.final_observation = final_observation

    def step(self, key: jax.Array, state: Any, action: Any, params: Any = None) -> Any:
        """`(obs, state, reward, done, info)`, after a reset where one is due."""
        obs, state, reward, terminated, truncated, info = super().step(key, state, action, params)
        if not self.final_observation:
            del info["final_observation"]
        return obs, state, reward, terminated | truncated, info

    def step_env(self, key: jax.Array, state: Any, action: Any, params: Any) -> Any:
        """`(obs, state, reward, done, info)`, without a reset."""
        step = self._play(key, state, action, params)
        info = step.info | {"discount": 1 - step.terminated.astype(jnp.float32)}
        return step.obs, step.state, step.reward, step.terminated | step.truncated, info

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.final_observation == other.final_observation  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.final_observation))


Environment = LegacyEnv
