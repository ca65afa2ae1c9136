"""CartPole: keep a pole upright on a cart that is pushed left or right.

Source: Gymnasium's `envs/classic_control/cartpole.py`; Barto, Sutton & Anderson, "Neuronlike
adaptive elements that can solve difficult learning control problems" (1983).
Differs from it in: float32 throughout, where Gymnasium computes in float64; a push after the end
always gives the reward of a fallen pole.
"""

import math
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces, trig
from jaxenvs.ranges import Positive


class State(core.State):
    """The cart and the pole."""

    x: jax.Array  # () m, cart from the centre, right is positive
    x_dot: jax.Array  # () m/s
    theta: jax.Array  # () rad, pole from upright, clockwise is positive
    theta_dot: jax.Array  # () rad/s


class Params(core.Params):
    """Gymnasium's constants."""

    gravity: float = 9.8  # m/s^2
    cart_mass: Positive = 1.0  # kg
    pole_mass: Positive = 0.1  # kg
    half_length: Positive = 0.5  # m, hinge to the pole's centre of mass
    force: float = 10.0  # N, of one push
    dt: Positive = 0.02  # s, between two actions
    x_limit: Positive = 2.4  # m, the cart beyond it ends the episode
    theta_limit: Positive = math.radians(12)  # rad, the pole beyond it ends the episode
    reset_low: float = -0.05  # each coordinate of the start is uniform from here
    reset_high: float = 0.05  # to here
    sutton_barto_reward: bool = False  # 0 a step and -1 at the fall, in place of 1 a step
    max_steps: int = 500

    @property
    def total_mass(self) -> jax.Array | float:
        """Cart and pole, kg."""
        return self.cart_mass + self.pole_mass

    @property
    def pole_moment(self) -> jax.Array | float:
        """Pole mass times half length, kg m."""
        return self.pole_mass * self.half_length


class CartPole(core.Env[State, Params]):
    """Actions: 0 push left, 1 push right. Observation `(4,)`: x, x_dot, theta, theta_dot.

    Reward: 1 for every step, the last included. Ends when the cart leaves +-2.4 m or the pole
    leaves +-12 degrees; truncated after 500 steps (v0: 200).
    """

    integrator: Literal["euler", "semi_implicit"] = "euler"
    """`semi_implicit` updates the velocities first."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        low, high = params.reset_low, params.reset_high
        start = low + (high - low) * jax.random.uniform(key, (4,), jnp.float32)
        x, x_dot, theta, theta_dot = start
        return State(time=jnp.int32(0), x=x, x_dot=x_dot, theta=theta, theta_dot=theta_dot)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        force = jnp.where(action == 1, params.force, -params.force)
        x_acc, theta_acc = accelerations(state, force, params)
        x_dot = state.x_dot + params.dt * x_acc
        theta_dot = state.theta_dot + params.dt * theta_acc
        implicit = self.integrator == "semi_implicit"
        moved = state.replace(
            x=state.x + params.dt * (x_dot if implicit else state.x_dot),
            x_dot=x_dot,
            theta=state.theta + params.dt * (theta_dot if implicit else state.theta_dot),
            theta_dot=theta_dot,
        )
        terminated = out_of_bounds(moved, params)
        alive_reward = jnp.where(terminated & out_of_bounds(state, params), 0.0, 1.0)
        fall_reward = jnp.where(terminated, -1.0, 0.0)
        reward = jnp.where(params.sutton_barto_reward, fall_reward, alive_reward)
        return moved, reward.astype(jnp.float32), terminated, {}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        return jnp.stack([state.x, state.x_dot, state.theta, state.theta_dot])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        # Twice the limits, so that the observation that ends an episode lies inside.
        high = [params.x_limit * 2, np.inf, params.theta_limit * 2, np.inf]
        return spaces.Box([-bound for bound in high], high)

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)


def accelerations(state: State, force: jax.Array, params: Params) -> tuple[jax.Array, jax.Array]:
    """Cart (m/s^2) and pole (rad/s^2) accelerations under a force on the cart (N).

    Florian, "Correct equations for the dynamics of the cart-pole system" (2007), eqs. 23-24 without
    friction.
    """
    sin, cos = trig.sincos(state.theta)
    push = (force + params.pole_moment * state.theta_dot**2 * sin) / params.total_mass
    theta_acc = (params.gravity * sin - cos * push) / (
        params.half_length * (4 / 3 - params.pole_mass * cos**2 / params.total_mass)
    )
    return push - params.pole_moment * theta_acc * cos / params.total_mass, theta_acc


def out_of_bounds(state: State, params: Params) -> jax.Array:
    """Whether the cart left the track or the pole fell, () bool."""
    return (jnp.abs(state.x) > params.x_limit) | (jnp.abs(state.theta) > params.theta_limit)
