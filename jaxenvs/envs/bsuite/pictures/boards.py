"""Boards: a ball to catch, and a sea to dive in."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.bsuite.catch import Catch
from jaxenvs.envs.bsuite.deep_sea import DeepSea
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

SEA: palette.Color = (196, 222, 236)
DEEP: palette.Color = (38, 72, 112)
GLASS: palette.Color = (222, 236, 246)


def catch(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The ball on its way down and the paddle."""
    del params
    side = size / max(env.rows, env.columns)
    canvas = Canvas(max(1, round(env.columns * side)), max(1, round(env.rows * side)))
    line = max(1.0, side / 34)
    for row in range(env.rows):
        for column in range(env.columns):
            shade = (
                palette.BACKGROUND
                if (row + column) % 2
                else palette.blend(palette.BACKGROUND, palette.FAINT, 0.5)
            )
            canvas.rect(column * side, row * side, side, side, shade, None)
    left = (int(state.paddle_column) + 0.04) * side
    top = (env.rows - 0.36) * side
    canvas.rect(
        left, top, 0.92 * side, 0.26 * side, palette.BLUE, palette.INK, line, radius=0.12 * side
    )
    row, column = int(state.ball_row), int(state.ball_column)
    down = row == env.rows - 1
    caught = down and column == int(state.paddle_column)
    middle = ((column + 0.5) * side, (row + (0.36 if caught else 0.5)) * side)
    canvas.circle(
        middle,
        0.27 * side,
        palette.ORANGE if caught or not down else palette.MUTED,
        palette.INK,
        line,
    )
    return canvas.rgb()


def deep_sea(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The sea, darker with depth, the treasure, the way to it, and what the diver can do."""
    canvas = Canvas(size, size)
    count = env.size
    side = size / count
    line = max(0.6, side / 40)
    for row in range(count):
        water = palette.blend(SEA, DEEP, row / max(count - 1, 1))
        canvas.rect(0, row * side, size, side, water, None)
        for column in range(count):
            rim = palette.blend(water, palette.INK if row < count / 2 else palette.WHITE, 0.12)
            fill = (
                palette.blend(water, palette.WHITE, 0.16) if row == column else None
            )  # the way to the treasure
            canvas.rect(column * side, row * side, side, side, fill, rim, line)
    thing = max(side, 24 * size / 512)  # large enough to stand out among small cells
    _chest(canvas, (size - 0.5 * thing, size - 0.42 * thing), thing)
    row, column = int(state.row), int(state.column)
    if row < count:
        middle = ((column + 0.5) * side, (row + 0.5) * side)
        _diver(canvas, middle, thing, bool(state.bad_episode))
        one_is_right = bool(np.asarray(params.mapping)[row, column])
        if side > 20:
            for sign in (-1, 1):
                name = "1" if (sign > 0) == one_is_right else "0"
                at = (middle[0] + 0.38 * sign * side, middle[1] + 0.33 * side)
                canvas.text(name, at, 0.28 * side, palette.WHITE, "center", bold=True)
    return canvas.rgb()


def _diver(canvas: Canvas, middle: Point, side: float, lost: bool) -> None:
    """A helmet with a window; gray where the treasure is out of reach."""
    line = max(0.8, side / 30)
    color = palette.MUTED if lost else palette.ORANGE
    x, y = middle
    for sign in (-1, 1):
        bolt = x + sign * 0.3 * side - 0.06 * side
        canvas.rect(bolt, y - 0.1 * side, 0.12 * side, 0.2 * side, color, palette.INK, line)
    canvas.circle(middle, 0.29 * side, color, palette.INK, line)
    canvas.circle(middle, 0.17 * side, GLASS, palette.INK, line)
    glint = [(x - 0.07 * side, y + 0.02 * side), (x + 0.03 * side, y - 0.08 * side)]
    canvas.line(glint, palette.WHITE, 1.3 * line)


def _chest(canvas: Canvas, middle: Point, side: float) -> None:
    line = max(0.8, side / 34)
    x, y = middle
    width = 0.34 * side
    canvas.rect(x - width, y - 0.05 * side, 2 * width, 0.3 * side, palette.BROWN, palette.INK, line)
    lid = [(x - width, y - 0.05 * side)]
    lid += [(x + width * math.cos(a), y - 0.05 * side - 0.22 * side * math.sin(a))
            for a in np.linspace(math.pi, 0, 16)]  # fmt: skip
    canvas.polygon(lid, palette.blend(palette.BROWN, palette.YELLOW, 0.35), palette.INK, line)
    canvas.rect(
        x - 0.07 * side, y - 0.1 * side, 0.14 * side, 0.16 * side, palette.YELLOW, palette.INK, line
    )


PICTURES: Pictures = {
    Catch: Picture(
        catch,
        Controls(
            keys={"left": (0, "left"), "down": (1, "stay"), "right": (2, "right")},
            idle=(1,),
            rate=3.0,
        ),
    ),
    DeepSea: Picture(deep_sea, Controls(keys={"left": (0, "0"), "right": (1, "1")})),
}
