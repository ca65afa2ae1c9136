"""The two wrappers that scripts in the manner of PureJaxRL put around an environment."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.adapters.gymnax_legacy.environments import spaces
from jaxenvs.struct import PyTree


class GymnaxWrapper:
    """An environment that behaves as the inner one, except for what a subclass changes."""

    def __init__(self, env: Any) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


class FlattenObservationWrapper(GymnaxWrapper):
    """Observations of a `Box` as vectors."""

    def observation_space(self, params: Any) -> Any:
        """The same bounds over one axis. Raises `TypeError` for anything but a `Box`."""
        inner = self._env.observation_space(params)
        if not isinstance(inner, spaces.Box):
            raise TypeError(f"expected observations in a Box, got {inner}")
        low, high = (np.broadcast_to(b, inner.shape).ravel() for b in (inner.low, inner.high))
        return spaces.Box(low, high, (math.prod(inner.shape),), inner.dtype)

    def reset(self, key: jax.Array, params: Any = None) -> tuple[jax.Array, Any]:
        """Starts an episode: `(obs, state)`."""
        obs, state = self._env.reset(key, params)
        return obs.ravel(), state

    def step(self, key: jax.Array, state: Any, action: Any, params: Any = None) -> Any:
        """`(obs, state, reward, done, info)`."""
        obs, *rest = self._env.step(key, state, action, params)
        return obs.ravel(), *rest


class LogEnvState(PyTree):
    """The inner state beside the running episode's record and that of the last one that ended."""

    env_state: Any
    episode_returns: jax.Array  # () float32
    episode_lengths: jax.Array  # () int32
    returned_episode_returns: jax.Array  # () float32
    returned_episode_lengths: jax.Array  # () int32
    timestep: jax.Array  # () int32, over all episodes


class LogWrapper(GymnaxWrapper):
    """Counts episodes; a step's info describes the last one that ended.

    Adds `returned_episode_returns` and `returned_episode_lengths`, `returned_episode`, which is
    whether it was this step that ended it, and `timestep`.
    """

    def reset(self, key: jax.Array, params: Any = None) -> tuple[Any, LogEnvState]:
        """Starts an episode: `(obs, state)`."""
        obs, inner = self._env.reset(key, params)
        return obs, LogEnvState(
            env_state=inner,
            episode_returns=jnp.float32(0),
            episode_lengths=jnp.int32(0),
            returned_episode_returns=jnp.float32(0),
            returned_episode_lengths=jnp.int32(0),
            timestep=jnp.int32(0),
        )

    def step(self, key: jax.Array, state: LogEnvState, action: Any, params: Any = None) -> Any:
        """`(obs, state, reward, done, info)`."""
        obs, inner, reward, done, info = self._env.step(key, state.env_state, action, params)
        total = state.episode_returns + reward
        length = state.episode_lengths + jnp.int32(1)
        state = LogEnvState(
            env_state=inner,
            episode_returns=jnp.where(done, jnp.zeros_like(total), total),
            episode_lengths=jnp.where(done, jnp.zeros_like(length), length),
            returned_episode_returns=jnp.where(done, total, state.returned_episode_returns),
            returned_episode_lengths=jnp.where(done, length, state.returned_episode_lengths),
            timestep=state.timestep + jnp.int32(1),
        )
        info = info | {
            "returned_episode_returns": state.returned_episode_returns,
            "returned_episode_lengths": state.returned_episode_lengths,
            "returned_episode": done,
            "timestep": state.timestep,
        }
        return obs, state, reward, done, info
