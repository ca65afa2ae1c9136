"""The last few observations instead of one."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Info
from jaxenvs.multi import stack
from jaxenvs.spaces import Space
from jaxenvs.wrappers.base import MemoryState, MemoryWrapper


class State(MemoryState):
    """The inner state and what was seen."""

    frames: Any  # [num_frames, ...] observations, the newest last


class FrameStack(MemoryWrapper):
    """Observations are `[num_frames, ...]`, the newest last; an episode starts with copies."""

    num_frames: int = 4

    def __post_init__(self) -> None:
        if self.num_frames < 1:
            raise ValueError(f"num_frames: expected at least 1, got {self.num_frames}")

    def remember(self, inner: Any, params: Any) -> State:
        first = self.env.observe(inner, params)
        frames = jax.tree.map(lambda leaf: jnp.stack([leaf] * self.num_frames), first)
        return State(time=inner.time, inner=inner, frames=frames)

    def transition(
        self, key: jax.Array, state: State, action: Any, params: Any
    ) -> tuple[State, jax.Array, jax.Array, Info]:
        inner, reward, terminated, _, info = self.env.advance(key, state.inner, action, params)
        seen = self.env.observe(inner, params)
        frames = jax.tree.map(
            lambda old, new: jnp.concatenate([old[1:], new[None]]), state.frames, seen
        )
        return state.replace(inner=inner, frames=frames), reward, terminated, info

    def observe(self, state: State, params: Any) -> Any:
        del params
        return state.frames

    def observation_space(self, params: Any = None) -> Space:
        return stack([self.env.observation_space(params)] * self.num_frames)
