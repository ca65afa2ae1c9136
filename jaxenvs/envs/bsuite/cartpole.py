"""Cartpole: keep a pole upright on a cart, with time in view and a narrow track.

Source: bsuite's `environments/cartpole.py`; Barto, Sutton & Anderson, "Neuronlike adaptive elements
that can solve difficult learning control problems" (1983).
Differs from it in: float32 throughout, where bsuite computes in float64; elapsed time is the step
count times the time step, where bsuite adds up.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import NonNegative, Positive


class State(core.State):
    """The cart and the pole."""

    x: jax.Array  # () m, cart from the centre, right is positive
    x_dot: jax.Array  # () m/s
    theta: jax.Array  # () rad, pole from upright, clockwise, 0 to 2 pi
    theta_dot: jax.Array  # () rad/s


class CartParams(core.Params):
    """The constants of both games with this cart."""

    cart_mass: Positive = 1.0  # kg
    pole_mass: Positive = 0.1  # kg
    half_length: Positive = 0.5  # m, hinge to the pole's centre of mass
    force: float = 10.0  # N, of one push
    gravity: float = 9.8  # m/s^2
    timescale: Positive = 0.01  # s, between two actions
    max_time: Positive = 10.0  # s, an episode goes on up to here
    x_threshold: Positive = 3.0  # m, the end of the track
    init_range: NonNegative = 0.05  # coordinates start between minus and plus this
    max_steps: int = 0


class Params(CartParams):
    """bsuite's constants."""

    height_threshold: float = 0.8  # cosine of the pole's angle, below which it has fallen


class Cartpole(core.Env[State, Params]):
    """Actions: 0 push left, 1 nothing, 2 push right.

    Observation `(1, 6)`: x and x_dot over 3, sine and cosine of theta, theta_dot, time from 0 to 1.
    Reward: 1 a step while the pole is up and the cart within 3 m. Ends when this is no longer so,
    or after more than 10 s: 1001 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        return start(key, params, around=0.0)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        moved = swing(state, action, params)
        upright = jnp.cos(moved.theta) > params.height_threshold
        good = upright & (jnp.abs(moved.x) < params.x_threshold)
        late = elapsed(state.time + 1, params) > params.max_time
        return moved, good.astype(jnp.float32), late | ~good, {}

    def observe(self, state: State, params: Params) -> jax.Array:
        return jnp.stack(coordinates(state, params))[None]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        high = np.array([[np.inf, np.inf, 1, 1, np.inf, np.inf]], np.float32)
        return spaces.Box(np.where(np.arange(6) == 5, 0, -high), high)

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)


def start(key: jax.Array, params: CartParams, around: float) -> State:
    """A cart near the centre, whose pole is at rest near the angle `around`."""
    draw = jax.random.uniform(key, (4,), jnp.float32, -1.0, 1.0)
    x, x_dot, theta, theta_dot = draw * params.init_range
    return State(time=jnp.int32(0), x=x, x_dot=x_dot, theta=around + theta, theta_dot=theta_dot)


def swing(state: State, action: jax.Array, params: CartParams) -> State:
    """The cart and the pole one time step later.

    Florian, "Correct equations for the dynamics of the cart-pole system" (2007), eqs. 23-24 without
    friction.
    """
    total_mass = params.cart_mass + params.pole_mass
    pole_moment = params.pole_mass * params.half_length
    force = (action - 1).astype(jnp.float32) * params.force
    sin, cos = jnp.sin(state.theta), jnp.cos(state.theta)
    push = (force + pole_moment * state.theta_dot**2 * sin) / total_mass
    inertia = params.half_length * (4 / 3 - params.pole_mass * cos**2 / total_mass)
    theta_acc = (params.gravity * sin - cos * push) / inertia
    x_acc = push - pole_moment * theta_acc * cos / total_mass
    dt = params.timescale
    return state.replace(
        x=state.x + dt * state.x_dot,
        x_dot=state.x_dot + dt * x_acc,
        theta=jnp.remainder(state.theta + dt * state.theta_dot, np.float32(2 * np.pi)),
        theta_dot=state.theta_dot + dt * theta_acc,
    )


def elapsed(time: jax.Array, params: CartParams) -> jax.Array:
    """Seconds that `time` steps take, () float32."""
    return time.astype(jnp.float32) * params.timescale


def coordinates(state: State, params: Any) -> list[jax.Array]:
    """The six numbers that both games show, () float32 each."""
    return [
        state.x / params.x_threshold,
        state.x_dot / params.x_threshold,
        jnp.sin(state.theta),
        jnp.cos(state.theta),
        state.theta_dot,
        elapsed(state.time, params) / params.max_time,
    ]
