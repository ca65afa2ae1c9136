"""Physics: poles on carts and a car in a valley."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.bsuite.cartpole import Cartpole
from jaxenvs.envs.bsuite.cartpole_swingup import CartpoleSwingup
from jaxenvs.envs.bsuite.mountain_car import MountainCar
from jaxenvs.render import mechanics, palette
from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures


def cartpole(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The cart on its track, as in classic control."""
    del env
    angle = math.acos(max(-1.0, min(1.0, float(params.height_threshold))))
    return mechanics.cart_pole(state, params, size, float(params.x_threshold), angle)


def cartpole_swingup(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The cart on a rail, the pole that swings under or over it, and where rewards are given."""
    del env
    canvas = Canvas(size, round(0.6 * size))
    unit = size / 512
    track, length = float(params.x_threshold), 2 * float(params.half_length)
    view = View.fit(canvas, (-track - 0.5, track + 0.5), (-length - 0.3, length + 0.3))
    central = float(params.x_reward_threshold)
    left, right = view.point(-central, 0)[0], view.point(central, 0)[0]
    good = palette.blend(palette.BACKGROUND, palette.GREEN, 0.18)
    canvas.rect(left, 0, right - left, canvas.height, good, None)
    rail = view.point(0, 0)[1]
    ends = [view.point(-track, 0), view.point(track, 0)]
    canvas.line(ends, palette.MUTED, 5 * unit)
    for end in ends:
        canvas.rect(
            end[0] - 4 * unit,
            rail - 13 * unit,
            8 * unit,
            26 * unit,
            palette.RED,
            palette.INK,
            1.5 * unit,
        )
    x, theta = float(state.x), float(state.theta)
    axle = view.point(x, 0)
    width, height = view.length(0.55), view.length(0.26)
    corner = (axle[0] - width / 2, axle[1] - height / 2)
    canvas.rect(*corner, width, height, palette.BLUE, palette.INK, 1.5 * unit, radius=5 * unit)
    tip = view.point(x + length * math.sin(theta), length * math.cos(theta))
    up = math.cos(theta) > float(params.height_threshold)
    steady = abs(float(state.theta_dot)) < float(params.theta_dot_threshold)
    paid = up and steady and abs(x) < central
    canvas.line([axle, tip], palette.INK, 12 * unit)
    canvas.line([axle, tip], palette.GREEN if paid else palette.ORANGE, 9 * unit)
    canvas.circle(axle, 4 * unit, palette.BACKGROUND, palette.INK, 1.5 * unit)
    return canvas.rgb()


_PUSHES = {"left": (0, "push left"), "right": (2, "push right")}

PICTURES: Pictures = {
    Cartpole: Picture(cartpole, Controls(keys=_PUSHES, idle=(1,), rate=50.0)),
    CartpoleSwingup: Picture(cartpole_swingup, Controls(keys=_PUSHES, idle=(1,), rate=50.0)),
    MountainCar: Picture(mechanics.mountain_car, Controls(keys=_PUSHES, idle=(1,), rate=30.0)),
}
