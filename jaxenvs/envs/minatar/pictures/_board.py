"""What the pictures of all five games share: a cell to draw in, keys, and a canvas."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, NOOP, RIGHT, SIZE, UP, Game
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point, on_canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture

SKIN: palette.Color = (240, 205, 170)

_KEYS: dict[int, tuple[str, str]] = {
    LEFT: ("left", "left"),
    UP: ("up", "up"),
    RIGHT: ("right", "right"),
    DOWN: ("down", "down"),
    FIRE: ("space", "shoot"),
}


@dataclasses.dataclass(frozen=True)
class Joystick(Controls):
    """Keys that stand for MinAtar's six actions, whichever of them the game numbers."""

    useful: tuple[int, ...] = tuple(range(6))
    """The six-action numbers of the minimal set, in its order."""

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """The action as the game with this space, `v0` or `v1`, numbers it."""
        chosen = super().action(held, space, time)
        assert isinstance(space, spaces.Discrete)
        return chosen if space.n == 6 else np.asarray(self.useful.index(int(chosen)))


def picture(
    game: type[Game[Any, Any, Any]],
    paint: Callable[[Canvas, Any, Any, Any], None],
    rate: float = 8.0,
) -> Picture:
    """The board as `paint(canvas, env, state, params)` draws it, and keys of its useful actions."""
    useful = game.useful_actions
    keys = {_KEYS[action][0]: (action, _KEYS[action][1]) for action in useful if action != NOOP}
    return Picture(on_canvas(paint), Joystick(keys=keys, idle=(NOOP,), rate=rate, useful=useful))


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell to draw in: x runs from 0, behind, to 1, ahead, and y from 0 down to 1."""

    canvas: Canvas
    column: float
    row: float
    right: bool = True  # ahead is to the right, else to the left

    @property
    def side(self) -> float:
        """Pixels."""
        return self.canvas.width / SIZE

    @property
    def pen(self) -> float:
        """The width of an outline in pixels."""
        return max(0.7, self.side / 30)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """On the canvas."""
        x = x if self.right else 1 - x
        return (self.column + x) * self.side, (self.row + y) * self.side

    def shape(
        self,
        points: Sequence[Point],
        fill: palette.Color,
        outline: palette.Color | None = palette.INK,
    ) -> None:
        """A polygon."""
        corners = [self.point(float(x), float(y)) for x, y in points]
        self.canvas.polygon(corners, fill, outline, self.pen)

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        fill: palette.Color,
        outline: palette.Color | None = palette.INK,
    ) -> None:
        """A circle."""
        self.canvas.circle(self.point(x, y), radius * self.side, fill, outline, self.pen)

    def oval(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: palette.Color,
        outline: palette.Color | None = palette.INK,
    ) -> None:
        """An ellipse around a point, `width` and `height` its half axes."""
        angles = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        self.shape(
            [(x + width * math.cos(a), y + height * math.sin(a)) for a in angles], fill, outline
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: palette.Color,
        outline: palette.Color | None = palette.INK,
        radius: float = 0.0,
    ) -> None:
        """A rectangle from its corner that is behind and up."""
        left, top = self.point(x if self.right else x + width, y)
        side = self.side
        self.canvas.rect(
            left, top, width * side, height * side, fill, outline, self.pen, radius * side
        )

    def stroke(
        self, points: Sequence[Point], color: palette.Color = palette.INK, width: float = 0.05
    ) -> None:
        """A path."""
        corners = [self.point(float(x), float(y)) for x, y in points]
        self.canvas.line(corners, color, width * self.side)

    def eye(self, x: float, y: float, radius: float = 0.07) -> None:
        """That looks ahead."""
        self.disc(x, y, radius, palette.WHITE)
        self.disc(x + 0.3 * radius, y, 0.5 * radius, palette.INK, None)

    def trail(self, color: palette.Color, count: int = 3) -> None:
        """Lines of speed in the cell behind; none beyond the board."""
        column = self.column + (-1 if self.right else 1)
        if not 0 <= column < SIZE:
            return
        behind = dataclasses.replace(self, column=column)
        for i in range(count):
            y = 0.5 + 0.18 * (i - (count - 1) / 2)
            start = 0.5 if i % 2 == 0 and count > 1 else 0.32
            behind.stroke([(start, y), (0.92, y)], color, 0.04)


def bands(canvas: Canvas, rows: Iterable[int], colors: Sequence[palette.Color]) -> None:
    """Rows of the board, in colors by turns."""
    side = canvas.width / SIZE
    for row in rows:
        canvas.rect(0, row * side, canvas.width, side, colors[row % len(colors)], None)


def lane(word: Any, row: int) -> int:
    """The value of one row of the board, 1 to 8."""
    return int(word) >> 4 * (row - 1) & 15
