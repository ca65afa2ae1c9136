"""Contacts: rows of the constraints, and the passes that solve them.

Pairs are solved round after round (Gauss-Seidel); the pairs of a round share no body, so they are
solved at once. A pair's two normal impulses come first, then friction. The scheme is that of Box2D
v3: soft constraints while bodies are pushed apart, rigid ones to relax, restitution at the end
(Catto, "Solver2D", https://box2d.org/posts/2024/02/solver2d/).

Velocities live on a tape of twice the ring: a window moves along by one row a round, what it leaves
behind is the ring's next turn. Nothing is gathered, scattered or concatenated in a pass, and every
impulse ends in a division, at which XLA ends a kernel rather than work impulses out several times.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d import layout
from jaxenvs.physics2d.manifolds import Manifold, Shape, Touch, manifold

SOLVE, RELAX, RESTITUTION = 0, 1, 2
"""Kinds of passes."""
MARGIN = 0.02
"""Bodies that are no further apart than this get a contact in advance, m; more if they close in."""
_TINY = 1e-9  # keeps masses of pairs that cannot move away from 0


class Motion(NamedTuple):
    """Velocities, m/s and rad/s, of bodies [B, *N] or of those in a round [L, *N]."""

    x: jax.Array
    y: jax.Array
    spin: jax.Array


class Shift(NamedTuple):
    """How far bodies have moved and turned since the step began."""

    x: jax.Array
    y: jax.Array
    sin: jax.Array
    cos: jax.Array  # cosine of the turn, minus 1


class Matter(NamedTuple):
    """What contacts need to know of bodies, [B, *N] or [L, *N]."""

    inverse_mass: jax.Array
    inverse_inertia: jax.Array
    friction: jax.Array
    restitution: jax.Array


class Softness(NamedTuple):
    """A soft constraint as a damped spring that is stepped implicitly."""

    bias: float  # share of an error that is worked off in a second, 1/s
    mass: float
    impulse: float


class Point(NamedTuple):
    """Rows of one contact point: arms along normal and tangent for both bodies, and constants."""

    normal_arm_a: jax.Array
    tangent_arm_a: jax.Array
    normal_arm_b: jax.Array
    tangent_arm_b: jax.Array
    separation: jax.Array  # at the step's start, less what turning adds below
    normal_mass: jax.Array  # inverse of the effective mass
    tangent_mass: jax.Array
    on: jax.Array  # 1 or 0
    bounce: jax.Array  # speed to leave with, negative or 0


class Rows(NamedTuple):
    """All rows of the pairs in a round [L, *N]; stacked over rounds [R, L, *N]."""

    normal_x: jax.Array
    normal_y: jax.Array
    friction: jax.Array
    inverse_mass_a: jax.Array
    inverse_mass_b: jax.Array
    inverse_inertia_a: jax.Array
    inverse_inertia_b: jax.Array
    points: tuple[Point, Point]


class Impulse(NamedTuple):
    """Accumulated impulses of one contact point, N s."""

    normal: jax.Array
    tangent: jax.Array
    peak: jax.Array  # largest normal impulse since the step began


def softness(hertz: float, damping: float, h: float) -> Softness:
    """The constants of a spring of `hertz` and a damping ratio, for substeps of `h` s."""
    omega = 2 * math.pi * min(hertz, 0.25 / h)
    a = 2 * damping + h * omega
    b = h * omega * a
    return Softness(omega / a, b / (1 + b), 1 / (1 + b))


def prepare(
    a: tuple[Shape, Matter, Motion],
    b: tuple[Shape, Matter, Motion],
    collides: jax.Array,
    stored: tuple[Impulse, Impulse],
    one: jax.Array,
    dt: float,
    restitution_speed: float,
) -> tuple[Rows, tuple[Impulse, Impulse], jax.Array]:
    """Rows of one round, the impulses to start from, and whether the pairs overlap (bool)."""
    (shape_a, matter_a, motion_a), (shape_b, matter_b, motion_b) = a, b
    found = manifold(shape_a, shape_b, one)
    separated = shape_b.x - shape_a.x, shape_b.y - shape_a.y
    restitution = jnp.maximum(matter_a.restitution, matter_b.restitution)
    friction = matter_a.friction * matter_b.friction  # the root's gradient is not finite at 0
    points, impulses = [], []
    for touch, impulse in zip(found.touches, stored, strict=True):
        arms = _arms(touch, found, separated)
        normal_a, tangent_a, normal_b, tangent_b = arms
        closing = (
            (motion_b.x - motion_a.x) * found.normal_x
            + (motion_b.y - motion_a.y) * found.normal_y
            + motion_b.spin * normal_b
            - motion_a.spin * normal_a
        )
        near = touch.separation < MARGIN - dt * jnp.minimum(closing, 0.0)
        on = touch.exists & near & collides
        bounce = jnp.where(on & (closing < -restitution_speed), restitution * closing, 0.0)
        total = matter_a.inverse_mass + matter_b.inverse_mass + _TINY
        inertia_a, inertia_b = matter_a.inverse_inertia, matter_b.inverse_inertia
        points.append(
            Point(
                *arms,
                touch.separation,
                total + inertia_a * normal_a**2 + inertia_b * normal_b**2,
                total + inertia_a * tangent_a**2 + inertia_b * tangent_b**2,
                jnp.where(on, one, 0.0),
                bounce,
            )
        )
        normal, tangent = (jnp.where(on, v, 0.0) for v in (impulse.normal, impulse.tangent))
        impulses.append(Impulse(normal, tangent, jnp.zeros_like(one)))
    rows = Rows(
        found.normal_x,
        found.normal_y,
        jnp.where(friction > 0, jnp.sqrt(jnp.where(friction > 0, friction, 1.0)), 0.0),
        matter_a.inverse_mass,
        matter_b.inverse_mass,
        matter_a.inverse_inertia,
        matter_b.inverse_inertia,
        (points[0], points[1]),
    )
    first, second = found.touches
    overlap = (first.separation < 0) | (second.exists & (second.separation < 0))
    return rows, (impulses[0], impulses[1]), overlap


def _arms(
    touch: Touch, found: Manifold, separated: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """How fast the point moves along normal and tangent per rad/s, on a and on b."""
    nx, ny = found.normal_x, found.normal_y
    x, y = touch.x - separated[0], touch.y - separated[1]
    return (
        touch.x * ny - touch.y * nx,
        -(touch.x * nx + touch.y * ny),
        x * ny - y * nx,
        -(x * nx + y * ny),
    )


def changes(rows: Rows, impulses: tuple[Impulse, Impulse]) -> tuple[Motion, Motion]:
    """What the accumulated impulses do to the velocities of both bodies."""
    x = y = turn_a = turn_b = jnp.zeros_like(rows.normal_x)
    for point, impulse in zip(rows.points, impulses, strict=True):
        n, t = impulse.normal, impulse.tangent
        x, y = x + n * rows.normal_x + t * rows.normal_y, y + n * rows.normal_y - t * rows.normal_x
        turn_a = turn_a + n * point.normal_arm_a + t * point.tangent_arm_a
        turn_b = turn_b + n * point.normal_arm_b + t * point.tangent_arm_b
    return (
        Motion(
            -rows.inverse_mass_a * x, -rows.inverse_mass_a * y, -rows.inverse_inertia_a * turn_a
        ),
        Motion(rows.inverse_mass_b * x, rows.inverse_mass_b * y, rows.inverse_inertia_b * turn_b),
    )


class Solver(NamedTuple):
    """Constants of the passes."""

    h: float
    free: Softness  # between moving bodies
    grounded: Softness  # against static ones
    push_speed: float


def sweep(
    motion: Motion,
    shift: Shift,
    rows: Rows,
    impulses: tuple[Impulse, Impulse],
    kind: jax.Array,
    solver: Solver,
) -> tuple[Motion, tuple[Impulse, Impulse]]:
    """One pass over all rounds. Rows and impulses [R, L, *N], motion and shift [B, *N]."""
    ring, lanes = rows.normal_x.shape[0], rows.normal_x.shape[1]
    places = jax.tree.map(layout.doubled, shift)
    tape = jax.tree.map(lambda v: jnp.concatenate([v[1:], jnp.zeros_like(v[1:])]), motion)

    def one_round(tape: Motion, entry: tuple) -> tuple[Motion, tuple[Impulse, Impulse]]:
        turn, rows, impulses = entry
        # In lane 0 the second row is one that is not written yet: 0, as of a static body.
        a, b = (
            jax.tree.map(lambda v, read=read: read(v, turn, lanes), (tape, places))
            for read in (layout.firsts, layout.seconds)
        )
        still = layout.lane0(rows.normal_x)
        shift_b = jax.tree.map(lambda v: jnp.where(still, 0.0, v), b[1])
        new_a, new_b, impulses = _solve(a[0], b[0], (a[1], shift_b), rows, impulses, kind, solver)

        def put(rows: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
            rows = layout.write(rows, first, turn)
            rows = layout.write(rows, lax.rev(second, (0,)), turn + lanes)
            return layout.write(rows, first[:1], turn + ring)

        return jax.tree.map(put, tape, new_a, new_b), impulses

    turns = layout.rounds(lanes)
    tape, impulses = lax.scan(one_round, tape, (turns, rows, impulses))
    after = jax.tree.map(lambda v, t: jnp.concatenate([v[:1], t[ring:]]), motion, tape)
    return after, impulses


def _solve(
    a: Motion,
    b: Motion,
    shifts: tuple[Shift, Shift],
    rows: Rows,
    impulses: tuple[Impulse, Impulse],
    kind: jax.Array,
    solver: Solver,
) -> tuple[Motion, Motion, tuple[Impulse, Impulse]]:
    """New velocities and impulses of one round's pairs."""
    after = []
    for point, impulse in zip(rows.points, impulses, strict=True):
        push = _normal(a, b, shifts, rows, point, impulse, kind, solver)
        total = impulse.normal + push
        after.append((total, jnp.maximum(impulse.peak, total)))
        x, y = push * rows.normal_x, push * rows.normal_y
        a, b = _pushed(a, b, rows, x, y, push * point.normal_arm_a, push * point.normal_arm_b)
    solved = []
    for point, impulse, (normal, peak) in zip(rows.points, impulses, after, strict=True):
        slip = (
            (b.x - a.x) * rows.normal_y
            - (b.y - a.y) * rows.normal_x
            + b.spin * point.tangent_arm_b
            - a.spin * point.tangent_arm_a
        )
        # Everything times the mass, so that the division comes last.
        bound = rows.friction * normal * point.tangent_mass
        held = impulse.tangent * point.tangent_mass
        wanted = jnp.clip(held - slip, -bound, bound) - held
        drag = jnp.where(kind == RESTITUTION, 0.0, wanted) * point.on / point.tangent_mass
        solved.append(Impulse(normal, impulse.tangent + drag, peak))
        x, y = drag * rows.normal_y, -drag * rows.normal_x
        a, b = _pushed(a, b, rows, x, y, drag * point.tangent_arm_a, drag * point.tangent_arm_b)
    return a, b, (solved[0], solved[1])


def _normal(
    a: Motion,
    b: Motion,
    shifts: tuple[Shift, Shift],
    rows: Rows,
    point: Point,
    impulse: Impulse,
    kind: jax.Array,
    solver: Solver,
) -> jax.Array:
    """The normal impulse to add at one point."""
    moved_a, moved_b = shifts
    separation = (
        point.separation
        + (moved_b.x - moved_a.x) * rows.normal_x
        + (moved_b.y - moved_a.y) * rows.normal_y
        + moved_b.sin * point.normal_arm_b
        - moved_b.cos * point.tangent_arm_b
        - moved_a.sin * point.normal_arm_a
        + moved_a.cos * point.tangent_arm_a
    )
    speed = (
        (b.x - a.x) * rows.normal_x
        + (b.y - a.y) * rows.normal_y
        + b.spin * point.normal_arm_b
        - a.spin * point.normal_arm_a
    )
    grounded = (rows.inverse_mass_a == 0) | (rows.inverse_mass_b == 0)
    bias, mass, leak = (
        jnp.where(grounded, p, q) for p, q in zip(solver.grounded, solver.free, strict=True)
    )
    apart = separation > 0
    is_soft = (kind == SOLVE) & ~apart
    push = jnp.where(is_soft, jnp.maximum(bias * separation, -solver.push_speed), 0.0)
    push = jnp.where(apart, separation / solver.h, push)
    held = impulse.normal * point.normal_mass
    wanted = -jnp.where(is_soft, mass, 1.0) * (speed + push) - jnp.where(is_soft, leak, 0.0) * held
    hit = (point.bounce < 0) & (impulse.peak > 0)
    rebound = jnp.where(hit, -(speed + point.bounce), 0.0)
    wanted = jnp.where(kind == RESTITUTION, rebound, wanted)
    return jnp.maximum(wanted, -held) * point.on / point.normal_mass


def _pushed(
    a: Motion,
    b: Motion,
    rows: Rows,
    x: jax.Array,
    y: jax.Array,
    turn_a: jax.Array,
    turn_b: jax.Array,
) -> tuple[Motion, Motion]:
    """The velocities after an impulse (x, y) on b and its opposite on a, with their moments."""
    return (
        Motion(
            a.x - rows.inverse_mass_a * x,
            a.y - rows.inverse_mass_a * y,
            a.spin - rows.inverse_inertia_a * turn_a,
        ),
        Motion(
            b.x + rows.inverse_mass_b * x,
            b.y + rows.inverse_mass_b * y,
            b.spin + rows.inverse_inertia_b * turn_b,
        ),
    )
