"""Switch riddle: prisoners who visit a room one at a time share nothing but its light.

Source: JaxMARL's `switch_riddle`; Foerster et al., "Learning to communicate to solve riddles with
deep distributed recurrent Q-networks" (2016).
Differs from it in nothing.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Range

NOTHING, SWITCH, TELL = range(3)

_Agents = Annotated[int, Range(2, 1000)]


class State(core.State):
    """The room and who has been in it."""

    light: jax.Array  # () bool
    in_room: jax.Array  # () int32, today's prisoner
    has_been: jax.Array  # (num_agents,) bool, up to yesterday


class Params(core.Params):
    """The rewards and the start."""

    success_reward: float = 1.0
    failure_reward: float = -1.0
    light_at_start: bool = False
    max_steps: int = 6  # 4 * num_agents - 6 by default


class SwitchRiddle(MultiAgentEnv[State, Params]):
    """Each day a prisoner, drawn at random, is in the room; only that one's action counts.

    Actions: 0 nothing, 1 switch the light, 2 tell that everybody has been in the room. Observation
    `(2,)`: whether one is in the room, and whether the light is on, which only the one there sees.
    Telling ends the game: 1 for all if it is true, else -1. Truncated after 4n - 6 days, with no
    reward.
    """

    num_agents: _Agents = 3  # pyright: ignore[reportIncompatibleMethodOverride]
    """Prisoners, at least three."""

    def original_params(self) -> Params:
        return Params(max_steps=4 * self.num_agents - 6)

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"agent_{i}" for i in range(self.num_agents))

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(
            time=jnp.int32(0),
            light=jnp.asarray(params.light_at_start),
            in_room=self._draw(key),
            has_been=jnp.zeros(self.num_agents, jnp.bool_),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        here = self._here(state)
        done = jnp.where(here, action, 0).sum(dtype=jnp.int32)
        has_been = state.has_been | here
        told = done == TELL
        outcome = jnp.where(has_been.all(), params.success_reward, params.failure_reward)
        reward = jnp.where(told, outcome, np.float32(0))
        state = state.replace(
            light=state.light ^ (done == SWITCH), in_room=self._draw(key), has_been=has_been
        )
        everybody = (self.num_agents,)
        return state, jnp.broadcast_to(reward, everybody), jnp.broadcast_to(told, everybody), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        here = self._here(state)
        return jnp.stack([here, here & state.light], axis=1).astype(jnp.int32)

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.MultiDiscrete([2, 2]) for agent in self.agents}

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Discrete(3) for agent in self.agents}

    def action_mask(self, state: State, params: Params | None = None) -> jax.Array:
        """`(num_agents, 3)` bool: who is not in the room can only do nothing."""
        return self._here(state)[:, None] | (np.arange(3, dtype=np.int32) == NOTHING)

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(2 n + 1,)` float32: the light, who is in the room, who has been there."""
        parts = [state.light[None], self._here(state), state.has_been]
        return jnp.concatenate(parts).astype(jnp.float32)

    def _here(self, state: State) -> jax.Array:
        return np.arange(self.num_agents, dtype=np.int32) == state.in_room

    def _draw(self, key: jax.Array) -> jax.Array:
        draw = jax.random.uniform(key, (), jnp.float32)
        return jnp.minimum((draw * self.num_agents).astype(jnp.int32), self.num_agents - 1)
