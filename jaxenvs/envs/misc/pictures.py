"""Pictures of the miscellany."""

import itertools
import math
from typing import Any

import numpy as np

from jaxenvs.envs.misc.bernoulli_bandit import BernoulliBandit
from jaxenvs.envs.misc.four_rooms import WALLS, FourRooms
from jaxenvs.envs.misc.gaussian_bandit import GaussianBandit
from jaxenvs.envs.misc.meta_maze import MetaMaze
from jaxenvs.envs.misc.point_robot import PointRobot
from jaxenvs.envs.misc.pong import Pong
from jaxenvs.envs.misc.reacher import Reacher
from jaxenvs.envs.misc.swimmer import Swimmer
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point, View
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

_WAYS = {"up": (0, "up"), "right": (1, "right"), "down": (2, "down"), "left": (3, "left")}
_ARMS = {"left": (0, "left arm"), "right": (1, "right arm")}
_PUSHES: dict[str, tuple[Any, str]] = {
    "left": ((-1.0, 0.0), "left"),
    "right": ((1.0, 0.0), "right"),
    "up": ((0.0, 1.0), "up"),
    "down": ((0.0, -1.0), "down"),
}
_JOINTS: dict[str, tuple[Any, str]] = {
    "left": ((1.0, 0.0), "first link left"),
    "right": ((-1.0, 0.0), "first link right"),
    "a": ((0.0, 1.0), "second link left"),
    "d": ((0.0, -1.0), "second link right"),
}

WALL: palette.Color = (116, 124, 138)
WATER: palette.Color = (205, 227, 238)
COURT: palette.Color = (44, 52, 64)


# -- bandits -----------------------------------------------------------------------------------


def bernoulli_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """Two machines with their hidden chances; what the last one pulled gave."""
    del env, params
    canvas = Canvas(size, round(0.58 * size))
    for arm, chance in enumerate(state.chances.tolist()):
        _machine(canvas, arm, f"pays {chance:.0%}", chance)
    _last_pull(canvas, state, "1" if state.last_reward > 0 else "0")
    return canvas.rgb()


def gaussian_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """Two machines, one of which gives nothing; what the last one pulled gave."""
    del env, params
    canvas = Canvas(size, round(0.58 * size))
    _machine(canvas, 0, "gives 0", 0.5)
    mean = float(state.mean)
    _machine(canvas, 1, f"gives {mean:.2f} on average", 0.5 + math.atan(mean) / math.pi)
    _last_pull(canvas, state, f"{float(state.last_reward):.2f}")
    return canvas.rgb()


def _machine(canvas: Canvas, arm: int, words: str, share: float) -> None:
    """A slot machine; `share` of its gauge is filled."""
    unit = canvas.width / 512
    middle = canvas.width * (0.3 + 0.4 * arm)
    left, top, wide, high = middle - 66 * unit, 58 * unit, 132 * unit, 190 * unit
    color = (palette.BLUE, palette.ORANGE)[arm]
    canvas.line(
        [(left + wide, top + 70 * unit), (left + wide + 26 * unit, top + 70 * unit)], palette.INK, 6
    )
    knob = (left + wide + 26 * unit, top + 26 * unit)
    canvas.line([(left + wide + 26 * unit, top + 70 * unit), knob], palette.INK, 6 * unit)
    canvas.circle(knob, 11 * unit, palette.RED, palette.INK, 1.5 * unit)
    canvas.rect(left, top, wide, high, color, palette.INK, 1.5 * unit, radius=16 * unit)
    window = (left + 16 * unit, top + 16 * unit, wide - 32 * unit, 104 * unit)
    canvas.rect(*window, palette.BACKGROUND, palette.INK, 1.5 * unit, radius=6 * unit)
    gauge = (left + 34 * unit, top + 26 * unit, wide - 68 * unit, 84 * unit)
    canvas.rect(*gauge, palette.FAINT, None)
    filled = gauge[3] * min(max(share, 0.0), 1.0)
    canvas.rect(gauge[0], gauge[1] + gauge[3] - filled, gauge[2], filled, palette.GREEN, None)
    tray = (left + 30 * unit, top + 146 * unit, wide - 60 * unit, 26 * unit)
    canvas.rect(
        *tray, palette.blend(color, palette.INK, 0.45), palette.INK, 1.5 * unit, radius=6 * unit
    )
    canvas.text(words, (middle, top + high + 22 * unit), 14 * unit, palette.MUTED, "center")


def _last_pull(canvas: Canvas, state: Any, gain: str) -> None:
    unit = canvas.width / 512
    if state.time > 0:
        words = f"the {('left', 'right')[int(state.last_action)]} arm gave {gain}"
        canvas.text(
            words, (canvas.width / 2, 28 * unit), 16 * unit, palette.INK, "center", bold=True
        )
    else:
        canvas.text(
            "nothing pulled yet", (canvas.width / 2, 28 * unit), 16 * unit, palette.MUTED, "center"
        )


# -- mazes -------------------------------------------------------------------------------------


def _maze(size: int, walls: np.ndarray) -> tuple[Canvas, float]:
    """A plan from above, walls included, and the side of a cell."""
    canvas = Canvas(size, size, WALL)
    side = size / len(walls)
    for row, column in np.argwhere(~walls):
        light = palette.WHITE if (row + column) % 2 else palette.BACKGROUND
        canvas.rect(column * side, row * side, side, side, light, None)
    return canvas, side


def _walker(canvas: Canvas, place: np.ndarray, side: float) -> None:
    """The agent, a face."""
    x, y = (float(place[1]) + 0.5) * side, (float(place[0]) + 0.5) * side
    canvas.circle((x, y), 0.36 * side, palette.BLUE, palette.INK, 0.04 * side)
    for sign in (-1, 1):
        canvas.circle((x + sign * 0.13 * side, y - 0.06 * side), 0.06 * side, palette.WHITE, None)


def _flag(canvas: Canvas, place: np.ndarray, side: float) -> None:
    """A goal."""
    x, y = float(place[1]) * side, float(place[0]) * side
    canvas.rect(x, y, side, side, palette.blend(palette.WHITE, palette.GREEN, 0.35), None)
    canvas.line(
        [(x + 0.3 * side, y + 0.15 * side), (x + 0.3 * side, y + 0.85 * side)],
        palette.INK,
        0.06 * side,
    )
    cloth = [(0.33, 0.15), (0.8, 0.32), (0.33, 0.5)]
    canvas.polygon(
        [(x + a * side, y + b * side) for a, b in cloth], palette.GREEN, palette.INK, 0.03 * side
    )


def four_rooms(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The rooms from above, agent and goal."""
    del env, params
    canvas, side = _maze(size, WALLS)
    _flag(canvas, state.goal, side)
    _walker(canvas, state.position, side)
    return canvas.rgb()


def meta_maze(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The maze from above, the hidden goal, the agent and what it observes."""
    del params
    canvas, side = _maze(size, np.pad(env.walls, 1, constant_values=True))
    _flag(canvas, state.goal + 1, side)
    row, column = (state.position + 1).tolist()
    reach = env.rf_size // 2
    left, top = (max(place - reach, 0) * side for place in (column, row))
    right, low = (min(place + reach + 1, env.maze_size + 2) * side for place in (column, row))
    canvas.rect(
        left, top, right - left, low - top, None, palette.YELLOW, 0.09 * side, radius=0.12 * side
    )
    _walker(canvas, state.position + 1, side)
    return canvas.rgb()


# -- Pong --------------------------------------------------------------------------------------


def pong(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The court; the agent's paddle is the blue one."""
    del params
    side = size / env.width
    canvas = Canvas(size, round(side * env.height), COURT)
    for row in range(0, env.height, 2):
        x = (env.width / 2 - 0.1) * side
        canvas.rect(
            x, (row + 0.5) * side, 0.2 * side, side, palette.blend(COURT, palette.WHITE, 0.3), None
        )
    high = (2 * env.paddle_half_height + 1) * side
    for column, row, color in zip(
        (0, env.width - 1), state.paddles.tolist(), (palette.BLUE, palette.ORANGE), strict=True
    ):
        top = (row - env.paddle_half_height) * side
        canvas.rect(column * side, top, side, high, color, None, radius=0.3 * side)
    for (row, column), color in (
        (state.last_ball.tolist(), palette.blend(COURT, palette.WHITE, 0.4)),
        (state.ball.tolist(), palette.WHITE),
    ):
        column = min(max(column, 0), env.width - 1)
        canvas.rect(column * side, row * side, side, side, color, None, radius=0.2 * side)
    return canvas.rgb()


# -- the plane ---------------------------------------------------------------------------------


def point_robot(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The half circle, the hidden goal and the robot."""
    del env
    canvas = Canvas(size, round(0.66 * size))
    unit = size / 512
    radius = float(params.circle_radius)
    reach = radius + float(params.goal_radius)
    view = View.fit(canvas, (-reach, reach), (-0.25 * radius, reach), 10 * unit)
    canvas.arc(view.point(0, 0), view.length(radius), 0.0, math.pi, palette.MUTED, 2 * unit)
    canvas.line([view.point(-radius, 0), view.point(radius, 0)], palette.FAINT, 2 * unit)
    goal = view.point(*state.goal)
    canvas.circle(
        goal,
        view.length(float(params.goal_radius)),
        palette.blend(palette.BACKGROUND, palette.GREEN, 0.35),
        palette.GREEN,
    )
    canvas.circle(goal, 4 * unit, palette.GREEN, None)
    robot = view.point(*state.position)
    push = 3 * state.last_action
    if np.abs(push).max() > 1e-6:
        canvas.arrow(robot, view.point(*(state.position + push)), palette.INK, 2.5 * unit)
    canvas.circle(robot, 11 * unit, palette.BLUE, palette.INK, 1.5 * unit)
    return canvas.rgb()


def reacher(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The arm and its goal, within the square where goals lie."""
    del params
    canvas = Canvas(size, size)
    unit = size / 512
    count = env.num_joints
    view = View.fit(canvas, (-count, count), (-count, count), 26 * unit)
    canvas.circle(view.point(0, 0), view.length(count), palette.WHITE, palette.FAINT, 2 * unit)
    goal = view.point(*state.goal)
    for reach, color in ((20, palette.RED), (13, palette.WHITE), (6.5, palette.RED)):
        canvas.circle(goal, reach * unit, color, None)
    links = np.stack([np.cos(state.angles), np.sin(state.angles)], axis=-1)
    joints = np.concatenate([np.zeros((1, 2)), np.cumsum(links, axis=0)])
    points = [view.point(*joint) for joint in joints]
    colors = (palette.BLUE, palette.TEAL, palette.PURPLE, palette.ORANGE)
    for i, (start, end) in enumerate(itertools.pairwise(points)):
        canvas.line([start, end], palette.INK, 19 * unit)
        canvas.line([start, end], colors[i % len(colors)], 16 * unit)
    for point in points[:-1]:
        canvas.circle(point, 5 * unit, palette.YELLOW, palette.INK, 1.5 * unit)
    return canvas.rgb()


def swimmer(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The sea around the place where all began, or as much more as the swimmer needs."""
    del env, params
    canvas = Canvas(size, size, WATER)
    unit = size / 512
    reach = max(1.2, 1.1 * float(np.abs(state.position).max()))
    view = View.fit(canvas, (-reach, reach), (-reach, reach))
    corner, side = view.point(-1, 1), view.length(2)
    canvas.rect(*corner, side, side, None, palette.blend(WATER, palette.BLUE, 0.25), 1.5 * unit)
    goal = view.point(*state.goal)
    for share, weight in ((0.5, 0.25), (0.3, 0.45), (0.12, 1.0)):
        canvas.circle(goal, view.length(share), palette.blend(WATER, palette.GREEN, weight), None)
    for urchin in state.urchins:
        _urchin(canvas, view.point(*urchin), view.length(0.13))
    swimmer_at = view.point(*state.position)
    canvas.circle(swimmer_at, view.length(0.06), palette.ORANGE, palette.INK, 1.5 * unit)
    if np.abs(state.velocity).max() > 0.02:
        ahead = state.position + 0.5 * state.velocity
        canvas.arrow(swimmer_at, view.point(*ahead), palette.INK, 2.5 * unit)
    return canvas.rgb()


def _urchin(canvas: Canvas, middle: Point, size: float) -> None:
    for angle in np.arange(12) * math.pi / 6:
        tip = (middle[0] + size * math.cos(angle), middle[1] + size * math.sin(angle))
        canvas.line([middle, tip], palette.INK, 0.1 * size)
    canvas.circle(middle, 0.62 * size, palette.PURPLE, palette.INK, 0.08 * size)


PICTURES: Pictures = {
    BernoulliBandit: Picture(bernoulli_bandit, Controls(keys=_ARMS)),
    GaussianBandit: Picture(gaussian_bandit, Controls(keys=_ARMS)),
    FourRooms: Picture(four_rooms, Controls(keys=_WAYS)),
    MetaMaze: Picture(meta_maze, Controls(keys=_WAYS)),
    PointRobot: Picture(point_robot, Controls(keys=_PUSHES)),
    Pong: Picture(
        pong, Controls(keys={"up": (1, "up"), "down": (2, "down")}, idle=(0,), rate=15.0)
    ),
    Reacher: Picture(reacher, Controls(keys=_JOINTS, idle=((0.0, 0.0),), rate=20.0)),
    Swimmer: Picture(swimmer, Controls(keys=_PUSHES, idle=((0.0, 0.0),), rate=20.0)),
}
