"""jaxenvs environments with the interface of gymnax 0.0.x, in which a step gives five values.

Scripts that were written for it, such as PureJaxRL's, run with one changed import:

    import jaxenvs.adapters.gymnax_legacy as gymnax
"""

from typing import Any

import jax
import jax.numpy as jnp

import jaxenvs
from jaxenvs.adapters.gymnax import GymnaxEnv


def make(env_id: str, **kwargs: Any) -> tuple["LegacyEnv", Any]:
    """The environment of a registered id and its params; `kwargs` as in `jaxenvs.make`."""
    env = LegacyEnv(jaxenvs.make(env_id, **kwargs))
    return env, env.default_params


class LegacyEnv(GymnaxEnv):
    """As `GymnaxEnv`, with `done` for whatever ended the episode; the time limit counts too.

    `info["discount"]` is 0 where the game was over and 1 where only the time was, and
    `info["truncated"]` tells the same apart for those who want to bootstrap.
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
