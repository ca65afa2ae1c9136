"""Contacts of pairs: rows of the constraints, and the passes that solve them.

Pairs are solved round after round (Gauss-Seidel); the pairs of a round share no body, so they are
solved at once. A pair's two normal impulses come first, then friction.

Velocities live on a tape of twice the ring: a window moves along by one row a round, what it leaves
behind is the ring's next turn (`layout`). Nothing is gathered, scattered or concatenated in a pass.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d import layout
from jaxenvs.physics2d.manifolds import Shape, manifold
from jaxenvs.physics2d.rows import (
    TINY,
    Impulse,
    Matter,
    Motion,
    Row,
    Shift,
    Softness,
    Solver,
    Start,
    drag,
    mixed,
    push,
    started,
)


class Point(NamedTuple):
    """One contact point: how fast it moves along normal and tangent per rad/s of both bodies."""

    normal_arm_a: jax.Array
    tangent_arm_a: jax.Array
    normal_arm_b: jax.Array
    tangent_arm_b: jax.Array
    row: Row


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


def prepare(
    a: tuple[Shape, Matter, Motion],
    b: tuple[Shape, Matter, Motion],
    collides: jax.Array,
    stored: tuple[Impulse, Impulse],
    one: jax.Array,
    start: Start,
) -> tuple[Rows, tuple[Impulse, Impulse], jax.Array]:
    """Rows of one round, the impulses to start from, and whether the pairs overlap (bool)."""
    (shape_a, matter_a, motion_a), (shape_b, matter_b, motion_b) = a, b
    found = manifold(shape_a, shape_b, one)
    restitution = jnp.maximum(matter_a.restitution, matter_b.restitution)
    total = matter_a.inverse_mass + matter_b.inverse_mass + TINY
    inertia_a, inertia_b = matter_a.inverse_inertia, matter_b.inverse_inertia
    points, impulses = [], []
    for touch, held in zip(found.touches, stored, strict=True):
        *arms, separation, exists = touch
        normal_a, tangent_a, normal_b, tangent_b = arms
        speed = (
            (motion_b.x - motion_a.x) * found.normal_x
            + (motion_b.y - motion_a.y) * found.normal_y
            + motion_b.spin * normal_b
            - motion_a.spin * normal_a
        )
        masses = (
            total + inertia_a * normal_a**2 + inertia_b * normal_b**2,
            total + inertia_a * tangent_a**2 + inertia_b * tangent_b**2,
        )
        exists = exists & collides
        row, impulse = started(separation, exists, speed, masses, restitution, held, start)
        points.append(Point(*arms, row))
        impulses.append(impulse)
    rows = Rows(
        found.normal_x,
        found.normal_y,
        mixed(matter_a.friction, matter_b.friction),
        matter_a.inverse_mass,
        matter_b.inverse_mass,
        inertia_a,
        inertia_b,
        (points[0], points[1]),
    )
    first, second = found.touches
    overlap = (first.separation < 0) | (second.exists & (second.separation < 0))
    return rows, (impulses[0], impulses[1]), overlap


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


def sweep(
    motion: Motion,
    shift: Shift,
    rows: Rows,
    impulses: tuple[Impulse, Impulse],
    kind: jax.Array,
    solver: Solver,
) -> tuple[Motion, tuple[Impulse, Impulse]]:
    """One pass over all rounds. Rows and impulses [R, L, *N], motion and shift [B, *N]."""
    lanes = rows.normal_x.shape[1]
    places = jax.tree.map(layout.doubled, shift)
    tape = jax.tree.map(lambda v: jnp.concatenate([v, jnp.zeros_like(v)]), _ring(motion))
    outside, outside_shift = (jax.tree.map(layout.lone, v) for v in (motion, shift))

    def one_round(carry: tuple[Motion, Motion], entry: tuple) -> tuple:
        tape, lone = carry
        turn, rows, impulses = entry
        a = jax.tree.map(lambda v: layout.firsts(v, turn, lanes), (tape, places))
        b = jax.tree.map(
            lambda v, w: layout.seconds(v, w, turn, lanes), (tape, places), (lone, outside_shift)
        )
        new_a, new_b, impulses = _solve(a[0], b[0], (a[1], b[1]), rows, impulses, kind, solver)
        moved = [
            layout.moved_on(*entry, turn, lone)
            for *entry, lone in zip(tape, new_a, new_b, lone, strict=True)
        ]
        return tuple(Motion(*part) for part in zip(*moved, strict=True)), impulses

    turns = jnp.arange(rows.normal_x.shape[0], dtype=jnp.int32)
    (tape, lone), impulses = lax.scan(one_round, (tape, outside), (turns, rows, impulses))
    after = jax.tree.map(lambda w, t: jnp.concatenate([w, t[t.shape[0] // 2 :]]), lone, tape)
    return after, impulses


def _ring(motion: Motion) -> Motion:
    return jax.tree.map(layout.ring, motion)


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
        more = _normal(a, b, shifts, rows, point, impulse, kind, solver)
        total = impulse.normal + more
        after.append((total, jnp.maximum(impulse.peak, total)))
        x, y = more * rows.normal_x, more * rows.normal_y
        a, b = _pushed(a, b, rows, x, y, more * point.normal_arm_a, more * point.normal_arm_b)
    solved = []
    for point, impulse, (normal, peak) in zip(rows.points, impulses, after, strict=True):
        slip = (
            (b.x - a.x) * rows.normal_y
            - (b.y - a.y) * rows.normal_x
            + b.spin * point.tangent_arm_b
            - a.spin * point.tangent_arm_a
        )
        friction = drag(slip, rows.friction * normal, point.row, impulse, kind)
        solved.append(Impulse(normal, impulse.tangent + friction, peak))
        x, y = friction * rows.normal_y, -friction * rows.normal_x
        turns = friction * point.tangent_arm_a, friction * point.tangent_arm_b
        a, b = _pushed(a, b, rows, x, y, *turns)
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
        point.row.separation
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
    soft = Softness(
        *(jnp.where(grounded, p, q) for p, q in zip(solver.grounded, solver.free, strict=True))
    )
    return push(speed, separation, point.row, impulse, soft, kind, solver)


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
