"""Pictures of MinAtar's games: one cell of the board, one sprite."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.minatar._seaquest_state import NUM_ENEMIES
from jaxenvs.envs.minatar.asterix import Asterix
from jaxenvs.envs.minatar.breakout import Breakout
from jaxenvs.envs.minatar.freeway import Freeway
from jaxenvs.envs.minatar.game import DOWN, FIRE, LEFT, NOOP, RIGHT, SIZE, UP, Game
from jaxenvs.envs.minatar.seaquest import Seaquest
from jaxenvs.envs.minatar.space_invaders import SpaceInvaders
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.palette import (
    BACKGROUND,
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    TEAL,
    WHITE,
    YELLOW,
    Color,
    blend,
)

_SKIN: Color = (240, 205, 170)
_ROAD: Color = (120, 124, 132)
_SEA: Color = (150, 196, 222)
_DEEP: Color = (74, 123, 172)
_SAND: Color = (236, 222, 186)


# -- keys ----------------------------------------------------------------------------------------


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


_KEYS: dict[int, tuple[str, str]] = {
    LEFT: ("left", "left"),
    UP: ("up", "up"),
    RIGHT: ("right", "right"),
    DOWN: ("down", "down"),
    FIRE: ("space", "shoot"),
}


def _joystick(game: type[Game[Any, Any, Any]], rate: float = 8.0) -> Joystick:
    useful = game.useful_actions
    keys = {_KEYS[action][0]: (action, _KEYS[action][1]) for action in useful if action != NOOP}
    return Joystick(keys=keys, idle=(NOOP,), rate=rate, useful=useful)


KEYS: dict[str, Controls] = {
    "Asterix": _joystick(Asterix, rate=7.0),
    "Breakout": _joystick(Breakout, rate=7.0),
    "Freeway": _joystick(Freeway, rate=10.0),
    "Seaquest": _joystick(Seaquest),
    "SpaceInvaders": _joystick(SpaceInvaders),
}
"""How each of the games is played."""


def draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The board of a game of this family, uint8 `[size, size, 3]`."""
    canvas = Canvas(size, size, BACKGROUND)
    PICTURES[type(env).__name__](canvas, state, params)
    return canvas.rgb()


# -- drawing in a cell ---------------------------------------------------------------------------


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

    def shape(self, points: Sequence[Point], fill: Color, outline: Color | None = INK) -> None:
        """A polygon."""
        corners = [self.point(float(x), float(y)) for x, y in points]
        self.canvas.polygon(corners, fill, outline, self.pen)

    def disc(
        self, x: float, y: float, radius: float, fill: Color, outline: Color | None = INK
    ) -> None:
        """A circle."""
        self.canvas.circle(self.point(x, y), radius * self.side, fill, outline, self.pen)

    def oval(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: Color,
        outline: Color | None = INK,
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
        fill: Color,
        outline: Color | None = INK,
        radius: float = 0.0,
    ) -> None:
        """A rectangle from its corner that is behind and up."""
        left, top = self.point(x if self.right else x + width, y)
        side = self.side
        self.canvas.rect(
            left, top, width * side, height * side, fill, outline, self.pen, radius * side
        )

    def stroke(self, points: Sequence[Point], color: Color = INK, width: float = 0.05) -> None:
        """A path."""
        corners = [self.point(float(x), float(y)) for x, y in points]
        self.canvas.line(corners, color, width * self.side)

    def eye(self, x: float, y: float, radius: float = 0.07) -> None:
        """That looks ahead."""
        self.disc(x, y, radius, WHITE)
        self.disc(x + 0.3 * radius, y, 0.5 * radius, INK, None)

    def trail(self, color: Color, count: int = 3) -> None:
        """Lines of speed in the cell behind; none beyond the board."""
        column = self.column + (-1 if self.right else 1)
        if not 0 <= column < SIZE:
            return
        behind = dataclasses.replace(self, column=column)
        for i in range(count):
            y = 0.5 + 0.18 * (i - (count - 1) / 2)
            start = 0.5 if i % 2 == 0 and count > 1 else 0.32
            behind.stroke([(start, y), (0.92, y)], color, 0.04)


def _bands(canvas: Canvas, rows: Iterable[int], colors: Sequence[Color]) -> None:
    """Rows of the board, in colours by turns."""
    side = canvas.width / SIZE
    for row in rows:
        canvas.rect(0, row * side, canvas.width, side, colors[row % len(colors)], None)


# -- Breakout ------------------------------------------------------------------------------------

_WALL = (ORANGE, YELLOW, GREEN)


def breakout(canvas: Canvas, state: Any, params: Any) -> None:
    """The wall, the ball with where it came from, and the paddle."""
    del params
    _bands(canvas, range(SIZE), (BACKGROUND, blend(BACKGROUND, FAINT, 0.35)))
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
            shade = blend(BACKGROUND, RED, 0.12 + 0.1 * i)
            Cell(canvas, x, y).disc(0.5, 0.5, 0.13 + 0.025 * i, shade, None)
    Cell(canvas, *now).disc(0.5, 0.5, 0.26, RED)
    paddle = Cell(canvas, int(state.paddle), SIZE - 1)
    paddle.box(0.03, 0.3, 0.94, 0.36, BLUE, radius=0.18)
    paddle.box(0.22, 0.39, 0.56, 0.09, blend(BLUE, WHITE, 0.55), None, radius=0.045)


# -- Asterix -------------------------------------------------------------------------------------


def asterix(canvas: Canvas, state: Any, params: Any) -> None:
    """A Gaul among Romans and gold; nothing moves in the rows at the top and at the bottom."""
    del params
    _bands(canvas, range(SIZE), (BACKGROUND, blend(BACKGROUND, FAINT, 0.4)))
    _bands(canvas, (0, SIZE - 1), (blend(GREEN, WHITE, 0.62),))
    crossers = state.crossers
    for row in range(1, SIZE - 1):
        here, gold, right, x = (_lane(word, row) for word in _words(crossers))
        if not here:
            continue
        cell = Cell(canvas, x, row, bool(right))
        cell.trail(blend(YELLOW if gold else RED, BACKGROUND, 0.35))
        (_coin if gold else _roman)(cell)
    _gaul(Cell(canvas, int(state.x), int(state.y)))


def _words(crossers: Any) -> tuple[Any, Any, Any, Any]:
    return crossers.here, crossers.gold, crossers.right, crossers.x


def _lane(word: Any, row: int) -> int:
    """The value of one row of the board, 1 to 8."""
    return int(word) >> 4 * (row - 1) & 15


def _gaul(cell: Cell) -> None:
    """A head with a winged helmet and a great moustache."""
    for side in (0, 1):
        half = cell if side else dataclasses.replace(cell, right=not cell.right)
        half.shape([(0.7, 0.4), (0.98, 0.05), (0.96, 0.3), (0.82, 0.46)], WHITE)
    cell.oval(0.5, 0.56, 0.3, 0.32, _SKIN)
    dome = [
        (0.5 + 0.32 * math.cos(a), 0.44 + 0.32 * math.sin(a))
        for a in np.linspace(math.pi, 2 * math.pi, 20)
    ]
    cell.shape(dome, BLUE)
    cell.disc(0.4, 0.54, 0.04, INK, None)
    cell.disc(0.6, 0.54, 0.04, INK, None)
    cell.shape(
        [
            (0.5, 0.66),
            (0.66, 0.64),
            (0.84, 0.76),
            (0.62, 0.8),
            (0.5, 0.74),
            (0.38, 0.8),
            (0.16, 0.76),
            (0.34, 0.64),
        ],
        YELLOW,
    )
    cell.disc(0.5, 0.63, 0.07, _SKIN)


def _roman(cell: Cell) -> None:
    """A head in profile with a plumed helmet."""
    crest = [
        (0.5 + 0.42 * math.cos(a), 0.5 + 0.44 * math.sin(a))
        for a in np.linspace(0.95 * math.pi, 1.72 * math.pi, 16)
    ]
    cell.shape([*crest, (0.5, 0.42)], RED)
    cell.oval(0.56, 0.6, 0.25, 0.29, _SKIN)
    dome = [
        (0.53 + 0.3 * math.cos(a), 0.5 + 0.32 * math.sin(a))
        for a in np.linspace(math.pi, 2 * math.pi, 20)
    ]
    cell.shape([*dome, (0.52, 0.52), (0.5, 0.86), (0.3, 0.78)], MUTED)
    cell.disc(0.68, 0.6, 0.045, INK, None)
    cell.stroke([(0.64, 0.76), (0.76, 0.74)], INK, 0.04)


def _coin(cell: Cell) -> None:
    cell.disc(0.5, 0.5, 0.31, YELLOW)
    cell.disc(0.5, 0.5, 0.2, blend(YELLOW, WHITE, 0.45), blend(YELLOW, INK, 0.3))


# -- Freeway -------------------------------------------------------------------------------------

_CARS = (RED, ORANGE, YELLOW, TEAL, BLUE)  # from the fastest to the slowest


def freeway(canvas: Canvas, state: Any, params: Any) -> None:
    """Cars from above, their colour and trail by speed, and the chicken."""
    del params
    side = canvas.width / SIZE
    _bands(canvas, range(1, SIZE - 1), (_ROAD,))
    _bands(canvas, (0, SIZE - 1), (blend(GREEN, WHITE, 0.62),))
    for row in (1, SIZE - 1):
        canvas.line([(0, row * side), (canvas.width, row * side)], FAINT, side / 9, rounded=False)
    for row in range(2, SIZE - 1):
        for column in range(SIZE):
            dash = Cell(canvas, column, row)
            dash.stroke([(0.25, 0), (0.75, 0)], blend(_ROAD, WHITE, 0.5), 0.035)
    cars = state.cars
    for row in range(1, SIZE - 1):
        speed = _lane(cars.speed, row)
        right = bool(_lane(cars.right, row))
        car = Cell(canvas, _lane(cars.x, row), row, right)
        count = (6 - speed + 1) // 2
        car.trail(blend(_ROAD, WHITE, 0.55), count)
        _car(car, _CARS[speed - 1])
    _chicken(Cell(canvas, 4, int(state.y)))


def _car(cell: Cell, color: Color) -> None:
    glass = blend(BLUE, WHITE, 0.72)
    for y in (0.13, 0.77):
        for x in (0.16, 0.66):
            cell.box(x, y, 0.18, 0.1, INK, None, radius=0.03)
    cell.box(0.04, 0.18, 0.92, 0.64, color, radius=0.16)
    cell.box(0.26, 0.27, 0.46, 0.46, blend(color, WHITE, 0.3), radius=0.08)
    cell.shape([(0.62, 0.3), (0.74, 0.25), (0.74, 0.75), (0.62, 0.7)], glass)
    cell.box(0.2, 0.3, 0.09, 0.4, glass, radius=0.03)
    for y in (0.24, 0.66):
        cell.box(0.9, y, 0.06, 0.1, blend(YELLOW, WHITE, 0.4), None)


def _chicken(cell: Cell) -> None:
    for x in (0.4, 0.56):
        cell.stroke([(x, 0.78), (x, 0.94), (x + 0.09, 0.94)], ORANGE, 0.05)
    for x, y in ((0.6, 0.1), (0.7, 0.07), (0.79, 0.12)):
        cell.disc(x, y, 0.065, RED)
    cell.shape([(0.86, 0.24), (1.02, 0.3), (0.86, 0.36)], ORANGE)
    cell.shape(
        [
            (0.04, 0.34),
            (0.26, 0.5),
            (0.52, 0.34),
            (0.74, 0.5),
            (0.7, 0.76),
            (0.42, 0.86),
            (0.16, 0.7),
        ],
        WHITE,
    )
    cell.disc(0.7, 0.28, 0.18, WHITE)
    cell.shape([(0.56, 0.36), (0.84, 0.36), (0.72, 0.6), (0.5, 0.6)], WHITE, None)
    cell.shape([(0.3, 0.54), (0.56, 0.54), (0.46, 0.7), (0.34, 0.68)], FAINT)
    cell.disc(0.76, 0.25, 0.035, INK, None)
    cell.disc(0.84, 0.42, 0.05, RED)


# -- SpaceInvaders -------------------------------------------------------------------------------

_ALIEN = (
    "..#.....#..",
    "...#...#...",
    "..#######..",
    ".##.###.##.",
    "###########",
    "#.#######.#",
)
_LEGS = (("#.#.....#.#", "...##.##..."), ("..#.....#..", ".#.......#."))


def space_invaders(canvas: Canvas, state: Any, params: Any) -> None:
    """The wave, which walks as it moves, the cannon, and what flies between them."""
    del params
    night = blend(INK, BLUE, 0.25)
    canvas.rect(0, 0, canvas.width, canvas.height, night, None)
    for x, y in np.random.default_rng(3).random((40, 2)) * SIZE:
        Cell(canvas, float(x), float(y)).disc(0, 0, 0.018, blend(night, WHITE, 0.45), None)
    canvas.rect(0, 9.9 * canvas.width / SIZE, canvas.width, canvas.width / 100, GREEN, None)
    for row, column in np.argwhere(_bits(state.shots)):
        Cell(canvas, column, row).box(0.44, 0.14, 0.12, 0.66, WHITE, None, radius=0.06)
    for row, column in np.argwhere(_bits(state.bombs)):
        zigzag = [(0.42, 0.1), (0.58, 0.3), (0.42, 0.5), (0.58, 0.7), (0.46, 0.9)]
        Cell(canvas, column, row).stroke(zigzag, ORANGE, 0.09)
    for row, column in np.argwhere(_bits(state.aliens.cells)):
        _alien(Cell(canvas, column, row), (PURPLE, TEAL)[0], int(row + column) % 2)
    _cannon(Cell(canvas, int(state.x), SIZE - 1))


def _bits(cells: Any) -> np.ndarray:
    """The cells of a bitmap, `(10, 10)` bool: three rows to a word, the last holds one."""
    places = np.arange(SIZE * SIZE)
    words = np.array([int(word) for word in cells.words])[places // (3 * SIZE)]
    return (words >> places % (3 * SIZE) & 1).astype(bool).reshape(SIZE, SIZE)


def _alien(cell: Cell, color: Color, pose: int) -> None:
    """Pixel by pixel."""
    rows = (*_ALIEN, *_LEGS[pose])
    pixel = 0.86 / len(rows[0])
    top = (1 - pixel * len(rows)) / 2
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            if mark == "#":
                cell.box(0.07 + x * pixel, top + y * pixel, pixel, pixel, color, None)


def _cannon(cell: Cell) -> None:
    cell.box(0.45, 0.2, 0.1, 0.3, GREEN, None, radius=0.04)
    cell.box(0.33, 0.38, 0.34, 0.3, GREEN, None, radius=0.06)
    cell.box(0.06, 0.54, 0.88, 0.34, GREEN, None, radius=0.08)


# -- Seaquest ------------------------------------------------------------------------------------


def seaquest_(canvas: Canvas, state: Any, params: Any) -> None:
    """The sea with all that swims, and on its floor the gauges of oxygen and divers."""
    _water(canvas)
    _gauges(canvas, state.sub, params)
    swimmers, torpedoes = state.swimmers, state.torpedoes
    for slot in range(32):
        column, row = _number(swimmers.x, slot), _number(swimmers.y, slot)
        right = bool(int(swimmers.right) >> slot & 1)
        if int(torpedoes.here) >> slot & 1:
            _torpedo(Cell(canvas, _number(torpedoes.x, slot), row, right), RED)
        if not int(swimmers.here) >> slot & 1:
            continue
        cell = Cell(canvas, column, row, right)
        cell.trail(blend(_SEA, WHITE, 0.55))
        if slot >= NUM_ENEMIES:
            _diver(cell)
        elif int(swimmers.armed) >> slot & 1:
            _submarine(cell, MUTED, 1.0)
        else:
            _fish(cell)
    shots = state.shots
    for i in np.flatnonzero(shots.here):
        _torpedo(Cell(canvas, int(shots.x[i]), int(shots.y[i]), bool(shots.right[i])), YELLOW)
    sub = state.sub
    _submarine(Cell(canvas, int(sub.x), int(sub.y), bool(sub.right)), YELLOW, 2.0)


def _number(numbers: Any, slot: int) -> int:
    """One slot's number of `slots`."""
    return sum((int(word) >> slot & 1) << k for k, word in enumerate(numbers))


def _water(canvas: Canvas) -> None:
    """Sky, waves, and water that gets darker with depth."""
    side = canvas.width / SIZE
    canvas.rect(0, 0, canvas.width, side, blend(_SEA, WHITE, 0.72), None)
    for row in range(1, SIZE - 1):
        canvas.rect(0, row * side, canvas.width, side, blend(_SEA, _DEEP, (row - 1) / 9), None)
    along = np.linspace(0, SIZE, 121)
    wave = [(x * side, (0.72 + 0.05 * math.sin(2 * math.pi * x)) * side) for x in along]
    canvas.polygon([*wave, (canvas.width, 1.2 * side), (0, 1.2 * side)], _SEA, None)
    canvas.line(wave, blend(_SEA, WHITE, 0.6), side / 22, rounded=False)


def _gauges(canvas: Canvas, sub: Any, params: Any) -> None:
    """Oxygen as a bar, red when it runs out, and six places for divers."""
    side = canvas.width / SIZE
    top = (SIZE - 1) * side
    canvas.rect(0, top, canvas.width, side, _SAND, None)
    share = min(max(int(sub.oxygen) / max(int(params.max_oxygen), 1), 0.0), 1.0)
    left, width, height = 1.35 * side, 4.4 * side, 0.34 * side
    middle = top + side / 2
    canvas.text("air", (0.3 * side, middle), 0.36 * side, INK, bold=True)
    corner = (left, middle - height / 2)
    canvas.rect(*corner, width, height, WHITE, None, radius=height / 2)
    if share > 0:
        color = RED if share < 0.25 else BLUE
        canvas.rect(*corner, max(share * width, height), height, color, None, radius=height / 2)
    canvas.rect(*corner, width, height, None, INK, max(0.7, side / 30), radius=height / 2)
    for place in range(6):
        cell = Cell(canvas, 6.15 + 0.6 * place, SIZE - 1)
        aboard = place < int(sub.divers)
        cell.disc(
            0.3, 0.5, 0.22, ORANGE if aboard else blend(_SAND, INK, 0.08), INK if aboard else None
        )
        if aboard:
            cell.disc(0.3, 0.5, 0.11, blend(BLUE, WHITE, 0.7))


def _submarine(cell: Cell, color: Color, length: float) -> None:
    """`length` cells long; its front ends in this one."""
    start = 1 - length
    middle = 0.5 if length == 1 else start + 0.62 * length
    cell.shape(
        [(start + 0.02, 0.42), (start + 0.16, 0.6), (start + 0.02, 0.8)], blend(color, INK, 0.35)
    )
    cell.box(middle - 0.16, 0.16, 0.32, 0.34, color, radius=0.06)
    cell.stroke([(middle + 0.02, 0.16), (middle + 0.02, 0.05), (middle + 0.14, 0.05)], INK, 0.05)
    cell.oval(start + 0.54 * length, 0.6, 0.44 * length, 0.25, color)
    glass = blend(BLUE, WHITE, 0.75)
    for k in range(round(length)):
        cell.disc(0.68 - 0.45 * k, 0.58, 0.1, glass)
    if length == 1:
        cell.disc(0.34, 0.58, 0.06, glass)


def _fish(cell: Cell) -> None:
    cell.shape([(0.04, 0.26), (0.3, 0.5), (0.04, 0.76), (0.12, 0.5)], ORANGE)
    cell.shape([(0.4, 0.34), (0.52, 0.16), (0.68, 0.34)], blend(ORANGE, INK, 0.12))
    cell.oval(0.58, 0.52, 0.36, 0.23, ORANGE)
    cell.stroke([(0.56, 0.42), (0.6, 0.52), (0.56, 0.62)], blend(ORANGE, INK, 0.35), 0.04)
    cell.eye(0.77, 0.46)


def _diver(cell: Cell) -> None:
    """Swimming, with a mask, a bottle of air and flippers."""
    cell.stroke([(0.5, 0.58), (0.26, 0.62), (0.14, 0.56)], INK, 0.11)
    cell.shape([(0.16, 0.5), (0.0, 0.42), (0.02, 0.66), (0.16, 0.66)], GREEN)
    cell.stroke([(0.58, 0.62), (0.74, 0.78)], _SKIN, 0.09)
    cell.oval(0.5, 0.56, 0.22, 0.14, INK, None)
    cell.box(0.34, 0.32, 0.3, 0.13, YELLOW, radius=0.06)
    cell.disc(0.76, 0.46, 0.15, _SKIN)
    cell.box(0.76, 0.37, 0.15, 0.13, blend(BLUE, WHITE, 0.7), radius=0.04)


def _torpedo(cell: Cell, color: Color) -> None:
    cell.shape([(0.2, 0.46), (0.62, 0.46), (0.8, 0.56), (0.62, 0.66), (0.2, 0.66)], color)


PICTURES: dict[str, Callable[[Canvas, Any, Any], None]] = {
    "Asterix": asterix,
    "Breakout": breakout,
    "Freeway": freeway,
    "Seaquest": seaquest_,
    "SpaceInvaders": space_invaders,
}
"""Each paints one game's state on a canvas."""
