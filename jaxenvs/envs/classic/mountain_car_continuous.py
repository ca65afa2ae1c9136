"""Continuous mountain car: rock a car out of a valley, and push no more than needed.

Source: Gymnasium's `envs/classic_control/continuous_mountain_car.py`; Moore, "Efficient
memory-based learning for robot control" (1990).
Differs from it in: float32 throughout, where Gymnasium computes in float64.
"""

import jax
import jax.numpy as jnp

from jaxenvs import core, spaces
from jaxenvs.envs.classic.mountain_car import State, Valley, ValleyParams


class Params(ValleyParams):
    """Gymnasium's constants."""

    goal_position: float = 0.45  # the flag
    min_action: float = -1.0  # actions below it push no harder
    max_action: float = 1.0  # nor do actions above it
    power: float = 0.0015  # velocity that an action of 1 adds
    goal_reward: float = 100.0  # at the flag
    action_cost: float = 0.1  # for an action of 1; grows with its square
    max_steps: int = 999


class MountainCarContinuous(Valley[Params]):
    """Action `(1,)`: the push, to the right if positive. Observation `(2,)`: position, velocity.

    Reward: minus 0.1 action^2 of the action as given, and 100 at the flag. Ends when the car is at
    the flag (0.45) or beyond and does not roll back; truncated after 999 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        push = params.power * jnp.clip(action[0], params.min_action, params.max_action)
        moved, terminated = self.roll(state, push, params)
        reward = params.goal_reward * terminated.astype(jnp.float32)
        return moved, reward - params.action_cost * action[0] ** 2, terminated, {}

    def action_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        return spaces.Box(params.min_action, params.max_action, (1,))
