"""The words beside a picture of Kinetix: the goal, the commands, the time."""

import dataclasses
from typing import Any

import numpy as np

from jaxenvs.envs.kinetix._level import BLUE, GREEN, NUM_MOTOR_BINDINGS, NUM_WALLS, RED, Level
from jaxenvs.render import sketch
from jaxenvs.render.palette import Color
from jaxenvs.render.sketch import Pen

MOTOR_KEYS = ("← →", "↑ ↓", "a d", "w s")
THRUSTER_KEYS = ("1", "2")
EARTH = -9.81  # m/s^2
ROW = 22  # units


@dataclasses.dataclass(frozen=True)
class Command:
    """One that a level has use for."""

    name: str
    keys: str
    color: Color
    value: float
    is_motor: bool


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is said of a state."""

    title: str
    roles: frozenset[int]  # that bodies have
    has_still: bool
    motors: dict[int, float]  # by binding: what it is told
    thrusters: dict[int, float]
    has_automatic: bool
    gravity: np.ndarray
    time: int
    max_steps: int

    @classmethod
    def of(cls, env: Any, level: Level, state: Any, params: Any) -> "Facts":
        bodies, joints, thrusters = level.bodies, level.joints, level.thrusters
        active, commands = np.asarray(bodies.active), np.asarray(state.commands)
        driven = joints.active & joints.motor_on & ~joints.is_fixed
        motors = set(joints.motor_binding[driven & ~joints.motor_auto].tolist())
        fired = set(thrusters.binding[thrusters.active].tolist())
        name = getattr(env.level, "name", "")
        return cls(
            title=title(name) if name else "Kinetix",
            roles=frozenset(np.asarray(bodies.role)[active].tolist()),
            has_still=bool((active & bodies.fixated)[NUM_WALLS:].any()),
            motors={k: float(commands[k]) for k in sorted(motors)},
            thrusters={k: float(commands[NUM_MOTOR_BINDINGS + k]) for k in sorted(fired)},
            has_automatic=bool((driven & joints.motor_auto).any()),
            gravity=np.asarray(level.gravity, float),
            time=int(state.time),
            max_steps=int(params.max_steps),
        )


def title(name: str) -> str:
    """A level's name as a title: "l/h7_maze_1" is "maze 1"."""
    stem = name.replace("\\", "/").rpartition("/")[2].removesuffix(".json")
    head, _, rest = stem.partition("_")
    numbered = head[:1] == "h" and head[1:].isdigit()
    return (rest if numbered and rest else stem).replace("_", " ")


class _Column:
    """A place that moves down as lines are written."""

    def __init__(self, pen: Pen, left: float, width: float, unit: float) -> None:
        self.pen, self.left, self.width, self.unit = pen, left, width, unit
        self.y = 20 * unit

    def text(self, text: str, size: float = 12, indent: float = 0, **looks: Any) -> None:
        """A line, in smaller letters where it is too long."""
        room = self.width - indent * self.unit
        height, canvas = size * self.unit, self.pen.canvas
        bold = looks.get("bold", False)
        while height > 4 and canvas.text_width(text, height, bold) > room:
            height *= 0.95
        color = looks.pop("color", self.pen.theme.ink)
        canvas.text(text, (self.left + indent * self.unit, self.y), height, color, **looks)

    def down(self, rows: float = 1.0) -> None:
        """Goes on further down."""
        self.y += rows * ROW * self.unit


def paint(pen: Pen, facts: Facts, left: float, width: float) -> None:
    """Writes a column `width` pixels wide, from `left` on."""
    unit = width / 125
    canvas, height = pen.canvas, pen.canvas.height
    # Nothing of the scene reaches in here.
    edge = left - 0.02 * canvas.width
    canvas.rect(edge, 0, canvas.width - edge, height, pen.theme.background, None)
    column = _Column(pen, left, width - 6 * unit, unit)
    column.text(facts.title, 15, bold=True)
    column.down(1.35)
    _goal(column, facts)
    _commands(column, facts)
    _foot(column, facts, height)


def _goal(column: _Column, facts: Facts) -> None:
    pen = column.pen
    rows = [(GREEN, "dot", "green"), (BLUE, "ring", "has to touch blue")]
    if RED in facts.roles:
        rows.append((RED, "cross", "and never red"))
    for role, mark, words in rows:
        color = pen.theme.roles[role]
        place = (column.left + 8 * column.unit, column.y)
        pen.canvas.circle(place, 8 * column.unit, color, None)
        sketch.symbol(pen, mark, place, 5 * column.unit, color)  # type: ignore[arg-type]
        column.text(words, 11.5, 21)
        column.down(0.95)
    if facts.has_still:
        _still(column)
    column.down(0.5)


def _still(column: _Column) -> None:
    """A little hatched box."""
    pen, unit, (x, y) = column.pen, column.unit, (column.left, column.y)
    theme = pen.theme
    low, high = x + unit, x + 15 * unit
    box = np.array([(low, y - 6 * unit), (high, y - 6 * unit), (high, y + 6 * unit)])
    box = np.concatenate([box, [(low, y + 6 * unit)]])
    pen.canvas.polygon(box.tolist(), theme.still(theme.grey), None)
    for ends in sketch.hatch(box, 4.5 * unit):
        pen.canvas.line(ends, theme.grey, 1.2 * unit, rounded=False)
    column.text("never moves", 11.5, 21)
    column.down(0.95)


def _commands(column: _Column, facts: Facts) -> None:
    colors = column.pen.theme.bindings
    for k, value in facts.motors.items():
        _command(column, Command(f"motor {k + 1}", MOTOR_KEYS[k], colors[k], value, True))
    for k, value in facts.thrusters.items():
        _command(column, Command(f"thruster {k + 1}", THRUSTER_KEYS[k], colors[k], value, False))
    if facts.has_automatic:
        column.text("A: turns by itself", 11, color=column.pen.theme.muted)
        column.down()


def _command(column: _Column, command: Command) -> None:
    """Its name, its keys, and a bar: from the middle for a motor, from the left for a thruster."""
    pen, unit, theme = column.pen, column.unit, column.pen.theme
    column.text(command.name, 11.5)
    right = (column.left + column.width, column.y)
    pen.canvas.text(command.keys, right, 11 * unit, theme.muted, "right")
    column.down(0.62)
    left, top, wide, high = column.left, column.y - 3.5 * unit, column.width, 7 * unit
    pen.canvas.rect(left, top, wide, high, theme.faint, None, radius=3.5 * unit)
    start = left + wide / 2 if command.is_motor else left
    # A motor told to turn counterclockwise: to the left, as wheels would roll.
    reach = -command.value * wide / 2 if command.is_motor else command.value * wide
    if abs(reach) > 1:
        low = min(start, start + reach)
        pen.canvas.rect(low, top, abs(reach), high, command.color, None, radius=3.5 * unit)
    if command.is_motor:
        pen.canvas.line([(start, top), (start, top + high)], theme.muted, 1.2 * unit)
    column.down(0.85)


def _foot(column: _Column, facts: Facts, height: float) -> None:
    """The time, and gravity where it is not Earth's."""
    theme, unit = column.pen.theme, column.unit
    column.y = max(column.y, height - 16 * unit)
    limit = f" / {facts.max_steps}" if facts.max_steps > 0 else ""
    column.text(f"step {facts.time}{limit}", 11, color=theme.muted)
    if not np.allclose(facts.gravity, [0, EARTH], atol=0.05):
        column.y -= 0.8 * ROW * unit
        x, y = facts.gravity
        strength = f"{-y:.3g}" if x == 0 else f"({x:.3g}, {y:.3g})"
        column.text(f"gravity {strength} m/s²", 11, color=theme.muted)
