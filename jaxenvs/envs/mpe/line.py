"""Line: a team stands in a line between two landmarks.

Source: mpe2's `simple_line_v1`; Agarwal, Kumar & Sycara, "Learning transferable cooperative
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

TURNS = np.radians(5.0 * np.arange(72))
COSINES, SINES = np.cos(TURNS).astype(np.float32), np.sin(TURNS).astype(np.float32)


class Params(places.Params):
    """The physics, the sizes and the line."""

    agent_radius: NonNegative = 0.03
    landmark_radius: NonNegative = 0.02
    line_length: NonNegative = 1.25  # between the landmarks


class Line(places.Places[State, Params]):
    """`num_agents` agents, who collide, and two landmarks at a distance of 1.25.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Observation `(8,)`:
    velocity, position, ways to the landmarks. The places lie evenly from one landmark to the other.
    Reward of all: minus the mean distance of agents from their places, each at most 2. Truncated
    after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", 2, params.landmark_radius, reach=0.25),)

    def initial(self, key: jax.Array, params: Params) -> State:
        fields, draws = self.scatter(key, 1)
        first = fields["landmarks"][0]
        second = first + params.line_length * _direction(first, draws[0], params)
        return State(**fields | {"landmarks": jnp.stack([first, second])})

    def places(self, state: State, params: Params) -> jax.Array:
        shares = np.arange(self.num_agents, dtype=np.float32) / np.float32(
            max(self.num_agents - 1, 1)
        )
        first, last = state.landmarks[0], state.landmarks[1]
        return first + shares[:, None] * (last - first)

    def view_sizes(self) -> tuple[int, ...]:
        return (8,)


def _direction(first: jax.Array, draw: jax.Array, params: Params) -> jax.Array:
    """`(2,)` of length 1, turned by 5 degrees at a time until the line ends inside the square."""
    angle = np.float32(2 * math.pi) * draw
    x, y = jnp.cos(angle), jnp.sin(angle)
    turned = jnp.stack([x * COSINES - y * SINES, y * COSINES + x * SINES], axis=1)
    inside = (jnp.abs(first + params.line_length * turned) < 1).all(axis=1)
    return turned[jnp.argmax(inside)]
