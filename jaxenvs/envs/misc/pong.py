"""Pong: get the ball past the other paddle, and let none pass yours.

Source: gymnax's `environments/misc/pong.py`, after github.com/BlackHC/batch_pong_poc.
Differs from it in: the ball bounces off the upper border too, through which it leaves gymnax's
court for ever; the reward is 1 for a point and -1 for one against, where gymnax gives 1 for every
step but the last, whoever scores, as does `survival_reward`; serves are random, where gymnax's are
all the same, as without `random_serve`; observations are bools, where gymnax's are float32.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.fusion import settled
from jaxenvs.ranges import Range, Whole

STAY, UP, DOWN = range(3)
AGENT, OPPONENT = range(2)  # the paddle on the left and the one on the right


class State(core.State):
    """The court; rows from the top, columns from the left."""

    paddles: jax.Array  # (2,) int32, rows of the middles
    ball: jax.Array  # (2,) int32, row and column
    last_ball: jax.Array  # (2,) int32, one step ago
    velocity: jax.Array  # (2,) int32, rows and columns per step


class Params(core.Params):
    """gymnax's numbers."""

    ball_max_y_speed: Whole = 3  # rows per step, at most
    paddle_y_speed: Whole = 1  # rows per step
    ball_x_speed: Whole = 1  # columns per step
    use_ai_policy: bool = True  # the opponent follows the ball; else it moves as the agent does
    survival_reward: bool = False  # 1 for every step that does not end the game, as in gymnax
    random_serve: bool = True  # to either side, up, down or straight; else straight to the right
    max_steps: int = 1000


class Pong(core.Env[State, Params]):
    """Actions: 0 stay, 1 up, 2 down; the agent's paddle is on the left.

    Observation `(height, width, 3)`: paddles, ball, where the ball was a step ago. Where the ball
    hits a paddle decides how steeply it leaves. Reward: 1 for a ball that gets past the opponent,
    -1 for one that gets past the agent. Ends then; truncated after 1000 steps.
    """

    width: Annotated[int, Range(6, 255)] = 40
    """Columns of the court."""

    height: Annotated[int, Range(6, 255)] = 30
    """Rows of the court."""

    paddle_half_height: Annotated[int, Range(1, 127)] = 2
    """Rows of a paddle above its middle, and below it."""

    def __post_init__(self) -> None:
        if 2 * self.paddle_half_height + 1 > self.height:
            raise ValueError("paddle_half_height: expected paddles no higher than the court")

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        bits = jax.random.bits(key, (), jnp.uint32) * jnp.asarray(params.random_serve).astype(
            jnp.uint32
        )
        # Of 0, 1 and 2 the first means straight; the rest of the bits choose the side.
        slope = ((bits % np.uint32(3)).astype(jnp.int32) + 1) % 3 - 1
        side = jnp.where((bits // np.uint32(3)) % np.uint32(2) == 0, 1, -1)
        middle = jnp.array([self.height // 2, self.width // 2], jnp.int32)
        return State(
            time=jnp.int32(0),
            paddles=jnp.full(2, self.height // 2, jnp.int32),
            ball=middle,
            last_ball=middle,
            velocity=jnp.stack([slope, side * params.ball_x_speed]).astype(jnp.int32),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        paddles = self._move_paddles(state, action, params)
        ball, velocity = self._off_borders(state.ball + state.velocity, state.velocity)
        ball, velocity = self._off_paddles(ball, velocity, paddles, params)
        won, lost = ball[1] >= self.width, ball[1] < 0
        over = won | lost
        points = won.astype(jnp.float32) - lost.astype(jnp.float32)
        reward = jnp.where(params.survival_reward, (~over).astype(jnp.float32), points)
        state = state.replace(paddles=paddles, ball=ball, last_ball=state.ball, velocity=velocity)
        return state, reward, over, {}

    def _move_paddles(self, state: State, action: jax.Array, params: Params) -> jax.Array:
        """Rows of both paddles after a step, `(2,)` int32."""
        low, high = self.paddle_half_height, self.height - self.paddle_half_height - 1
        own = (action == DOWN).astype(jnp.int32) - (action == UP).astype(jnp.int32)
        row, reach = state.paddles[OPPONENT], params.paddle_y_speed
        below = jnp.abs(state.ball[0] - jnp.clip(row + reach, low, high))
        above = jnp.abs(state.ball[0] - jnp.clip(row - reach, low, high))
        follow = jnp.where(above < below, -1, 1)
        other = jnp.where(params.use_ai_policy, follow, own)
        steps = jnp.stack([own, other]).astype(jnp.int32) * params.paddle_y_speed
        return jnp.clip(state.paddles + steps, low, high)

    def _off_borders(self, ball: jax.Array, velocity: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Ball and velocity after the upper and the lower border."""
        row = jnp.abs(ball[0])
        row = jnp.where(row >= self.height, 2 * (self.height - 1) - row, row)
        turns = (ball[0] < 0) | (ball[0] >= self.height)
        flip = jnp.where(turns, np.array([-1, 1], np.int32), np.array([1, 1], np.int32))
        return jnp.stack([row, ball[1]]), velocity * flip

    def _off_paddles(
        self, ball: jax.Array, velocity: jax.Array, paddles: jax.Array, params: Params
    ) -> tuple[jax.Array, jax.Array]:
        """Ball and velocity after the paddles; at most one of them is near."""
        offset = ball[0] - paddles
        there = jnp.stack([ball[1] <= 1, ball[1] > self.width - 2])
        hits = there & (jnp.abs(offset) <= self.paddle_half_height)
        mirror = jnp.where(hits[AGENT], 1, self.width - 2) * 2 - ball[1]
        lift = jnp.where(hits, offset, 0).sum(dtype=jnp.int32).astype(jnp.float32)
        lift = lift / np.float32(self.paddle_half_height)
        steep = jnp.asarray(params.ball_max_y_speed).astype(jnp.float32)
        speed = jnp.clip(velocity[0].astype(jnp.float32) + lift, -steep, steep)
        speed = jnp.round(speed).astype(jnp.int32)
        hit = hits.any()
        ball = jnp.where(hit, jnp.stack([ball[0], mirror]), ball)
        return ball, jnp.where(hit, jnp.stack([speed, -velocity[1]]), velocity)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        # All that is seen is a bit in the bytes of its rows, and in those of its places in a row: a
        # cell then costs one "and".
        rows = np.arange(self.height, dtype=np.int32)
        places = np.arange(self.width * 3, dtype=np.int32)  # three channels side by side
        balls = jnp.stack([state.ball, state.last_ball])
        ball_columns = jnp.clip(balls[:, 1], 0, self.width - 1)
        in_rows = _bits(
            *(jnp.abs(rows - paddle) <= self.paddle_half_height for paddle in state.paddles),
            *(rows == row for row in balls[:, 0]),
        )
        in_places = _bits(
            places == 0,
            places == 3 * (self.width - 1),
            *(places == 3 * column + channel for channel, column in enumerate(ball_columns, 1)),
        )
        return ((in_rows[:, None] & in_places) != 0).reshape(self.height, self.width, 3)

    def observation_space(self, params: Params | None = None) -> spaces.MultiBinary:
        del params
        return spaces.MultiBinary((self.height, self.width, 3))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(3)


def _bits(*signs: jax.Array | np.ndarray) -> jax.Array:
    """Bools of one shape `(n,)`, the first as the lowest bit of a byte and so on, `(n,)` uint8."""
    byte = jnp.zeros(signs[0].shape, jnp.uint8)
    for i, sign in enumerate(signs):
        byte |= jnp.where(sign, np.uint8(1 << i), np.uint8(0))
    return settled(byte)
