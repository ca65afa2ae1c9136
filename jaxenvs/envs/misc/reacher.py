"""Reacher: move the end of an arm to a goal.

Source: gymnax's `environments/misc/reacher.py`, after github.com/unifyai/gym. A toy: links without
mass, each with an angle of its own from the x axis; not MuJoCo's Reacher.
Differs from it in: actions beyond the space are clipped; any number of joints works, where gymnax's
observation fails with other than two.
"""

import math
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Positive, Range


class State(core.State):
    """The arm and the goal."""

    angles: jax.Array  # (num_joints,) float32 rad, of each link from the x axis
    velocities: jax.Array  # (num_joints,) float32 rad/s
    goal: jax.Array  # (2,) float32, x and y; links have length 1


class Params(core.Params):
    """gymnax's numbers."""

    torque_scale: float = 1.0  # rad/s^2 for an action of 1
    dt: Positive = 0.05  # s, between two actions
    max_steps: int = 100


class Reacher(core.Env[State, Params]):
    """Action `(num_joints,)`: angular accelerations.

    Observation `(3 num_joints + 2,)`: cosines, sines, angular velocities, x and y of the goal.
    Reward: exp(-distance^2) of the arm's end from the goal. Never terminates; truncated after 100
    steps. A goal may lie out of reach, in the corners around the circle.
    """

    num_joints: Annotated[int, Range(1, 100)] = 2
    """Links of the arm."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        count = self.num_joints
        draws = jax.random.uniform(key, (2 * count + 2,), jnp.float32, -1.0, 1.0)
        return State(
            time=jnp.int32(0),
            angles=np.float32(math.pi) * draws[:count],
            velocities=draws[count : 2 * count],
            goal=np.float32(count) * draws[2 * count :],
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        action = jnp.clip(action, np.float32(-1), np.float32(1))
        velocities = state.velocities + params.dt * params.torque_scale * action
        angles = state.angles + params.dt * velocities
        way = end_of_arm(angles) - state.goal
        reward = jnp.exp(-(way * way).sum())
        return state.replace(angles=angles, velocities=velocities), reward, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        parts = [jnp.cos(state.angles), jnp.sin(state.angles), state.velocities, state.goal]
        return jnp.concatenate(parts)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        high = [1] * (2 * self.num_joints) + [np.inf] * self.num_joints + [self.num_joints] * 2
        return spaces.Box(-np.array(high, np.float32), high)

    def action_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(-1, 1, (self.num_joints,))


def end_of_arm(angles: jax.Array) -> jax.Array:
    """Where the last link ends, `(2,)` float32."""
    return jnp.stack([jnp.cos(angles).sum(), jnp.sin(angles).sum()])
