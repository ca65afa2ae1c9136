"""Push: one agent goes to the goal and another, who does not know it, pushes it away.

Source: mpe2's `simple_push_v3`.
Differs from it in: what `jaxenvs.envs.mpe._world` lists.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, pick
from jaxenvs.envs.mpe._world import Landmark, Mover
from jaxenvs.ranges import NonNegative

LANDMARK_COLORS = np.array([[0.1, 0.9, 0.1], [0.1, 0.1, 0.9]], np.float32)
GOOD_COLORS = np.array([[0.25, 0.75, 0.25], [0.25, 0.25, 0.75]], np.float32)  # by the goal


class State(world.State):
    """The world and the goal."""

    goal: jax.Array  # () int32, of the two landmarks


class Params(world.Params):
    """The physics and the sizes."""

    agent_radius: NonNegative = 0.05
    landmark_radius: NonNegative = 0.05


class Push(Scenario[State, Params]):
    """An adversary and a good agent, who collide, and two landmarks.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Observations: the
    adversary sees its velocity and the ways to the landmarks and to the other `(8,)`; the good
    agent also its way to the goal, its color, which tells the goal, and the landmarks' `(19,)`.
    Rewards: the good agent loses its distance from the goal; the adversary gains that and loses its
    own. Truncated after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        radius = params.agent_radius
        return Mover("adversary", 1, radius, solid=True), Mover("agent", 1, radius, solid=True)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", 2, params.landmark_radius),)

    def initial(self, key: jax.Array, params: Params) -> State:
        fields, draws = self.scatter(key, 1)
        return State(**fields, goal=pick(draws[0], 2))

    def rewards(self, state: State, params: Params) -> jax.Array:
        adversary, good = world.length(_goal(state) - state.position)
        return jnp.stack([good - adversary, -good])

    def view_sizes(self) -> tuple[int, ...]:
        return 8, 19

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        ahead = world.way(state.position, state.landmarks).reshape(2, -1)
        adversary, good = state.position[0], state.position[1]
        seen = [state.velocity[0], ahead[0], good - adversary]
        color = jnp.where(state.goal == 0, GOOD_COLORS[0], GOOD_COLORS[1])
        known = [state.velocity[1], _goal(state) - good, color, ahead[1]]
        known += [jnp.asarray(LANDMARK_COLORS.ravel()), adversary - good]
        return jnp.concatenate(seen)[None], jnp.concatenate(known)[None]


def _goal(state: State) -> jax.Array:
    return jnp.where(state.goal == 0, state.landmarks[0], state.landmarks[1])
