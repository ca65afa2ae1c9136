"""Reference: each of two agents knows where the other should go, and can only tell it.

Source: mpe2's `simple_reference_v3`.
Differs from it in nothing.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, pick
from jaxenvs.envs.mpe._world import Landmark, Mover
from jaxenvs.ranges import NonNegative, Share

NUM_LANDMARKS = 3
NUM_SYMBOLS = 10


class State(world.State):
    """The world, the goals and what was said last."""

    goal: jax.Array  # (2,) int32, the landmark to which an agent should bring the other
    message: jax.Array  # (2, 10) float32


class Params(world.MotionParams):
    """The physics, the sizes and the rewards."""

    agent_radius: NonNegative = 0.05
    landmark_radius: NonNegative = 0.05
    local_ratio: Share = 0.5  # the share of an agent's own reward; the rest is the team's mean


class Reference(Scenario[State, Params]):
    """Two agents, who do not collide, and three landmarks of different colors.

    Actions: 0 to 49, `move + 5 * symbol`, with moves 0 nothing, 1 left, 2 right, 3 down, 4 up; or a
    `Box` of five moves and ten symbols. Observation `(21,)`: velocity, ways to the landmarks, the
    color of the other's goal, what the other said. Reward: minus the other's distance from its
    goal, mixed with the mean of both. Truncated after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        return (Mover("agent", 2, params.agent_radius, vocabulary=NUM_SYMBOLS),)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", NUM_LANDMARKS, params.landmark_radius),)

    def initial(self, key: jax.Array, params: Params) -> State:
        fields, draws = self.scatter(key, 2)
        message = jnp.zeros((2, NUM_SYMBOLS), jnp.float32)
        return State(**fields, goal=pick(draws, NUM_LANDMARKS), message=message)

    def rewards(self, state: State, params: Params) -> jax.Array:
        chosen = _is_goal(state)[..., None]
        goals = jnp.where(chosen, state.landmarks[None], np.float32(0)).sum(axis=1)
        own = -world.length(goals - state.position[::-1])
        return params.local_ratio * own + (1 - params.local_ratio) * own.mean()

    def view_sizes(self) -> tuple[int, ...]:
        return (2 + 2 * NUM_LANDMARKS + 3 + NUM_SYMBOLS,)

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        ahead = view.flat(world.way(state.position, state.landmarks))
        high, low = np.float32(0.75), np.float32(0.25)
        color = jnp.where(_is_goal(state), high, low)
        heard = state.message[::-1]
        return (jnp.concatenate([state.velocity, ahead, color, heard], axis=1),)


def _is_goal(state: State) -> jax.Array:
    """`(2, 3)` bool: which landmark each agent's partner should go to; also the goal's hue."""
    return state.goal[:, None] == np.arange(NUM_LANDMARKS, dtype=np.int32)
