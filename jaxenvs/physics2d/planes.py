"""Contacts of bodies on planes: which points touch, rows of the constraints, and their pass.

A plane is a body that nothing moves and whose normal is known: there is nothing to search for. The
edge of a hull that faces the plane most gives the two points, both ends of it; the deepest corner
is one of them. Planes are solved one after the other, all bodies at once.

Solved after the pairs: what moves last is least wrong, and a body that is pushed into another one
parts from it in the next pass, while one that is pushed behind a wall is out of the scene.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d.manifolds import TIE, Shape, cut, opposed_edge
from jaxenvs.physics2d.rows import (
    TINY,
    Impulse,
    Matter,
    Motion,
    Row,
    Shift,
    Solver,
    Start,
    drag,
    mixed,
    push,
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
        for point, impulse in zip(rows.points, impulses, strict=True):
            total = _pushed(total, _along_normal(impulse.normal, rows, point), body[1])
            total = _pushed(total, _along_tangent(impulse.tangent, rows, point), body[1])
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
        row, impulse = started(separation, exists & meets, speed, masses, restitution, held, start)
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
        pushes, after = [], []
        for point, impulse in zip(rows.points, impulses, strict=True):
            arm, along = point.normal_arm, point.tangent_arm
            separation = (
                point.row.separation
                + shift.x * rows.normal_x
                + shift.y * rows.normal_y
                + shift.sin * arm
                - shift.cos * along
            )
            speed = motion.x * rows.normal_x + motion.y * rows.normal_y + motion.spin * arm
            more = push(speed, separation, point.row, impulse, solver.grounded, kind, solver)
            pushes.append(more)
            motion = _pushed(motion, _along_normal(more, rows, point), matter)
        for point, impulse, more in zip(rows.points, impulses, pushes, strict=True):
            slip = (
                motion.x * rows.normal_y
                - motion.y * rows.normal_x
                + motion.spin * point.tangent_arm
            )
            normal = impulse.normal + more
            friction = drag(slip, rows.friction * normal, point.row, impulse, kind)
            peak = jnp.maximum(impulse.peak, normal)
            after.append(Impulse(normal, impulse.tangent + friction, peak))
            motion = _pushed(motion, _along_tangent(friction, rows, point), matter)
        return motion, (after[0], after[1])

    return lax.scan(one_plane, motion, (rows, impulses))


def _along_normal(impulse: jax.Array, rows: Rows, point: Point) -> Motion:
    """An impulse along the normal, and its moment."""
    return Motion(impulse * rows.normal_x, impulse * rows.normal_y, impulse * point.normal_arm)


def _along_tangent(impulse: jax.Array, rows: Rows, point: Point) -> Motion:
    return Motion(impulse * rows.normal_y, -impulse * rows.normal_x, impulse * point.tangent_arm)


def _pushed(motion: Motion, impulse: Motion, matter: Matter) -> Motion:
    """The velocities after an impulse."""
    return Motion(
        motion.x + matter.inverse_mass * impulse.x,
        motion.y + matter.inverse_mass * impulse.y,
        motion.spin + matter.inverse_inertia * impulse.spin,
    )
