"""PointRobot: find a hidden goal on a half circle, again and again.

Source: gymnax's `environments/misc/point_robot.py`; Dorfman, Shenfeld & Tamar, "Offline meta
reinforcement learning: identifiability challenges and effective data collection strategies" (2021).
Differs from it in: the reward is for the place that a step leads to, where gymnax pays for the one
it leaves; the last action is shown as it was played, clipped; the clock is scaled by the time
limit, where gymnax's is by 100 steps.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.misc import _clock as clock
from jaxenvs.ranges import NonNegative


class State(core.State):
    """The robot, the goal, and what was seen last."""

    position: jax.Array  # (2,) float32, x to the right, y up
    goal: jax.Array  # (2,) float32, on the half circle
    last_action: jax.Array  # (2,) float32, 0 at the start
    last_reward: jax.Array  # () float32, 0 at the start


class Params(clock.Params):
    """gymnax's numbers."""

    max_force: NonNegative = 0.1  # the longest step along each axis; actions are clipped to it
    circle_radius: NonNegative = 1.0
    dense_reward: bool = False  # minus the distance to the goal, in place of 1 near it
    goal_radius: NonNegative = 0.2  # the goal is reached from this distance on
    center_init: bool = False  # begin at the origin, not anywhere in the half circle
    max_steps: int = 100


class PointRobot(core.Env[State, Params]):
    """Action `(2,)`: a step along x and y.

    Observation `(6,)`: position, last reward, last action, clock. The goal is not shown. Reward: 1
    within 0.2 of the goal, from where the robot is put elsewhere at random. Never terminates;
    truncated after 100 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        draws = jax.random.uniform(key, (3,), jnp.float32)
        angle = np.float32(math.pi) * draws[2]
        return State(
            time=jnp.int32(0),
            position=_start(draws[:2], params),
            goal=params.circle_radius * jnp.stack([jnp.cos(angle), jnp.sin(angle)]),
            last_action=jnp.zeros(2, jnp.float32),
            last_reward=jnp.float32(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        action = jnp.clip(action, -params.max_force, params.max_force)
        position = state.position + action
        way = state.goal - position
        distance = jnp.sqrt((way * way).sum())
        reached = distance <= params.goal_radius
        reward = jnp.where(params.dense_reward, -distance, reached.astype(jnp.float32))
        elsewhere = _start(jax.random.uniform(key, (2,), jnp.float32), params)
        state = state.replace(
            position=jnp.where(reached, elsewhere, position),
            last_action=action,
            last_reward=reward,
        )
        return state, reward, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        time = clock.shown_time(state.time, params)
        parts = [state.position, state.last_reward[None], state.last_action, time[None]]
        return jnp.concatenate(parts)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        early, late = clock.bounds(params)
        force, far, dense = params.max_force, np.inf, params.dense_reward
        xp = spaces.namespace(dense)
        low = [-far, -far, xp.where(dense, -far, 0.0), -force, -force, early]
        high = [far, far, xp.where(dense, 0.0, 1.0), force, force, late]
        return spaces.Box(low, high)

    def action_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        return spaces.Box(-params.max_force, params.max_force, (2,))


def _start(draws: jax.Array, params: Params) -> jax.Array:
    """Where the robot is put: radius and angle are uniform, by two draws between 0 and 1."""
    radius, angle = params.circle_radius * draws[0], np.float32(math.pi) * draws[1]
    anywhere = radius * jnp.stack([jnp.cos(angle), jnp.sin(angle)])
    return jnp.where(params.center_init, np.float32(0), anywhere)
