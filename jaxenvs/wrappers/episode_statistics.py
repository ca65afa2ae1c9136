"""Return and length of the running episode, in info."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Info
from jaxenvs.multi import reward_shape
from jaxenvs.wrappers.base import MemoryState, MemoryWrapper


class State(MemoryState):
    """The inner state and the rewards so far."""

    episode_return: jax.Array  # as the reward, float32


class EpisodeStatistics(MemoryWrapper):
    """Adds `info["episode"]`: `return` float32, `length` int32 and `done` bool, up to this step.

    For single environments: `jaxenvs.vectorize` reports the same by itself.
    """

    def remember(self, inner: Any, params: Any) -> State:
        del params
        zeros = jnp.zeros(reward_shape(self.env), jnp.float32)
        return State(time=inner.time, inner=inner, episode_return=zeros)

    def transition(
        self, key: jax.Array, state: State, action: Any, params: Any
    ) -> tuple[State, jax.Array, jax.Array, Info]:
        inner, reward, terminated, truncated, info = self.env.advance(
            key, state.inner, action, params
        )
        episode = {
            "return": state.episode_return + reward,
            "length": inner.time,
            "done": jnp.all(terminated | truncated),
        }
        state = state.replace(inner=inner, episode_return=episode["return"])
        return state, reward, terminated, info | {"episode": episode}
