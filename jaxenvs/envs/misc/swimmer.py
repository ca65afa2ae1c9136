"""Swimmer: swim to a goal and keep away from the urchins.

Source: gymnax's `environments/misc/swimmer.py`, after github.com/unifyai/gym. A toy: a point that
is pushed; not MuJoCo's Swimmer.
Differs from it in: actions beyond the space are clipped.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Positive, Range


class State(core.State):
    """The sea, x to the right and y up."""

    urchins: jax.Array  # (num_urchins, 2) float32
    position: jax.Array  # (2,) float32
    velocity: jax.Array  # (2,) float32, 1/s
    goal: jax.Array  # (2,) float32


class Params(core.Params):
    """gymnax's numbers."""

    dt: Positive = 0.05  # s, between two actions
    max_steps: int = 500


class Swimmer(core.Env[State, Params]):
    """Action `(2,)`: acceleration along x and y.

    Observation `(2 num_urchins + 6,)`: urchins, position, velocity, goal. Reward: exp(-distance^2 /
    2) from the goal, times 1 - exp(-30 distance^2) for every urchin. Never terminates; truncated
    after 500 steps. All things begin between -1 and 1; the sea has no borders.
    """

    num_urchins: Annotated[int, Range(0, 1000)] = 5
    """Urchins."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        draws = jax.random.uniform(key, (self.num_urchins + 2, 2), jnp.float32, -1.0, 1.0)
        return State(
            time=jnp.int32(0),
            urchins=draws[2:],
            position=draws[0],
            velocity=jnp.zeros(2, jnp.float32),
            goal=draws[1],
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        action = jnp.clip(action, np.float32(-1), np.float32(1))
        velocity = state.velocity + params.dt * action
        position = state.position + params.dt * velocity
        reward = jnp.exp(-_square(position - state.goal) / 2)
        stings = jnp.exp(-30 * _square(position - state.urchins))
        reward = reward * jnp.prod(1 - stings)
        return state.replace(position=position, velocity=velocity), reward, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        parts = [state.urchins.ravel(), state.position, state.velocity, state.goal]
        return jnp.concatenate(parts)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        high = [1] * (2 * self.num_urchins) + [np.inf] * 4 + [1] * 2
        return spaces.Box(-np.array(high, np.float32), high)

    def action_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(-1, 1, (2,))


def _square(way: jax.Array) -> jax.Array:
    """Squared length along the last axis."""
    return (way * way).sum(axis=-1)
