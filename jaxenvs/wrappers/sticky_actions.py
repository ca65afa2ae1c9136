"""Sometimes the last action is repeated, whatever was chosen."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Info
from jaxenvs.multi import reward_shape
from jaxenvs.ranges import Share
from jaxenvs.resets import where
from jaxenvs.wrappers.base import MemoryState, MemoryWrapper


class State(MemoryState):
    """The inner state and the action that was played last."""

    last_action: Any  # an action


class StickyActions(MemoryWrapper):
    """Repeats the last action with `probability`, except at the first step of an episode.

    Of several agents, each by a chance of its own. A repeated action is played even where the
    action mask forbids it by then.
    Machado et al., "Revisiting the Arcade Learning Environment" (2018), section 5.2.
    """

    probability: Share = 0.25

    def remember(self, inner: Any, params: Any) -> State:
        del params
        shapes = jax.eval_shape(self.action_space().sample, jax.random.key(0))
        nothing = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
        return State(time=inner.time, inner=inner, last_action=nothing)

    def transition(
        self, key: jax.Array, state: State, action: Any, params: Any
    ) -> tuple[State, jax.Array, jax.Array, Info]:
        stick_key, step_key = jax.random.split(key)
        draw = jax.random.uniform(stick_key, reward_shape(self.env), jnp.float32)
        sticks = (draw < self.probability) & (state.time > 0)
        played = where(sticks, state.last_action, action)
        inner, reward, terminated, _, info = self.env.advance(step_key, state.inner, played, params)
        return state.replace(inner=inner, last_action=played), reward, terminated, info
