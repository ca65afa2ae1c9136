"""The records of a world: static sizes, what is constant (`World`) and what moves (`State`).

Units are SI: m, kg, s, rad, N. Floats are float32, indices int32, flags bool. Angles turn
counter-clockwise. `B` is the number of body slots, `V` of vertices a body, `P` of planes, `J` of
joints, `T` of thrusters. A slot that is not used has `active` False; whatever else it holds, NaN
included, is never looked at. Bodies, static and moving ones, are in any slots.

Bodies meet pair by pair in rounds, as teams of a tournament do, so that no body is twice in a
round: `R` rounds of `L = B // 2` pairs, where R is B - 1 for an even and B for an odd number of
bodies. Arrays over pairs have the shape [R, L], and `pairs(B)` says which two bodies each entry is
about. Bodies and planes meet all at once: arrays over them are [P, B].
"""

import dataclasses
from typing import Any

import jax
import numpy as np

from jaxenvs.ranges import Count, NonNegative, Positive, Whole, check
from jaxenvs.struct import PyTree


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How many slots a world has; programs are compiled anew for other sizes."""

    bodies: Count
    """Slots of bodies, B."""
    planes: Whole = 4
    """Slots of planes, P."""
    vertices: Count = 4
    """Most vertices of a body, V: 3 to 8."""
    joints: Whole = 0
    thrusters: Whole = 0
    axial: bool = False
    """Whether joints may also be sliders and distance joints, not only pins and welds."""

    def __post_init__(self) -> None:
        """Raises `TypeError` or `ValueError`, which names the field."""
        check(self)
        if not 3 <= self.vertices <= 8:
            raise ValueError(f"vertices: expected 3 to 8, got {self.vertices}")

    @property
    def rounds(self) -> int:
        """Rounds in which all pairs of bodies meet, R."""
        return self.bodies - 1 + self.bodies % 2

    @property
    def lanes(self) -> int:
        """Pairs in a round, L."""
        return self.bodies // 2


def pairs(bodies: int) -> np.ndarray:
    """The two bodies of each pair, int32 [R, L, 2].

    Every two slots meet exactly once. The slots of an odd number of bodies sit in a ring: in round
    r, lane k pairs the ring's place r + 1 + k with r - 1 - k, and place r has no partner. Of an
    even number all but slot 0 sit in the ring: lane 0 pairs place r with slot 0, lane k place r + k
    with r - k. A contact's normal points from the first body to the second.
    """
    odd, lanes = bodies % 2, bodies // 2
    ring = bodies - 1 + odd
    place, lane = np.arange(ring)[:, None], np.arange(odd, lanes + odd)[None]
    first = (1 - odd) + (place + lane) % ring
    second = np.where(lane > 0, (1 - odd) + (place - lane) % ring, 0)
    return np.stack([first, second], axis=-1).astype(np.int32)


class Bodies(PyTree):
    """Shapes and masses of the bodies.

    A shape is the convex hull of its vertices, blown up by `radius`: a polygon with sharp corners
    has radius 0, a disc is a single vertex at the origin with its radius.
    """

    active: jax.Array
    """bool [B], whether the slot is used."""
    inverse_mass: jax.Array
    """[B], 1/kg, 0 for a static body."""
    inverse_inertia: jax.Array
    """[B], 1/(kg m^2), about the center of mass; 0 for a body that is static or does not turn."""
    vertices: jax.Array
    """[B, V, 2], m, counter-clockwise, relative to the center of mass and unturned. Places after
    the last vertex repeat vertex 0; a disc has (0, 0) everywhere."""
    normals: jax.Array
    """[B, V, 2], outward unit normal of the edge from vertex k to k + 1 (of the last: to vertex 0);
    (0, 0) where there is no edge."""
    edges: jax.Array
    """bool [B, V], whether there is an edge k: the first n of a polygon of n vertices; none of a
    disc."""
    radius: jax.Array
    """[B], m, at least 0."""
    friction: jax.Array
    """[B], coefficient of Coulomb's law, at least 0. Two bodies have the geometric mean."""
    restitution: jax.Array
    """[B], 0 to 1. Two bodies have the larger one."""


class Planes(PyTree):
    """Static half-planes: floors, walls and ceilings that no body gets behind. Slots 0 to P - 1."""

    active: jax.Array
    """bool [P], whether the slot is used."""
    normal: jax.Array
    """[P, 2], unit vector into the free side."""
    offset: jax.Array
    """[P], m: a point x is on the free side where `normal . x >= offset`."""
    friction: jax.Array
    """[P], as a body's."""
    restitution: jax.Array
    """[P], as a body's."""


class Axial(PyTree):
    """What joints along an axis need beside: sliders (prismatic joints) and distance joints.

    A slider holds b's angle and its anchor on the axis, a line through a's anchor; a distance joint
    holds the distance of the anchors. Limits are those of the distance along the axis, in m, and a
    slider's motor is measured in m/s and N.
    """

    is_prismatic: jax.Array
    """bool [J]."""
    is_distance: jax.Array
    """bool [J]. Without limits and spring such a joint does nothing."""
    axis: jax.Array
    """[J, 2], of sliders: unit vector in a's unturned frame, along which b's anchor moves."""
    length: jax.Array
    """[J], m, at which the spring of a distance joint is at rest."""
    hertz: jax.Array
    """[J], frequency of the spring, undamped and with the two bodies alone; 0: no spring."""
    damping: jax.Array
    """[J], damping ratio of the spring."""


class Joints(PyTree):
    """Pins and welds between two bodies, with limits and motors. Slots 0 to J - 1.

    Body number B, one past the last slot, is the world itself: at rest, its center at the origin.
    """

    active: jax.Array
    """bool [J], whether the slot is used."""
    body_a: jax.Array
    """int32 [J], 0 to B; static bodies are allowed."""
    body_b: jax.Array
    """int32 [J], 0 to B, another one than `body_a`."""
    anchor_a: jax.Array
    """[J, 2], m, the joint's place relative to body a's center of mass, in its unturned frame."""
    anchor_b: jax.Array
    """[J, 2], m, likewise for body b."""
    reference: jax.Array
    """[J], rad, the angle of b minus that of a where the joint's angle is zero."""
    is_fixed: jax.Array
    """bool [J], whether the joint is a weld, which holds the joint's angle at zero; limits and the
    motor are then not looked at. Otherwise it is a pin (a revolute joint)."""
    has_limits: jax.Array
    """bool [J], whether the joint's angle stays from `lower` to `upper`."""
    lower: jax.Array
    """[J], rad."""
    upper: jax.Array
    """[J], rad, at least `lower`."""
    motor_speed: jax.Array
    """[J], rad/s, speed of b relative to a at full command."""
    motor_torque: jax.Array
    """[J], N m, the most that the motor gives; 0 without a motor."""
    axial: Axial | None = None
    """None: all joints are pins and welds, and programs hold nothing else. `is_fixed` is False in
    slots of the other kinds."""


class Thrusters(PyTree):
    """Forces that are fixed to bodies. Slots 0 to T - 1."""

    active: jax.Array
    """bool [T], whether the slot is used."""
    body: jax.Array
    """int32 [T], 0 to B - 1; B, the world, is not pushed."""
    position: jax.Array
    """[T, 2], m, relative to the body's center of mass, in its unturned frame."""
    direction: jax.Array
    """[T, 2], unit vector along which the body is pushed, in its unturned frame."""
    force: jax.Array
    """[T], N, at full command."""


class World(PyTree):
    """What does not change while a scene is played: a level."""

    bodies: Bodies
    planes: Planes
    joints: Joints
    thrusters: Thrusters
    collides: jax.Array
    """bool [R, L], whether the two bodies of `pairs(B)` push each other: `matrix[i, j]` of the
    symmetric matrix of rules. Pairs with an unused slot or of two static bodies never do."""
    meets: jax.Array
    """bool [P, B], whether plane and body push each other. Unused slots and static bodies never
    do."""
    gravity: jax.Array
    """[2], m/s^2."""


class State(PyTree):
    """What changes: motion, and the impulses of the last substep, with which the next step starts.

    A body's position is that of its center of mass. Impulses are 0 in a new scene; a step from
    equal states gives equal states, as nothing else is remembered.
    """

    position: jax.Array
    """[B, 2], m."""
    angle: jax.Array
    """[B], rad, not wrapped."""
    velocity: jax.Array
    """[B, 2], m/s."""
    spin: jax.Array
    """[B], rad/s."""
    normal_impulse: jax.Array
    """[2, R, L], N s, at the two contact points of each pair."""
    tangent_impulse: jax.Array
    """[2, R, L], N s, friction at the two contact points."""
    plane_normal_impulse: jax.Array
    """[2, P, B], N s, at the two contact points of each body on each plane."""
    plane_tangent_impulse: jax.Array
    """[2, P, B], N s, friction there."""
    joint_impulse: jax.Array
    """[4, J]: x and y of the force on b (N s), the motor's torque, and that of the limits or of
    the weld (N m s). Of joints along an axis: the force of the limits along it, what holds b on it,
    the force of motor or spring (N s), and the torque that holds the angle (N m s)."""


class Controls(PyTree):
    """What a player sets in each step."""

    motor: jax.Array
    """[J], -1 to 1, share of `motor_speed`; a motor with exactly 0 is off and lets the joint turn
    freely."""
    thrust: jax.Array
    """[T], 0 to 1, share of `force`."""


class Contacts(PyTree):
    """What touched in a step: what overlapped when it began, and what pushed each other since."""

    touching: jax.Array
    """bool [R, L], whether the two shapes of `pairs(B)` overlapped, whatever `collides` says, or
    had a contact that pushed, however short; False with an unused slot."""
    on_planes: jax.Array
    """bool [P, B], whether the body reached behind the plane, whatever `meets` says, or was pushed
    by it; False with an unused slot."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Numbers of the solver, the same in all worlds of a batch and known when it is compiled."""

    dt: Positive = 1 / 60
    """Length of a step in s."""
    substeps: Count = 4
    contact_hertz: Positive = 60.0
    """Stiffness of contacts between moving bodies, those with static ones are twice as stiff. No
    more than a quarter of the rate of substeps is used."""
    contact_damping: Positive = 10.0
    """Damping ratio of contacts."""
    joint_hertz: Positive = 120.0
    """Stiffness of joints and of their limits, as with contacts. What a joint gives under a load
    falls with the square of what is used: 60 at 4 substeps, 120 at 8."""
    joint_damping: Positive = 2.0
    """Damping ratio of joints."""
    push_speed: Positive = 3.0
    """Fastest that overlapping bodies are pushed apart, m/s."""
    restitution_speed: NonNegative = 1.0
    """Slowest impact that bounces, m/s."""
    max_speed: Positive = 100.0
    """Fastest that a body moves, m/s."""
    max_spin: Positive = 50.0
    """Fastest that a body turns, rad/s."""

    def __post_init__(self) -> None:
        """Raises `TypeError` or `ValueError`, which names the field."""
        check(self)


_zeros: Any = np.zeros  # builders write into these, the records' annotations say JAX's arrays


def empty_world(sizes: Sizes) -> World:
    """A world without bodies and without gravity, in numpy arrays that a builder may copy."""
    b, p, v, j, t, axial = dataclasses.astuple(sizes)
    f, i = np.float32, np.int32
    return World(
        bodies=Bodies(
            active=_zeros(b, bool),
            inverse_mass=_zeros(b, f),
            inverse_inertia=_zeros(b, f),
            vertices=_zeros((b, v, 2), f),
            normals=_zeros((b, v, 2), f),
            edges=_zeros((b, v), bool),
            radius=_zeros(b, f),
            friction=_zeros(b, f),
            restitution=_zeros(b, f),
        ),
        planes=Planes(
            active=_zeros(p, bool),
            normal=_zeros((p, 2), f),
            offset=_zeros(p, f),
            friction=_zeros(p, f),
            restitution=_zeros(p, f),
        ),
        joints=Joints(
            active=_zeros(j, bool),
            body_a=_zeros(j, i),
            body_b=_zeros(j, i),
            anchor_a=_zeros((j, 2), f),
            anchor_b=_zeros((j, 2), f),
            reference=_zeros(j, f),
            is_fixed=_zeros(j, bool),
            has_limits=_zeros(j, bool),
            lower=_zeros(j, f),
            upper=_zeros(j, f),
            motor_speed=_zeros(j, f),
            motor_torque=_zeros(j, f),
            axial=_empty_axial(j) if axial else None,
        ),
        thrusters=Thrusters(
            active=_zeros(t, bool),
            body=_zeros(t, i),
            position=_zeros((t, 2), f),
            direction=_zeros((t, 2), f),
            force=_zeros(t, f),
        ),
        collides=_zeros((sizes.rounds, sizes.lanes), bool),
        meets=_zeros((p, b), bool),
        gravity=_zeros(2, f),
    )


def _empty_axial(joints: int) -> Axial:
    f = np.float32
    return Axial(
        is_prismatic=_zeros(joints, bool),
        is_distance=_zeros(joints, bool),
        axis=_zeros((joints, 2), f),
        length=_zeros(joints, f),
        hertz=_zeros(joints, f),
        damping=_zeros(joints, f),
    )


def at_rest(sizes: Sizes) -> State:
    """A state in which every body lies still at the origin, in numpy arrays."""
    f = np.float32
    over_pairs = (2, sizes.rounds, sizes.lanes)
    over_planes = (2, sizes.planes, sizes.bodies)
    return State(
        position=_zeros((sizes.bodies, 2), f),
        angle=_zeros(sizes.bodies, f),
        velocity=_zeros((sizes.bodies, 2), f),
        spin=_zeros(sizes.bodies, f),
        normal_impulse=_zeros(over_pairs, f),
        tangent_impulse=_zeros(over_pairs, f),
        plane_normal_impulse=_zeros(over_planes, f),
        plane_tangent_impulse=_zeros(over_planes, f),
        joint_impulse=_zeros((4, sizes.joints), f),
    )


def collides(matrix: np.ndarray) -> np.ndarray:
    """The rules of collision in the order of `World.collides`, bool [R, L].

    `matrix` is bool [B, B] and symmetric: whether bodies i and j push each other.
    """
    table = pairs(len(matrix))
    return np.asarray(matrix, bool)[table[..., 0], table[..., 1]]
