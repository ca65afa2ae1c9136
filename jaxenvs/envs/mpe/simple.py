"""Simple: one agent walks to a landmark.

Source: mpe2's `simple_v3`.
Differs from it in nothing.
"""

import jax
import jax.numpy as jnp

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario
from jaxenvs.envs.mpe._world import Landmark, Mover, State
from jaxenvs.ranges import NonNegative


class Params(world.MotionParams):
    """The physics and the sizes."""

    agent_radius: NonNegative = 0.05
    landmark_radius: NonNegative = 0.05


class Simple(Scenario[State, Params]):
    """Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five.

    Observation `(1, 4)`: velocity, way to the landmark. Reward: minus the squared distance to it.
    Truncated after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        return (Mover("agent", 1, params.agent_radius),)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", 1, params.landmark_radius),)

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(**self.scatter(key)[0])

    def rewards(self, state: State, params: Params) -> jax.Array:
        return -world.squared_length(state.landmarks - state.position)

    def view_sizes(self) -> tuple[int, ...]:
        return (4,)

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        ahead = view.flat(world.way(state.position, state.landmarks))
        return (jnp.concatenate([state.velocity, ahead], axis=1),)
