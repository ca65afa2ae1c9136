"""Tag: slow adversaries chase fast prey among obstacles.

Source: mpe2's `simple_tag_v3`.
Differs from it in: what `jaxenvs.envs.mpe._scenario` lists; what `jaxenvs.envs.mpe._world` lists.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, out_of_bounds
from jaxenvs.envs.mpe._world import Bodies, Landmark, MaybeBodies, Mover, State
from jaxenvs.ranges import NonNegative


class Params(world.Params):
    """The physics, the sizes, the speeds and the rewards."""

    adversary_radius: NonNegative = 0.075
    adversary_acceleration: float = 3.0
    adversary_max_speed: NonNegative = 1.0
    good_radius: NonNegative = 0.05
    good_acceleration: float = 4.0
    good_max_speed: NonNegative = 1.3
    good_speed: NonNegative = 1.0  # a factor on the two above
    obstacle_radius: NonNegative = 0.2
    catch_reward: float = 10.0  # of every adversary, for each contact with a good agent
    terminate_on_success: bool = False  # whether the game is over when all good agents are caught


class Tag(Scenario[State, Params]):
    """`num_adversaries` adversaries, `num_good` good agents and obstacles; all collide.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Observation:
    velocity, position, ways to the obstacles and to the others, velocities of the other good
    agents. Rewards: each adversary 10 for each contact of any adversary with any good agent; a good
    agent -10 for each of its own, and a growing penalty beyond 0.9 from the middle, along each
    axis. Truncated after 25 steps.
    """

    num_good: Bodies = 1
    """Good agents, the prey."""

    num_adversaries: Bodies = 3
    """Adversaries."""

    num_obstacles: MaybeBodies = 2
    """Obstacles."""

    num_agent_neighbors: MaybeBodies | None = None
    """How many others an agent sees, the nearest first, zeros where there are fewer; None: all.

    With a number, it also sees as many velocities, zeros for those of adversaries.
    """

    num_landmark_neighbors: MaybeBodies | None = None
    """How many obstacles an agent sees, likewise."""

    curriculum = ({"good_speed": 0.5}, {"good_speed": 0.75}, {"good_speed": 1.0})
    """The params of mpe2's curriculum, stage by stage."""

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        return (
            Mover(
                "adversary",
                self.num_adversaries,
                params.adversary_radius,
                solid=True,
                acceleration=params.adversary_acceleration,
                max_speed=params.adversary_max_speed,
            ),
            Mover(
                "agent",
                self.num_good,
                params.good_radius,
                solid=True,
                acceleration=params.good_acceleration * params.good_speed,
                max_speed=params.good_max_speed * params.good_speed,
            ),
        )

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("obstacle", self.num_obstacles, params.obstacle_radius, True, 0.9),)

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(**self.scatter(key)[0])

    def rewards(self, state: State, params: Params) -> jax.Array:
        caught = self._catches(state, params).astype(jnp.float32)
        good = -params.catch_reward * caught.sum(axis=0)
        good -= out_of_bounds(state.position[self.num_adversaries :])
        team = params.catch_reward * caught.sum()
        return jnp.concatenate([jnp.broadcast_to(team, (self.num_adversaries,)), good])

    def finished(self, state: State, params: Params) -> jax.Array:
        return params.terminate_on_success & self._catches(state, params).any(axis=0).all()

    def _catches(self, state: State, params: Params) -> jax.Array:
        """`(num_adversaries, num_good)` bool: who touches whom."""
        n = self.num_adversaries
        ways = world.way(state.position[:n], state.position[n:])
        return world.length(ways) < params.adversary_radius + params.good_radius

    def view_sizes(self) -> tuple[int, ...]:
        count = self.num_adversaries + self.num_good - 1
        others = view.num_shown(self.num_agent_neighbors, count)
        common = (
            4 + 2 * view.num_shown(self.num_landmark_neighbors, self.num_obstacles) + 2 * others
        )
        if self.num_agent_neighbors is not None:
            return common + 2 * others, common + 2 * others
        return common + 2 * self.num_good, common + 2 * (self.num_good - 1)

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        n, limit = self.num_adversaries, self.num_agent_neighbors
        ahead = world.way(state.position, state.landmarks)
        around = view.others(world.way(state.position, state.position))
        common = jnp.concatenate(
            [
                state.velocity,
                state.position,
                view.flat(view.nearest(ahead, self.num_landmark_neighbors)),
                view.flat(view.nearest(around, limit)),
            ],
            axis=1,
        )
        if limit is None:
            chased = view.flat(jnp.broadcast_to(state.velocity[None, n:], (n, self.num_good, 2)))
            fellows = view.flat(view.of_others(state.velocity[n:]))
        else:
            prey = np.arange(n + self.num_good) >= n
            shown = view.of_others(jnp.where(prey[:, None], state.velocity, np.float32(0)))
            seen = view.flat(view.ranked(shown, view.ranks(world.length(around)), limit))
            chased, fellows = seen[:n], seen[n:]
        return (
            jnp.concatenate([common[:n], chased], axis=1),
            jnp.concatenate([common[n:], fellows], axis=1),
        )
