"""World of communication: tag with food, forests to hide in, and a leader who sees and speaks.

Source: mpe2's `simple_world_comm_v3`.
Differs from it in: what `jaxenvs.envs.mpe._world` lists.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, out_of_bounds
from jaxenvs.envs.mpe._world import Bodies, Landmark, MaybeBodies, Mover
from jaxenvs.ranges import NonNegative

NUM_SYMBOLS = 4


class State(world.State):
    """The world and what was said last."""

    message: jax.Array  # (num_agents, 4) float32, zeros for all but the leader


class Params(world.Params):
    """The physics, the sizes, the speeds and the rewards."""

    adversary_radius: NonNegative = 0.075
    adversary_acceleration: float = 3.0
    adversary_max_speed: NonNegative = 1.0
    good_radius: NonNegative = 0.045
    good_acceleration: float = 4.0
    good_max_speed: NonNegative = 1.3
    obstacle_radius: NonNegative = 0.2
    food_radius: NonNegative = 0.03
    forest_radius: NonNegative = 0.3
    catch_reward: float = 5.0  # of every adversary, for each contact with a good agent
    food_reward: float = 2.0  # of a good agent, for each piece of food that it touches


class WorldComm(Scenario[State, Params]):
    """A leader and other adversaries chase good agents among obstacles, food and forests.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; the leader's are `move + 5 * symbol`; or
    `Box`es of 5 and 9. Agents and obstacles collide. An agent in a forest is seen only from inside
    it and by the leader; who is not seen has zeros for its place and velocity. Observation:
    velocity, position, ways to obstacles, food, forests and others; adversaries see the good
    agents' velocities, then for each forest 1 inside it or else -1, then what the leader said; good
    agents see forests, then the other good agents' velocities. Rewards: adversaries 5 for every
    contact of any of them with prey, less a tenth of the distance from the nearest prey; good
    agents -5 for a contact, 2 for food touched, less a twentieth of the distance of the nearest
    food and twice tag's penalty for being far out. Truncated after 25 steps.
    """

    num_good: Bodies = 2
    """Good agents, the prey."""

    num_adversaries: Bodies = 4
    """Adversaries; the first is the leader."""

    num_obstacles: MaybeBodies = 1
    """Obstacles."""

    num_food: Bodies = 2
    """Pieces of food, at least one."""

    num_forests: MaybeBodies = 2
    """Forests."""

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        adversary = Mover(
            "adversary",
            self.num_adversaries - 1,
            params.adversary_radius,
            solid=True,
            acceleration=params.adversary_acceleration,
            max_speed=params.adversary_max_speed,
        )
        good = Mover(
            "agent",
            self.num_good,
            params.good_radius,
            solid=True,
            acceleration=params.good_acceleration,
            max_speed=params.good_max_speed,
        )
        leader = adversary._replace(name="leadadversary", number=1, vocabulary=NUM_SYMBOLS)
        return leader, adversary, good

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (
            Landmark("obstacle", self.num_obstacles, params.obstacle_radius, True, 0.9),
            Landmark("food", self.num_food, params.food_radius, reach=0.9),
            Landmark("forest", self.num_forests, params.forest_radius, reach=0.9),
        )

    def initial(self, key: jax.Array, params: Params) -> State:
        message = jnp.zeros((self.num_agents, NUM_SYMBOLS), jnp.float32)
        return State(**self.scatter(key)[0], message=message)

    def rewards(self, state: State, params: Params) -> jax.Array:
        n = self.num_adversaries
        chase = world.distance(state.position[:n], state.position[n:])
        caught = (chase < params.adversary_radius + params.good_radius).astype(jnp.float32)
        team = params.catch_reward * caught.sum() - np.float32(0.1) * chase.min(axis=1)
        _, food, _ = self._split(state.landmarks)
        meal = world.distance(state.position[n:], food)
        eaten = (meal < params.good_radius + params.food_radius).astype(jnp.float32).sum(axis=1)
        good = params.food_reward * eaten - np.float32(0.05) * meal.min(axis=1)
        good -= params.catch_reward * caught.sum(axis=0)
        good -= 2 * out_of_bounds(state.position[n:])
        return jnp.concatenate([team, good])

    def view_sizes(self) -> tuple[int, ...]:
        landmarks = self.num_obstacles + self.num_food + self.num_forests
        common = 4 + 2 * landmarks + 2 * (self.num_adversaries + self.num_good - 1)
        adversary = common + 2 * self.num_good + self.num_forests + NUM_SYMBOLS
        return adversary, adversary, common + self.num_forests + 2 * (self.num_good - 1)

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        n, num_agents = self.num_adversaries, self.num_agents
        inside = self._inside(state, params)
        seen = _visible(inside)[..., None]
        nothing = np.float32(0)
        around = jnp.where(seen, world.way(state.position, state.position), nothing)
        speeds = jnp.broadcast_to(state.velocity[None, n:], (num_agents, self.num_good, 2))
        speeds = jnp.where(seen[:, n:], speeds, nothing)
        common = [
            state.velocity,
            state.position,
            view.flat(world.way(state.position, state.landmarks)),
            view.flat(view.others(around)),
        ]
        forests = jnp.where(inside, np.float32(1), np.float32(-1))
        heard = jnp.broadcast_to(state.message[:1], (n, NUM_SYMBOLS))
        chasing = [part[:n] for part in common] + [view.flat(speeds[:n]), forests[:n], heard]
        fellows = view.flat(view.others(speeds[n:]))
        fleeing = [part[n:] for part in common] + [forests[n:], fellows]
        adversaries = jnp.concatenate(chasing, axis=1)
        return adversaries[:1], adversaries[1:], jnp.concatenate(fleeing, axis=1)

    def _split(self, landmarks: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Obstacles, food and forests."""
        first, second = self.num_obstacles, self.num_obstacles + self.num_food
        return landmarks[:first], landmarks[first:second], landmarks[second:]

    def _inside(self, state: State, params: Params) -> jax.Array:
        """`(num_agents, num_forests)` bool: who is in which forest."""
        forests = self._split(state.landmarks)[2]
        radius = world.rows(self.movers(params), "radius")
        distance = world.distance(state.position, forests)
        return distance < radius[:, None] + params.forest_radius


def _visible(inside: jax.Array) -> jax.Array:
    """`(n, n)` bool: who sees whom; the first agent, the leader, sees all."""
    together = (inside[:, None] & inside[None]).any(axis=2)
    hidden = inside.any(axis=1)
    in_the_open = ~hidden[:, None] & ~hidden[None]
    leader = np.arange(inside.shape[0]) == 0
    return together | in_the_open | leader[:, None]
