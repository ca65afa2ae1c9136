"""Spread: a team covers all landmarks without running into each other.

Source: mpe2's `simple_spread_v3`.
Differs from it in: what `jaxenvs.envs.mpe._scenario` lists; what `jaxenvs.envs.mpe._world` lists.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario
from jaxenvs.envs.mpe._world import Bodies, Landmark, MaybeBodies, Mover, State
from jaxenvs.ranges import NonNegative, Share


class Params(world.Params):
    """The physics, the sizes and the rewards."""

    agent_radius: NonNegative = 0.15
    landmark_radius: NonNegative = 0.05
    local_ratio: Share = 0.5  # the share of an agent's own reward; the rest is the team's
    collision_penalty: float = 1.0  # for each other agent that an agent touches
    terminate_on_success: bool = False  # whether the game is over when all landmarks are covered
    capture_radius: NonNegative = 0.1  # an agent nearer than this covers a landmark


class Spread(Scenario[State, Params]):
    """`num_agents` agents, who collide, and as many landmarks.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Observation:
    velocity, position, ways to the landmarks, ways to the others, two zeros for each other, where
    the original has room for messages. Reward: half of minus 1 for each other that the agent
    touches, half of minus the sum over landmarks of the distance of the nearest agent. Truncated
    after 25 steps.
    """

    num_agents: Bodies = 3  # pyright: ignore[reportIncompatibleMethodOverride]
    """Agents, and landmarks."""

    num_agent_neighbors: MaybeBodies | None = None
    """How many others an agent sees, the nearest first, zeros where there are fewer; None: all."""

    num_landmark_neighbors: MaybeBodies | None = None
    """How many landmarks an agent sees, likewise."""

    curriculum = ({"collision_penalty": 0.0}, {"collision_penalty": 1.0})
    """The params of mpe2's curriculum, stage by stage."""

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        return (Mover("agent", self.num_agents, params.agent_radius, solid=True),)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", self.num_agents, params.landmark_radius),)

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(**self.scatter(key)[0])

    def rewards(self, state: State, params: Params) -> jax.Array:
        distance = world.distance(state.position, state.position)
        touches = (distance < 2 * params.agent_radius) & ~np.eye(self.num_agents, dtype=np.bool_)
        own = -params.collision_penalty * touches.sum(axis=1).astype(jnp.float32)
        team = -_nearest(state).sum()
        return params.local_ratio * own + (1 - params.local_ratio) * team

    def finished(self, state: State, params: Params) -> jax.Array:
        covered = (_nearest(state) < params.capture_radius).all()
        return params.terminate_on_success & covered

    def view_sizes(self) -> tuple[int, ...]:
        neighbors = view.num_shown(self.num_agent_neighbors, self.num_agents - 1)
        landmarks = view.num_shown(self.num_landmark_neighbors, self.num_agents)
        return (4 + 2 * landmarks + 4 * neighbors,)

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        ahead = world.way(state.position, state.landmarks)
        around = view.others(world.way(state.position, state.position))
        around = view.flat(view.nearest(around, self.num_agent_neighbors))
        parts = [
            state.velocity,
            state.position,
            view.flat(view.nearest(ahead, self.num_landmark_neighbors)),
            around,
            jnp.zeros_like(around),
        ]
        return (jnp.concatenate(parts, axis=1),)


def _nearest(state: State) -> jax.Array:
    """`(num_landmarks,)`: from each landmark to the nearest agent."""
    return world.distance(state.landmarks, state.position).min(axis=1)
