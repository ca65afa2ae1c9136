"""Pendulum: swing a rod up and hold it there, with a motor too weak to lift it at once.

Source: Gymnasium's `envs/classic_control/pendulum.py`.
Differs from it in: float32 throughout, where Gymnasium computes in float64; the angle in the state
is less than a turn and a step away from upright, so that float32 keeps its digits, where
Gymnasium's counts the turns, which neither observations nor rewards show.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces, trig
from jaxenvs.ranges import NonNegative, Positive


class State(core.State):
    """The rod and the motor."""

    theta: jax.Array  # () rad, from upright, counterclockwise is positive
    theta_dot: jax.Array  # () rad/s
    torque: jax.Array  # () N m, of the last step; 0 at the start; for pictures only


class Params(core.Params):
    """Gymnasium's constants, under its names where its `make` takes them."""

    g: float = 10.0  # m/s^2, gravity
    mass: Positive = 1.0  # kg, of the rod
    length: Positive = 1.0  # m, of the rod
    dt: Positive = 0.05  # s, between two actions
    max_speed: Positive = 8.0  # rad/s, velocities are clipped to it
    max_torque: NonNegative = 2.0  # N m, actions are clipped to it
    speed_cost: float = 0.1  # for 1 rad^2/s^2
    torque_cost: float = 0.001  # for 1 N^2 m^2
    x_init: NonNegative = math.pi  # rad, the angle at the start is uniform between +-x_init
    y_init: NonNegative = 1.0  # rad/s, the velocity at the start is uniform between +-y_init
    max_steps: int = 200


class Pendulum(core.Env[State, Params]):
    """Action `(1,)`: torque, counterclockwise is positive; more than the motor has is clipped.

    Observation `(3,)`: cos and sin of the angle from upright, angular velocity. Reward: minus
    (angle^2 + 0.1 velocity^2 + 0.001 torque^2) of the state before the step, the angle taken
    between +-pi. Never terminates; truncated after 200 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        angle, speed = jax.random.uniform(key, (2,), jnp.float32, np.float32(-1), np.float32(1))
        return State(
            time=jnp.int32(0),
            theta=params.x_init * angle,
            theta_dot=params.y_init * speed,
            torque=jnp.float32(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        theta, theta_dot = trig.wrap(state.theta), state.theta_dot
        torque = jnp.clip(action[0], -params.max_torque, params.max_torque)
        cost = theta**2 + params.speed_cost * theta_dot**2 + params.torque_cost * torque**2
        theta_acc = 3 * params.g / (2 * params.length) * trig.sincos(theta)[0]
        theta_acc = theta_acc + 3 / (params.mass * params.length**2) * torque
        theta_dot = theta_dot + params.dt * theta_acc
        theta_dot = jnp.clip(theta_dot, -params.max_speed, params.max_speed)
        theta = theta + params.dt * theta_dot
        moved = state.replace(theta=theta, theta_dot=theta_dot, torque=torque)
        return moved, -cost, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        sin, cos = trig.sincos(state.theta)
        return jnp.stack([cos, sin, state.theta_dot])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        return spaces.Box([-1, -1, -params.max_speed], [1, 1, params.max_speed])

    def action_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        return spaces.Box(-params.max_torque, params.max_torque, (1,))
