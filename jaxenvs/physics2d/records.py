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
    """Holds body `a` and body `b` together at an anchor of each; one of the two may be "world".

    The joint's angle is the turn of `b` against `a`, less `reference_angle`.

    - "revolute": the anchors are in one place; `b` turns freely, or within `limits`.
    - "fixed": the anchors are in one place, and the angle stays 0.
    - "prismatic": the anchor of `b` moves along `axis` through the anchor of `a`, freely or within
      `limits`; the angle stays 0.
    - "distance": the distance of the anchors stays within `limits`, a rod where both are equal, a
      rope where the first is 0; or a spring pulls it to `length`; or both.
    """

    kind: Literal["revolute", "fixed", "prismatic", "distance"]
    name: str | None = None
    a: BodyRef
    b: BodyRef
    anchor_a: Point
    """In the frame of `a`."""
    anchor_b: Point
    """In the frame of `b`."""
    reference_angle: Angle = 0.0
    limits: tuple[Angle, Angle] | None = None
    """The smallest and the largest angle, way along the axis, or distance."""
    motor_speed: Speed = 0.0
    """At which the motor aims when it is fully on: rad/s, m/s of a prismatic joint."""
    motor_torque: Strength = 0.0
    """The largest torque of a revolute joint's motor; 0: the joint has none."""
    motor_force: Strength = 0.0
    """The largest force of a prismatic joint's motor; 0: the joint has none."""
    axis: Point | None = None
    """Of a prismatic joint: a direction in the frame of `a`, of any length but 0."""
    length: Annotated[float, Range(0, 10_000)] = 0.0
    """Of a distance joint: at which its spring is at rest."""
    hertz: Annotated[float, Range(0, 1_000)] = 0.0
    """Of a distance joint: how often its spring would swing the two bodies a second; 0: none."""
    damping: Annotated[float, Range(0, 100)] = 0.0
    """Damping ratio of the spring; at 1 it does not swing any more."""


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


_KINDS_OF = {
    "reference_angle": ("revolute", "fixed", "prismatic"),
    "limits": ("revolute", "prismatic", "distance"),
    "motor_speed": ("revolute", "prismatic"),
    "motor_torque": ("revolute",),
    "motor_force": ("prismatic",),
    "axis": ("prismatic",),
    "length": ("distance",),
    "hertz": ("distance",),
    "damping": ("distance",),
}
"""The kinds of joints that have a field; in others it keeps its default."""


def _check_motion(joint: Joint) -> None:
    for field in dataclasses.fields(joint):
        value = getattr(joint, field.name)
        if joint.kind not in _KINDS_OF.get(field.name, (joint.kind,)) and value != field.default:
            raise SceneError(
                f"{field.name}: expected {field.default}, as the joint is {joint.kind}, got {value}"
            )
    if joint.limits is not None and joint.limits[0] > joint.limits[1]:
        lower, upper = joint.limits
        what = "angle" if joint.kind == "revolute" else "length"
        raise SceneError(f"limits: expected the smaller {what} first, got ({lower:g}, {upper:g})")
    if joint.kind == "prismatic" and math.hypot(*(joint.axis or (0, 0))) < shapes.MIN_LENGTH:
        raise SceneError(f"axis: expected a direction, got {joint.axis}")
    if joint.kind == "distance" and joint.limits is None and not joint.hertz:
        raise SceneError("limits: expected two lengths, as the joint has no spring, got None")
    if joint.kind == "distance" and joint.limits is not None and joint.limits[0] < 0:
        raise SceneError(f"limits: expected lengths of at least 0, got {joint.limits}")


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
