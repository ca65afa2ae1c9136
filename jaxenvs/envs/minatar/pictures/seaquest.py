"""Seaquest: the sea with all that swims in it, and gauges of oxygen and divers."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.minatar._game import SIZE
from jaxenvs.envs.minatar._seaquest_state import NUM_ENEMIES
from jaxenvs.envs.minatar.pictures._board import SKIN, Cell, picture
from jaxenvs.envs.minatar.seaquest import Seaquest
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.picture import Pictures

_SEA: palette.Color = (150, 196, 222)
_DEEP: palette.Color = (74, 123, 172)
_SAND: palette.Color = (236, 222, 186)


def seaquest(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The sea with all that swims, and on its floor the gauges of oxygen and divers."""
    del env
    _water(canvas)
    _gauges(canvas, state.sub, params)
    swimmers, torpedoes = state.swimmers, state.torpedoes
    for slot in range(32):
        column, row = _number(swimmers.x, slot), _number(swimmers.y, slot)
        right = bool(int(swimmers.right) >> slot & 1)
        if int(torpedoes.here) >> slot & 1:
            _torpedo(Cell(canvas, _number(torpedoes.x, slot), row, right), palette.RED)
        if not int(swimmers.here) >> slot & 1:
            continue
        cell = Cell(canvas, column, row, right)
        cell.trail(palette.blend(_SEA, palette.WHITE, 0.55))
        if slot >= NUM_ENEMIES:
            _diver(cell)
        elif int(swimmers.armed) >> slot & 1:
            _submarine(cell, palette.MUTED, 1.0)
        else:
            _fish(cell)
    shots = state.shots
    for i in np.flatnonzero(shots.here):
        _torpedo(
            Cell(canvas, int(shots.x[i]), int(shots.y[i]), bool(shots.right[i])), palette.YELLOW
        )
    sub = state.sub
    _submarine(Cell(canvas, int(sub.x), int(sub.y), bool(sub.right)), palette.YELLOW, 2.0)


def _number(numbers: Any, slot: int) -> int:
    """One slot's number of `slots`."""
    return sum((int(word) >> slot & 1) << k for k, word in enumerate(numbers))


def _water(canvas: Canvas) -> None:
    """Sky, waves, and water that gets darker with depth."""
    side = canvas.width / SIZE
    canvas.rect(0, 0, canvas.width, side, palette.blend(_SEA, palette.WHITE, 0.72), None)
    for row in range(1, SIZE - 1):
        canvas.rect(
            0, row * side, canvas.width, side, palette.blend(_SEA, _DEEP, (row - 1) / 9), None
        )
    along = np.linspace(0, SIZE, 121)
    wave = [(x * side, (0.72 + 0.05 * math.sin(2 * math.pi * x)) * side) for x in along]
    canvas.polygon([*wave, (canvas.width, 1.2 * side), (0, 1.2 * side)], _SEA, None)
    canvas.line(wave, palette.blend(_SEA, palette.WHITE, 0.6), side / 22, rounded=False)


def _gauges(canvas: Canvas, sub: Any, params: Any) -> None:
    """Oxygen as a bar, red when it runs out, and six places for divers."""
    side = canvas.width / SIZE
    top = (SIZE - 1) * side
    canvas.rect(0, top, canvas.width, side, _SAND, None)
    share = min(max(int(sub.oxygen) / max(int(params.max_oxygen), 1), 0.0), 1.0)
    left, width, height = 1.35 * side, 4.4 * side, 0.34 * side
    middle = top + side / 2
    canvas.text("air", (0.3 * side, middle), 0.36 * side, palette.INK, bold=True)
    corner = (left, middle - height / 2)
    canvas.rect(*corner, width, height, palette.WHITE, None, radius=height / 2)
    if share > 0:
        color = palette.RED if share < 0.25 else palette.BLUE
        canvas.rect(*corner, max(share * width, height), height, color, None, radius=height / 2)
    canvas.rect(*corner, width, height, None, palette.INK, max(0.7, side / 30), radius=height / 2)
    for place in range(6):
        cell = Cell(canvas, 6.15 + 0.6 * place, SIZE - 1)
        aboard = place < int(sub.divers)
        cell.disc(
            0.3,
            0.5,
            0.22,
            palette.ORANGE if aboard else palette.blend(_SAND, palette.INK, 0.08),
            palette.INK if aboard else None,
        )
        if aboard:
            cell.disc(0.3, 0.5, 0.11, palette.blend(palette.BLUE, palette.WHITE, 0.7))


def _submarine(cell: Cell, color: palette.Color, length: float) -> None:
    """`length` cells long; its front ends in this one."""
    start = 1 - length
    middle = 0.5 if length == 1 else start + 0.62 * length
    cell.shape(
        [(start + 0.02, 0.42), (start + 0.16, 0.6), (start + 0.02, 0.8)],
        palette.blend(color, palette.INK, 0.35),
    )
    cell.box(middle - 0.16, 0.16, 0.32, 0.34, color, radius=0.06)
    cell.stroke(
        [(middle + 0.02, 0.16), (middle + 0.02, 0.05), (middle + 0.14, 0.05)], palette.INK, 0.05
    )
    cell.oval(start + 0.54 * length, 0.6, 0.44 * length, 0.25, color)
    glass = palette.blend(palette.BLUE, palette.WHITE, 0.75)
    for k in range(round(length)):
        cell.disc(0.68 - 0.45 * k, 0.58, 0.1, glass)
    if length == 1:
        cell.disc(0.34, 0.58, 0.06, glass)


def _fish(cell: Cell) -> None:
    cell.shape([(0.04, 0.26), (0.3, 0.5), (0.04, 0.76), (0.12, 0.5)], palette.ORANGE)
    cell.shape(
        [(0.4, 0.34), (0.52, 0.16), (0.68, 0.34)], palette.blend(palette.ORANGE, palette.INK, 0.12)
    )
    cell.oval(0.58, 0.52, 0.36, 0.23, palette.ORANGE)
    cell.stroke(
        [(0.56, 0.42), (0.6, 0.52), (0.56, 0.62)],
        palette.blend(palette.ORANGE, palette.INK, 0.35),
        0.04,
    )
    cell.eye(0.77, 0.46)


def _diver(cell: Cell) -> None:
    """Swimming, with a mask, a bottle of air and flippers."""
    cell.stroke([(0.5, 0.58), (0.26, 0.62), (0.14, 0.56)], palette.INK, 0.11)
    cell.shape([(0.16, 0.5), (0.0, 0.42), (0.02, 0.66), (0.16, 0.66)], palette.GREEN)
    cell.stroke([(0.58, 0.62), (0.74, 0.78)], SKIN, 0.09)
    cell.oval(0.5, 0.56, 0.22, 0.14, palette.INK, None)
    cell.box(0.34, 0.32, 0.3, 0.13, palette.YELLOW, radius=0.06)
    cell.disc(0.76, 0.46, 0.15, SKIN)
    cell.box(0.76, 0.37, 0.15, 0.13, palette.blend(palette.BLUE, palette.WHITE, 0.7), radius=0.04)


def _torpedo(cell: Cell, color: palette.Color) -> None:
    cell.shape([(0.2, 0.46), (0.62, 0.46), (0.8, 0.56), (0.62, 0.66), (0.2, 0.66)], color)


PICTURES: Pictures = {Seaquest: picture(Seaquest, seaquest)}
