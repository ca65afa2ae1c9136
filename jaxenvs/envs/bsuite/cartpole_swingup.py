"""CartpoleSwingup: swing a hanging pole up, though every push costs.

Source: bsuite's `experiments/cartpole_swingup/cartpole_swingup.py`; Osband et al., "Behaviour suite
for reinforcement learning" (2020).
Differs from it in: float32 throughout, where bsuite computes in float64; elapsed time is the step
count times the time step, where bsuite adds up.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.bsuite import cartpole
from jaxenvs.envs.bsuite.cartpole import State


class Params(cartpole.CartParams):
    """bsuite's constants."""

    height_threshold: float = 0.5  # cosine of the pole's angle, from which it counts as up
    theta_dot_threshold: float = 1.0  # rad/s, below which it counts as steady
    x_reward_threshold: float = 1.0  # m, within which the cart counts as central
    move_cost: float = 0.1  # of one push


class CartpoleSwingup(core.Env[State, Params]):
    """Actions: 0 push left, 1 nothing, 2 push right.

    Observation `(1, 8)`: x and x_dot over 3, sine and cosine of theta, theta_dot, time from 0 to 1,
    whether the cart is central and whether the pole is steady, as 1 and -1. Reward: 1 while the
    pole is up, steady and central, minus 0.1 for a push. Ends when the cart leaves +-3 m, or after
    more than 10 s: 1001 steps. `info["upright"]`: whether the 1 was given.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        return cartpole.start(key, params, around=np.pi)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        moved = cartpole.swing(state, action, params)
        high = jnp.cos(moved.theta) > params.height_threshold
        upright = high & is_steady(moved, params) & is_central(moved, params)
        cost = jnp.where(action == 1, np.float32(0), params.move_cost)
        late = cartpole.elapsed(state.time + 1, params) > params.max_time
        over = late | (jnp.abs(moved.x) > params.x_threshold)
        return moved, upright.astype(jnp.float32) - cost, over, {"upright": upright}

    def observe(self, state: State, params: Params) -> jax.Array:
        flags = [is_central(state, params), is_steady(state, params)]
        signs = [jnp.where(flag, np.float32(1), np.float32(-1)) for flag in flags]
        return jnp.stack([*cartpole.coordinates(state, params), *signs])[None]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        high = np.array([[np.inf, np.inf, 1, 1, np.inf, np.inf, 1, 1]], np.float32)
        return spaces.Box(np.where(np.arange(8) == 5, 0, -high), high)

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)


def is_central(state: State, params: Params) -> jax.Array:
    """Whether the cart is where rewards are given, () bool."""
    return jnp.abs(state.x) < params.x_reward_threshold


def is_steady(state: State, params: Params) -> jax.Array:
    """Whether the pole turns slowly enough for rewards, () bool."""
    return jnp.abs(state.theta_dot) < params.theta_dot_threshold
