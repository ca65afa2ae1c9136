"""Joints, their limits and motors, solved one after the other.

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

What passes leave open, where contacts or other joints pull, is closed at the step's end by moving
bodies along, weighted with their masses (`closed`): velocities, and so energy, are not touched.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d import layout
from jaxenvs.physics2d.links import Impulses, Links, Pair, Place, Pose, inside, outside, place
from jaxenvs.physics2d.rows import SOLVE, Motion, Softness

_MOST_TURN = 1.0  # rad in a substep up to which arms are followed
_MOST_PULL = 3.0  # fastest that a gap is closed, m/s
_MOST_BIAS = 5.0  # fastest that an angle is restored, rad/s, or a distance, m/s
_LEFT_OPEN = 5e-4  # m and rad; closing what a fast spin opens each step would slow it down
_MOST_CLOSED = 0.2  # m and rad that a joint is closed by at a step's end


class _Mass(NamedTuple):
    """What impulses do, [J, *N]: inverses of effective masses, and how equations are coupled."""

    inverse_xx: jax.Array  # of the two equations of the point, the angle eliminated
    inverse_xy: jax.Array
    inverse_yy: jax.Array
    couple_x: jax.Array  # 0 where the angle is free
    couple_y: jax.Array
    react: tuple[jax.Array, jax.Array, jax.Array]  # all of an impulse of 1 along what is free
    twist: jax.Array  # the inverse mass of what is free, the rest answering


class _Rows(NamedTuple):
    """The equations of one pass, [J, *N], in the joints' frames."""

    a: Pair  # arms as turned by now
    b: Pair
    frame: Pair | None
    bias_x: jax.Array
    bias_y: jax.Array
    bias_angle: jax.Array
    bias_lower: jax.Array
    bias_upper: jax.Array
    lower_soft: jax.Array  # bool
    upper_soft: jax.Array
    push: jax.Array  # speed at which motor or spring aims
    share: jax.Array | None  # of the speed that motor or spring takes; None: all
    still: jax.Array | None  # bool, springs that are not to change in this pass
    mass: _Mass


def _warm_start(motion: Motion, pose: Pose, links: Links, impulses: Impulses) -> Motion:
    """Velocities with the accumulated impulses, at the anchors as turned by now."""
    now = place(pose, links)
    x, y, motor, angle = (jnp.where(links.on, v, 0.0) for v in impulses)
    if links.along is None:
        moment = motor + angle
    else:
        x = jnp.where(links.along.on, x + motor, x)
        moment = jnp.where(links.along.on, angle, motor + angle)
    along_x, along_y = outside(now.frame, x, y)
    for body, mass, inertia, arm, sign in (
        (links.body_a, links.mass_a, links.inertia_a, now.a, -1.0),
        (links.body_b, links.mass_b, links.inertia_b, now.b, 1.0),
    ):
        turned = inertia * (arm[0] * y - arm[1] * x + moment)
        change = Motion(sign * mass * along_x, sign * mass * along_y, sign * turned)
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
    """One pass over the joints, which solves (`SOLVE`), from the accumulated impulses, or relaxes.

    `spin` [B, *N]: of the bodies when the substep began; `one` [*N]: ones that XLA cannot know.
    """
    motion = lax.cond(
        kind == SOLVE,
        _warm_start,
        lambda motion, *_: motion,
        motion,
        pose,
        links,
        impulses,
    )
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
        x, y = inside(row.frame, b.x - a.x, b.y - a.y)
        parts = Motion(
            x - b.spin * row.b[1] + a.spin * row.a[1],
            y + b.spin * row.b[0] - a.spin * row.a[0],
            b.spin - a.spin,
        )
        block = _block(parts, link, row, held, mass, leak, one)
        drive, limit = _turn(_free_speed(parts, block, link, row), link, row, held, soft)
        added = [v + r * (drive + limit) for v, r in zip(block, row.mass.react, strict=True)]
        return _pushed(motion, link, row, added), _kept(held, link, added, block, drive, limit)

    return lax.scan(solve, motion, (links, rows, impulses))


def closed(pose: Pose, links: Links, one: jax.Array) -> Pose:
    """Poses with the joints' gaps, and how far limits are passed, closed: there and back.

    One joint after the other, each in full as if it were alone.
    """

    def close(pose: Pose, link: Links) -> tuple[Pose, None]:
        now = jax.tree.map(lambda v: v[0], place(pose, jax.tree.map(lambda v: v[None], link)))
        now = now._replace(a=_ended(now.a, one), b=_ended(now.b, one))
        none = jnp.zeros_like(one)
        gap = Motion(*(_beyond(v) for v in (*now.gap, now.angle)))
        row = _Rows(now.a, now.b, now.frame, *[none] * 8, None, None, _mass(now, link))  # type: ignore[call-arg]
        held = Impulses(none, none, none, none)
        block = _block(gap, link, row, held, 1.0, 0.0, one)
        over = jnp.minimum(now.free - link.lower, 0.0) + jnp.maximum(now.free - link.upper, 0.0)
        back = jnp.where(link.has_limits, -_beyond(over), 0.0) / row.mass.twist
        added = [v + r * back for v, r in zip(block, row.mass.react, strict=True)]
        return Pose(*_pushed(Motion(*pose), link, row, added)), None

    for reverse in (False, True):
        pose = lax.scan(close, pose, links, reverse=reverse)[0]
    return pose


def _pushed(motion: Motion, link: Links, row: _Rows, added: list[jax.Array]) -> Motion:
    """The motion after impulses of one joint [*N]: x and y in its frame, and the angular one."""
    x, y, moment = added
    turn_a, turn_b = _moments(row, x, y, moment)
    x, y = outside(row.frame, x, y)
    at_a, at_b = layout.is_row(motion.x, link.body_a), layout.is_row(motion.x, link.body_b)

    def add(v: jax.Array, to_a: jax.Array, to_b: jax.Array) -> jax.Array:
        return v + jnp.where(at_a, to_a, 0.0) + jnp.where(at_b, to_b, 0.0)

    return Motion(
        add(motion.x, -link.mass_a * x, link.mass_b * x),
        add(motion.y, -link.mass_a * y, link.mass_b * y),
        add(motion.spin, -link.inertia_a * turn_a, link.inertia_b * turn_b),
    )


def _moments(
    row: _Rows, x: jax.Array, y: jax.Array, moment: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """All that an impulse on b turns it by, about its center; and the opposite of that for a."""
    return tuple(arm[0] * y - arm[1] * x + moment for arm in (row.a, row.b))  # type: ignore[return-value]


def _kept(
    held: Impulses,
    link: Links,
    added: list[jax.Array],
    block: tuple[jax.Array, ...],
    drive: jax.Array,
    limit: jax.Array,
) -> Impulses:
    """What is accumulated then: motor and spring apart, limits with what is held otherwise."""
    x, y, angle = held.x + added[0], held.y + added[1], held.angle + block[2] + limit
    if link.along is not None:
        x = jnp.where(link.along.on, held.x + limit, x)
        angle = jnp.where(link.along.on, held.angle + added[2], angle)
    return Impulses(x, y, held.motor + drive, angle)


def _free_speed(parts: Motion, block: tuple[jax.Array, ...], link: Links, row: _Rows) -> jax.Array:
    """How fast what is free changes after the block's impulses."""
    x, y, moment = block
    turn_a, turn_b = _moments(row, x, y, moment)
    speed = parts.spin + link.inertia_b * turn_b + link.inertia_a * turn_a
    if link.along is None:
        return speed
    ahead = (
        parts.x
        + (link.mass_a + link.mass_b) * x
        - link.inertia_b * turn_b * row.b[1]
        - link.inertia_a * turn_a * row.a[1]
    )
    return jnp.where(link.along.on, ahead, speed)


def _turn(
    speed: jax.Array, link: Links, row: _Rows, held: Impulses, soft: Softness
) -> tuple[jax.Array, jax.Array]:
    """The impulses that motor or spring, and limits, add along what is free."""
    # Everything times the inverse mass, so that the division comes last.
    twist = row.mass.twist
    motor, most = held.motor * twist, link.most * twist
    aim = motor - speed if row.share is None else row.share * (motor - speed)
    change = jnp.clip(aim + row.push, -most, most) - motor
    drives = link.on if row.still is None else link.on & ~row.still
    drive = jnp.where(drives, change, 0.0) / twist
    speed = speed + drive * twist

    def wanted(bias: jax.Array, is_soft: jax.Array) -> jax.Array:
        mass, leak = jnp.where(is_soft, soft.mass, 1.0), jnp.where(is_soft, soft.impulse, 0.0)
        return stop - mass * (speed + bias) - leak * stop

    stop = held.angle if link.along is None else jnp.where(link.along.on, held.x, held.angle)
    stop = stop * twist
    lower = jnp.maximum(wanted(row.bias_lower, row.lower_soft), 0.0)
    upper = jnp.minimum(wanted(row.bias_upper, row.upper_soft), 0.0)
    return drive, jnp.where(link.has_limits, lower + upper - stop, 0.0) / twist


def _block(
    parts: Motion,
    link: Links,
    row: _Rows,
    held: Impulses,
    mass: jax.Array | float,
    leak: jax.Array | float,
    one: jax.Array,
) -> tuple[jax.Array, ...]:
    """The impulses on b that what is held adds: x and y at the anchor, and the angular one.

    `parts`: at what rate the ends part.
    """
    m = row.mass
    x, y = parts.x + row.bias_x, parts.y + row.bias_y
    angle = jnp.where(link.is_fixed, parts.spin + row.bias_angle, 0.0)
    x, y = x - m.couple_x * angle, y - m.couple_y * angle
    x, y = m.inverse_xx * x + m.inverse_xy * y, m.inverse_xy * x + m.inverse_yy * y
    angle = angle / link.inertia - m.couple_x * x - m.couple_y * y
    weld = jnp.where(link.is_fixed, -(mass * angle + leak * held.angle), 0.0)
    pin_x, pin_y = -(mass * x + leak * held.x), -(mass * y + leak * held.y)
    if link.along is not None:
        pin_x = jnp.where(link.along.on, 0.0, pin_x)
        pin_y = jnp.where(link.along.on & ~link.along.slides, 0.0, pin_y)
    return tuple(jnp.where(link.on, v, 0.0) / one for v in (pin_x, pin_y, weld))


def _rows(
    pose: Pose,
    spin: jax.Array,
    links: Links,
    kind: jax.Array,
    soft: Softness,
    h: float,
    one: jax.Array,
) -> _Rows:
    now = place(pose, links, one)
    solving = kind == SOLVE
    bias = jnp.where(solving, soft.bias, 0.0)
    swing = jnp.where(solving, 1 / soft.mass, 0.0)  # softness is to leave nothing of it out
    swing_a = _swing(*now.a, layout.pick(spin, links.body_a), h)
    swing_b = _swing(*now.b, layout.pick(spin, links.body_b), h)
    above, below = now.free - links.lower, links.upper - now.free

    def restore(room: jax.Array) -> jax.Array:
        return jnp.where(room > 0, room / h, jnp.maximum(bias * room, -_MOST_BIAS))

    pull_x, pull_y = (_within(bias * v, _MOST_PULL) for v in now.gap)
    push, share, still = links.speed, None, None
    if links.along is not None:
        spring = links.along.spring
        push = jnp.where(spring.on, spring.pull * (spring.length - now.free), push)
        share, still = jnp.where(spring.on, spring.drag, 1.0), spring.on & ~solving
    return _Rows(
        now.a,
        now.b,
        now.frame,
        pull_x + swing * (swing_b[0] - swing_a[0]),
        pull_y + swing * (swing_b[1] - swing_a[1]),
        _within(bias * now.angle, _MOST_BIAS),
        restore(above),
        -restore(below),
        solving & (above <= 0),
        solving & (below <= 0),
        push,
        share,
        still,
        _mass(now, links),
    )


def _mass(now: Place, links: Links) -> _Mass:
    (ax, ay), (bx, by) = now.a, now.b
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
    inverse = yy / determinant, -xy / determinant, xx / determinant
    react_x = -inverse[0] * x_angle - inverse[1] * y_angle
    react_y = -inverse[1] * x_angle - inverse[2] * y_angle
    react_angle = jnp.ones_like(xx)
    twist = links.inertia + react_x * x_angle + react_y * y_angle
    twist = jnp.maximum(twist, 1e-4 * links.inertia)  # digits are lost where arms are very long
    if links.along is not None:
        on = links.along.on
        across = jnp.where(links.along.slides, 1 / yy, 0.0)
        inverse = (
            jnp.where(on, 0.0, inverse[0]),
            jnp.where(on, 0.0, inverse[1]),
            jnp.where(on, across, inverse[2]),
        )
        ahead = jnp.maximum(xx - xy * xy * across, 1e-4 * xx)
        twist = jnp.where(on, ahead, twist)
        react_x = jnp.where(on, 1.0, react_x)
        react_y = jnp.where(on, -xy * across, react_y)
        turned = -couple_x + couple_y * xy * across
        react_angle = jnp.where(on, turned, react_angle)
    react = react_x, react_y, react_angle
    return _Mass(*inverse, couple_x, couple_y, react, twist)


def _within(x: jax.Array, most: float) -> jax.Array:
    return jnp.clip(x, -most, most)


def _beyond(x: jax.Array) -> jax.Array:
    """How much of an error is to be closed."""
    return _within(x - _within(x, _LEFT_OPEN), _MOST_CLOSED)


def _ended(arm: Pair, one: jax.Array) -> Pair:
    """An arm that ends in a division, at which XLA ends a kernel."""
    return arm[0] / one, arm[1] / one


def _swing(x: jax.Array, y: jax.Array, spin: jax.Array, h: float) -> tuple[jax.Array, jax.Array]:
    """By how much an arm's end moves differently, per second, on its arc than on its tangent."""
    turn = jnp.clip(spin * h, -_MOST_TURN, _MOST_TURN)
    square = turn * turn
    # (sin q - q) / h and (cos q - 1) / h; in their usual form few digits would be left.
    along = -turn * square * (1 / 6 - square * (1 / 120 - square / 5040)) / h
    inwards = -square * (1 / 2 - square * (1 / 24 - square * (1 / 720 - square / 40320))) / h
    return inwards * x - along * y, inwards * y + along * x
