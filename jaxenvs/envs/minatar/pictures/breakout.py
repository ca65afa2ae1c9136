"""Breakout: a wall of bricks, a ball and a paddle."""

from typing import Any

import numpy as np

from jaxenvs.envs.minatar._game import SIZE
from jaxenvs.envs.minatar.breakout import Breakout
from jaxenvs.envs.minatar.pictures._board import Cell, bands, picture
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.picture import Pictures

_WALL = (palette.ORANGE, palette.YELLOW, palette.GREEN)


def breakout(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The wall, the ball with where it came from, and the paddle."""
    del env, params
    bands(
        canvas,
        range(SIZE),
        (palette.BACKGROUND, palette.blend(palette.BACKGROUND, palette.FAINT, 0.35)),
    )
    for place in range(3 * SIZE):
        if int(state.bricks) >> place & 1:
            row, column = divmod(place, SIZE)
            brick = Cell(canvas, column, row + 1)
            brick.box(0.05, 0.14, 0.9, 0.72, _WALL[row], radius=0.1)
    ball = state.ball
    now, before = (float(ball.x), float(ball.y)), (float(ball.last_x), float(ball.last_y))
    if now != before:
        paths = np.linspace(before, now, 5)[:-1]
        for i, (x, y) in enumerate(paths):
            shade = palette.blend(palette.BACKGROUND, palette.RED, 0.12 + 0.1 * i)
            Cell(canvas, x, y).disc(0.5, 0.5, 0.13 + 0.025 * i, shade, None)
    Cell(canvas, *now).disc(0.5, 0.5, 0.26, palette.RED)
    paddle = Cell(canvas, int(state.paddle), SIZE - 1)
    paddle.box(0.03, 0.3, 0.94, 0.36, palette.BLUE, radius=0.18)
    paddle.box(
        0.22, 0.39, 0.56, 0.09, palette.blend(palette.BLUE, palette.WHITE, 0.55), None, radius=0.045
    )


PICTURES: Pictures = {Breakout: picture(Breakout, breakout, rate=7.0)}
