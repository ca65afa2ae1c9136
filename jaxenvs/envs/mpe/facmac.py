"""FACMAC's predators and prey: tag in which the game itself moves the prey.

Source: FACMAC `continuous_pred_prey_{3,6,9}a`; Peng et al., "FACMAC: factored multi-agent
centralised policy gradients" (2021).
Differs from it in: actions are MPE's five, where FACMAC's are pushes along two axes; every predator
gets the team's reward, and observes what is within 1.5 unless told otherwise.
"""

from typing import Annotated, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, trig
from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario
from jaxenvs.envs.mpe._world import Bodies, Landmark, MaybeBodies, Mover, State
from jaxenvs.ranges import NonNegative, Range

NUM_WAYPOINTS = 5


class Params(world.Params):
    """The physics, the sizes, the speeds, the rewards and the eyesight."""

    predator_radius: NonNegative = 0.075
    predator_acceleration: float = 3.0
    predator_max_speed: NonNegative = 1.0
    prey_radius: NonNegative = 0.05
    prey_max_speed: NonNegative = 1.3
    obstacle_radius: NonNegative = 0.2
    catch_reward: float = 10.0  # of every predator, for each contact with prey
    view_radius: NonNegative = 1.5  # what is further away is seen as zeros


class Facmac(Scenario[State, Params]):
    """`num_predators` agents chase `num_prey` scripted prey among obstacles; all collide.

    Prey draws `num_points` places within 1 of it, leaves out those where it would run into
    somebody, and accelerates towards the place farthest from the nearest predator (`score="min"`),
    or farthest from all others in sum, with nobody on the way (`"sum"`); it stays if there is none.
    Actions: a `Box` of five: nothing, left, right, down, up; or 0 to 4. Observation: velocity,
    position, ways to obstacles, ways to all other bodies, velocities of the prey; zeros beyond the
    view radius. Reward of all: 10 for each contact of a predator with prey. Truncated after 25
    steps.
    """

    continuous_actions: bool = True

    num_predators: Bodies = 3
    """Agents."""

    num_prey: Bodies = 1
    """Bodies to be caught."""

    num_obstacles: MaybeBodies = 2
    """Obstacles."""

    score: Literal["min", "sum"] = "min"
    """How prey judges places."""

    num_points: Annotated[int, Range(1, 10_000)] = 100
    """Places that each prey thinks of."""

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        predator = Mover(
            "adversary",
            self.num_predators,
            params.predator_radius,
            solid=True,
            acceleration=params.predator_acceleration,
            max_speed=params.predator_max_speed,
        )
        prey = Mover(
            "prey",
            self.num_prey,
            params.prey_radius,
            solid=True,
            max_speed=params.prey_max_speed,
            scripted=True,
        )
        return predator, prey

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("obstacle", self.num_obstacles, params.obstacle_radius, True, 0.9),)

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(**self.scatter(key)[0])

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        draws = jax.random.uniform(key, (2, self.num_prey, self.num_points), jnp.float32)
        push, _ = self.decode(action, params)
        force = jnp.concatenate([push, self.flee(state, draws, params)])
        position, velocity = world.move(
            state,
            force,
            self.movers(params),
            self.landmark_kinds(params),
            params,
            velocity_first=True,
        )
        state = state.replace(position=position, velocity=velocity)
        return state, self.rewards(state, params), jnp.zeros(self.num_agents, jnp.bool_), {}

    def flee(self, state: State, draws: jax.Array, params: Params) -> jax.Array:
        """`(num_prey, 2)`: the prey's forces, by draws `(2, num_prey, num_points)` in [0, 1).

        The draws are for the distance of a place and for its direction.
        """
        reach = jnp.sqrt(draws[0])
        sin, cos = trig.sincos(np.float32(2 * np.pi) * draws[1])
        x, y = reach * cos, reach * sin
        own = state.position[self.num_predators :]
        choose = self._nearest_scores if self.score == "min" else self._sum_scores
        scores = jnp.stack([choose(state, x[k], y[k], k, params) for k in range(len(own))])
        best = jnp.argmax(scores, axis=1)[:, None]
        steps = [jnp.take_along_axis(part, best, axis=1) for part in (x, y)]
        stays = (scores.max(axis=1) < 0)[:, None]
        return jnp.where(stays, np.float32(0), jnp.concatenate(steps, axis=1))

    def _nearest_scores(
        self, state: State, x: jax.Array, y: jax.Array, prey: int, params: Params
    ) -> jax.Array:
        """`(num_points,)`: the squared distance from the predator now nearest, -1 if in the way."""
        predators = state.position[: self.num_predators]
        away = predators - state.position[self.num_predators + prey]
        apart = params.predator_radius + params.prey_radius
        blocked = (_squared_distances(away, x, y) < apart * apart).any(axis=0)
        nearest = jnp.argmin(world.squared_length(away))
        score = _squared_distances(away[nearest][None], x, y)[0]
        return jnp.where(blocked, np.float32(-1), score)

    def _sum_scores(
        self, state: State, x: jax.Array, y: jax.Array, prey: int, params: Params
    ) -> jax.Array:
        """`(num_points,)`: the sum of distances from all others, -1 if one is in the way."""
        own = self.num_predators + prey
        others = np.delete(np.arange(self.num_predators + self.num_prey), own)
        away = state.position[others] - state.position[own]
        apart = (world.rows(self.movers(params), "radius") + params.prey_radius)[others, None]
        blocked = jnp.zeros(self.num_points, jnp.bool_)
        for i in range(1, NUM_WAYPOINTS + 1):
            part = np.float32(i / NUM_WAYPOINTS)
            squared = _squared_distances(away, x * part, y * part)
            blocked |= (squared < apart * apart).any(axis=0)
        score = jnp.sqrt(_squared_distances(away, x, y)).sum(axis=0)
        return jnp.where(blocked, np.float32(-1), score)

    def rewards(self, state: State, params: Params) -> jax.Array:
        n = self.num_predators
        ways = world.way(state.position[:n], state.position[n:])
        caught = world.length(ways) < params.predator_radius + params.prey_radius
        team = params.catch_reward * caught.sum().astype(jnp.float32)
        return jnp.broadcast_to(team, (n,))

    def view_sizes(self) -> tuple[int, ...]:
        others = self.num_predators + self.num_prey - 1
        return (4 + 2 * (self.num_obstacles + others + self.num_prey),)

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        n = self.num_predators
        around = _within(world.way(state.position, state.position), params.view_radius)
        ahead = _within(world.way(state.position[:n], state.landmarks), params.view_radius)
        near = world.distance(state.position[:n], state.position[n:]) <= params.view_radius
        speeds = jnp.where(near[..., None], state.velocity[None, n:], np.float32(0))
        parts = [state.velocity[:n], state.position[:n]]
        parts += [view.flat(table) for table in (ahead, view.others(around)[:n], speeds)]
        return (jnp.concatenate(parts, axis=1),)


def _within(ways: jax.Array, radius: jax.Array | float) -> jax.Array:
    """Ways longer than `radius` as zeros."""
    return jnp.where((world.length(ways) <= radius)[..., None], ways, np.float32(0))


def _squared_distances(away: jax.Array, x: jax.Array, y: jax.Array) -> jax.Array:
    """`(n, num_points)`: from bodies `(n, 2)` to points `(num_points,)`; points vary fastest."""
    x, y = x - away[:, :1], y - away[:, 1:]
    return x * x + y * y
