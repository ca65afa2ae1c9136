"""Adversary: a team covers landmarks so that an adversary cannot tell which one is the goal.

Source: mpe2's `simple_adversary_v3`.
Differs from it in nothing.
"""

import jax
import jax.numpy as jnp

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, pick
from jaxenvs.envs.mpe._world import Bodies, Landmark, MaybeBodies, Mover
from jaxenvs.ranges import NonNegative


class State(world.State):
    """The world and the goal."""

    goal: jax.Array  # () int32, of the landmarks


class Params(world.MotionParams):
    """The physics and the sizes."""

    agent_radius: NonNegative = 0.15
    landmark_radius: NonNegative = 0.08


class Adversary(Scenario[State, Params]):
    """One adversary and `num_good` good agents among as many landmarks; nobody collides.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Observations: the
    ways to all landmarks and to all others; good agents first see the way to the goal. Rewards: the
    adversary loses its distance from the goal; each good agent gets that, less the smallest of
    theirs. Truncated after 25 steps.
    """

    num_good: Bodies = 2
    """Good agents, and landmarks."""

    num_agent_neighbors: MaybeBodies | None = None
    """How many others an agent sees, the nearest first, zeros where there are fewer; None: all."""

    num_landmark_neighbors: MaybeBodies | None = None
    """How many landmarks an agent sees, likewise."""

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        radius = params.agent_radius
        return Mover("adversary", 1, radius), Mover("agent", self.num_good, radius)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", self.num_good, params.landmark_radius),)

    def initial(self, key: jax.Array, params: Params) -> State:
        fields, draws = self.scatter(key, 1)
        return State(**fields, goal=pick(draws[0], self.num_good))

    def rewards(self, state: State, params: Params) -> jax.Array:
        distance = world.length(state.landmarks[state.goal] - state.position)
        team = distance[0] - distance[1:].min()
        return jnp.concatenate([-distance[:1], jnp.broadcast_to(team, (self.num_good,))])

    def view_sizes(self) -> tuple[int, ...]:
        neighbors = view.num_shown(self.num_agent_neighbors, self.num_good)
        common = 2 * (neighbors + view.num_shown(self.num_landmark_neighbors, self.num_good))
        return common, common + 2

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        ahead = world.way(state.position, state.landmarks)
        around = view.others(world.way(state.position, state.position))
        common = jnp.concatenate(
            [
                view.flat(view.nearest(ahead, self.num_landmark_neighbors)),
                view.flat(view.nearest(around, self.num_agent_neighbors)),
            ],
            axis=1,
        )
        goal = state.landmarks[state.goal] - state.position[1:]
        return common[:1], jnp.concatenate([goal, common[1:]], axis=1)
