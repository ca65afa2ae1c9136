"""What a scene is made of, in plain Python values: bodies, planes, joints, thrusters, rules.

Every field's annotation says what it may hold; `check_record` reads it from there. Numbers may be
given in any kind (numpy's, whole numbers), points as any sequence: they are kept as floats and
tuples, so that records are values, equal and hashable.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np

from jaxenvs.physics2d import shapes
from jaxenvs.ranges import Range, Share, annotations, check_value

Coordinate = Annotated[float, Range(-10_000, 10_000)]
"""Meters; float32 still tells millimeters apart there."""
Point = tuple[Coordinate, Coordinate]
Length = Annotated[float, Range(shapes.MIN_LENGTH, 10_000)]
"""Meters."""
Angle = Annotated[float, Range(-1_000, 1_000)]
"""Radians, counter-clockwise."""
Speed = Annotated[float, Range(-1_000, 1_000)]
"""Meters or radians per second."""
Velocity = tuple[Speed, Speed]
Density = Annotated[float, Range(1e-3, 1e6)]
"""Kilograms per square meter."""
Friction = Annotated[float, Range(0, 100)]
Strength = Annotated[float, Range(0, 1e6)]
"""Newtons or newton meters."""
BodyRef = int | str
"""A body by its place in the scene, from 0, or by its name."""
WORLD = "world"
"""The name by which joints are held by the world itself, at rest, its frame that of the scene."""


class SceneError(ValueError):
    """A scene, or a part of it, that cannot be simulated; the message names part and field."""


class Record:
    """Base of the records below."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = plain(getattr(self, field.name), annotations(type(self))[field.name])
            object.__setattr__(self, field.name, value)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; an unknown name raises `TypeError`."""
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Body(Record):
    """A rigid body: a circle or a convex polygon of even density.

    A body has a frame of its own, in which its vertices, anchors and thrusters are given. A
    circle's origin is its center; a polygon's is wherever its vertices put it, the center of mass
    is worked out.
    """

    kind: Literal["circle", "polygon"]
    name: str | None = None
    position: Point = (0.0, 0.0)
    """Where the origin of the body's frame starts, in the world."""
    rotation: Angle = 0.0
    """By how much the body's frame is turned at the start."""
    radius: Length | None = None
    """Circles only."""
    vertices: tuple[Point, ...] | None = None
    """Polygons only: 3 to 8 in order around the outline, either way, in the body's frame."""
    velocity: Velocity = (0.0, 0.0)
    """Of the center of mass, at the start."""
    angular_velocity: Speed = 0.0
    density: Density = 1.0
    friction: Friction = 0.6
    """Coulomb's coefficient: two surfaces rub with the geometric mean of theirs."""
    restitution: Share = 0.0
    """The share of speed that a bounce gives back; the larger of two surfaces counts."""
    static: bool = False
    """Whether it never moves, as a floor or a wall."""
    turns: bool = True
    """Whether forces turn it."""
    group: str | None = None
    """Bodies of the same group pass through each other."""
    sensor: bool = False
    """Whether it only reports what it touches and is never in the way of anything."""

    @property
    def mass(self) -> shapes.Mass:
        """Its mass, center of mass in the body's frame and moment of inertia, static or not."""
        if self.kind == "circle":
            return shapes.circle_mass(self.radius, self.density)
        return shapes.polygon_mass(self.vertices, self.density)

    @property
    def reach(self) -> float:
        """The largest distance in meters from the center of mass to a point of the body."""
        if self.radius is not None:
            return self.radius
        return float(np.linalg.norm(np.asarray(self.vertices) - self.mass.center, axis=-1).max())

    def to_world(self, point: Any) -> tuple[float, float]:
        """Where a point of the body's frame is at the start."""
        (x, y), (cos, sin) = point, (math.cos(self.rotation), math.sin(self.rotation))
        return self.position[0] + cos * x - sin * y, self.position[1] + sin * x + cos * y

    def to_local(self, point: Any) -> tuple[float, float]:
        """A point of the world in the body's frame, as it is at the start."""
        x, y = point[0] - self.position[0], point[1] - self.position[1]
        cos, sin = math.cos(self.rotation), math.sin(self.rotation)
        return cos * x + sin * y, cos * y - sin * x


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plane(Record):
    """A floor, wall or ceiling without an end: moving bodies stay on one side of a line."""

    name: str | None = None
    point: Point = (0.0, 0.0)
    """Any point on the line, in the world."""
    normal: Point = (0.0, 1.0)
    """Into the free side, at a right angle to the line; of any length but 0."""
    friction: Friction = 0.6
    """As a body's."""
    restitution: Share = 0.0
    """As a body's."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Joint(Record):
    """Holds a point of body `a` on a point of body `b`; one of the two may be "world".

    The joint's angle is the turn of `b` against `a`, less `reference_angle`. A revolute joint
    turns freely, or within `limits`; a fixed joint keeps the angle at 0.
    """

    kind: Literal["revolute", "fixed"]
    name: str | None = None
    a: BodyRef
    b: BodyRef
    anchor_a: Point
    """In the frame of `a`."""
    anchor_b: Point
    """In the frame of `b`."""
    reference_angle: Angle = 0.0
    limits: tuple[Angle, Angle] | None = None
    """The smallest and the largest angle; revolute joints only."""
    motor_speed: Speed = 0.0
    """The angle's rate at which the motor aims when it is fully on; revolute joints only."""
    motor_torque: Strength = 0.0
    """The largest torque of the motor; 0: the joint has none."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thruster(Record):
    """Pushes a body at one of its points, in a direction that turns with the body."""

    name: str | None = None
    body: BodyRef
    position: Point
    """In the body's frame."""
    direction: Angle = 0.0
    """Of the push, in the body's frame: 0 along its x axis."""
    force: Strength = 10.0
    """When it is fully on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule(Record):
    """Whether two bodies, or a body and a plane, collide, whatever groups and joints say."""

    a: BodyRef
    b: BodyRef
    """A body, or the name of a plane."""
    collide: bool


def check_record(record: Any) -> None:
    """Checks one record by itself. Raises `SceneError` that starts with the field's name."""
    try:
        for name, annotation in annotations(type(record)).items():
            if annotation != BodyRef:  # those are looked up in the scene
                check_value(name, getattr(record, name), annotation)
        if isinstance(record, Body):
            _check_shape(record)
            _check_rest(record)
        if isinstance(record, Plane) and math.hypot(*record.normal) < shapes.MIN_LENGTH:
            raise SceneError(f"normal: expected a direction, got {record.normal}")
        if isinstance(record, Joint):
            _check_motion(record)
    except (TypeError, ValueError) as error:
        raise SceneError(str(error)) from None


def _check_shape(body: Body) -> None:
    needed, other = ("radius", "vertices") if body.kind == "circle" else ("vertices", "radius")
    if getattr(body, needed) is None:
        raise SceneError(f"{needed}: expected one, as this is a {body.kind}, got None")
    if getattr(body, other) is not None:
        raise SceneError(f"{other}: expected none, as this is a {body.kind}")
    if body.vertices is not None:
        shapes.check_polygon(body.vertices)


def _check_rest(body: Body) -> None:
    for name, still in {"velocity": (0.0, 0.0), "angular_velocity": 0.0}.items():
        if body.static and (value := getattr(body, name)) != still:
            raise SceneError(f"{name}: expected {still}, as the body is static, got {value}")


def _check_motion(joint: Joint) -> None:
    if joint.kind == "fixed":
        for name, nothing in {"limits": None, "motor_speed": 0.0, "motor_torque": 0.0}.items():
            if (value := getattr(joint, name)) != nothing:
                raise SceneError(f"{name}: expected {nothing}, as the joint is fixed, got {value}")
    if joint.limits is not None and joint.limits[0] > joint.limits[1]:
        lower, upper = joint.limits
        raise SceneError(f"limits: expected the smaller angle first, got ({lower:g}, {upper:g})")


def describe(kind: str, index: int, record: Mapping[str, Any] | Record) -> str:
    """What messages call a part of a scene: "body 2 'wheel'"."""
    name = record.get("name") if isinstance(record, Mapping) else getattr(record, "name", None)
    return f"{kind} {index} {name!r}" if isinstance(name, str) else f"{kind} {index}"


def plain(value: Any, annotation: Any) -> Any:
    """`value` in Python's own kinds; floats where only they are asked for. Never raises."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    elif hasattr(value, "__array__"):  # of another library, such as JAX
        value = np.asarray(value).tolist()
    if isinstance(value, list | tuple):
        return tuple(plain(one, annotation) for one in value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or annotation in _WITHOUT_FLOATS or abs(value) > _EXACT:
        return value
    return float(value)


_WITHOUT_FLOATS = (BodyRef, bool, str | None)
_EXACT = 2**53  # whole numbers up to here are floats without loss; larger ones fit no field
