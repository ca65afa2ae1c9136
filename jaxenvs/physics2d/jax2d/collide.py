"""Where bodies touch: the contacts of all pairs, each kind of pair at once."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.physics2d.jax2d import plane
from jaxenvs.physics2d.jax2d.records import Scene
from jaxenvs.physics2d.jax2d.tables import Tables

# How much deeper the second polygon's face must be to be the reference, in m.
_PREFERENCE = np.float32(0.01)

# The quarter turn by which Jax2D makes normals of edges. In float32 its cosine is not quite 0; that
# decides which of two corners of a box at rest is the deeper one.
_QUARTER = np.array([math.cos(np.float32(math.pi / 2)), 1], np.float32)

_CORNERS = np.arange(4, dtype=np.int32)


class Contacts(NamedTuple):
    """One entry per contact, in the order of `Tables.bodies`."""

    normal: jax.Array
    """From the first body to the second, float32 [2, K]."""
    point: jax.Array
    """Float32 [2, K]."""
    depth: jax.Array
    """Penetration in m, float32 [K]."""
    active: jax.Array
    """Whether the bodies touch there, bool [K]."""


class _Polygons(NamedTuple):
    """Polygons of scene or, after a gather, of pairs."""

    corners: jax.Array  # [2, P, 4], in the polygon's frame
    following: jax.Array  # [2, P, 4], the corner behind each edge
    normals: jax.Array  # [2, P, 4], of edges, in the polygon's frame
    placed: jax.Array  # [2, P, 4], corners in the world
    position: jax.Array  # [2, P]
    turn: jax.Array  # [2, P]
    sides: jax.Array  # [P], how many corners count

    def of(self, numbers: np.ndarray) -> "_Polygons":
        return _Polygons(*(part[:, numbers] for part in self[:-1]), sides=self.sides[numbers])

    @property
    def counts(self) -> jax.Array:
        """Which corners count, [P, 4]."""
        return self.sides[:, None] > _CORNERS


class _Face(NamedTuple):
    """The edge of one polygon that separates another one best, [2, pairs] and [pairs]."""

    separation: jax.Array
    start: jax.Array
    end: jax.Array
    normal: jax.Array
    incident: tuple[jax.Array, jax.Array]  # the two corners of the other nearest to it


def contacts(scene: Scene, tables: Tables, position: jax.Array, turn: jax.Array) -> Contacts:
    """All contacts of bodies at positions [2, B], turned by angles of known cosine and sine."""
    polygons = _polygons(scene, position, turn)
    first, second = _of_polygons(*(polygons.of(numbers) for numbers in tables.polygons.T))
    mixed = _of_mixed(scene, polygons, tables, position)
    circles = _of_circles(scene, tables, position)
    parts = zip(first, second, mixed, circles, strict=True)
    found = Contacts(*(jnp.concatenate(part, axis=-1) for part in parts))
    a, b = tables.bodies[:, 0], tables.bodies[:, 1]
    mode = scene.collision_mode
    is_met = (mode[a] == 2) | (mode[b] == 2) | (mode[a] * mode[b] > 0)
    return found._replace(active=found.active & scene.active[a] & scene.active[b] & is_met)


def _polygons(scene: Scene, position: jax.Array, turn: jax.Array) -> _Polygons:
    count = len(scene.sides)
    corners = jnp.moveaxis(scene.vertices, -1, 0)
    is_last = scene.sides[:, None] <= _CORNERS + 1
    following = jnp.where(is_last, corners[:, :, :1], jnp.roll(corners, -1, axis=-1))
    edge = following - corners
    normals = plane.turned(edge, jnp.asarray(_QUARTER)) / plane.nonzero(plane.length(edge))
    position, turn = position[:, :count], turn[:, :count]
    placed = plane.turned(corners, turn[:, :, None]) + position[:, :, None]
    return _Polygons(corners, following, normals, placed, position, turn, scene.sides)


def _of_polygons(a: _Polygons, b: _Polygons) -> tuple[Contacts, Contacts]:
    of_a, of_b = _best_face(a, b), _best_face(b, a)
    is_b = of_a.separation + _PREFERENCE < of_b.separation
    separation = jnp.maximum(of_a.separation, of_b.separation)
    start, end = jnp.where(is_b, of_b.start, of_a.start), jnp.where(is_b, of_b.end, of_a.end)
    normal = jnp.where(is_b, -of_b.normal, of_a.normal)
    # The frame of the reference edge: it runs along +y from the origin, the inside is at x > 0.
    edge = start - end
    turn = plane.turn_by(np.float32(math.pi) + jnp.arctan2(edge[0], edge[1]))
    reach = plane.length(edge)
    kept = []
    for of_a_end, of_b_end in zip(of_a.incident, of_b.incident, strict=True):
        local = plane.turned(jnp.where(is_b, of_b_end, of_a_end) - start, turn)
        kept.append(jnp.stack([local[0], jnp.clip(local[1], np.float32(0), reach)]))
    one, other = kept
    is_swapped = other[0] > one[0]
    touches = separation < 0
    are_inside = jnp.minimum(one[0], other[0]) > 0

    def contact(local: jax.Array, active: jax.Array) -> Contacts:
        point = plane.turned_back(local, turn) + start
        return Contacts(normal, point, -separation, active)

    return (
        contact(jnp.where(is_swapped, other, one), touches),
        contact(jnp.where(is_swapped, one, other), touches & are_inside),
    )


def _best_face(a: _Polygons, b: _Polygons) -> _Face:
    far = np.float32(np.inf)
    local = plane.turned_back(b.placed - a.position[:, :, None], a.turn[:, :, None])
    faces = a.normals[:, :, :, None]
    own = plane.dot(faces, a.corners[:, :, None])  # [pairs, faces, corners]
    others = plane.dot(faces, local[:, :, None])
    own = jnp.where(a.counts[:, None], own, -far)
    others = jnp.where(b.counts[:, None], others, far)
    highest, nearest = own[..., 0], others[..., 0]
    for corner in range(1, 4):
        highest = jnp.maximum(highest, own[..., corner])
        nearest = jnp.minimum(nearest, others[..., corner])
    separations = nearest - highest
    face = plane.lowest(jnp.where(a.counts, -separations, far))
    heights = plane.picked(jnp.moveaxis(others, 1, -1), face[:, None])
    one = plane.lowest(heights)
    other = plane.lowest(jnp.where(one[:, None] == _CORNERS, far, heights))
    following = jnp.where(face + 1 == a.sides, np.int32(0), face + 1)
    return _Face(
        separation=plane.picked(separations, face),
        start=plane.picked(a.placed, face),
        end=plane.picked(a.placed, following),
        normal=plane.turned(plane.picked(a.normals, face), a.turn),
        incident=(plane.picked(b.placed, one), plane.picked(b.placed, other)),
    )


def _of_mixed(scene: Scene, polygons: _Polygons, tables: Tables, position: jax.Array) -> Contacts:
    circle, polygon = tables.mixed[:, 0], polygons.of(tables.mixed[:, 1])
    radius = scene.radius[circle - len(scene.sides)]
    center = plane.turned_back(position[:, circle] - polygon.position, polygon.turn)
    start, end = polygon.corners, polygon.following
    to_start, to_end = start - center[:, :, None], end - center[:, :, None]
    is_behind = (plane.cross(to_start, to_end) < 0) | ~polygon.counts
    edge = end - start
    reach = plane.length(edge)
    along = edge / plane.nonzero(reach)
    place = jnp.clip(plane.dot(along, -to_start), np.float32(0), reach)
    nearest = start + place * along
    distances = plane.length(nearest - center[:, :, None])
    index = plane.lowest(jnp.where(polygon.counts, distances, np.float32(np.inf)))
    nearest = plane.picked(nearest, index)
    is_inside = is_behind[:, 0] & is_behind[:, 1] & is_behind[:, 2] & is_behind[:, 3]
    offset = center - nearest
    distance = plane.length(offset)
    outward = plane.turned(jnp.where(is_inside, -offset, offset), polygon.turn)
    return Contacts(
        normal=-outward / plane.nonzero(plane.length(outward)),
        point=plane.turned(nearest, polygon.turn) + polygon.position,
        depth=jnp.where(is_inside, radius, radius - distance),
        active=(distance <= radius) | is_inside,
    )


def _of_circles(scene: Scene, tables: Tables, position: jax.Array) -> Contacts:
    a, b = tables.circles[:, 0], tables.circles[:, 1]
    polygons = len(scene.sides)
    offset = position[:, b] - position[:, a]
    distance = plane.length(offset)
    reach = scene.radius[a - polygons] + scene.radius[b - polygons]
    normal = offset / plane.nonzero(distance)
    point = position[:, a] + normal * scene.radius[a - polygons]
    return Contacts(normal, point, reach - distance, distance < reach)
