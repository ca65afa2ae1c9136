"""Formation: a team stands in a circle around a landmark.

Source: mpe2's `simple_formation_v1`; Agarwal, Kumar & Sycara, "Learning transferable cooperative
behavior in multi-agent teams" (2019).
Differs from it in: what `jaxenvs.envs.mpe._scenario` lists; what `jaxenvs.envs.mpe._world` lists.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _places as places
from jaxenvs.envs.mpe._world import Landmark, State
from jaxenvs.ranges import NonNegative


class Params(places.Params):
    """The physics, the sizes and the circle."""

    agent_radius: NonNegative = 0.05
    landmark_radius: NonNegative = 0.03
    circle_radius: NonNegative = 0.5


class Formation(places.Places[State, Params]):
    """`num_agents` agents, who collide, and a landmark.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Observation `(6,)`:
    velocity, position, way to the landmark. The places lie evenly on a circle of radius 0.5, one of
    them in the direction of the agent of the smallest angle. Reward of all: minus the mean distance
    of agents from their places, each at most 2. Truncated after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", 1, params.landmark_radius, reach=0.5),)

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(**self.scatter(key)[0])

    def places(self, state: State, params: Params) -> jax.Array:
        out = state.position - state.landmarks
        angle = jnp.arctan2(out[:, 1], out[:, 0])
        first = jnp.where(angle < 0, angle + np.float32(2 * math.pi), angle).min()
        turns = np.arange(self.num_agents, dtype=np.float32) / np.float32(self.num_agents)
        angles = first + np.float32(2 * math.pi) * turns
        directions = jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)
        return state.landmarks + params.circle_radius * directions

    def view_sizes(self) -> tuple[int, ...]:
        return (6,)
