"""Mountain car: drive an underpowered car out of a valley by rocking back and forth.

Source: Gymnasium's `envs/classic_control/mountain_car.py`; Moore, "Efficient memory-based learning
for robot control" (1990).
Differs from it in: float32 throughout, where Gymnasium computes in float64.
"""

from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces, trig
from jaxenvs.ranges import Positive


class State(core.State):
    """The car."""

    position: jax.Array  # () along the track; the floor of the valley is at -pi/6
    velocity: jax.Array  # () a step


class ValleyParams(core.Params):
    """What the two mountain cars have in common."""

    min_position: float = -1.2  # a wall, which stops the car
    max_position: float = 0.6  # the end of the track, which does not
    max_speed: Positive = 0.07  # a step; velocities are clipped to it
    goal_position: float = 0.5  # the flag
    goal_velocity: float = 0.0  # at the flag the car must be this fast or faster
    gravity: float = 0.0025  # velocity that a step down the steepest slope adds
    reset_low: float = -0.6  # the position at the start is uniform from here
    reset_high: float = -0.4  # to here


class Params(ValleyParams):
    """Gymnasium's constants."""

    force: float = 0.001  # velocity that a push adds
    max_steps: int = 200


ValleyParamsT = TypeVar("ValleyParamsT", bound=ValleyParams)


class Valley(core.Env[State, ValleyParamsT]):
    """A car between two hills, whatever drives it."""

    def initial(self, key: jax.Array, params: ValleyParamsT) -> State:
        share = jax.random.uniform(key, (), jnp.float32)
        position = params.reset_low + (params.reset_high - params.reset_low) * share
        return State(time=jnp.int32(0), position=position, velocity=jnp.float32(0))

    def roll(self, state: State, push: jax.Array, params: ValleyParamsT) -> tuple[State, jax.Array]:
        """The car one step later, and whether it is at the goal, () bool.

        `push` is the velocity that the engine adds.
        """
        _, slope = trig.sincos(3 * state.position)
        velocity = state.velocity + (push - params.gravity * slope)
        velocity = jnp.clip(velocity, -params.max_speed, params.max_speed)
        position = state.position + velocity
        position = jnp.clip(position, params.min_position, params.max_position)
        at_wall = (position == params.min_position) & (velocity < 0)
        velocity = jnp.where(at_wall, np.float32(0), velocity)
        at_goal = (position >= params.goal_position) & (velocity >= params.goal_velocity)
        return state.replace(position=position, velocity=velocity), at_goal

    def observe(self, state: State, params: ValleyParamsT) -> jax.Array:
        del params
        return jnp.stack([state.position, state.velocity])

    def observation_space(self, params: ValleyParamsT | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        low = [params.min_position, -params.max_speed]
        return spaces.Box(low, [params.max_position, params.max_speed])


class MountainCar(Valley[Params]):
    """Actions: 0 push left, 1 coast, 2 push right. Observation `(2,)`: position, velocity.

    Reward: -1 for every step. Ends when the car is at the flag (0.5) or beyond and does not roll
    back; truncated after 200 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        push = params.force * (action - 1).astype(jnp.float32)
        moved, terminated = self.roll(state, push, params)
        return moved, jnp.float32(-1), terminated, {}

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)
