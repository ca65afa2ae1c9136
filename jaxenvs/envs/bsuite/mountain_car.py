"""MountainCar: rock an underpowered car out of a valley.

Source: bsuite's `environments/mountain_car.py`; Moore, "Efficient memory-based learning for robot
control" (1990).
Differs from it in: float32 throughout, where bsuite computes in float64.
"""

import jax
import jax.numpy as jnp

from jaxenvs import core, spaces
from jaxenvs.ranges import Count, Positive


class State(core.State):
    """The car."""

    position: jax.Array  # () float32, the goal is to the right
    velocity: jax.Array  # () float32, per step


class Params(core.Params):
    """bsuite's constants."""

    min_position: float = -1.2
    max_position: float = 0.6
    max_speed: Positive = 0.07
    goal_position: float = 0.5
    force: float = 0.001
    gravity: float = 0.0025
    reset_low: float = -0.6  # the car starts between here
    reset_high: float = -0.4  # and here, at rest
    time_limit: Count = 1000  # steps until the episode ends, which is shown and thus no truncation
    max_steps: int = 0


class MountainCar(core.Env[State, Params]):
    """Actions: 0 push left, 1 nothing, 2 push right.

    Observation `(1, 3)`: position, velocity, time from 0 to 1. Reward: -1 a step. Ends at the goal,
    or after 1000 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        share = jax.random.uniform(key, (), jnp.float32)
        position = params.reset_low + (params.reset_high - params.reset_low) * share
        return State(time=jnp.int32(0), position=position, velocity=jnp.float32(0))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        push = (action - 1).astype(jnp.float32) * params.force
        velocity = state.velocity + push - params.gravity * jnp.cos(3 * state.position)
        velocity = jnp.clip(velocity, -params.max_speed, params.max_speed)
        position = state.position + velocity
        position = jnp.clip(position, params.min_position, params.max_position)
        at_wall = position == params.min_position
        velocity = jnp.where(at_wall, jnp.maximum(velocity, 0), velocity)
        over = (position >= params.goal_position) | (state.time + 1 >= params.time_limit)
        return state.replace(position=position, velocity=velocity), jnp.float32(-1), over, {}

    def observe(self, state: State, params: Params) -> jax.Array:
        elapsed = state.time.astype(jnp.float32) / jnp.float32(params.time_limit)
        return jnp.stack([state.position, state.velocity, elapsed])[None]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        low = [[params.min_position, -params.max_speed, 0]]
        return spaces.Box(low, [[params.max_position, params.max_speed, 1]])

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)
