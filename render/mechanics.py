"""Carts with poles and cars on hills, which more than one family has."""

import math
from typing import Any

import numpy as np

from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, View


def cart_pole(state: Any, params: Any, size: int, x_limit: float, theta_limit: float) -> np.ndarray:
    """A cart on its track between the limits, and the angles at which the pole has fallen.

    Of any game whose state has `x` and `theta`, and whose params have `half_length`. Limits in m
    and rad.
    """
    canvas = Canvas(size, round(size * 0.5625))
    unit = size / 512
    length = 2 * float(params.half_length)
    reach = x_limit + 0.45
    view = View.fit(canvas, (-reach, reach), (-0.7, max(length, 1.0) + 0.7))
    _track(canvas, view, x_limit, unit)
    x, theta = float(state.x), float(state.theta)
    axle = view.point(x, 0.0)
    _fall_angles(canvas, view, x, length, theta_limit, unit)
    width, height = view.length(0.6), view.length(0.3)
    for side in (-1, 1):
        wheel = (axle[0] + side * width * 0.3, axle[1] + height * 0.55)
        canvas.circle(wheel, height * 0.24, palette.MUTED, palette.INK, 1.5 * unit)
    corner = (axle[0] - width / 2, axle[1] - height / 2)
    canvas.rect(*corner, width, height, palette.BLUE, line_width=1.5 * unit, radius=height * 0.2)
    tip = view.point(x + length * math.sin(theta), length * math.cos(theta))
    rod(canvas, axle, tip, palette.ORANGE, 11 * unit, unit)
    canvas.circle(axle, 4 * unit, palette.BACKGROUND, palette.INK, 1.5 * unit)
    return canvas.rgb()


def _track(canvas: Canvas, view: View, limit: float, unit: float) -> None:
    """The ground under the cart, a mark per meter, and a post where the track ends."""
    floor = view.point(0, -0.24)[1]
    canvas.line([(0, floor), (canvas.width, floor)], palette.INK, 2 * unit)
    for meter in range(-math.floor(limit), math.floor(limit) + 1):
        x = view.point(meter, 0)[0]
        canvas.line(
            [(x, floor), (x, floor + (10 if meter == 0 else 6) * unit)], palette.MUTED, 1.5 * unit
        )
    for side in (-1, 1):
        x = view.point(side * limit, 0)[0]
        canvas.rect(
            x - 3 * unit,
            floor - 26 * unit,
            6 * unit,
            26 * unit,
            palette.RED,
            palette.INK,
            1.5 * unit,
        )


def _fall_angles(
    canvas: Canvas, view: View, x: float, length: float, limit: float, unit: float
) -> None:
    """A faint wedge in which the pole still stands; none where it may swing all round."""
    if limit >= math.pi:
        return
    angles = np.linspace(-limit, limit, 25)
    rim = [view.point(x + length * math.sin(a), length * math.cos(a)) for a in angles]
    canvas.polygon(
        [view.point(x, 0), *rim], palette.blend(palette.BACKGROUND, palette.FAINT, 0.6), None
    )


def rod(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    color: tuple[int, int, int],
    width: float,
    unit: float,
) -> None:
    """A bar with round ends and a dark rim."""
    canvas.line([start, end], palette.INK, width + 3 * unit)
    canvas.line([start, end], color, width)


def mountain_car(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """A car in the valley and the flag on the hill.

    Of any game whose state has a `position`, and whose params have `min_position`, `max_position`
    and `goal_position`.
    """
    del env
    canvas = Canvas(size, round(size * 0.7))
    unit = size / 512
    low, high = float(params.min_position), float(params.max_position)
    goal = float(params.goal_position)
    view = View.fit(canvas, (low, high), (-0.05, 1.3))
    _hill(canvas, view, unit)
    foot = view.point(goal, _height(goal))
    top = (foot[0], foot[1] - 52 * unit)
    canvas.line([foot, top], palette.INK, 2.5 * unit)
    cloth = [top, (top[0] - 26 * unit, top[1] + 9 * unit), (top[0], top[1] + 18 * unit)]
    canvas.polygon(cloth, palette.GREEN, palette.INK, 1.5 * unit)
    _car(canvas, view, float(state.position), unit)
    return canvas.rgb()


def _height(position: float) -> float:
    """Of the hill, as Gymnasium draws it; the physics knows only its slope."""
    return math.sin(3 * position) * 0.45 + 0.55


def _hill(canvas: Canvas, view: View, unit: float) -> None:
    left = view.center[0] - canvas.width / 2 / view.scale
    right = view.center[0] + canvas.width / 2 / view.scale
    xs = np.linspace(left - 0.02, right + 0.02, 160)
    crest = [view.point(x, _height(x)) for x in xs]
    corners = [(crest[0][0], canvas.height + 9.0), (crest[-1][0], canvas.height + 9.0)]
    canvas.polygon([corners[0], *crest, corners[1]], palette.FAINT, None)
    canvas.line(crest, palette.INK, 2 * unit)


def _car(canvas: Canvas, view: View, position: float, unit: float) -> None:
    """A body on two wheels, tilted as the hill is."""
    x, y = view.point(position, _height(position))
    tilt = math.atan(3 * math.cos(3 * position) * 0.45)
    along, up = (math.cos(tilt), -math.sin(tilt)), (-math.sin(tilt), -math.cos(tilt))

    def place(ahead: float, above: float) -> tuple[float, float]:
        ahead, above = ahead * unit, above * unit
        return x + along[0] * ahead + up[0] * above, y + along[1] * ahead + up[1] * above

    body = [(-24, 8), (24, 8), (24, 18), (15, 19), (9, 29), (-11, 29), (-17, 19), (-24, 18)]
    canvas.polygon([place(*corner) for corner in body], palette.BLUE, palette.INK, 1.5 * unit)
    window = [(-9, 19), (10, 19), (6, 26), (-8, 26)]
    canvas.polygon([place(*corner) for corner in window], palette.BACKGROUND, palette.INK, unit)
    for axle in (-13, 13):
        canvas.circle(place(axle, 7), 7 * unit, palette.BROWN, palette.INK, 1.5 * unit)
