"""Pictures of classic control."""

import math
from typing import Any

import numpy as np

from jaxenvs.core import Env
from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.controls import Controls
from jaxenvs.render.palette import (
    BACKGROUND,
    BLUE,
    BROWN,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    RED,
    TEAL,
    YELLOW,
    blend,
)

PUSHES = {"left": (0, "push left"), "right": (1, "push right")}
THREE_PUSHES = {"left": (0, "push left"), "right": (2, "push right")}
TWO_SIDES = {"left": (-1.0, "push left"), "right": (1.0, "push right")}

KEYS: dict[str, Controls] = {
    # Pushes in turn cancel out, which is as near to no push as the game gets.
    "CartPole": Controls(keys=PUSHES, idle=(0, 1), rate=50.0),
    "Pendulum": Controls(
        keys={"left": (1.0, "turn left"), "right": (-1.0, "turn right")}, idle=(0.0,), rate=20.0
    ),
    "Acrobot": Controls(
        keys={"left": (0, "torque left"), "right": (2, "torque right")}, idle=(1,), rate=15.0
    ),
    "MountainCar": Controls(keys=THREE_PUSHES, idle=(1,), rate=30.0),
    "MountainCarContinuous": Controls(keys=TWO_SIDES, idle=(0.0,), rate=30.0),
}
"""How each of the games is played."""


def draw(env: Env[Any, Any], state: Any, params: Any, size: int) -> np.ndarray:
    """The picture of a game of this family, uint8 `[height, width, 3]`."""
    return PICTURES[type(env).__name__](state, params, size)


def cartpole(state: Any, params: Any, size: int) -> np.ndarray:
    """The cart on its track between the limits, and the angles at which the pole has fallen."""
    canvas = Canvas(size, round(size * 0.5625))
    unit = size / 512
    length = 2 * float(params.half_length)
    reach = float(params.x_limit) + 0.45
    view = View.fit(canvas, (-reach, reach), (-0.7, max(length, 1.0) + 0.7))
    _track(canvas, view, float(params.x_limit), unit)
    x, theta = float(state.x), float(state.theta)
    axle = view.point(x, 0.0)
    _fall_angles(canvas, view, x, length, float(params.theta_limit), unit)
    width, height = view.length(0.6), view.length(0.3)
    for side in (-1, 1):
        wheel = (axle[0] + side * width * 0.3, axle[1] + height * 0.55)
        canvas.circle(wheel, height * 0.24, MUTED, INK, 1.5 * unit)
    corner = (axle[0] - width / 2, axle[1] - height / 2)
    canvas.rect(*corner, width, height, BLUE, line_width=1.5 * unit, radius=height * 0.2)
    tip = view.point(x + length * math.sin(theta), length * math.cos(theta))
    _rod(canvas, axle, tip, ORANGE, 11 * unit, unit)
    canvas.circle(axle, 4 * unit, BACKGROUND, INK, 1.5 * unit)
    return canvas.rgb()


def _track(canvas: Canvas, view: View, limit: float, unit: float) -> None:
    """The ground under the cart, a mark per metre, and a post where the track ends."""
    floor = view.point(0, -0.24)[1]
    canvas.line([(0, floor), (canvas.width, floor)], INK, 2 * unit)
    for metre in range(-math.floor(limit), math.floor(limit) + 1):
        x = view.point(metre, 0)[0]
        canvas.line([(x, floor), (x, floor + (10 if metre == 0 else 6) * unit)], MUTED, 1.5 * unit)
    for side in (-1, 1):
        x = view.point(side * limit, 0)[0]
        canvas.rect(x - 3 * unit, floor - 26 * unit, 6 * unit, 26 * unit, RED, INK, 1.5 * unit)


def _fall_angles(
    canvas: Canvas, view: View, x: float, length: float, limit: float, unit: float
) -> None:
    """A faint wedge in which the pole still stands; none where it may swing all round."""
    if limit >= math.pi:
        return
    angles = np.linspace(-limit, limit, 25)
    rim = [view.point(x + length * math.sin(a), length * math.cos(a)) for a in angles]
    canvas.polygon([view.point(x, 0), *rim], blend(BACKGROUND, FAINT, 0.6), None)


def _rod(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    color: tuple[int, int, int],
    width: float,
    unit: float,
) -> None:
    """A bar with round ends and a dark rim."""
    canvas.line([start, end], INK, width + 3 * unit)
    canvas.line([start, end], color, width)


def pendulum(state: Any, params: Any, size: int) -> np.ndarray:
    """The rod, and the torque that turned it last as an arrow around the hinge."""
    canvas = Canvas(size, size)
    unit = size / 512
    length = float(params.length)
    reach = 1.25 * max(length, 1.0)  # a shorter rod looks shorter, a longer one thinner
    view = View.fit(canvas, (-reach, reach), (-reach, reach))
    hinge = view.point(0, 0)
    theta = float(state.theta)  # from upright, counterclockwise
    canvas.circle(hinge, view.length(length), None, FAINT, 2 * unit)
    canvas.circle(view.point(0, length), 5 * unit, GREEN, None)  # where it should stand
    tip = view.point(-length * math.sin(theta), length * math.cos(theta))
    _rod(canvas, hinge, tip, RED, view.length(0.17), unit)
    canvas.circle(hinge, view.length(0.035), INK, None)
    share = float(state.torque) / max(float(params.max_torque), 1e-6)
    _torque_arrow(canvas, hinge, view.length(0.3), share, unit)
    return canvas.rgb()


def _torque_arrow(
    canvas: Canvas, center: tuple[float, float], radius: float, share: float, unit: float
) -> None:
    """An arc from the top, a half turn for a share of 1; positive is counterclockwise."""
    if abs(share) < 0.02:
        return
    turn = math.pi * max(-1.0, min(1.0, share))
    start, end = math.pi / 2, math.pi / 2 + turn
    canvas.arc(center, radius, start, end, TEAL, 6 * unit)
    tip = (center[0] + radius * math.cos(end), center[1] - radius * math.sin(end))
    sign = math.copysign(1.0, turn)
    ahead = (-sign * math.sin(end), -sign * math.cos(end))  # along the arc, y down
    head = 16 * unit
    side = (-ahead[1] * head * 0.65, ahead[0] * head * 0.65)
    nose = (tip[0] + ahead[0] * head, tip[1] + ahead[1] * head)
    corners = [nose, (tip[0] + side[0], tip[1] + side[1]), (tip[0] - side[0], tip[1] - side[1])]
    canvas.polygon(corners, TEAL, None)


def acrobot(state: Any, params: Any, size: int) -> np.ndarray:
    """The two links, and the height that the end has to reach."""
    canvas = Canvas(size, size)
    unit = size / 512
    upper, lower = float(params.link_length_1), float(params.link_length_2)
    reach = 1.15 * max(upper + lower, 2.0)
    view = View.fit(canvas, (-reach, reach), (-reach, reach))
    goal = view.point(0, float(params.goal_height))[1]
    _dashes(canvas, 0, canvas.width, goal, 2 * unit, 10 * unit)
    first, bend = float(state.theta_1), float(state.theta_2)
    hinge = view.point(0, 0)
    elbow_at = (upper * math.sin(first), -upper * math.cos(first))
    end_at = (
        elbow_at[0] + lower * math.sin(first + bend),
        elbow_at[1] - lower * math.cos(first + bend),
    )
    elbow, end = view.point(*elbow_at), view.point(*end_at)
    width = view.length(0.2)
    _rod(canvas, hinge, elbow, BLUE, width, unit)
    _rod(canvas, elbow, end, TEAL, width, unit)
    for joint in (hinge, elbow):
        canvas.circle(joint, 0.3 * width, YELLOW, INK, 1.5 * unit)
    return canvas.rgb()


def _dashes(canvas: Canvas, left: float, right: float, y: float, width: float, dash: float) -> None:
    """A dashed green line from side to side: a goal."""
    x = left
    while x < right:
        canvas.line([(x, y), (min(x + dash, right), y)], GREEN, width, rounded=False)
        x += 2 * dash


def mountain_car(state: Any, params: Any, size: int) -> np.ndarray:
    """The car in the valley and the flag on the hill."""
    canvas = Canvas(size, round(size * 0.7))
    unit = size / 512
    low, high = float(params.min_position), float(params.max_position)
    goal = float(params.goal_position)
    view = View.fit(canvas, (low, high), (-0.05, 1.3))
    _hill(canvas, view, unit)
    foot = view.point(goal, _height(goal))
    top = (foot[0], foot[1] - 52 * unit)
    canvas.line([foot, top], INK, 2.5 * unit)
    cloth = [top, (top[0] - 26 * unit, top[1] + 9 * unit), (top[0], top[1] + 18 * unit)]
    canvas.polygon(cloth, GREEN, INK, 1.5 * unit)
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
    canvas.polygon([corners[0], *crest, corners[1]], FAINT, None)
    canvas.line(crest, INK, 2 * unit)


def _car(canvas: Canvas, view: View, position: float, unit: float) -> None:
    """A body on two wheels, tilted as the hill is."""
    x, y = view.point(position, _height(position))
    tilt = math.atan(3 * math.cos(3 * position) * 0.45)
    along, up = (math.cos(tilt), -math.sin(tilt)), (-math.sin(tilt), -math.cos(tilt))

    def place(ahead: float, above: float) -> tuple[float, float]:
        ahead, above = ahead * unit, above * unit
        return x + along[0] * ahead + up[0] * above, y + along[1] * ahead + up[1] * above

    body = [(-24, 8), (24, 8), (24, 18), (15, 19), (9, 29), (-11, 29), (-17, 19), (-24, 18)]
    canvas.polygon([place(*corner) for corner in body], BLUE, INK, 1.5 * unit)
    window = [(-9, 19), (10, 19), (6, 26), (-8, 26)]
    canvas.polygon([place(*corner) for corner in window], BACKGROUND, INK, unit)
    for axle in (-13, 13):
        canvas.circle(place(axle, 7), 7 * unit, BROWN, INK, 1.5 * unit)


PICTURES = {
    "CartPole": cartpole,
    "Pendulum": pendulum,
    "Acrobot": acrobot,
    "MountainCar": mountain_car,
    "MountainCarContinuous": mountain_car,
}
"""From the name of an environment's class to what draws it."""
