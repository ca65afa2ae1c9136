"""Contacts of bodies on planes: which points touch, rows of the constraints, and their pass.

A plane is a body that nothing moves and whose normal is known: there is nothing to search for. The
edge of a hull that faces the plane most gives the two points, both ends of it; the deepest corner
is one of them. Planes are solved one after the other, all bodies at once.

Solved after the pairs: what moves last is least wrong, and a body that is pushed into another one
parts from it in the next pass, while one that is pushed behind a wall is out of the scene.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d.manifolds import TIE, Shape, cut, opposed_edge
from jaxenvs.physics2d.rows import (
    TINY,
    Impulse,
    Matter,
    Meeting,
    Motion,
    Row,
    Shift,
    Solver,
    Start,
    mixed,
    solved,
    started,
)


class Half(NamedTuple):
    """Planes [P, *N], or one of them [*N]: normal into the free side, offset, surface."""

    normal_x: jax.Array
    normal_y: jax.Array
    offset: jax.Array
    friction: jax.Array
    restitution: jax.Array


class Point(NamedTuple):
    """One contact point: how fast it moves along normal and tangent per rad/s of the body."""

    normal_arm: jax.Array
    tangent_arm: jax.Array
    row: Row


class Rows(NamedTuple):
    """All rows of one plane [B, *N]; stacked over planes [P, B, *N]."""

    normal_x: jax.Array  # [1, *N]
    normal_y: jax.Array
    friction: jax.Array
    points: tuple[Point, Point]


Stored = tuple[Impulse, Impulse]
"""Impulses of both points, [P, B, *N]."""


def prepare(
    body: tuple[Shape, Matter, Motion],
    planes: Half,
    meets: jax.Array,
    stored: Stored,
    one: jax.Array,
    start: Start,
) -> tuple[Rows, Stored, jax.Array, Motion]:
    """Rows of all planes [P, B, *N], the impulses to start from, who reaches behind, and more.

    The third value is bool [P, B, *N]; the last is what the impulses do to velocities, [B, *N].
    `meets` [P, B, *N]: whether plane and body, both there, push each other. `one` [B, *N] holds
    ones that XLA cannot know.
    """

    def one_plane(total: Motion, entry: tuple) -> tuple:
        plane, meets, stored = entry
        rows, impulses, behind = _one(body, plane, meets, stored, one, start)
        held = [(impulse.normal, impulse.tangent) for impulse in impulses]
        total = _pushed(total, rows, held, body[1])
        return total, (rows, impulses, behind)

    still = jax.tree.map(jnp.zeros_like, body[2])
    held, found = lax.scan(one_plane, still, (planes, meets, stored))
    return *found, held


def _one(
    body: tuple[Shape, Matter, Motion],
    plane: Half,
    meets: jax.Array,
    stored: Stored,
    one: jax.Array,
    start: Start,
) -> tuple[Rows, Stored, jax.Array]:
    shape, matter, motion = body
    plane = Half(*(v[None] for v in plane))
    nx, ny = plane.normal_x, plane.normal_y
    edge = opposed_edge(nx, ny, shape.corner_x, shape.corner_y, shape.inverse_length, one)
    center = nx * shape.x + ny * shape.y - plane.offset - shape.radius
    restitution = jnp.maximum(matter.restitution, plane.restitution)
    points, impulses, behind = [], [], []
    # A disc's edge is a point.
    ends = ((edge.u1, edge.w1, one > 0), (edge.u2, edge.w2, edge.u1 - edge.u2 > TIE))
    for (along, up, exists), held in zip(ends, stored, strict=True):
        separation = cut(center + up, one)
        # Midway between the surfaces; the normal is that of the frame.
        arm, tangent_arm = -along, cut(shape.radius + 0.5 * separation - up, one)
        speed = motion.x * nx + motion.y * ny + motion.spin * arm
        masses = (
            matter.inverse_mass + TINY + matter.inverse_inertia * arm**2,
            matter.inverse_mass + TINY + matter.inverse_inertia * tangent_arm**2,
        )
        row, impulse = started(
            separation, exists & meets, speed, masses, restitution, held, start, one
        )
        points.append(Point(arm, tangent_arm, row))
        impulses.append(impulse)
        behind.append(separation < 0)
    friction = mixed(matter.friction, plane.friction)
    rows = Rows(nx, ny, friction, (points[0], points[1]))
    return rows, (impulses[0], impulses[1]), behind[0] | behind[1]


def sweep(
    motion: Motion,
    shift: Shift,
    matter: Matter,
    rows: Rows,
    impulses: Stored,
    kind: jax.Array,
    solver: Solver,
) -> tuple[Motion, Stored]:
    """One pass over all planes. Rows and impulses [P, B, *N], the rest [B, *N]."""

    def one_plane(motion: Motion, entry: tuple[Rows, Stored]) -> tuple[Motion, Stored]:
        rows, impulses = entry
        nx, ny = rows.normal_x, rows.normal_y
        meeting = Meeting(
            motion.x * nx + motion.y * ny,
            motion.x * ny - motion.y * nx,
            shift.x * nx + shift.y * ny,
            ((motion.spin, shift.sin, shift.cos),),
            (matter.inverse_inertia,),
            matter.inverse_mass,
            rows.friction,
            solver.grounded,
        )
        first, second = (((point.normal_arm,), (point.tangent_arm,)) for point in rows.points)
        row_pair = rows.points[0].row, rows.points[1].row
        pushes, drags, after = solved(meeting, (first, second), row_pair, impulses, kind, solver)
        return _pushed(motion, rows, tuple(zip(pushes, drags, strict=True)), matter), after

    return lax.scan(one_plane, motion, (rows, impulses))


def _pushed(
    motion: Motion,
    rows: Rows,
    impulses: Sequence[tuple[jax.Array, jax.Array]],
    matter: Matter,
) -> Motion:
    """The velocities after impulses along normal and tangent of each point."""
    push, drag = (functools.reduce(jnp.add, along) for along in zip(*impulses, strict=True))
    turned = [
        normal * point.normal_arm + tangent * point.tangent_arm
        for (normal, tangent), point in zip(impulses, rows.points, strict=True)
    ]
    return Motion(
        motion.x + matter.inverse_mass * (push * rows.normal_x + drag * rows.normal_y),
        motion.y + matter.inverse_mass * (push * rows.normal_y - drag * rows.normal_x),
        motion.spin + matter.inverse_inertia * functools.reduce(jnp.add, turned),
    )
