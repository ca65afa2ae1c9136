"""Pins and welds, their limits and motors, solved one joint after the other.

Soft constraints with warm starts, like contacts. A pin's two equations and a weld's three are
solved as one block. A pin's motor and limits follow, with the impulses of the pin that answer
theirs: were the two solved in turns, a light body on a long arm would need hundreds of passes, and
soft rows would never get there.

What an arm does while its body turns. A substep moves bodies along straight lines and then turns
them: an anchor at distance r from a body that turns by the angle q in the substep leaves its circle
by r q^2 / 2 outwards, every time. A soft constraint that works off an error's share s in a substep
lets this grow to a gap of r q^2 / (2 s): 7 cm for an arm of 0.5 m at 50 rad/s, 240 substeps a
second and s = 0.14. Gaps of this size tilt the constraints, so that pushing them back also pumps
energy into what turns. So velocities are solved for the anchors' chords, not for their tangents:
the difference, known from the spin at the substep's start, is added to each equation's bias
(`_swing`). Relaxing afterwards, with turned anchors, gives back the tangent's speed: next to
no gap is left and next to no energy is lost or won.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d import layout
from jaxenvs.physics2d.rows import SOLVE, Motion, Softness
from jaxenvs.trig import sincos

_MOST_TURN = 1.0  # rad in a substep up to which arms are followed
_MOST_PULL = 3.0  # fastest that a gap is closed, m/s
_MOST_BIAS = 5.0  # fastest that an angle is restored, rad/s


class Pose(NamedTuple):
    """How far bodies have moved and turned since the step began, [B, *N]; m and rad."""

    x: jax.Array
    y: jax.Array
    turn: jax.Array


class Links(NamedTuple):
    """What does not change of the joints in a step, [J, *N]."""

    body_a: jax.Array
    body_b: jax.Array
    arm_a: tuple[jax.Array, jax.Array]  # from a's center to the anchor, as turned at the start
    arm_b: tuple[jax.Array, jax.Array]
    apart: tuple[jax.Array, jax.Array]  # between the centers, b minus a
    angle: jax.Array
    lower: jax.Array
    upper: jax.Array
    has_limits: jax.Array  # bool, False for welds
    is_fixed: jax.Array  # bool
    on: jax.Array  # bool
    mass_a: jax.Array  # inverse masses and inertias
    mass_b: jax.Array
    inertia_a: jax.Array
    inertia_b: jax.Array
    inertia: jax.Array  # their sum, not 0
    speed: jax.Array  # of the motor, rad/s
    most: jax.Array  # of the motor's impulse, N m s, 0 where it is off


class Impulses(NamedTuple):
    """Accumulated impulses, [J, *N]; N s and N m s."""

    x: jax.Array
    y: jax.Array
    motor: jax.Array
    angle: jax.Array


class _Rows(NamedTuple):
    """The equations of one pass, [J, *N]."""

    ax: jax.Array  # arms as turned by now
    ay: jax.Array
    bx: jax.Array
    by: jax.Array
    bias_x: jax.Array
    bias_y: jax.Array
    bias_angle: jax.Array
    bias_lower: jax.Array
    bias_upper: jax.Array
    lower_soft: jax.Array  # bool
    upper_soft: jax.Array
    inverse_xx: jax.Array  # of the two equations of the point, the angle eliminated
    inverse_xy: jax.Array
    inverse_yy: jax.Array
    couple_x: jax.Array  # 0 for pins
    couple_y: jax.Array
    react_x: jax.Array  # impulse with which a pin answers an angular one of 1 N m s
    react_y: jax.Array
    twist: jax.Array  # inverse inertia of the joint's angle, the pin answering


def warm_start(motion: Motion, pose: Pose, links: Links, impulses: Impulses) -> Motion:
    """Velocities with the accumulated impulses, at the anchors as turned by now."""
    (ax, ay), (bx, by) = _arms(pose, links)
    x, y = jnp.where(links.on, impulses.x, 0.0), jnp.where(links.on, impulses.y, 0.0)
    moment = jnp.where(links.on, impulses.motor + impulses.angle, 0.0)
    for body, mass, inertia, arm_x, arm_y, sign in (
        (links.body_a, links.mass_a, links.inertia_a, ax, ay, -1.0),
        (links.body_b, links.mass_b, links.inertia_b, bx, by, 1.0),
    ):
        turned = inertia * (arm_x * y - arm_y * x + moment)
        change = Motion(sign * mass * x, sign * mass * y, sign * turned)
        motion = layout.add_at(motion, body, change)
    return motion


def sweep(
    motion: Motion,
    pose: Pose,
    spin: jax.Array,
    links: Links,
    impulses: Impulses,
    kind: jax.Array,
    soft: Softness,
    h: float,
    one: jax.Array,
) -> tuple[Motion, Impulses]:
    """One pass over the joints, which solves (`SOLVE`) or relaxes.

    `spin` [B, *N]: of the bodies when the substep began; `one` [*N]: ones that XLA cannot know.
    """
    rows = _rows(pose, spin, links, kind, soft, h, one)
    mass, leak = (
        jnp.where(kind == SOLVE, v, w) for v, w in ((soft.mass, 1.0), (soft.impulse, 0.0))
    )

    def solve(motion: Motion, entry: tuple[Links, _Rows, Impulses]) -> tuple[Motion, Impulses]:
        link, row, held = entry
        a, b = (
            Motion(*(layout.pick(v, index[None])[0] for v in motion))
            for index in (link.body_a, link.body_b)
        )
        x, y, moment = _block(a, b, link, row, held, mass, leak, one)
        turn_a, turn_b = row.ax * y - row.ay * x + moment, row.bx * y - row.by * x + moment
        speed = b.spin + link.inertia_b * turn_b - (a.spin - link.inertia_a * turn_a)
        turn, held = _turn(speed, link, row, held, soft)
        x, y = x + row.react_x * turn, y + row.react_y * turn
        turn_a = turn + row.ax * y - row.ay * x + moment
        turn_b = turn + row.bx * y - row.by * x + moment
        at_a, at_b = layout.is_row(motion.x, link.body_a), layout.is_row(motion.x, link.body_b)

        def add(v: jax.Array, to_a: jax.Array, to_b: jax.Array) -> jax.Array:
            return v + jnp.where(at_a, to_a, 0.0) + jnp.where(at_b, to_b, 0.0)

        after = Motion(
            add(motion.x, -link.mass_a * x, link.mass_b * x),
            add(motion.y, -link.mass_a * y, link.mass_b * y),
            add(motion.spin, -link.inertia_a * turn_a, link.inertia_b * turn_b),
        )
        return after, Impulses(held.x + x, held.y + y, held.motor, held.angle + moment)

    return lax.scan(solve, motion, (links, rows, impulses))


def _turn(
    speed: jax.Array, link: Links, row: _Rows, held: Impulses, soft: Softness
) -> tuple[jax.Array, Impulses]:
    """The angular impulse that motor and limits of a pin add, and what is accumulated then."""
    # Everything times the inverse inertia, so that the divisions come last.
    motor, most = held.motor * row.twist, link.most * row.twist
    change = jnp.clip(motor - (speed - link.speed), -most, most) - motor
    drive = jnp.where(link.on, change, 0.0) / row.twist
    speed = speed + drive * row.twist

    def wanted(bias: jax.Array, is_soft: jax.Array) -> jax.Array:
        mass, leak = jnp.where(is_soft, soft.mass, 1.0), jnp.where(is_soft, soft.impulse, 0.0)
        return stop - mass * (speed + bias) - leak * stop

    stop = held.angle * row.twist
    lower = jnp.maximum(wanted(row.bias_lower, row.lower_soft), 0.0)
    upper = jnp.minimum(wanted(row.bias_upper, row.upper_soft), 0.0)
    limit = jnp.where(link.has_limits, lower + upper - stop, 0.0) / row.twist
    after = held._replace(motor=held.motor + drive, angle=held.angle + limit)
    return drive + limit, after


def _block(
    a: Motion,
    b: Motion,
    link: Links,
    row: _Rows,
    held: Impulses,
    mass: jax.Array,
    leak: jax.Array,
    one: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The impulse on b at the anchor and, of a weld, the angular one that are to be added."""
    x = b.x - a.x - b.spin * row.by + a.spin * row.ay + row.bias_x
    y = b.y - a.y + b.spin * row.bx - a.spin * row.ax + row.bias_y
    angle = jnp.where(link.is_fixed, b.spin - a.spin + row.bias_angle, 0.0)
    x, y = x - row.couple_x * angle, y - row.couple_y * angle
    x, y = row.inverse_xx * x + row.inverse_xy * y, row.inverse_xy * x + row.inverse_yy * y
    angle = angle / link.inertia - row.couple_x * x - row.couple_y * y
    weld = jnp.where(link.is_fixed, -(mass * angle + leak * held.angle), 0.0)
    pin_x, pin_y = -(mass * x + leak * held.x), -(mass * y + leak * held.y)
    return tuple(jnp.where(link.on, v, 0.0) / one for v in (pin_x, pin_y, weld))  # type: ignore[return-value]


def _rows(
    pose: Pose,
    spin: jax.Array,
    links: Links,
    kind: jax.Array,
    soft: Softness,
    h: float,
    one: jax.Array,
) -> _Rows:
    (ax, ay), (bx, by) = ((x / one, y / one) for x, y in _arms(pose, links))
    solving = kind == SOLVE
    bias = jnp.where(solving, soft.bias, 0.0)
    swing = jnp.where(solving, 1 / soft.mass, 0.0)  # softness is to leave nothing of it out
    moved = _between(pose, links)
    gap_x, gap_y = links.apart[0] + moved.x + bx - ax, links.apart[1] + moved.y + by - ay
    swing_a = _swing(ax, ay, layout.pick(spin, links.body_a), h)
    swing_b = _swing(bx, by, layout.pick(spin, links.body_b), h)
    angle = links.angle + moved.turn
    above, below = angle - links.lower, links.upper - angle

    def restore(room: jax.Array) -> jax.Array:
        return jnp.where(room > 0, room / h, jnp.maximum(bias * room, -_MOST_BIAS))

    return _Rows(
        ax,
        ay,
        bx,
        by,
        jnp.clip(bias * gap_x, -_MOST_PULL, _MOST_PULL) + swing * (swing_b[0] - swing_a[0]),
        jnp.clip(bias * gap_y, -_MOST_PULL, _MOST_PULL) + swing * (swing_b[1] - swing_a[1]),
        jnp.clip(bias * angle, -_MOST_BIAS, _MOST_BIAS),
        restore(above),
        -restore(below),
        solving & (above <= 0),
        solving & (below <= 0),
        *_inverse(ax, ay, bx, by, links),
    )


def _inverse(
    ax: jax.Array, ay: jax.Array, bx: jax.Array, by: jax.Array, links: Links
) -> tuple[jax.Array, ...]:
    """The inverse of the effective mass, the last eight of `_Rows`."""
    mass, inertia_a, inertia_b = links.mass_a + links.mass_b, links.inertia_a, links.inertia_b
    # Links that nothing can move get ones instead of a matrix that has no inverse.
    xx = jnp.where(links.on, mass + inertia_a * ay * ay + inertia_b * by * by, 1.0)
    yy = jnp.where(links.on, mass + inertia_a * ax * ax + inertia_b * bx * bx, 1.0)
    xy = jnp.where(links.on, -inertia_a * ax * ay - inertia_b * bx * by, 0.0)
    x_angle, y_angle = -inertia_a * ay - inertia_b * by, inertia_a * ax + inertia_b * bx
    couple_x = jnp.where(links.is_fixed, x_angle / links.inertia, 0.0)
    couple_y = jnp.where(links.is_fixed, y_angle / links.inertia, 0.0)
    xx, yy = xx - x_angle * couple_x, yy - y_angle * couple_y
    xy = xy - x_angle * couple_y
    determinant = xx * yy - xy * xy
    xx, xy, yy = yy / determinant, -xy / determinant, xx / determinant
    react_x, react_y = -xx * x_angle - xy * y_angle, -xy * x_angle - yy * y_angle
    twist = links.inertia + react_x * x_angle + react_y * y_angle
    twist = jnp.maximum(twist, 1e-4 * links.inertia)  # digits are lost where arms are very long
    return xx, xy, yy, couple_x, couple_y, react_x, react_y, twist


def _arms(
    pose: Pose, links: Links
) -> tuple[tuple[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]:
    """From the centers to the anchors, as turned by now."""

    def turned(arm: tuple[jax.Array, jax.Array], body: jax.Array) -> tuple[jax.Array, jax.Array]:
        sin, cos = sincos(layout.pick(pose.turn, body))
        return cos * arm[0] - sin * arm[1], sin * arm[0] + cos * arm[1]

    return turned(links.arm_a, links.body_a), turned(links.arm_b, links.body_b)


def _between(pose: Pose, links: Links) -> Pose:
    """What b has moved and turned more than a."""
    a, b = ([layout.pick(v, index) for v in pose] for index in (links.body_a, links.body_b))
    return Pose(*(q - p for p, q in zip(a, b, strict=True)))


def _swing(x: jax.Array, y: jax.Array, spin: jax.Array, h: float) -> tuple[jax.Array, jax.Array]:
    """By how much an arm's end moves differently, per second, on its arc than on its tangent."""
    turn = jnp.clip(spin * h, -_MOST_TURN, _MOST_TURN)
    square = turn * turn
    # (sin q - q) / h and (cos q - 1) / h; in their usual form few digits would be left.
    along = -turn * square * (1 / 6 - square * (1 / 120 - square / 5040)) / h
    inwards = -square * (1 / 2 - square * (1 / 24 - square * (1 / 720 - square / 40320))) / h
    return inwards * x - along * y, inwards * y + along * x
