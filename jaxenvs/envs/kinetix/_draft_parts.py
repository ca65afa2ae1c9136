"""The parts of a level in the making, and the level that they make."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args

import numpy as np

from jaxenvs.envs.kinetix._level import WALL_CORNERS, WALL_PLACES, Level, Size, empty
from jaxenvs.envs.kinetix.files import _format as form
from jaxenvs.envs.kinetix.files._fields import LevelError
from jaxenvs.envs.kinetix.files._from_json import from_content
from jaxenvs.envs.kinetix.files._to_json import to_content
from jaxenvs.physics2d import shapes
from jaxenvs.ranges import NonNegative, Positive, Range, Share, check

Role = Literal["grey", "green", "blue", "red"]
Coordinate = Annotated[float, Range(-15, 15)]
Place = tuple[Coordinate, Coordinate]
Speed = Annotated[float, Range(-100, 100)]
Angle = Annotated[float, Range(-1_000, 1_000)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DraftBody:
    """A polygon or a circle."""

    name: str
    role: Role = "grey"
    """Green has to touch blue, and must not touch red."""
    position: Place
    """Of the center: a polygon's is its center of mass."""
    rotation: Angle = 0.0
    fixated: bool = False
    """Whether it never moves."""
    density: Positive = 1.0
    friction: NonNegative = 1.0
    """Two bodies have the coefficient sqrt((0.4 f)^2 + (0.4 g)^2)."""
    restitution: Share = 0.0
    collision_mode: Literal[0, 1, 2] = 1
    """0 meets 2 alone, 1 meets 1 and 2, 2 meets all; walls have 2."""
    velocity: tuple[Speed, Speed] = (0.0, 0.0)
    angular_velocity: Annotated[float, Range(-50, 50)] = 0.0
    radius: Annotated[float, Range(0, 15, above=True)] | None = None
    """Of a circle."""
    vertices: tuple[Place, ...] | None = None
    """Of a polygon, relative to the center and unturned: 3 or 4, clockwise."""

    def to_local(self, point: Place) -> tuple[float, float]:
        """A point of the world in the body's frame, as it is at the start."""
        x, y = point[0] - self.position[0], point[1] - self.position[1]
        cos, sin = math.cos(self.rotation), math.sin(self.rotation)
        return cos * x + sin * y, cos * y - sin * x


@dataclasses.dataclass(frozen=True, kw_only=True)
class DraftJoint:
    """A hinge, with a motor or without, or a rigid joint."""

    name: str
    a: str
    b: str
    at: Place
    """In the world, at the start."""
    fixed: bool = False
    motor: Annotated[float, Range(-100, 100)] | None = None
    """Speed, in units of 6 rad/s, of `b` against `a` at the action 1; below 0 the other way."""
    power: NonNegative = 1.0
    binding: Annotated[int, Range(0, form.NUM_MOTOR_BINDINGS - 1)] = 0
    """The motor action that drives it."""
    auto: bool = False
    """Whether the motor always runs as at the action 1."""
    limits: tuple[Angle, Angle] | None = None
    """Smallest and largest angle, 0 being that at the start."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DraftThruster:
    """A jet on a body."""

    name: str
    on: str
    at: Place
    """In the world, at the start."""
    angle: Angle
    """In the frame of the body: where it pushes to."""
    power: NonNegative = 1.0
    """The force is 10 times as much, in newtons."""
    binding: Annotated[int, Range(0, form.NUM_THRUSTER_BINDINGS - 1)] = 0
    """The thruster action that fires it."""


_Part = TypeVar("_Part", DraftBody, DraftJoint, DraftThruster)


def part(cls: type[_Part], label: str, fields: dict[str, Any]) -> _Part:
    """A part of such fields. Raises `LevelError` that names the part and the field."""
    known = [field.name for field in dataclasses.fields(cls)]
    for name in fields:
        if name not in known:
            raise LevelError(f"{label}: {name}: expected one of {', '.join(known)}")
    made = cls(**{name: _plain(value) for name, value in fields.items()})
    checked(label, made)
    return made


def checked(label: str, record: Any) -> None:
    """Raises `LevelError` if a field of a record holds what its annotation does not allow."""
    try:
        check(record)
    except (TypeError, ValueError) as error:
        raise LevelError(f"{label}: {error}") from None


def outline(label: str, vertices: Any) -> tuple[np.ndarray, np.ndarray]:
    """The corners of a polygon, clockwise about its center of mass, and that center; float64.

    Raises `LevelError` for what is no convex polygon of 3 or 4 corners.
    """
    corners = np.array(_plain(vertices), np.float64)
    most = form.MOST_VERTICES
    if corners.ndim != 2 or corners.shape[1] != 2 or not 3 <= len(corners) <= most:
        raise LevelError(f"{label}: vertices: expected 3 to {most} places, got {vertices!r}")
    try:
        shapes.check_polygon(shapes.as_points(corners))
    except ValueError as error:
        raise LevelError(f"{label}: {error}") from None
    center = shapes.polygon_mass(corners).center
    return shapes.counter_clockwise(corners - center)[::-1], center


def _plain(value: Any) -> Any:
    """A value in Python's own kinds."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


# -- the room --------------------------------------------------------------------------------------


WALLS = tuple(
    DraftBody(name=name, position=position, vertices=corners, fixated=True, collision_mode=2)
    for name, position, corners in zip(
        ("floor", "left wall", "right wall", "ceiling"), WALL_PLACES, WALL_CORNERS, strict=True
    )
)

# -- the level -------------------------------------------------------------------------------------

_COPIED = ("position", "rotation", "fixated", "density", "friction", "restitution")
_COPIED_BODY = (*_COPIED, "collision_mode", "velocity", "angular_velocity")


def build(
    size: Size,
    bodies: Sequence[DraftBody],
    joints: Sequence[DraftJoint],
    thrusters: Sequence[DraftThruster],
    gravity: Place,
    max_timesteps: int,
    *,
    needs_goal: bool = True,
) -> Level:
    """The level of these parts, checked as a file is. Raises `LevelError`."""
    blank = empty(size)
    polygons = [body for body in bodies if body.radius is None]
    circles = [body for body in bodies if body.radius is not None]
    slots = {body.name: i for i, body in enumerate(polygons)}
    slots |= {body.name: size.polygons + i for i, body in enumerate(circles)}
    for body in bodies:
        _place(blank, slots[body.name], body)
    named = {body.name: body for body in bodies}
    for i, joint in enumerate(joints):
        _join(blank, i, joint, named, slots)
    for i, thruster in enumerate(thrusters):
        _set(
            blank.thrusters,
            i,
            active=True,
            body_index=slots[thruster.on],
            relative_position=named[thruster.on].to_local(thruster.at),
            rotation=thruster.angle,
            power=thruster.power,
            binding=thruster.binding,
        )
    level = blank.replace(
        gravity=np.array(gravity, np.float32), max_timesteps=np.array(max_timesteps, np.int32)
    )
    return from_content(to_content(level), needs_goal=needs_goal)


def _set(record: Any, slot: int, **values: Any) -> None:
    for name, value in values.items():
        getattr(record, name)[slot] = value


def _place(level: Level, slot: int, body: DraftBody) -> None:
    bodies = level.bodies
    values = {name: getattr(body, name) for name in _COPIED_BODY}
    _set(bodies, slot, active=True, role=get_args(Role).index(body.role), **values)
    if body.vertices is None:
        bodies.radius[slot - level.size.polygons] = body.radius
    else:
        count = len(body.vertices)
        bodies.num_vertices[slot] = count
        bodies.vertices[slot, :count] = body.vertices


def _join(
    level: Level,
    slot: int,
    joint: DraftJoint,
    named: dict[str, DraftBody],
    slots: dict[str, int],
) -> None:
    a, b = named[joint.a], named[joint.b]
    low, high = joint.limits or (0.0, 0.0)
    _set(
        level.joints,
        slot,
        active=True,
        a_index=slots[joint.a],
        b_index=slots[joint.b],
        a_relative_position=a.to_local(joint.at),
        b_relative_position=b.to_local(joint.at),
        is_fixed=joint.fixed,
        rotation=b.rotation - a.rotation,
        has_limits=joint.limits is not None,
        min_rotation=low,
        max_rotation=high,
        motor_on=joint.motor is not None,
        motor_speed=1.0 if joint.motor is None else joint.motor,
        motor_power=joint.power,
        motor_binding=joint.binding,
        motor_auto=joint.auto,
    )
