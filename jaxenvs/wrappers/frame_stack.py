"""The last few observations instead of one."""

from typing import Annotated, Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Info
from jaxenvs.multi import has_agents, stack
from jaxenvs.ranges import Range
from jaxenvs.spaces import Space
from jaxenvs.wrappers.base import MemoryState, MemoryWrapper


class State(MemoryState):
    """The inner state and the last observations."""

    frames: Any  # as the wrapper's observation


class FrameStack(MemoryWrapper):
    """Observations are `[num_frames, ...]`, the newest last; an episode starts with copies.

    Of several agents they are `[num_agents, num_frames, ...]`.
    """

    num_frames: Annotated[int, Range(1, 1000)] = 4

    def remember(self, inner: Any, params: Any) -> State:
        first, axis = self.env.observe(inner, params), self._axis
        frames = jax.tree.map(lambda leaf: jnp.stack([leaf] * self.num_frames, axis), first)
        return State(time=inner.time, inner=inner, frames=frames)

    def transition(
        self, key: jax.Array, state: State, action: Any, params: Any
    ) -> tuple[State, jax.Array, jax.Array, Info]:
        inner, reward, terminated, _, info = self.env.advance(key, state.inner, action, params)
        axis = self._axis

        def push(old: jax.Array, new: jax.Array) -> jax.Array:
            kept = old[:, 1:] if axis else old[1:]
            return jnp.concatenate([kept, jnp.expand_dims(new, axis)], axis)

        frames = jax.tree.map(push, state.frames, self.env.observe(inner, params))
        return state.replace(inner=inner, frames=frames), reward, terminated, info

    def observe(self, state: State, params: Any) -> Any:
        del params
        return state.frames

    def wrap_observation_space(self, space: Space) -> Space:
        return stack([space] * self.num_frames)

    @property
    def _axis(self) -> int:
        """Where the frames lie in an observation: after the agents, if there are several."""
        return 1 if has_agents(self.env) else 0
