"""Breakout: keep a ball in play with a paddle and break three rows of bricks.

Source: MinAtar 1.0.15 (Young & Tian, "MinAtar: an Atari-inspired testbed for thorough and
reproducible reinforcement learning experiments", 2019). Written from its rules; compared with it in
tests/parity. Differs from it in: what `jaxenvs.envs.minatar._game` says of sticky actions.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.minatar import _game as game
from jaxenvs.envs.minatar._game import LEFT, NOOP, RIGHT, SIZE

_BRICK_ROWS = 3  # rows 1 to 3 of the board
_WALL = np.uint32(2 ** (_BRICK_ROWS * SIZE) - 1)
_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)
# For every cell the bit of `State.bricks` that stands there.
_BRICK_AT = np.zeros(SIZE * SIZE, np.uint32)
_BRICK_AT[SIZE : SIZE * (1 + _BRICK_ROWS)] = 1 << np.arange(SIZE * _BRICK_ROWS)


class Ball(game.PyTree):
    """The ball: always on a diagonal."""

    x: jax.Array  # () int32, column
    y: jax.Array  # () int32, row
    dx: jax.Array  # () int32, -1 or 1
    dy: jax.Array  # () int32, -1 (up) or 1
    last_x: jax.Array  # () int32, where it came from
    last_y: jax.Array  # () int32


class State(game.State):
    """The paddle, the ball and the wall."""

    paddle: jax.Array  # () int32, column
    ball: Ball
    bricks: jax.Array  # () uint32, bit 10 * (row - 1) + column is set where a brick stands
    striking: jax.Array  # () bool, the last step met a brick: the next one met is passed through


class Params(game.Params):
    """Only what all games have."""


class Breakout(game.Game[State, Params, game.Draws]):
    """Actions: 0 stay, 1 left, 2 right. Observation `(10, 10, 4)`: paddle, ball, trail, brick.

    Reward: 1 for a brick. Ends when the ball passes the paddle. A cleared wall is rebuilt when the
    ball next comes down to the paddle's row.
    """

    useful_actions = (NOOP, LEFT, RIGHT)
    channels = ("paddle", "ball", "trail", "brick")

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        return start(game.coin(jax.random.bits(key, (), jnp.uint32)))

    def draw(self, key: jax.Array, params: Params) -> game.Draws:
        word = jax.random.bits(key, (), jnp.uint32)
        return game.Draws(repeats=game.chance(word, params.sticky_action_prob))

    def rules(
        self, state: State, action: jax.Array, draws: game.Draws, params: Params
    ) -> tuple[State, jax.Array]:
        del draws, params
        step = (action == RIGHT).astype(jnp.int32) - (action == LEFT).astype(jnp.int32)
        paddle = jnp.clip(state.paddle + step, 0, SIZE - 1)
        ball = state.ball

        # The side walls, then the first of: the ceiling, a brick, the paddle's row.
        x, y = ball.x + ball.dx, ball.y + ball.dy
        dx = jnp.where((x < 0) | (x >= SIZE), -ball.dx, ball.dx)
        x = jnp.clip(x, 0, SIZE - 1)
        at_ceiling = y < 0
        in_wall = (y >= 1) & (y <= _BRICK_ROWS)
        place = jnp.where(in_wall, (y - 1) * SIZE + x, 0).astype(jnp.uint32)
        brick = jnp.where(in_wall, np.uint32(1) << place, np.uint32(0))
        at_brick = (state.bricks & brick) != 0
        breaks = at_brick & ~state.striking
        at_floor = y == SIZE - 1
        flat_bounce = at_floor & (ball.x == paddle)  # it came down in the paddle's column
        corner_bounce = at_floor & ~flat_bounce & (x == paddle)  # it would land on the paddle
        terminal = at_floor & ~flat_bounce & ~corner_bounce

        bricks = jnp.where(breaks, state.bricks & ~brick, state.bricks)
        bricks = jnp.where(at_floor & (bricks == 0), _WALL, bricks)
        stays_in_row = breaks | flat_bounce | corner_bounce
        turns = at_ceiling | stays_in_row
        after = state.replace(
            paddle=paddle,
            ball=Ball(
                x=x,
                y=jnp.where(stays_in_row, ball.y, jnp.maximum(y, 0)),
                dx=jnp.where(corner_bounce, -dx, dx),
                dy=jnp.where(turns, -ball.dy, ball.dy),
                last_x=ball.x,
                last_y=ball.y,
            ),
            bricks=bricks,
            striking=at_brick,
            terminal=terminal,
        )
        return after, breaks.astype(jnp.int32)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        ball = state.ball

        cells = (
            game.show(0, (SIZE - 1) * SIZE + state.paddle == _CELLS)
            | game.show(1, ball.y * SIZE + ball.x == _CELLS)
            | game.show(2, ball.last_y * SIZE + ball.last_x == _CELLS)
            | game.show(3, (state.bricks & _BRICK_AT) != 0)
        )
        return game.spelled(cells, len(self.channels), self.dtype)


def start(from_left: jax.Array) -> State:
    """The opening, with the ball at the left wall or at the right one."""
    x = jnp.where(from_left, np.int32(0), np.int32(SIZE - 1))
    dx = jnp.where(from_left, np.int32(1), np.int32(-1))
    y = jnp.int32(3)
    return State(
        **game.opening(),
        paddle=jnp.int32(4),
        ball=Ball(x=x, y=y, dx=dx, dy=jnp.int32(1), last_x=x, last_y=y),
        bricks=jnp.asarray(_WALL),
        striking=jnp.bool_(False),
    )
