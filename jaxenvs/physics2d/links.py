"""Joints in the form that the solver takes, and where they are as bodies move.

Two numbers along, two equations of a point: a joint's point is looked at in a frame (u, n) of its
own. Pins and welds hold both, and their frame is the world's. Of joints along an axis u is the
axis: a slider holds n and the angle, a rod nothing; motor, spring and limits act along u, where
those of a pin act on its angle. Such a joint holds a at the place where b's anchor is, so that the
speed along u is the rate of the distance.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.physics2d import layout
from jaxenvs.physics2d.finding import BodyRows
from jaxenvs.physics2d.world import Axial, Controls, State, World
from jaxenvs.trig import sincos

Pair = tuple[jax.Array, jax.Array]
_SHORT = 1e-6  # m; a rod that is no longer has the direction of the x axis


class Pose(NamedTuple):
    """How far bodies have moved and turned since the step began, [B, *N]; m and rad."""

    x: jax.Array
    y: jax.Array
    turn: jax.Array


class Spring(NamedTuple):
    """What a spring does in a substep, [J, *N]: see `_spring`."""

    on: jax.Array  # bool
    length: jax.Array
    pull: jax.Array  # change of speed per m of stretch, 1/s
    drag: jax.Array  # share of the speed that is lost


class Along(NamedTuple):
    """What joints along an axis have beside, [J, *N]."""

    slides: jax.Array  # bool
    on: jax.Array  # bool, whether a slider or a rod
    axis: Pair  # of sliders, as turned at the start
    spring: Spring


class Links(NamedTuple):
    """What does not change of the joints in a step, [J, *N]."""

    body_a: jax.Array
    body_b: jax.Array
    arm_a: Pair  # from a's center to the anchor, as turned at the start
    arm_b: Pair
    apart: Pair  # between the centers, b minus a
    angle: jax.Array
    lower: jax.Array
    upper: jax.Array
    has_limits: jax.Array  # bool, False for welds
    is_fixed: jax.Array  # bool, whether the angle is held: welds and sliders
    on: jax.Array  # bool
    mass_a: jax.Array  # inverse masses and inertias
    mass_b: jax.Array
    inertia_a: jax.Array
    inertia_b: jax.Array
    inertia: jax.Array  # their sum, not 0
    speed: jax.Array  # of the motor, rad/s or m/s
    most: jax.Array  # of the motor's or spring's impulse, N m s or N s, 0 where it is off
    along: Along | None  # None where all are pins and welds


class Impulses(NamedTuple):
    """Accumulated impulses, [J, *N]; N s and N m s; see `State.joint_impulse`."""

    x: jax.Array
    y: jax.Array
    motor: jax.Array
    angle: jax.Array


class Place(NamedTuple):
    """Where joints are, [J, *N]."""

    a: Pair  # arms from the centers, in the frame
    b: Pair
    frame: Pair | None  # u in the world; None where all frames are the world's
    gap: Pair  # from a's point to b's, in the frame
    angle: jax.Array
    free: jax.Array  # what motor and limits act on: the angle, or the distance along u


def links_of(
    world: World, state: State, controls: Controls, body: BodyRows, h: float
) -> tuple[Links, Impulses]:
    """The joints in the form that the solver takes, and the impulses to start from."""
    joint = world.joints
    active = joint.active

    def used(x: jax.Array) -> jax.Array:
        return jnp.where(active, x, jnp.zeros_like(x))

    body_a, body_b = used(joint.body_a), used(joint.body_b)

    def turned(vector: jax.Array, index: jax.Array) -> Pair:
        return _turned((used(vector[:, 0]), used(vector[:, 1])), layout.pick(body.angle, index))

    def apart(v: jax.Array) -> jax.Array:
        return layout.pick(v, body_b) - layout.pick(v, body_a)

    mass_a, mass_b, inertia_a, inertia_b = (
        layout.pick(v, index)
        for v in (body.matter.inverse_mass, body.matter.inverse_inertia)
        for index in (body_a, body_b)
    )
    inertia = inertia_a + inertia_b
    on = active & (mass_a + mass_b + inertia > 0)
    drives, is_fixed, along = (
        on & ~joint.is_fixed & (controls.motor != 0),
        joint.is_fixed & on,
        None,
    )
    most = jnp.where(drives, joint.motor_torque * h, 0.0)
    if joint.axial is not None:
        along = _along(joint.axial, on, turned(joint.axial.axis, body_a), h)
        is_fixed = is_fixed | along.slides
        drives = drives & ~(along.on & ~along.slides)
        most = jnp.where(along.spring.on, _NO_BOUND, jnp.where(drives, most, 0.0))
    links = Links(
        body_a,
        body_b,
        turned(joint.anchor_a, body_a),
        turned(joint.anchor_b, body_b),
        (apart(body.shape.x), apart(body.shape.y)),
        apart(body.angle) - used(joint.reference),
        used(joint.lower),
        used(joint.upper),
        on & joint.has_limits & ~joint.is_fixed,
        is_fixed,
        on,
        mass_a,
        mass_b,
        inertia_a,
        inertia_b,
        jnp.where(inertia > 0, inertia, 1.0),
        jnp.where(drives, joint.motor_speed * controls.motor, 0.0),
        most,
        along,
    )
    return links, Impulses(*(used(state.joint_impulse[k]) for k in range(4)))


_NO_BOUND = 1e9  # N s, more than any spring's impulse


def _along(axial: Axial, on: jax.Array, axis: Pair, h: float) -> Along:
    slides, rod = on & axial.is_prismatic, on & axial.is_distance
    springs = rod & (axial.hertz > 0)
    spring = Spring(springs, *_spring(axial, springs, h))
    return Along(slides, slides | rod, axis, spring)


def _spring(axial: Axial, springs: jax.Array, h: float) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Rest length, pull and drag.

    A damped oscillator x passes the points of a substep as x' = (p + q) x - p q x0, where p and q
    are the exponentials of its two roots times h. As x - x0 = h v before the impulse and x' - x =
    h v' after it, the impulse has to change v by -(1 - p) (1 - q) x / h - (1 - p q) v: a spring
    alone then has its exact period and damping, and no stiffness is too much for a substep.
    """
    length, hertz, damping = (
        jnp.where(springs, v, 0.0) for v in (axial.length, axial.hertz, axial.damping)
    )
    turn = 2 * jnp.pi * hertz * h
    lost = jnp.exp(-damping * turn)
    square = turn * turn * (damping * damping - 1)
    root = jnp.sqrt(jnp.abs(square) + 1e-14)  # its gradient stays finite
    # (1 - p) (1 - q), of two complex roots and of two real ones
    swinging = (
        jnp.expm1(-damping * turn) ** 2 + 4 * lost * jnp.sin(jnp.minimum(root, jnp.pi) / 2) ** 2
    )
    creeping = jnp.expm1(-damping * turn + root) * jnp.expm1(-damping * turn - root)
    pull = jnp.where(square < 0, swinging, creeping) / h
    return length, pull, -jnp.expm1(-2 * damping * turn)


def place(pose: Pose, links: Links, one: jax.Array | None = None) -> Place:
    """Where joints are by now; arms end in a division by `one` if it is given."""
    a = _turned(links.arm_a, layout.pick(pose.turn, links.body_a))
    b = _turned(links.arm_b, layout.pick(pose.turn, links.body_b))
    if one is not None:
        a, b = (a[0] / one, a[1] / one), (b[0] / one, b[1] / one)
    first, second = (
        [layout.pick(v, index) for v in pose] for index in (links.body_a, links.body_b)
    )
    moved = Pose(*(q - p for p, q in zip(first, second, strict=True)))
    gap = links.apart[0] + moved.x + b[0] - a[0], links.apart[1] + moved.y + b[1] - a[1]
    angle = links.angle + moved.turn
    if links.along is None:
        return Place(a, b, None, gap, angle, angle)
    frame = _frame(links.along, gap, layout.pick(pose.turn, links.body_a))
    on = links.along.on
    a = tuple(jnp.where(on, v + w, v) for v, w in zip(a, gap, strict=True))
    a, b, gap = (inside(frame, *v) for v in (a, b, gap))
    return Place(a, b, frame, gap, angle, jnp.where(on, gap[0], angle))


def _frame(along: Along, gap: Pair, turn: jax.Array) -> Pair:
    """The direction u: of a rod that of its ends, of a slider its axis, else the world's x."""
    size = jnp.sqrt(gap[0] * gap[0] + gap[1] * gap[1] + _SHORT**2)
    rod = along.on & ~along.slides & (size > 2 * _SHORT)
    axis = _turned(along.axis, turn)
    x, y = (
        jnp.where(rod, v / size, jnp.where(along.slides, w, default))
        for v, w, default in zip(gap, axis, (1.0, 0.0), strict=True)
    )
    return x, y


def inside(frame: Pair | None, x: jax.Array, y: jax.Array) -> Pair:
    """A vector of the world in the frame."""
    return (x, y) if frame is None else (frame[0] * x + frame[1] * y, frame[0] * y - frame[1] * x)


def outside(frame: Pair | None, x: jax.Array, y: jax.Array) -> Pair:
    """A vector of the frame in the world."""
    return (x, y) if frame is None else (frame[0] * x - frame[1] * y, frame[0] * y + frame[1] * x)


def _turned(vector: Pair, angle: jax.Array) -> Pair:
    sin, cos = sincos(angle)
    return cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1]
