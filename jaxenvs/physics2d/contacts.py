"""Contacts of pairs: rows of the constraints, and the passes that solve them.

Pairs are solved round after round (Gauss-Seidel); the pairs of a round share no body, so they are
solved at once. A pair's two normal impulses come first, then friction.

Velocities live on a tape of twice the ring: a window moves along by one row a round, what it leaves
behind is the ring's next turn (`layout`). Nothing is gathered, scattered or concatenated in a pass.
"""

import functools
from collections.abc import Sequence
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
    Meeting,
    Motion,
    Row,
    Shift,
    Softness,
    Solver,
    Start,
    mixed,
    solved,
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
        normal_a, tangent_a, normal_b, tangent_b, separation, exists = touch
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
        row, impulse = started(separation, exists, speed, masses, restitution, held, start, one)
        points.append(Point(normal_a, tangent_a, normal_b, tangent_b, row))
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


def changes(rows: Rows, impulses: Sequence[tuple[jax.Array, jax.Array]]) -> tuple[Motion, Motion]:
    """What impulses along normal and tangent of each point do to the velocities of both bodies."""
    push, drag = (functools.reduce(jnp.add, along) for along in zip(*impulses, strict=True))
    x, y = push * rows.normal_x + drag * rows.normal_y, push * rows.normal_y - drag * rows.normal_x
    turn_a, turn_b = (
        functools.reduce(
            jnp.add,
            [n * arm_n + t * arm_t for (n, t), (arm_n, arm_t) in zip(impulses, arms, strict=True)],
        )
        for arms in (
            [(point.normal_arm_a, point.tangent_arm_a) for point in rows.points],
            [(point.normal_arm_b, point.tangent_arm_b) for point in rows.points],
        )
    )
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
    # Each number apart: LLVM does not vectorize what is read from the middle of an array.
    places, lone_place = (jax.tree.map(f, shift) for f in (layout.doubled, layout.lone))
    tape = jax.tree.map(layout.tape, motion)

    def one_round(tape: Motion, entry: tuple) -> tuple[Motion, tuple[Impulse, Impulse]]:
        turn, rows, impulses = entry
        a = jax.tree.map(lambda v: layout.firsts(v, turn, lanes), tape)
        b = jax.tree.map(lambda v: layout.seconds(v, v[:0], turn, lanes), tape)
        shift_a = jax.tree.map(lambda v: layout.firsts(v, turn, lanes), places)
        shift_b = jax.tree.map(lambda v, w: layout.seconds(v, w, turn, lanes), places, lone_place)
        new_a, new_b, impulses = _solve(a, b, (shift_a, shift_b), rows, impulses, kind, solver)
        moved = (layout.moved_on(*entry, turn) for entry in zip(tape, new_a, new_b, strict=True))
        return Motion(*moved), impulses

    turns = jnp.arange(rows.normal_x.shape[0], dtype=jnp.int32)
    tape, impulses = lax.scan(one_round, tape, (turns, rows, impulses))
    return jax.tree.map(layout.wound_up, tape), impulses


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
    nx, ny = rows.normal_x, rows.normal_y
    x, y = b.x - a.x, b.y - a.y
    from_a, from_b = shifts
    meeting = Meeting(
        x * nx + y * ny,
        x * ny - y * nx,
        (from_b.x - from_a.x) * nx + (from_b.y - from_a.y) * ny,
        ((-a.spin, -from_a.sin, -from_a.cos), (b.spin, from_b.sin, from_b.cos)),
        (rows.inverse_inertia_a, rows.inverse_inertia_b),
        rows.inverse_mass_a + rows.inverse_mass_b,
        rows.friction,
        _soft(rows, solver),
    )
    first, second = (
        ((p.normal_arm_a, p.normal_arm_b), (p.tangent_arm_a, p.tangent_arm_b)) for p in rows.points
    )
    row_pair = rows.points[0].row, rows.points[1].row
    pushes, drags, after = solved(meeting, (first, second), row_pair, impulses, kind, solver)
    more = tuple(zip(pushes, drags, strict=True))
    change_a, change_b = changes(rows, more)
    return (
        Motion(*(v + w for v, w in zip(a, change_a, strict=True))),
        Motion(*(v + w for v, w in zip(b, change_b, strict=True))),
        after,
    )


def _soft(rows: Rows, solver: Solver) -> Softness:
    """How soft the contacts of a round's pairs are; nothing to choose where all are as soft."""
    if solver.free == solver.grounded:
        return solver.free
    grounded = (rows.inverse_mass_a == 0) | (rows.inverse_mass_b == 0)
    return Softness(
        *(jnp.where(grounded, p, q) for p, q in zip(solver.grounded, solver.free, strict=True))
    )
