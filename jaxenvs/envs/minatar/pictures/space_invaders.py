"""SpaceInvaders: a wave of aliens, a cannon, and what flies between them."""

from typing import Any

import numpy as np

from jaxenvs.envs.minatar._game import SIZE
from jaxenvs.envs.minatar.pictures._board import Cell, picture
from jaxenvs.envs.minatar.space_invaders import SpaceInvaders
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.picture import Pictures

_ALIEN = (
    "..#.....#..",
    "...#...#...",
    "..#######..",
    ".##.###.##.",
    "###########",
    "#.#######.#",
)
_LEGS = (("#.#.....#.#", "...##.##..."), ("..#.....#..", ".#.......#."))


def space_invaders(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The wave, which walks as it moves, the cannon, and what flies between them."""
    del env, params
    night = palette.blend(palette.INK, palette.BLUE, 0.25)
    canvas.rect(0, 0, canvas.width, canvas.height, night, None)
    for x, y in np.random.default_rng(3).random((40, 2)) * SIZE:
        Cell(canvas, float(x), float(y)).disc(
            0, 0, 0.018, palette.blend(night, palette.WHITE, 0.45), None
        )
    canvas.rect(0, 9.9 * canvas.width / SIZE, canvas.width, canvas.width / 100, palette.GREEN, None)
    for row, column in np.argwhere(_bits(state.shots)):
        Cell(canvas, column, row).box(0.44, 0.14, 0.12, 0.66, palette.WHITE, None, radius=0.06)
    for row, column in np.argwhere(_bits(state.bombs)):
        zigzag = [(0.42, 0.1), (0.58, 0.3), (0.42, 0.5), (0.58, 0.7), (0.46, 0.9)]
        Cell(canvas, column, row).stroke(zigzag, palette.ORANGE, 0.09)
    for row, column in np.argwhere(_bits(state.aliens.cells)):
        _alien(Cell(canvas, column, row), (palette.PURPLE, palette.TEAL)[0], int(row + column) % 2)
    _cannon(Cell(canvas, int(state.x), SIZE - 1))


def _bits(cells: Any) -> np.ndarray:
    """The cells of a bitmap, `(10, 10)` bool: three rows to a word, the last holds one."""
    places = np.arange(SIZE * SIZE)
    words = np.array([int(word) for word in cells.words])[places // (3 * SIZE)]
    return (words >> places % (3 * SIZE) & 1).astype(bool).reshape(SIZE, SIZE)


def _alien(cell: Cell, color: palette.Color, pose: int) -> None:
    """Pixel by pixel."""
    rows = (*_ALIEN, *_LEGS[pose])
    pixel = 0.86 / len(rows[0])
    top = (1 - pixel * len(rows)) / 2
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            if mark == "#":
                cell.box(0.07 + x * pixel, top + y * pixel, pixel, pixel, color, None)


def _cannon(cell: Cell) -> None:
    cell.box(0.45, 0.2, 0.1, 0.3, palette.GREEN, None, radius=0.04)
    cell.box(0.33, 0.38, 0.34, 0.3, palette.GREEN, None, radius=0.06)
    cell.box(0.06, 0.54, 0.88, 0.34, palette.GREEN, None, radius=0.08)


PICTURES: Pictures = {SpaceInvaders: picture(SpaceInvaders, space_invaders)}
