"""Collect treasure: collectors pick up treasures and bring each to the deposit of its kind.

Source: mpe2's `collect_treasure_v1`; Iqbal & Sha, "Actor-attention-critic for multi-agent
reinforcement learning" (2019).
Differs from it in nothing.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, pick
from jaxenvs.envs.mpe._world import Bodies, Landmark, Mover
from jaxenvs.ranges import NonNegative, Positive

NOTHING = -1
REACH = 0.95  # treasures lie between minus and plus this along each axis


class State(world.State):
    """The world, the treasures, which are its landmarks, and who holds what."""

    kind: jax.Array  # (num_treasures,) int32, the deposit that takes it
    alive: jax.Array  # (num_treasures,) bool, whether it is there to be picked up
    holding: jax.Array  # (num_collectors,) int32, a kind, or NOTHING
    gain: jax.Array  # () float32, what the last step's pickups and deliveries were worth


class Params(world.MotionParams):
    """The physics, the sizes, the speeds and the rewards."""

    collector_radius: NonNegative = 0.05
    deposit_radius: NonNegative = 0.075
    treasure_radius: NonNegative = 0.025
    acceleration: float = 1.5
    max_speed: NonNegative = 1.0
    deposit_mass: Positive = 2.25
    pickup_reward: float = 5.0  # of everybody
    delivery_reward: float = 5.0  # of everybody
    collision_penalty: float = 5.0  # of a collector, for each other that it overlaps
    shaping: float = 0.1  # times the distance from what an agent should go to


class CollectTreasure(Scenario[State, Params]):
    """`num_collectors` collectors, as many deposits as kinds of treasure, and treasures.

    Actions: 0 nothing, 1 left, 2 right, 3 down, 4 up; or a `Box` of the five. Nobody is pushed. A
    collector with empty hands takes a treasure that it touches, which comes up elsewhere a step
    later, and leaves it at the deposit of its kind. Observation: position, velocity, collectors
    what they hold (one-hot); then all others, the nearest first: way, velocity, kind of deposit
    (one-hot), what is held (one-hot); then all treasures, likewise: way, kind (one-hot), zeros if
    gone. Rewards: 5 to all for each pickup and each delivery; a collector loses 5 for each other
    that it overlaps and a tenth of its distance from the nearest treasure, or its deposit; a
    deposit a tenth of its distance from the nearest collector with its kind, or from the middle of
    all. Truncated after 25 steps.
    """

    num_collectors: Bodies = 6
    """Collectors."""

    num_deposits: Bodies = 2
    """Deposits, and kinds of treasure."""

    num_treasures: Bodies = 6
    """Treasures."""

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        collector = Mover(
            "collector",
            self.num_collectors,
            params.collector_radius,
            acceleration=params.acceleration,
            max_speed=params.max_speed,
        )
        radius, mass = params.deposit_radius, params.deposit_mass
        deposit = collector._replace(name="deposit", number=self.num_deposits)
        return collector, deposit._replace(radius=radius, mass=mass)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("treasure", self.num_treasures, params.treasure_radius, reach=REACH),)

    def initial(self, key: jax.Array, params: Params) -> State:
        fields, draws = self.scatter(key, self.num_treasures)
        return State(
            **fields,
            kind=pick(draws, self.num_deposits),
            alive=jnp.ones(self.num_treasures, jnp.bool_),
            holding=jnp.full(self.num_collectors, NOTHING, jnp.int32),
            gain=jnp.float32(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        draws = jax.random.uniform(key, (self.num_treasures, 3), jnp.float32)
        state = self.exchange(self.act(state, action, params), draws, params)
        return state, self.rewards(state, params), jnp.zeros(self.num_agents, jnp.bool_), {}

    def exchange(self, state: State, draws: jax.Array, params: Params) -> State:
        """Pickups, new treasures by draws `(num_treasures, 3)` in [0, 1), and deliveries."""
        collectors = state.position[: self.num_collectors]
        near = world.distance(state.landmarks, collectors) < (
            params.collector_radius + params.treasure_radius
        )

        def take(holding: jax.Array, treasure: tuple[jax.Array, ...]) -> Any:
            """The first collector in reach with empty hands takes one treasure."""
            near, alive, kind = treasure
            could = near & alive & (holding == NOTHING)
            first = could & (jnp.cumsum(could, dtype=jnp.int32) == 1)
            return jnp.where(first, kind, holding), could.any()

        things = (near, state.alive, state.kind)
        holding, taken = jax.lax.scan(take, state.holding, things, unroll=self.num_treasures)
        gone = ~state.alive
        at = state.position[self.num_collectors :]
        home = world.distance(collectors, at) < (params.collector_radius + params.deposit_radius)
        delivers = (home & (holding[:, None] == _numbers(self.num_deposits))).any(axis=1)
        gain = params.pickup_reward * taken.sum().astype(jnp.float32)
        gain += params.delivery_reward * delivers.sum().astype(jnp.float32)
        elsewhere = np.float32(REACH) * (2 * draws[:, :2] - 1)
        return state.replace(
            landmarks=jnp.where(gone[:, None], elsewhere, state.landmarks),
            kind=jnp.where(gone, pick(draws[:, 2], self.num_deposits), state.kind),
            alive=gone | ~taken,
            holding=jnp.where(delivers, NOTHING, holding),
            gain=gain,
        )

    def rewards(self, state: State, params: Params) -> jax.Array:
        n, far = self.num_collectors, np.float32(np.inf)
        collectors, deposits = state.position[:n], state.position[n:]
        apart = world.distance(collectors, collectors)
        overlaps = (apart < 2 * params.collector_radius) & ~np.eye(n, dtype=np.bool_)
        to_treasure = world.distance(collectors, state.landmarks)
        to_treasure = jnp.where(state.alive, to_treasure, far).min(axis=1)
        to_treasure = jnp.where(state.alive.any(), to_treasure, np.float32(0))
        to_deposit = world.distance(collectors, deposits)
        carries = state.holding[:, None] == _numbers(self.num_deposits)
        to_home = jnp.where(carries, to_deposit, np.float32(0)).sum(axis=1)
        goal = jnp.where(state.holding == NOTHING, to_treasure, to_home)
        collector = -params.collision_penalty * overlaps.sum(axis=1).astype(jnp.float32)
        collector -= params.shaping * goal
        to_carrier = jnp.where(carries, to_deposit, far).min(axis=0)
        to_middle = world.length(collectors.mean(axis=0) - deposits)
        deposit = -params.shaping * jnp.where(carries.any(axis=0), to_carrier, to_middle)
        return jnp.concatenate([collector, deposit]) + state.gain

    def view_sizes(self) -> tuple[int, ...]:
        kinds, others = self.num_deposits, self.num_collectors + self.num_deposits - 1
        deposit = 4 + others * (4 + 2 * kinds) + self.num_treasures * (2 + kinds)
        return deposit + kinds, deposit

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        n, kinds = self.num_collectors, _numbers(self.num_deposits)
        holds = (state.holding[:, None] == kinds).astype(jnp.float32)
        role = np.eye(n + len(kinds), len(kinds), -n, dtype=np.float32)
        held = jnp.pad(holds, ((0, len(kinds)), (0, 0)))
        about = view.of_others(jnp.concatenate([state.velocity, role, held], axis=1))
        around = view.others(world.way(state.position, state.position))
        agents = jnp.concatenate([around, about], axis=2)
        agents = view.ranked(agents, view.ranks(world.length(around)), agents.shape[1])
        ahead = world.way(state.position, state.landmarks)
        kind = jnp.broadcast_to(
            (state.kind[:, None] == kinds).astype(jnp.float32), (*ahead.shape[:2], len(kinds))
        )
        treasures = jnp.concatenate([ahead, kind], axis=2)
        treasures = jnp.where(state.alive[:, None], treasures, np.float32(0))
        # Those that are gone come last.
        order = jnp.where(state.alive, world.length(ahead), np.float32(1e6))
        treasures = view.ranked(treasures, view.ranks(order), self.num_treasures)
        own = jnp.concatenate([state.position, state.velocity], axis=1)
        seen = jnp.concatenate([view.flat(agents), view.flat(treasures)], axis=1)
        return (
            jnp.concatenate([own[:n], holds, seen[:n]], axis=1),
            jnp.concatenate([own[n:], seen[n:]], axis=1),
        )


def _numbers(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int32)
