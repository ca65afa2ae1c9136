"""Pictures of Kinetix, and its keys."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.kinetix._actions import NUM_COMMANDS, Kind
from jaxenvs.envs.kinetix._level import (
    BLUE,
    GREEN,
    NUM_MOTOR_BINDINGS,
    NUM_THRUSTER_BINDINGS,
    NUM_WALLS,
    RED,
    Level,
    commanded,
    in_world,
)
from jaxenvs.envs.kinetix.kinetix import Kinetix
from jaxenvs.envs.kinetix.team import KinetixTeam
from jaxenvs.physics2d import jax2d
from jaxenvs.render import legend, sketch, themes
from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures
from jaxenvs.render.touching import contact_points

SIDE = 5.0  # m, of a scene
WALL = 0.12  # m of the walls that is seen: they may have roles
MARKS: tuple[sketch.Mark, ...] = ("", "dot", "ring", "cross")  # by role
LEGEND_FROM = 360  # pixels: narrower pictures have no room for words
LEGEND_SHARE = 0.26  # of the width


def kinetix(
    env: Any, state: Any, params: Any, size: int, theme: str = "light", contacts: bool = False
) -> np.ndarray:
    """The scene; beside it, where there is room, the goal, the commands and the time.

    `contacts` shows the points at which bodies touch.
    """
    colors = themes.named(theme)
    level = placed(state)
    shown = scene(level, np.asarray(state.commands), colors)
    if contacts:
        shown = dataclasses.replace(shown, contacts=_contacts(state, shown))
    column = round(LEGEND_SHARE * size) if size >= LEGEND_FROM else 0
    side = size - column
    canvas = Canvas(size, side, colors.background)
    margin = 0.012 * side
    view = View((SIDE / 2, SIDE / 2), (side / 2, side / 2), (side - 2 * margin) / (SIDE + 2 * WALL))
    pen = sketch.Pen(canvas, view, colors, side / 420)
    sketch.paint(pen, shown)
    if column:
        said = words(env, state, params, colors)
        legend.paint(pen, said, side + 0.02 * size, column - 0.035 * size)
    return canvas.rgb()


def thumbnail(level: Level, size: int, theme: str = "light") -> np.ndarray:
    """The scene of a level at its start, without words."""
    colors = themes.named(theme)
    canvas = Canvas(size, size, colors.background)
    view = View((SIDE / 2, SIDE / 2), (size / 2, size / 2), 0.976 * size / (SIDE + 2 * WALL))
    pen = sketch.Pen(canvas, view, colors, size / 420)
    sketch.paint(pen, scene(level, np.zeros(NUM_COMMANDS), colors))
    return canvas.rgb()


# -- from states to sketches -----------------------------------------------------------------------


def placed(state: Any) -> Level:
    """The level of a state, its bodies where they are now."""
    bodies, physics = state.level.bodies, state.physics
    position, angle = np.asarray(physics.position), np.asarray(physics.angle)
    if not isinstance(physics, jax2d.State):  # walls never move; the rest by its centers of mass
        num_walls = len(bodies.rotation) - len(angle)
        angle = np.concatenate([bodies.rotation[:num_walls], angle])
        sin, cos = np.sin(angle), np.cos(angle)
        x, y = np.asarray(state.facts.center)[:, 0], np.asarray(state.facts.center)[:, 1]
        center = np.stack([cos * x - sin * y, sin * x + cos * y], axis=1)[num_walls:]
        position = np.concatenate([bodies.position[:num_walls], position - center])
    return state.level.replace(bodies=bodies.replace(position=position, rotation=angle))


def scene(level: Level, commands: np.ndarray, theme: themes.Theme) -> sketch.Sketch:
    """A level as it stands, with what its motors and thrusters are told, `(6,)`."""
    return sketch.Sketch(
        shapes=tuple(_shape(level, i, theme) for i in np.flatnonzero(level.bodies.active).tolist()),
        hinges=tuple(_hinges(level, commands, theme)),
        jets=tuple(_jets(level, commands, theme)),
        x_range=(-WALL, SIDE + WALL),
        y_range=(-WALL, SIDE + WALL),
    )


def _contacts(state: Any, shown: sketch.Sketch) -> np.ndarray:
    """Where bodies touch, `(k, 2)`; those that joints connect pass through each other."""
    machine = np.asarray(state.facts.machine)[np.flatnonzero(state.level.bodies.active)]
    return contact_points(shown.shapes, machine[:, None] != machine)


def _shape(level: Level, i: int, theme: themes.Theme) -> sketch.Shape:
    bodies, num_polygons = level.bodies, level.size.polygons
    angle, role = float(bodies.rotation[i]), int(bodies.role[i])
    if i < num_polygons:
        number = max(3, int(bodies.num_vertices[i]))
        own = np.asarray(bodies.vertices[i][:number])
        corners = in_world(level, np.full(len(own), i), own)
        radius = 0.0
    else:
        corners, radius = bodies.position[i : i + 1], float(bodies.radius[i - num_polygons])
    return sketch.Shape(
        corners, radius, angle, theme.roles[role], MARKS[role], bool(bodies.fixated[i])
    )


def _hinges(level: Level, commands: np.ndarray, theme: themes.Theme) -> Iterable[sketch.Hinge]:
    joints = level.joints
    places = in_world(level, joints.a_index, joints.a_relative_position)
    for j in np.flatnonzero(joints.active):
        angle, is_weld = float(level.bodies.rotation[joints.a_index[j]]), bool(joints.is_fixed[j])
        binding = int(joints.motor_binding[j])
        if is_weld or not joints.motor_on[j]:
            yield sketch.Hinge(places[j], angle, is_weld)
            continue
        told = 1.0 if joints.motor_auto[j] else float(commands[binding])
        turning = told * float(np.sign(joints.motor_speed[j]))
        label = "A" if joints.motor_auto[j] else "1234"[binding]
        yield sketch.Hinge(
            places[j], angle, color=theme.bindings[binding], label=label, turning=turning
        )


def _jets(level: Level, commands: np.ndarray, theme: themes.Theme) -> Iterable[sketch.Jet]:
    thrusters = level.thrusters
    places = in_world(level, thrusters.body_index, thrusters.relative_position)
    for t in np.flatnonzero(thrusters.active):
        binding = int(thrusters.binding[t])
        angle = float(level.bodies.rotation[thrusters.body_index[t]] + thrusters.rotation[t])
        power = float(commands[NUM_MOTOR_BINDINGS + binding])
        yield sketch.Jet(places[t], angle, theme.bindings[binding], "12"[binding], power)


# -- words -----------------------------------------------------------------------------------------

MOTOR_KEYS, THRUSTER_KEYS = ("← →", "↑ ↓", "a d", "w s"), ("1", "2")
EARTH = -9.81  # m/s^2


def words(env: Any, state: Any, params: Any, theme: themes.Theme) -> legend.Legend:
    """What is said beside a picture: only of what the level has."""
    level, limit = state.level, int(params.max_steps)
    bodies, joints = level.bodies, level.joints
    active = np.asarray(bodies.active)
    means = [legend.Meaning("green", theme.green, MARKS[GREEN])]
    means.append(legend.Meaning("has to touch blue", theme.blue, MARKS[BLUE]))
    if (bodies.role[active] == RED).any():
        means.append(legend.Meaning("and never red", theme.red, MARKS[RED]))
    if (active & bodies.fixated)[NUM_WALLS:].any():
        means.append(legend.Meaning("never moves"))
    automatic = joints.active & joints.motor_on & ~joints.is_fixed & joints.motor_auto
    foot = [f"step {int(state.time)}" + (f" / {limit}" if limit > 0 else "")]
    x, y = np.asarray(level.gravity, float)
    if abs(x) > 0.05 or abs(y - EARTH) > 0.05:
        strength = f"{-y:.3g}" if x == 0 else f"({x:.3g}, {y:.3g})"
        foot.append(f"gravity {strength} m/s²")
    name = getattr(env.level, "name", "")
    return legend.Legend(
        title=title(name) if name else "Kinetix",
        meanings=tuple(means),
        commands=tuple(_commands(level, np.asarray(state.commands), theme)),
        notes=("A: turns by itself",) if automatic.any() else (),
        foot=tuple(foot),
    )


def title(name: str) -> str:
    """A level's name as a title: "l/h7_maze_1" is "maze 1"."""
    stem = name.replace("\\", "/").rpartition("/")[2].removesuffix(".json")
    head, _, rest = stem.partition("_")
    numbered = head[:1] == "h" and head[1:].isdigit()
    return (rest if numbered and rest else stem).replace("_", " ")


def _commands(level: Level, commands: np.ndarray, theme: themes.Theme) -> Iterable[legend.Command]:
    joints, thrusters = level.joints, level.thrusters
    for k in np.unique(joints.motor_binding[commanded(joints)]).tolist():
        # Counterclockwise is shown to the left, as wheels would roll.
        yield legend.Command(
            f"motor {k + 1}", MOTOR_KEYS[k], theme.bindings[k], -float(commands[k]), True
        )
    for k in np.unique(thrusters.binding[thrusters.active]).tolist():
        told = float(commands[NUM_MOTOR_BINDINGS + k])
        yield legend.Command(f"thruster {k + 1}", THRUSTER_KEYS[k], theme.bindings[k], told, False)


# -- keys ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class CommandControls(Controls):
    """Keys that stand for `(command, value)`; a key against another leaves nothing."""

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """The action of a space of `Kinetix`."""
        del time
        told, last = self.told(held)
        return spoken(
            _KINDS[type(space)], told, last, range(NUM_MOTOR_BINDINGS), range(NUM_THRUSTER_BINDINGS)
        )

    def told(self, held: Iterable[str]) -> tuple[np.ndarray, int | None]:
        """What the six commands are told, `(6,)` float32, and which of them last."""
        told, last = np.zeros(NUM_COMMANDS, np.float32), None
        for name in held:
            if name in self.keys:
                last, value = self.keys[name][0]
                told[last] = np.clip(told[last] + value, -1, 1)
        return told, last


_KINDS: dict[type[spaces.Space], Kind] = {
    spaces.Discrete: "discrete",
    spaces.MultiDiscrete: "multidiscrete",
    spaces.Box: "continuous",
}


@dataclasses.dataclass(frozen=True)
class TeamControls(CommandControls):
    """The same keys for agents who share the commands: they play all of them."""

    kind: Kind = "multidiscrete"
    kinds: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()
    """Of each agent: the kinds of motors and of thrusters that it commands."""

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """An action of each agent, `(num_agents, ...)`."""
        del space, time
        told, last = self.told(held)
        own = [spoken(self.kind, told, last, *both) for both in self.kinds]
        if self.kind == "discrete":
            return np.stack(own)
        room = max(len(one) for one in own)
        return np.stack([np.pad(one, (0, room - len(one))) for one in own])


def spoken(
    kind: Kind,
    told: np.ndarray,
    last: int | None,
    motors: Sequence[int],
    thrusters: Sequence[int],
) -> np.ndarray:
    """The action that says what is `told`, of who commands some kinds of motors and thrusters.

    A single number can say one thing: what the `last` key does.
    """
    own = [*motors, *(NUM_MOTOR_BINDINGS + kind for kind in thrusters)]
    said = told[own]
    if kind == "continuous":
        return said
    if kind == "multidiscrete":
        return np.where(said < 0, 2, said > 0).astype(np.int32)
    nothing = 2 * len(motors)
    if last not in own or not told[last]:
        return np.array(nothing, np.int32)
    place = own.index(last)
    if place < len(motors):
        return np.array(2 * place + (told[last] > 0), np.int32)
    return np.array(nothing + 1 + place - len(motors), np.int32)


KEYS = {
    "left": ((0, 1), "motor 1 ↺"),  # wheels then roll to the left
    "right": ((0, -1), "↻"),
    "up": ((1, 1), "motor 2 ↺"),
    "down": ((1, -1), "↻"),
    "a": ((2, 1), "motor 3 ↺"),
    "d": ((2, -1), "↻"),
    "w": ((3, 1), "motor 4 ↺"),
    "s": ((3, -1), "↻"),
    "1": ((4, 1), "thruster 1"),
    "2": ((5, 1), "thruster 2"),
}
"""As in Kinetix's editor, which has no keys for motors 3 and 4."""

_LOOKS = {"theme": tuple(themes.THEMES), "contacts": (False, True)}
_PACE: dict[str, Any] = {"idle": (None,), "rate": 30.0}


def _of_team(env: Any) -> Controls:
    kinds = tuple((tuple(motors), tuple(thrusters)) for motors, thrusters in env.kinds)
    return TeamControls(keys=KEYS, kind=env.actions, kinds=kinds, **_PACE)


PICTURES: Pictures = {
    Kinetix: Picture(kinetix, CommandControls(keys=KEYS, **_PACE), options=_LOOKS),
    KinetixTeam: Picture(kinetix, controls_for=_of_team, options=_LOOKS),
}
