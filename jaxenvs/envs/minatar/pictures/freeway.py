"""Freeway: a road from above, and a chicken."""

from typing import Any

from jaxenvs.envs.minatar._game import SIZE
from jaxenvs.envs.minatar.freeway import Freeway
from jaxenvs.envs.minatar.pictures._board import Cell, bands, lane, picture
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.picture import Pictures

_ROAD: palette.Color = (120, 124, 132)
_CARS = (
    palette.RED,
    palette.ORANGE,
    palette.YELLOW,
    palette.TEAL,
    palette.BLUE,
)  # from the fastest to the slowest


def freeway(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """Cars from above, their color and trail by speed, and the chicken."""
    del env, params
    side = canvas.width / SIZE
    bands(canvas, range(1, SIZE - 1), (_ROAD,))
    bands(canvas, (0, SIZE - 1), (palette.blend(palette.GREEN, palette.WHITE, 0.62),))
    for row in (1, SIZE - 1):
        canvas.line(
            [(0, row * side), (canvas.width, row * side)], palette.FAINT, side / 9, rounded=False
        )
    for row in range(2, SIZE - 1):
        for column in range(SIZE):
            dash = Cell(canvas, column, row)
            dash.stroke([(0.25, 0), (0.75, 0)], palette.blend(_ROAD, palette.WHITE, 0.5), 0.035)
    cars = state.cars
    for row in range(1, SIZE - 1):
        speed = lane(cars.speed, row)
        right = bool(lane(cars.right, row))
        car = Cell(canvas, lane(cars.x, row), row, right)
        count = (6 - speed + 1) // 2
        car.trail(palette.blend(_ROAD, palette.WHITE, 0.55), count)
        _car(car, _CARS[speed - 1])
    _chicken(Cell(canvas, 4, int(state.y)))


def _car(cell: Cell, color: palette.Color) -> None:
    glass = palette.blend(palette.BLUE, palette.WHITE, 0.72)
    for y in (0.13, 0.77):
        for x in (0.16, 0.66):
            cell.box(x, y, 0.18, 0.1, palette.INK, None, radius=0.03)
    cell.box(0.04, 0.18, 0.92, 0.64, color, radius=0.16)
    cell.box(0.26, 0.27, 0.46, 0.46, palette.blend(color, palette.WHITE, 0.3), radius=0.08)
    cell.shape([(0.62, 0.3), (0.74, 0.25), (0.74, 0.75), (0.62, 0.7)], glass)
    cell.box(0.2, 0.3, 0.09, 0.4, glass, radius=0.03)
    for y in (0.24, 0.66):
        cell.box(0.9, y, 0.06, 0.1, palette.blend(palette.YELLOW, palette.WHITE, 0.4), None)


def _chicken(cell: Cell) -> None:
    for x in (0.4, 0.56):
        cell.stroke([(x, 0.78), (x, 0.94), (x + 0.09, 0.94)], palette.ORANGE, 0.05)
    for x, y in ((0.6, 0.1), (0.7, 0.07), (0.79, 0.12)):
        cell.disc(x, y, 0.065, palette.RED)
    cell.shape([(0.86, 0.24), (1.02, 0.3), (0.86, 0.36)], palette.ORANGE)
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
        palette.WHITE,
    )
    cell.disc(0.7, 0.28, 0.18, palette.WHITE)
    cell.shape([(0.56, 0.36), (0.84, 0.36), (0.72, 0.6), (0.5, 0.6)], palette.WHITE, None)
    cell.shape([(0.3, 0.54), (0.56, 0.54), (0.46, 0.7), (0.34, 0.68)], palette.FAINT)
    cell.disc(0.76, 0.25, 0.035, palette.INK, None)
    cell.disc(0.84, 0.42, 0.05, palette.RED)


PICTURES: Pictures = {Freeway: picture(Freeway, freeway, rate=10.0)}
