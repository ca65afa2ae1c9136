"""Where two shapes touch: up to two points with separations along one normal.

One routine serves all pairs of shapes: a disc is a polygon of one vertex and no edge, blown up by
its radius. Faces of both are tried as separating axes (Gregorius, "The Separating Axis Test between
Convex Polyhedra", GDC 2013), the other shape's most opposed edge is cut to the better face; where
only corners face each other the closest points count.

All of that happens in the frame of the face: its origin is the center of the face's body, u runs
along the face and w along its normal. Distances from the center, and with them the arms of
impulses, are then coordinates, and never have to be turned back.

What several later values are worked out from ends in a division by ones (`cut`): XLA on CPU works
a value out anew for each of its uses, unless it is dear, as divisions are.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

TIE = 5e-4
"""Lengths that differ less are taken for equal, m."""
FAR = 1e9
"""Height of edges that are not there."""
_MOST = 16  # faces of two bodies


class Shape(NamedTuple):
    """Bodies: position [L, *N], hull as turned in the world [V, L, *N], and radius [L, *N]."""

    x: jax.Array
    y: jax.Array
    radius: jax.Array
    corner_x: jax.Array
    corner_y: jax.Array
    normal_x: jax.Array  # of the edge from corner k to k + 1; (0, 1) where there is none
    normal_y: jax.Array
    height: jax.Array  # of the edge above the center; `FAR` where there is none
    start: jax.Array  # of the edge, along it
    length: jax.Array
    inverse_length: jax.Array  # 0 where there is no edge


class Touch(NamedTuple):
    """A contact point, midway between the surfaces: what it takes to push there.

    Arms say how fast the point moves along normal and tangent per rad/s of each body.
    """

    normal_arm_a: jax.Array
    tangent_arm_a: jax.Array
    normal_arm_b: jax.Array
    tangent_arm_b: jax.Array
    separation: jax.Array  # negative where the shapes overlap
    exists: jax.Array  # bool


class Manifold(NamedTuple):
    """What two shapes have in common: a unit normal from the first to the second, two points."""

    normal_x: jax.Array
    normal_y: jax.Array
    touches: tuple[Touch, Touch]


class _Face(NamedTuple):
    """The better face. Its body is the second one where `flip` holds."""

    flip: jax.Array  # bool
    outside: jax.Array  # bool, whether the other body is outside of it
    missing: jax.Array  # bool, whether there is none: two discs
    normal_x: jax.Array
    normal_y: jax.Array
    height: jax.Array
    start: jax.Array
    end: jax.Array


class Edge(NamedTuple):
    """An edge of the other body in the frame of a face, from end 1 to end 2, which has less u."""

    u1: jax.Array
    w1: jax.Array
    u2: jax.Array
    w2: jax.Array


class _Cut(NamedTuple):
    """The two points on the face, and a unit normal, in the frame of the face."""

    normal_u: jax.Array
    normal_w: jax.Array
    u: tuple[jax.Array, jax.Array]
    separation: tuple[jax.Array, jax.Array]  # of hulls without their radii
    second: jax.Array  # bool, whether the second point exists


def cut(value: jax.Array, one: jax.Array) -> jax.Array:
    """The same number, stored: no later fusion works it out again."""
    return value / one


def manifold(a: Shape, b: Shape, one: jax.Array) -> Manifold:
    """Contact points of L pairs. `one` [L, *N] holds ones that XLA cannot know."""
    dx, dy = b.x - a.x, b.y - a.y
    face = _better_face(a, b, dx, dy, one)
    nx, ny = face.normal_x, face.normal_y
    flip, sign = face.flip, jnp.where(face.flip, -1.0, 1.0)
    # The other body's center; in the frame of the face at (along, above).
    ox, oy = sign * dx, sign * dy
    along, above = cut(nx * oy - ny * ox, one), cut(nx * ox + ny * oy, one)
    corner_x, corner_y, inverse_length = (
        jnp.where(flip[None], p, q)
        for p, q in (
            (a.corner_x, b.corner_x),
            (a.corner_y, b.corner_y),
            (a.inverse_length, b.inverse_length),
        )
    )
    edge = opposed_edge(nx, ny, corner_x, corner_y, inverse_length, one)
    lift = above - face.height
    edge = Edge(edge.u1 + along, edge.w1 + lift, edge.u2 + along, edge.w2 + lift)
    found = _clip(face, edge, one)
    radius, other_radius = (
        jnp.where(flip, p, q) for p, q in ((b.radius, a.radius), (a.radius, b.radius))
    )

    def touch(k: int, exists: jax.Array) -> Touch:
        gap = found.separation[k]
        up = 0.5 * (radius - other_radius + gap)
        u, w = found.u[k] + up * found.normal_u, face.height + up * found.normal_w
        ends = []
        for u_arm, w_arm in ((u, w), (u - along, w - above)):
            normal = sign * (w_arm * found.normal_u - u_arm * found.normal_w)
            ends.append((normal, -sign * (u_arm * found.normal_u + w_arm * found.normal_w)))
        own, other = ends
        normal_a, tangent_a = (
            cut(jnp.where(flip, q, p), one) for p, q in zip(own, other, strict=True)
        )
        normal_b, tangent_b = (
            cut(jnp.where(flip, p, q), one) for p, q in zip(own, other, strict=True)
        )
        return Touch(
            normal_a, tangent_a, normal_b, tangent_b, cut(gap - radius - other_radius, one), exists
        )

    return Manifold(
        cut(sign * (found.normal_w * nx - found.normal_u * ny), one),
        cut(sign * (found.normal_w * ny + found.normal_u * nx), one),
        (touch(0, one > 0), touch(1, found.second)),
    )


def _better_face(a: Shape, b: Shape, dx: jax.Array, dy: jax.Array, one: jax.Array) -> _Face:
    """The face of either body that the other one is furthest outside of."""
    size = a.corner_x.shape[0]
    ranks = [_ranks(a, b, dx, dy, one), _ranks(b, a, -dx, -dy, one)]
    (first, best_a), (second, best_b) = (_highest([v[k] for k in range(size)]) for v in ranks)
    # The first body's face is preferred, so that noise does not let the choice flicker.
    better = best_b > best_a + TIE
    rank = jnp.where(better, best_b, best_a)
    # One number says it all, so that this is worked out once.
    outside = jnp.where(rank > 0, 1.0, jnp.where(rank < -0.5 * FAR, 2.0, 0.0))
    code = cut(jnp.where(better, second + size, first) + _MOST * outside, one)
    outside, missing = code > _MOST - 0.5, code > 2 * _MOST - 0.5
    code = code - jnp.where(missing, 2.0 * _MOST, jnp.where(outside, 1.0 * _MOST, 0.0))

    def chosen(one_of_a: jax.Array, one_of_b: jax.Array) -> jax.Array:
        tables = [v[k] for v in (one_of_a, one_of_b) for k in range(size)]
        return _nth(tables, code)

    height, start = chosen(a.height, b.height), chosen(a.start, b.start)
    return _Face(
        code > size - 0.5,
        outside,
        missing,
        cut(chosen(a.normal_x, b.normal_x), one),
        cut(chosen(a.normal_y, b.normal_y), one),
        cut(jnp.where(height < 0.5 * FAR, height, 0.0), one),
        cut(start, one),
        cut(start + chosen(a.length, b.length), one),
    )


def _ranks(a: Shape, b: Shape, dx: jax.Array, dy: jax.Array, one: jax.Array) -> jax.Array:
    """How far `b`, at (dx, dy) from `a`, is outside of each face of `a` [V, L, *N]."""
    nx, ny, corners = a.normal_x, a.normal_y, b.corner_x.shape[0]
    # Written out: XLA's reductions over few entries are slow.
    lowest = functools.reduce(
        jnp.minimum,
        (nx * b.corner_x[j][None] + ny * b.corner_y[j][None] for j in range(corners)),
    )
    return cut(lowest + nx * dx[None] + ny * dy[None] - a.height, one[None])


def opposed_edge(
    nx: jax.Array,
    ny: jax.Array,
    corner_x: jax.Array,
    corner_y: jax.Array,
    inverse_length: jax.Array,
    one: jax.Array,
) -> Edge:
    """The edge of a hull [V, L, *N] that runs most against u; of a disc, a point.

    The frame's w axis is (nx, ny), its origin the hull's own center.
    """
    size = corner_x.shape[0]
    x, y = ([v[k] for k in range(size)] for v in (corner_x, corner_y))
    u = [nx * y[k] - ny * x[k] for k in range(size)]
    place = cut(
        _highest([(u[k] - u[(k + 1) % size]) * inverse_length[k] for k in range(size)])[0], one
    )
    # Corners are chosen anew and then turned into the frame: that is less than to store all.
    ends = []
    for first in (0, 1):
        at_x, at_y = (_nth([*v[first:], *v[:first]], place) for v in (x, y))
        ends += [cut(nx * at_y - ny * at_x, one), cut(nx * at_x + ny * at_y, one)]
    return Edge(*ends)


def _highest(values: Sequence[jax.Array]) -> tuple[jax.Array, jax.Array]:
    """The place of the highest value, as a float, and the value."""
    best, place = values[0], jnp.zeros_like(values[0])
    for k, value in enumerate(values[1:], start=1):
        place = jnp.where(value > best, float(k), place)
        best = jnp.maximum(value, best)
    return place, best


def _nth(values: Sequence[jax.Array], place: jax.Array) -> jax.Array:
    found = values[0]
    for k, value in enumerate(values[1:], start=1):
        found = jnp.where(place > k - 0.5, value, found)
    return found


def _clip(face: _Face, edge: Edge, one: jax.Array) -> _Cut:
    """The other body's edge cut to the face, or the two closest points."""
    run, rise = edge.u1 - edge.u2, edge.w1 - edge.w2
    wide = run > TIE
    slope = jnp.where(wide, rise, 0.0) / jnp.where(wide, run, 1.0)
    low, high = (jnp.clip(u, face.start, face.end) for u in (edge.u2, edge.u1))
    up_low, up_high = edge.w2 + (low - edge.u2) * slope, edge.w1 + (high - edge.u1) * slope
    beside = (edge.u1 < face.start) | (edge.u2 > face.end)
    # Corner to corner: two discs (no face), or the other edge lies beside the face and above it.
    corner = face.missing | (beside & face.outside)
    end = jnp.where(edge.u2 > face.end, face.end, face.start)
    forward = (end - edge.u2) * run - edge.w2 * rise
    share = jnp.clip(forward / jnp.maximum(run * run + rise * rise, 1e-12), 0.0, 1.0)
    u, w = cut(edge.u2 + share * run - end, one), cut(edge.w2 + share * rise, one)
    distance = jnp.sqrt(jnp.maximum(u * u + w * w, 1e-13))  # above 0 for its gradient
    # Centers that coincide are pushed apart along the normal.
    apart = distance > 1e-6
    length = jnp.where(corner & apart, distance, 1.0)
    second = wide & ~corner & ~beside
    # In the order along the tangent from the first body's view: points keep their slots.
    swap = face.flip & second
    low, up_low = jnp.where(corner, end, low), jnp.where(corner, distance, up_low)
    return _Cut(
        jnp.where(corner & apart, u, 0.0) / length,
        jnp.where(corner & apart, w, 1.0) / length,
        (cut(jnp.where(swap, high, low), one), cut(jnp.where(swap, low, high), one)),
        (cut(jnp.where(swap, up_high, up_low), one), cut(jnp.where(swap, up_low, up_high), one)),
        cut(jnp.where(second, one, 0.0), one) > 0.5,
    )
