"""Pictures of classic control."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.classic.acrobot import Acrobot
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.envs.classic.mountain_car import MountainCar
from jaxenvs.envs.classic.mountain_car_continuous import MountainCarContinuous
from jaxenvs.envs.classic.pendulum import Pendulum
from jaxenvs.render import mechanics, palette
from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures


def cartpole(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The cart, the pole, and the limits of both."""
    del env
    x_limit, theta_limit = float(params.x_limit), float(params.theta_limit)
    return mechanics.cart_pole(state, params, size, x_limit, theta_limit)


def pendulum(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The rod, and the torque that turned it last as an arrow around the hinge."""
    del env
    canvas = Canvas(size, size)
    unit = size / 512
    length = float(params.length)
    reach = 1.25 * max(length, 1.0)  # a shorter rod looks shorter, a longer one thinner
    view = View.fit(canvas, (-reach, reach), (-reach, reach))
    hinge = view.point(0, 0)
    theta = float(state.theta)  # from upright, counterclockwise
    canvas.circle(hinge, view.length(length), None, palette.FAINT, 2 * unit)
    canvas.circle(view.point(0, length), 5 * unit, palette.GREEN, None)  # where it should stand
    tip = view.point(-length * math.sin(theta), length * math.cos(theta))
    mechanics.rod(canvas, hinge, tip, palette.RED, view.length(0.17), unit)
    canvas.circle(hinge, view.length(0.035), palette.INK, None)
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
    canvas.arc(center, radius, start, end, palette.TEAL, 6 * unit)
    tip = (center[0] + radius * math.cos(end), center[1] - radius * math.sin(end))
    sign = math.copysign(1.0, turn)
    ahead = (-sign * math.sin(end), -sign * math.cos(end))  # along the arc, y down
    head = 16 * unit
    side = (-ahead[1] * head * 0.65, ahead[0] * head * 0.65)
    nose = (tip[0] + ahead[0] * head, tip[1] + ahead[1] * head)
    corners = [nose, (tip[0] + side[0], tip[1] + side[1]), (tip[0] - side[0], tip[1] - side[1])]
    canvas.polygon(corners, palette.TEAL, None)


def acrobot(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The two links, and the height that the end has to reach."""
    del env
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
    mechanics.rod(canvas, hinge, elbow, palette.BLUE, width, unit)
    mechanics.rod(canvas, elbow, end, palette.TEAL, width, unit)
    for joint in (hinge, elbow):
        canvas.circle(joint, 0.3 * width, palette.YELLOW, palette.INK, 1.5 * unit)
    return canvas.rgb()


def _dashes(canvas: Canvas, left: float, right: float, y: float, width: float, dash: float) -> None:
    """A dashed green line from side to side: a goal."""
    x = left
    while x < right:
        canvas.line([(x, y), (min(x + dash, right), y)], palette.GREEN, width, rounded=False)
        x += 2 * dash


PICTURES: Pictures = {
    CartPole: Picture(
        cartpole,
        # Pushes in turn cancel out, which is as near to no push as the game gets.
        Controls(
            keys={"left": (0, "push left"), "right": (1, "push right")}, idle=(0, 1), rate=50.0
        ),
    ),
    Pendulum: Picture(
        pendulum,
        Controls(
            keys={"left": (1.0, "turn left"), "right": (-1.0, "turn right")},
            idle=(0.0,),
            rate=20.0,
        ),
    ),
    Acrobot: Picture(
        acrobot,
        Controls(
            keys={"left": (0, "torque left"), "right": (2, "torque right")}, idle=(1,), rate=15.0
        ),
    ),
    MountainCar: Picture(
        mechanics.mountain_car,
        Controls(keys={"left": (0, "push left"), "right": (2, "push right")}, idle=(1,), rate=30.0),
    ),
    MountainCarContinuous: Picture(
        mechanics.mountain_car,
        Controls(
            keys={"left": (-1.0, "push left"), "right": (1.0, "push right")},
            idle=(0.0,),
            rate=30.0,
        ),
    ),
}
