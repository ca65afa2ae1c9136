"""Where two shapes touch: up to two points with separations along one normal.

One routine serves all pairs of shapes: a disc is a polygon of one vertex and no edge, blown up by
its radius. Faces of both are tried as separating axes (Gregorius, "The Separating Axis Test between
Convex Polyhedra", GDC 2013), the other shape's most opposed edge is cut to the better face; where
only corners face each other the closest points count.

Every table of candidates ends in a division by ones (`cut`): XLA on CPU works a value out anew for
each of its uses, unless it is dear, as divisions are.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp

TIE = 5e-4
"""Lengths that differ less are taken for equal, m."""
_FAR = 1e9


class Shape(NamedTuple):
    """One body of each of L pairs: position [L, *N], world-turned hull [L, V, *N], radius."""

    x: jax.Array
    y: jax.Array
    corner_x: jax.Array
    corner_y: jax.Array
    normal_x: jax.Array
    normal_y: jax.Array
    no_edge: jax.Array  # float32, 0 where there is an edge, else very large
    radius: jax.Array


class Touch(NamedTuple):
    """A contact point, midway between the surfaces, relative to the first body's position."""

    x: jax.Array
    y: jax.Array
    separation: jax.Array  # negative where the shapes overlap
    exists: jax.Array  # bool


class Manifold(NamedTuple):
    """What two shapes have in common: a unit normal from the first to the second, two points."""

    normal_x: jax.Array
    normal_y: jax.Array
    touches: tuple[Touch, Touch]


class _Edge(NamedTuple):
    """An edge from corner 1 to corner 2; `rank` is what it was chosen by."""

    rank: jax.Array
    normal_x: jax.Array
    normal_y: jax.Array
    x1: jax.Array
    y1: jax.Array
    x2: jax.Array
    y2: jax.Array


def manifold(a: Shape, b: Shape, one: jax.Array) -> Manifold:
    """Contact points of L pairs. `one` [L, *N] holds ones that XLA cannot know."""
    dx, dy = b.x - a.x, b.y - a.y
    face_a, face_b = _best_face(a, b, dx, dy, one), _best_face(b, a, -dx, -dy, one)
    # The first body's face is preferred, so that noise does not let the choice flicker.
    flip = _cut(jnp.where(face_b.rank > face_a.rank + TIE, one, 0.0), one) > 0.5
    face = _Edge(*(_cut(jnp.where(flip, p, q), one) for p, q in zip(face_b, face_a, strict=True)))
    other = _edge_of_other(face, a, b, flip, one)
    # From here on relative to the body whose face it is; the other one lies at (ox, oy).
    ox, oy = jnp.where(flip, -dx, dx), jnp.where(flip, -dy, dy)
    x1, y1, x2, y2 = (
        _cut(v, one) for v in (other.x1 + ox, other.y1 + oy, other.x2 + ox, other.y2 + oy)
    )
    nx, ny, low, high = _clip(face, x1, y1, x2, y2)
    radius = jnp.where(flip, b.radius, a.radius), jnp.where(flip, a.radius, b.radius)
    shift = jnp.where(flip, dx, 0.0), jnp.where(flip, dy, 0.0)
    low, high = (_between(touch, nx, ny, radius, shift) for touch in (low, high))
    # In the order along the tangent from the first body's view: points keep their slots.
    swap = flip & high.exists
    nx, ny = jnp.where(flip, -nx, nx), jnp.where(flip, -ny, ny)
    first = Touch(*(jnp.where(swap, q, p) for p, q in zip(low, high, strict=True)))
    second = Touch(*(jnp.where(swap, p, q) for p, q in zip(low, high, strict=True)))
    touches = (_settle(first, one), _settle(second, one))
    return Manifold(_cut(nx, one), _cut(ny, one), touches)


def _cut(value: jax.Array, one: jax.Array) -> jax.Array:
    """The same number, stored: no later fusion works it out again."""
    return value / one


def _settle(touch: Touch, one: jax.Array) -> Touch:
    x, y, separation = (_cut(v, one) for v in (touch.x, touch.y, touch.separation))
    return Touch(x, y, separation, _cut(jnp.where(touch.exists, one, 0.0), one) > 0.5)


def _best_face(a: Shape, b: Shape, dx: jax.Array, dy: jax.Array, one: jax.Array) -> _Edge:
    """The face of `a` that `b`, at (dx, dy), is furthest outside of; its rank is that distance."""
    nx, ny, corners = a.normal_x, a.normal_y, a.corner_x.shape[1]
    # Written out: XLA's reductions over few entries are slow.
    lowest = functools.reduce(
        jnp.minimum,
        (nx * b.corner_x[:, j : j + 1] + ny * b.corner_y[:, j : j + 1] for j in range(corners)),
    )
    offset = nx * (a.corner_x - dx[:, None]) + ny * (a.corner_y - dy[:, None]) + a.no_edge
    return _choose(a, _cut(lowest - offset, one[:, None]))


def _edge_of_other(face: _Edge, a: Shape, b: Shape, flip: jax.Array, one: jax.Array) -> _Edge:
    """The edge of the other body that faces a face most."""
    chosen = Shape(
        *(
            jnp.where(flip[(slice(None), None)[: p.ndim - flip.ndim + 1]], p, q)
            for p, q in zip(a, b, strict=True)
        )
    )
    return opposed_edge(face.normal_x, face.normal_y, chosen, one)


def opposed_edge(nx: jax.Array, ny: jax.Array, shape: Shape, one: jax.Array) -> _Edge:
    """The edge of a shape whose normal is most opposed to (nx, ny); of a disc, a point."""
    facing = nx[:, None] * shape.normal_x + ny[:, None] * shape.normal_y
    return _choose(shape, _cut(-facing - shape.no_edge, one[:, None]))


def _choose(shape: Shape, rank: jax.Array) -> _Edge:
    """The edge of highest rank [L, V, *N]."""

    def edge(k: int) -> _Edge:
        after = (k + 1) % rank.shape[1]
        return _Edge(
            rank[:, k],
            shape.normal_x[:, k],
            shape.normal_y[:, k],
            shape.corner_x[:, k],
            shape.corner_y[:, k],
            shape.corner_x[:, after],
            shape.corner_y[:, after],
        )

    best = edge(0)
    for k in range(1, rank.shape[1]):
        new = edge(k)
        better = new.rank > best.rank
        best = _Edge(*(jnp.where(better, p, q) for p, q in zip(new, best, strict=True)))
    return best


def _clip(
    face: _Edge, x1: jax.Array, y1: jax.Array, x2: jax.Array, y2: jax.Array
) -> tuple[jax.Array, jax.Array, Touch, Touch]:
    """The normal and two points on the face's line, with heights of the other edge above it.

    The other edge runs against the face: from corner 1 at the face's high end to corner 2.
    """
    nx, ny = face.normal_x, face.normal_y
    tx, ty = -ny, nx
    length = (face.x2 - face.x1) * tx + (face.y2 - face.y1) * ty
    along_high, along_low = (
        (x1 - face.x1) * tx + (y1 - face.y1) * ty,
        (x2 - face.x1) * tx + (y2 - face.y1) * ty,
    )
    up_high, up_low = (
        (x1 - face.x1) * nx + (y1 - face.y1) * ny,
        (x2 - face.x1) * nx + (y2 - face.y1) * ny,
    )
    wide = along_high - along_low > TIE
    slope = jnp.where(wide, (up_high - up_low) / jnp.where(wide, along_high - along_low, 1.0), 0.0)
    at_low, at_high = jnp.clip(along_low, 0.0, length), jnp.clip(along_high, 0.0, length)
    h_low, h_high = up_low + (at_low - along_low) * slope, up_high + (at_high - along_high) * slope
    beside = (along_high < 0) | (along_low > length)
    # Corner to corner: two discs (no face), or the other edge lies beside the face and above it.
    corner = (face.rank < -0.5 * _FAR) | (beside & (face.rank > 0))
    ex, ey = (
        jnp.where(along_low > length, face.x2, face.x1),
        jnp.where(along_low > length, face.y2, face.y1),
    )
    gx, gy = x1 - x2, y1 - y2
    share = jnp.clip(
        ((ex - x2) * gx + (ey - y2) * gy) / jnp.maximum(gx * gx + gy * gy, 1e-12), 0.0, 1.0
    )
    qx, qy = x2 + share * gx - ex, y2 + share * gy - ey
    distance = jnp.sqrt(jnp.maximum(qx * qx + qy * qy, 1e-13))  # above 0 for its gradient
    apart = distance > 1e-6  # centers that coincide are pushed apart upwards
    safe = jnp.where(apart, distance, 1.0)
    low = Touch(
        jnp.where(corner, ex, face.x1 + at_low * tx),
        jnp.where(corner, ey, face.y1 + at_low * ty),
        jnp.where(corner, distance, h_low),
        jnp.ones_like(corner),
    )
    high = Touch(face.x1 + at_high * tx, face.y1 + at_high * ty, h_high, wide & ~corner & ~beside)
    nx = jnp.where(corner, jnp.where(apart, qx / safe, 0.0), nx)
    ny = jnp.where(corner, jnp.where(apart, qy / safe, 1.0), ny)
    return nx, ny, low, high


def _between(
    touch: Touch,
    nx: jax.Array,
    ny: jax.Array,
    radius: tuple[jax.Array, jax.Array],
    shift: tuple[jax.Array, jax.Array],
) -> Touch:
    """The point moved from the face's line to midway between the surfaces, and to body a's frame.

    `radius` is that of the body with the face, then the other's.
    """
    up = 0.5 * (radius[0] - radius[1] + touch.separation)
    separation = touch.separation - radius[0] - radius[1]
    return Touch(
        touch.x + up * nx + shift[0], touch.y + up * ny + shift[1], separation, touch.exists
    )
