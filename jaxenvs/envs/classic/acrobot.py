"""Acrobot: swing a two-link chain up by turning the joint between the links.

Source: Gymnasium's `envs/classic_control/acrobot.py`; Sutton, "Generalization in reinforcement
learning: successful examples using sparse coarse coding" (1996); Sutton & Barto, "Reinforcement
learning: an introduction", 1st edition, section 11.3.
Differs from it in: float32 throughout, where Gymnasium computes in float64; the height that ends an
episode counts the lengths of the links, where Gymnasium takes them for 1 m whatever they are.
"""

import math
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces, trig
from jaxenvs.ranges import NonNegative, Positive


class State(core.State):
    """The two links."""

    theta_1: jax.Array  # () rad, upper link from hanging down, counterclockwise is positive
    theta_2: jax.Array  # () rad, lower link from the direction of the upper one
    theta_1_dot: jax.Array  # () rad/s
    theta_2_dot: jax.Array  # () rad/s


class Params(core.Params):
    """Gymnasium's constants."""

    gravity: float = 9.8  # m/s^2
    link_length_1: Positive = 1.0  # m, of the upper link
    link_length_2: Positive = 1.0  # m, of the lower link; the dynamics do without it
    link_mass_1: Positive = 1.0  # kg
    link_mass_2: Positive = 1.0  # kg
    link_com_1: Positive = 0.5  # m, from the upper joint to the centre of mass
    link_com_2: Positive = 0.5  # m, from the lower joint to the centre of mass
    link_moi: Positive = 1.0  # kg m^2, moment of inertia of either link
    torque: float = 1.0  # N m, of one action
    torque_noise_max: NonNegative = 0.0  # N m, uniform noise between +- this is added to the torque
    dt: Positive = 0.2  # s, between two actions
    max_velocity_1: Positive = 4 * math.pi  # rad/s, velocities are clipped to it
    max_velocity_2: Positive = 9 * math.pi  # rad/s
    goal_height: float = 1.0  # m above the upper joint, for the free end to rise above
    reset_low: float = -0.1  # each coordinate of the start is uniform from here
    reset_high: float = 0.1  # to here
    max_steps: int = 500


class Motion(NamedTuple):
    """Both angles and both velocities, or how fast these four change."""

    theta_1: jax.Array
    theta_2: jax.Array
    theta_1_dot: jax.Array
    theta_2_dot: jax.Array

    def ahead(self, time: jax.Array | float, change: "Motion") -> "Motion":
        """After a time, s, at a constant rate of change."""
        return Motion(*(now + time * rate for now, rate in zip(self, change, strict=True)))


class Acrobot(core.Env[State, Params]):
    """Actions: torque on the joint between the links, 0: -1 N m, 1: none, 2: 1 N m.

    Observation `(6,)`: cos and sin of the first angle, cos and sin of the second, both velocities.
    Reward: -1 for every step but the last, which gives 0. Ends when the free end is more than 1 m
    above the fixed one; truncated after 500 steps.
    """

    dynamics: Literal["book", "nips"] = "book"
    """`nips`: the equations as printed in 1996, which lack a term; Sutton ran those of the book."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        low, high = params.reset_low, params.reset_high
        start = low + (high - low) * jax.random.uniform(key, (4,), jnp.float32)
        return State(
            time=jnp.int32(0),
            theta_1=start[0],
            theta_2=start[1],
            theta_1_dot=start[2],
            theta_2_dot=start[3],
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        torque = params.torque * (action - 1).astype(jnp.float32)
        torque = torque + torque_noise(key, params)
        motion = Motion(state.theta_1, state.theta_2, state.theta_1_dot, state.theta_2_dot)
        theta_1, theta_2, theta_1_dot, theta_2_dot = self._integrate(motion, torque, params)
        moved = state.replace(
            theta_1=trig.wrap(theta_1),
            theta_2=trig.wrap(theta_2),
            theta_1_dot=jnp.clip(theta_1_dot, -params.max_velocity_1, params.max_velocity_1),
            theta_2_dot=jnp.clip(theta_2_dot, -params.max_velocity_2, params.max_velocity_2),
        )
        terminated = height(moved, params) > params.goal_height
        return moved, terminated.astype(jnp.float32) - 1, terminated, {}

    def _integrate(self, start: Motion, torque: jax.Array, params: Params) -> Motion:
        """The motion `dt` later, by one step of the classic Runge-Kutta method."""
        first = self._change(start, torque, params)
        second = self._change(start.ahead(params.dt / 2, first), torque, params)
        third = self._change(start.ahead(params.dt / 2, second), torque, params)
        fourth = self._change(start.ahead(params.dt, third), torque, params)
        stages = zip(first, second, third, fourth, strict=True)
        mean = Motion(*((a + 2 * (b + c) + d) / 6 for a, b, c, d in stages))
        return start.ahead(params.dt, mean)

    def _change(self, motion: Motion, torque: jax.Array, params: Params) -> Motion:
        """Velocities and accelerations of a motion under a torque."""
        theta_1, theta_2, theta_1_dot, theta_2_dot = motion
        sin_1, cos_1 = trig.sincos(theta_1)
        sin_2, cos_2 = trig.sincos(theta_2)
        sin_sum = sin_1 * cos_2 + cos_1 * sin_2
        mass_1, mass_2, com_2 = params.link_mass_1, params.link_mass_2, params.link_com_2
        inertia = mass_2 * com_2**2 + params.link_moi  # of the lower link about its joint
        moment = mass_1 * params.link_com_1 + mass_2 * params.link_length_1
        lever = mass_2 * params.link_length_1 * com_2
        # d and phi are the book's names.
        d_2 = inertia + lever * cos_2
        d_1 = mass_1 * params.link_com_1**2 + mass_2 * params.link_length_1**2 + params.link_moi
        d_1 = d_1 + d_2 + lever * cos_2
        phi_2 = mass_2 * com_2 * params.gravity * sin_sum
        phi_1 = phi_2 + moment * params.gravity * sin_1
        phi_1 = phi_1 - lever * sin_2 * theta_2_dot * (theta_2_dot + 2 * theta_1_dot)
        push = torque - phi_2
        if self.dynamics == "book":
            push = push - lever * sin_2 * theta_1_dot**2
        # The book's two equations, solved. XLA makes a quotient once and repeats a product at each
        # use, so that one division, of 1 by the determinant, would cost twice the time.
        determinant = d_1 * inertia - d_2**2
        acc_1 = -(d_2 * push + inertia * phi_1) / determinant
        acc_2 = (d_1 * push + d_2 * phi_1) / determinant
        return Motion(theta_1_dot, theta_2_dot, acc_1, acc_2)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        sin_1, cos_1 = trig.sincos(state.theta_1)
        sin_2, cos_2 = trig.sincos(state.theta_2)
        return jnp.stack([cos_1, sin_1, cos_2, sin_2, state.theta_1_dot, state.theta_2_dot])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        high = [1, 1, 1, 1, params.max_velocity_1, params.max_velocity_2]
        return spaces.Box([-bound for bound in high], high)

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)


def height(state: State, params: Params) -> jax.Array:
    """Of the free end above the fixed one, () m."""
    sin_1, cos_1 = trig.sincos(state.theta_1)
    sin_2, cos_2 = trig.sincos(state.theta_2)
    cos_sum = cos_1 * cos_2 - sin_1 * sin_2
    return -params.link_length_1 * cos_1 - params.link_length_2 * cos_sum


def torque_noise(key: jax.Array, params: Params) -> jax.Array | np.float32:
    """Uniform within the noise's bounds, N m; costs nothing where they are known to be 0."""
    largest = params.torque_noise_max
    if isinstance(largest, np.generic) and largest == 0:
        return np.float32(0)
    return largest * jax.random.uniform(key, (), jnp.float32, np.float32(-1), np.float32(1))
