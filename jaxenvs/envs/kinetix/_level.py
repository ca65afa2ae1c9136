"""What a level of Kinetix is: bodies, joints, thrusters, and how long the game may take.

A level has slots, as many as its size says; slots that are not active hold zeros. Bodies are
numbered with the polygons first, then the circles; the first four polygons are the floor, the left
wall, the right wall and the ceiling. Lengths are in meters, angles in radians, counterclockwise.

Source: Kinetix 3.0.2 (environment/env_state.py) and Jax2D 1.0.1 (engine.py).
"""

import math
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxenvs.struct import PyTree

GREY, GREEN, BLUE, RED = range(4)
NUM_WALLS = 4
MOST_VERTICES = 4
NUM_MOTOR_BINDINGS = 4
NUM_THRUSTER_BINDINGS = 2

_WIDE = ((2.5, 5.2), (2.5, -5.2), (-2.5, -5.2), (-2.5, 5.2))
WALL_PLACES = ((2.5, -4.8), (0.0, 0.0), (0.0, 0.0), (2.5, 10.2))
"""Where the walls are in Kinetix's own levels: the room is 0 to 5 m wide and 0.4 to 5 m high."""
WALL_CORNERS = (
    _WIDE,
    ((-5.0, 5.0), (0.0, 5.0), (0.0, 0.0), (-5.0, 0.0)),
    ((5.0, 5.0), (10.0, 5.0), (10.0, 0.0), (5.0, 0.0)),
    _WIDE,
)
"""Their vertices, clockwise."""


class Size(NamedTuple):
    """How many slots a level has of each kind; the walls count as polygons."""

    polygons: int
    circles: int
    joints: int
    thrusters: int

    @property
    def bodies(self) -> int:
        """Polygons and circles."""
        return self.polygons + self.circles


SIZES = {"s": Size(5, 2, 1, 1), "m": Size(6, 3, 2, 2), "l": Size(12, 4, 6, 2)}
"""The sizes of the published levels."""


class Bodies(PyTree):
    """The polygons and then the circles: `n` slots, of which `p` are polygons and `c` circles."""

    active: Any  # (n,) bool
    role: Any  # (n,) int32, GREY to RED: green has to touch blue, and not red
    fixated: Any  # (n,) bool: never moves
    collision_mode: Any  # (n,) int32: 0 meets 2 alone, 1 meets 1 and 2, 2 meets all
    density: Any  # (n,) float32, kg/m^2
    friction: Any  # (n,) float32
    restitution: Any  # (n,) float32, 0 to 1
    position: Any  # (n, 2) float32, m
    rotation: Any  # (n,) float32, rad
    velocity: Any  # (n, 2) float32, m/s
    angular_velocity: Any  # (n,) float32, rad/s
    num_vertices: Any  # (p,) int32, 3 or 4
    vertices: Any  # (p, 4, 2) float32, m, in the frame of the body, clockwise
    radius: Any  # (c,) float32, m


class Joints(PyTree):
    """Hinges with motors, and rigid joints: `j` slots."""

    active: Any  # (j,) bool
    a_index: Any  # (j,) int32, a body
    b_index: Any  # (j,) int32, another body
    a_relative_position: Any  # (j, 2) float32, m, in the frame of body a
    b_relative_position: Any  # (j, 2) float32, m, in the frame of body b
    is_fixed: Any  # (j,) bool: the bodies do not turn against each other
    rotation: Any  # (j,) float32, rad: rotation of b less that of a where the angle counts as 0
    has_limits: Any  # (j,) bool
    min_rotation: Any  # (j,) float32, rad
    max_rotation: Any  # (j,) float32, rad
    motor_on: Any  # (j,) bool
    motor_speed: Any  # (j,) float32; negative turns the other way
    motor_power: Any  # (j,) float32
    motor_binding: Any  # (j,) int32, 0 to 3: the action that drives it
    motor_auto: Any  # (j,) bool: always driven forward, whatever the actions are


class Thrusters(PyTree):
    """Jets on bodies: `t` slots."""

    active: Any  # (t,) bool
    body_index: Any  # (t,) int32
    relative_position: Any  # (t, 2) float32, m, in the frame of the body
    rotation: Any  # (t,) float32, rad, in the frame of the body: where it pushes to
    power: Any  # (t,) float32
    binding: Any  # (t,) int32, 0 or 1: the action that fires it


class Level(PyTree):
    """A level; its arrays are numpy's or JAX's."""

    bodies: Bodies
    joints: Joints
    thrusters: Thrusters
    gravity: Any  # (2,) float32, m/s^2
    max_timesteps: Any  # () int32

    @property
    def size(self) -> Size:
        """How many slots it has."""
        bodies, joints, thrusters = self.bodies, self.joints, self.thrusters
        num_polygons, num_circles = np.shape(bodies.vertices)[0], np.shape(bodies.radius)[0]
        return Size(
            num_polygons, num_circles, np.shape(joints.active)[0], np.shape(thrusters.active)[0]
        )


def empty(size: Size) -> Level:
    """A level of that size with nothing in it, not even walls: all zeros, in numpy."""

    def zeros(count: int, dtype: Any = np.float32, *shape: int) -> np.ndarray:
        return np.zeros((count, *shape), dtype)

    n, j, t = size.bodies, size.joints, size.thrusters
    bodies = Bodies(
        active=zeros(n, bool),
        role=zeros(n, np.int32),
        fixated=zeros(n, bool),
        collision_mode=zeros(n, np.int32),
        density=zeros(n),
        friction=zeros(n),
        restitution=zeros(n),
        position=zeros(n, np.float32, 2),
        rotation=zeros(n),
        velocity=zeros(n, np.float32, 2),
        angular_velocity=zeros(n),
        num_vertices=zeros(size.polygons, np.int32),
        vertices=zeros(size.polygons, np.float32, MOST_VERTICES, 2),
        radius=zeros(size.circles),
    )
    joints = Joints(
        active=zeros(j, bool),
        a_index=zeros(j, np.int32),
        b_index=zeros(j, np.int32),
        a_relative_position=zeros(j, np.float32, 2),
        b_relative_position=zeros(j, np.float32, 2),
        is_fixed=zeros(j, bool),
        rotation=zeros(j),
        has_limits=zeros(j, bool),
        min_rotation=zeros(j),
        max_rotation=zeros(j),
        motor_on=zeros(j, bool),
        motor_speed=zeros(j),
        motor_power=zeros(j),
        motor_binding=zeros(j, np.int32),
        motor_auto=zeros(j, bool),
    )
    thrusters = Thrusters(
        active=zeros(t, bool),
        body_index=zeros(t, np.int32),
        relative_position=zeros(t, np.float32, 2),
        rotation=zeros(t),
        power=zeros(t),
        binding=zeros(t, np.int32),
    )
    return Level(
        bodies=bodies,
        joints=joints,
        thrusters=thrusters,
        gravity=np.zeros(2, np.float32),
        max_timesteps=np.array(0, np.int32),
    )


def commanded(joints: Joints) -> np.ndarray:
    """Which joints have a motor that actions drive, `(j,)` bool."""
    return joints.active & joints.motor_on & ~joints.is_fixed & ~joints.motor_auto


def same(one: Level, other: Level) -> bool:
    """Whether two levels have the same size, dtypes and values."""
    if jax.tree.structure(one) != jax.tree.structure(other):
        return False
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(
        np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(a, b) for a, b in pairs
    )


# -- what follows from a level ---------------------------------------------------------------------


def inverse_masses(level: Level) -> tuple[np.ndarray, np.ndarray]:
    """1 / mass and 1 / moment of inertia, `(n,)` float32 each, as Jax2D reckons them.

    They are 0 for bodies that are fixated or not active. Two faults of Jax2D are in them, as they
    are in Kinetix's files: a disc has half of its true moment of inertia, and a triangle's is that
    of three of four corners, the unused one included.
    """
    bodies, (num_polygons, *_) = level.bodies, level.size
    inverse_mass = np.zeros(np.shape(bodies.active), np.float32)
    inverse_inertia = inverse_mass.copy()
    for i in np.flatnonzero(np.asarray(bodies.active) & ~np.asarray(bodies.fixated)):
        density = float(bodies.density[i])
        if i < num_polygons:
            corners = np.asarray(bodies.vertices[i], np.float64)
            mass, inertia = _of_polygon(corners, int(bodies.num_vertices[i]))
        else:
            mass, inertia = _of_disc(float(bodies.radius[i - num_polygons]))
        inverse_mass[i] = _inverse(mass * density)
        inverse_inertia[i] = _inverse(inertia * density)
    return inverse_mass, inverse_inertia


def _of_disc(radius: float) -> tuple[float, float]:
    return math.pi * radius**2, math.pi * radius**4 / 4


def _of_polygon(corners: np.ndarray, num_vertices: int) -> tuple[float, float]:
    """Area, and second moment about the body's origin; of every density 1."""
    following = np.roll(corners, -1, axis=0)
    products = corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]
    squares = (corners**2 + corners * following + following**2).sum(axis=1)
    inertia = np.abs(products * squares)[:num_vertices].sum() / 12
    edges = corners[1:num_vertices] - corners[0]
    fan = edges[:-1, 0] * edges[1:, 1] - edges[:-1, 1] * edges[1:, 0]
    return float(np.abs(fan).sum() / 2), float(inertia)


def _inverse(value: float) -> float:
    """1 / value as float32 holds it; infinite where it is too large."""
    inverse = 1 / value if value > 0 else math.inf
    return inverse if inverse <= float(np.finfo(np.float32).max) else math.inf


def collision_matrix(level: Level) -> np.ndarray:
    """`(n, n)` bool: whether two bodies may meet, because no chain of joints connects them."""
    group = np.arange(level.size.bodies)
    joints = level.joints
    for j in np.flatnonzero(joints.active):
        a, b = int(joints.a_index[j]), int(joints.b_index[j])
        if min(a, b) >= 0 and max(a, b) < len(group):  # others are refused elsewhere
            group[group == group[b]] = group[a]
    return group[:, None] != group


def in_world(level: Level, body: Any, point: Any) -> np.ndarray:
    """Points given in the frames of bodies, `(k, 2)`, where they are in the world; float32."""
    point = np.asarray(point, np.float64)
    angle = np.asarray(level.bodies.rotation, np.float64)[body]
    cos, sin = np.cos(angle), np.sin(angle)
    x = cos * point[:, 0] - sin * point[:, 1]
    y = sin * point[:, 0] + cos * point[:, 1]
    origin = np.asarray(level.bodies.position, np.float64)[body]
    return (origin + np.stack([x, y], axis=1)).astype(np.float32)
