"""Catch: move a paddle under a falling ball.

Source: bsuite's `environments/catch.py`; Osband et al., "Behaviour suite for reinforcement
learning" (2020).
Differs from it in nothing.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Range


class State(core.State):
    """The ball and the paddle, which stays in the lowest row."""

    ball_row: jax.Array  # () int32, 0 is the top
    ball_column: jax.Array  # () int32
    paddle_column: jax.Array  # () int32


class Params(core.Params):
    """Nothing but a time limit, which bsuite does not have."""

    max_steps: int = 0


class Catch(core.Env[State, Params]):
    """Actions: 0 left, 1 stay, 2 right. Observation `(rows, columns)`: 1 at the ball and paddle.

    Reward: when the ball is down, 1 if it is caught, else -1. Ends then, after `rows - 1` steps.
    `info["regret"]`: 1 minus that reward.
    """

    rows: Annotated[int, Range(2, 1000)] = 10
    """How far the ball falls, the paddle's row included."""

    columns: Annotated[int, Range(1, 1000)] = 5
    """How many places there are to fall."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        # One word of randomness, where `randint` takes three blocks of them.
        share = jax.random.uniform(key, (), jnp.float32)
        column = (share * np.float32(self.columns)).astype(jnp.int32)
        return State(
            time=jnp.int32(0),
            ball_row=jnp.int32(0),
            ball_column=jnp.minimum(column, self.columns - 1),
            paddle_column=jnp.int32(self.columns // 2),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params  # deterministic
        moved = state.replace(
            ball_row=jnp.minimum(state.ball_row + 1, self.rows - 1),
            paddle_column=jnp.clip(state.paddle_column + action - 1, 0, self.columns - 1),
        )
        down = moved.ball_row == self.rows - 1
        caught = moved.paddle_column == moved.ball_column
        outcome = jnp.where(caught, np.float32(1), np.float32(-1))
        reward = jnp.where(down, outcome, np.float32(0))
        regret = jnp.where(down, 1 - outcome, np.float32(0))
        return moved, reward, down, {"regret": regret}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        # In one line until the end: a loop over short rows is not vectorized.
        cells = np.arange(self.rows * self.columns, dtype=np.int32)
        ball = state.ball_row * self.columns + state.ball_column
        paddle = (self.rows - 1) * self.columns + state.paddle_column
        shown = ((cells == ball) | (cells == paddle)).astype(jnp.float32)
        return shown.reshape(self.rows, self.columns)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(0, 1, (self.rows, self.columns))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)
