"""Asterix: a Gaul among Romans and gold."""

import dataclasses
import math
from typing import Any

import numpy as np

from jaxenvs.envs.minatar._game import SIZE
from jaxenvs.envs.minatar.asterix import Asterix
from jaxenvs.envs.minatar.pictures._board import SKIN, Cell, bands, lane, picture
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.picture import Pictures


def asterix(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """A Gaul among Romans and gold; nothing moves in the rows at the top and at the bottom."""
    del env, params
    bands(
        canvas,
        range(SIZE),
        (palette.BACKGROUND, palette.blend(palette.BACKGROUND, palette.FAINT, 0.4)),
    )
    bands(canvas, (0, SIZE - 1), (palette.blend(palette.GREEN, palette.WHITE, 0.62),))
    crossers = state.crossers
    for row in range(1, SIZE - 1):
        here, gold, right, x = (lane(word, row) for word in _words(crossers))
        if not here:
            continue
        cell = Cell(canvas, x, row, bool(right))
        cell.trail(palette.blend(palette.YELLOW if gold else palette.RED, palette.BACKGROUND, 0.35))
        (_coin if gold else _roman)(cell)
    _gaul(Cell(canvas, int(state.x), int(state.y)))


def _words(crossers: Any) -> tuple[Any, Any, Any, Any]:
    return crossers.here, crossers.gold, crossers.right, crossers.x


def _gaul(cell: Cell) -> None:
    """A head with a winged helmet and a great moustache."""
    for side in (0, 1):
        half = cell if side else dataclasses.replace(cell, right=not cell.right)
        half.shape([(0.7, 0.4), (0.98, 0.05), (0.96, 0.3), (0.82, 0.46)], palette.WHITE)
    cell.oval(0.5, 0.56, 0.3, 0.32, SKIN)
    dome = [
        (0.5 + 0.32 * math.cos(a), 0.44 + 0.32 * math.sin(a))
        for a in np.linspace(math.pi, 2 * math.pi, 20)
    ]
    cell.shape(dome, palette.BLUE)
    cell.disc(0.4, 0.54, 0.04, palette.INK, None)
    cell.disc(0.6, 0.54, 0.04, palette.INK, None)
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
        palette.YELLOW,
    )
    cell.disc(0.5, 0.63, 0.07, SKIN)


def _roman(cell: Cell) -> None:
    """A head in profile with a plumed helmet."""
    crest = [
        (0.5 + 0.42 * math.cos(a), 0.5 + 0.44 * math.sin(a))
        for a in np.linspace(0.95 * math.pi, 1.72 * math.pi, 16)
    ]
    cell.shape([*crest, (0.5, 0.42)], palette.RED)
    cell.oval(0.56, 0.6, 0.25, 0.29, SKIN)
    dome = [
        (0.53 + 0.3 * math.cos(a), 0.5 + 0.32 * math.sin(a))
        for a in np.linspace(math.pi, 2 * math.pi, 20)
    ]
    cell.shape([*dome, (0.52, 0.52), (0.5, 0.86), (0.3, 0.78)], palette.MUTED)
    cell.disc(0.68, 0.6, 0.045, palette.INK, None)
    cell.stroke([(0.64, 0.76), (0.76, 0.74)], palette.INK, 0.04)


def _coin(cell: Cell) -> None:
    cell.disc(0.5, 0.5, 0.31, palette.YELLOW)
    cell.disc(
        0.5,
        0.5,
        0.2,
        palette.blend(palette.YELLOW, palette.WHITE, 0.45),
        palette.blend(palette.YELLOW, palette.INK, 0.3),
    )


PICTURES: Pictures = {Asterix: picture(Asterix, asterix, rate=7.0)}
