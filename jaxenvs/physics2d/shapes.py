"""Circles and convex polygons: mass, center of mass and moment of inertia in closed form; checks.

A polygon is an array of vertices, `(n, 2)` in meters, in order around its outline. The formulas
sum over the triangles of a fan, as in Box2D (`src/geometry.c`, `b2ComputePolygonMass`). Functions
that say so also take traced arrays, for generators of levels.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

MIN_VERTICES = 3
MAX_VERTICES = 8
MIN_LENGTH = 1e-3
"""Meters: no edge, width or radius may be smaller."""
MIN_TURN = 1e-3
"""Radians: how far the outline has to turn at every vertex."""


class Mass(NamedTuple):
    """How a body resists to forces. numpy float64, or JAX arrays where traced ones were given."""

    mass: Any
    """`()` in kg."""
    center: Any
    """`(2,)` in meters: the center of mass, in the coordinates of the shape."""
    inertia: Any
    """`()` in kg m^2: the moment of inertia about the center of mass."""


def circle_mass(radius: Any, density: Any = 1.0) -> Mass:
    """The mass of a disc around the origin: m = density pi r^2, I = m r^2 / 2. Also traced.

    Args:
        radius: `(...)`, in meters.
        density: In kg per square meter, a number or an array like `radius`.
    """
    radius = _floats(radius)
    mass = radius * radius * math.pi * density
    numpy = _numpy_of(radius)
    center = numpy.zeros((*radius.shape, 2), radius.dtype)
    return Mass(mass, center, mass * radius * radius / 2)


def polygon_mass(vertices: Any, density: Any = 1.0) -> Mass:
    """The mass of a polygon, in either orientation. Also traced.

    Polygons of several sizes fit one array when they are filled up with their first or their last
    vertex (see `padded`): repeats count for nothing.

    Args:
        vertices: `(..., n, 2)`, in meters.
        density: In kg per square meter, a number or an array `(...)`.
    """
    vertices = _floats(vertices)
    origin = vertices[..., 0, :]  # the fan's hub: keeps numbers small far from the world's origin
    spokes = [vertices[..., k, :] - origin for k in range(1, vertices.shape[-2])]
    area, first, second = 0.0, 0.0, 0.0  # and the moments of area about the hub
    for one, other in itertools.pairwise(spokes):
        cross = _cross(one, other)
        area = area + cross / 2
        first = first + cross[..., None] * (one + other) / 6
        second = second + cross * (_dot(one, one) + _dot(one, other) + _dot(other, other)) / 12
    offset = first / _numpy_of(vertices).asarray(area)[..., None]
    inertia = abs(second - area * _dot(offset, offset)) * density  # parallel axes
    return Mass(abs(area) * density, origin + offset, inertia)


# -- outlines -----------------------------------------------------------------------------------


def box_vertices(width: float, height: float) -> np.ndarray:
    """A rectangle around the origin: `(4, 2)` float64, counter-clockwise from the lower left."""
    x, y = width / 2, height / 2
    return np.array([[-x, -y], [x, -y], [x, y], [-x, y]], np.float64)


def regular_polygon(num_vertices: int, radius: float) -> np.ndarray:
    """A regular polygon around the origin: `(num_vertices, 2)` float64, counter-clockwise.

    `radius` is the distance of the vertices, in meters; the first lies on the x axis.
    """
    angles = 2 * math.pi * np.arange(num_vertices, dtype=np.float64) / num_vertices
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def convex_hull(points: Any) -> np.ndarray:
    """The corners of the smallest convex polygon around points, `(n, 2)`.

    Counter-clockwise from the leftmost, `(m, 2)` float64; points on its edges are left out. Fewer
    than three where all points lie on a line. By Andrew's monotone chain (1979).
    """
    points = np.unique(_floats(points), axis=0)  # by x, then y

    def chain(ordered: np.ndarray) -> list[np.ndarray]:
        kept: list[np.ndarray] = []
        for point in ordered:
            while len(kept) > 1 and _cross(kept[-1] - kept[-2], point - kept[-1]) <= 0:
                kept.pop()
            kept.append(point)
        return kept

    lower, upper = chain(points), chain(points[::-1])
    return np.array(lower[:-1] + upper[:-1] or lower, np.float64)


def counter_clockwise(vertices: Any) -> np.ndarray:
    """The polygon with its outline turning left: reversed where needed, from the same vertex."""
    vertices = _floats(vertices)
    return vertices if signed_area(vertices) >= 0 else np.roll(vertices[::-1], 1, axis=0)


def centered(vertices: Any) -> Any:
    """The polygon moved so that its center of mass is at the origin. Also traced, `(..., n, 2)`."""
    vertices = _floats(vertices)
    return vertices - polygon_mass(vertices).center[..., None, :]


def padded(vertices: Any, num_vertices: int = MAX_VERTICES) -> np.ndarray:
    """The polygon with its first vertex repeated at the end, up to `num_vertices` in all."""
    vertices = _floats(vertices)
    missing = num_vertices - len(vertices)
    if missing < 0:
        raise ValueError(f"vertices: expected at most {num_vertices}, got {len(vertices)}")
    return np.concatenate([vertices, np.repeat(vertices[:1], missing, axis=0)])


def face_normals(vertices: Any) -> np.ndarray:
    """The outward unit normal of every edge `k` to `k + 1` of a counter-clockwise polygon."""
    vertices = _floats(vertices)
    edges = np.roll(vertices, -1, axis=0) - vertices
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=-1)
    return normals / np.linalg.norm(normals, axis=-1, keepdims=True)


def as_points(points: Sequence[Sequence[float]] | np.ndarray) -> tuple[tuple[float, float], ...]:
    """Points as plain numbers, for records and files."""
    return tuple((float(x), float(y)) for x, y in points)


def signed_area(vertices: Any) -> float:
    """The area in square meters, below 0 where the outline turns right (clockwise)."""
    spokes = _floats(vertices)[1:] - _floats(vertices)[0]
    return float(_cross(spokes[:-1], spokes[1:]).sum() / 2)


# -- checks -------------------------------------------------------------------------------------


def check_polygon(vertices: Any) -> None:
    """Raises `ValueError` that names the vertex unless this is a polygon the engine can simulate.

    That is: 3 to 8 finite vertices in order around a strictly convex outline, in either
    orientation, no edge or width below a millimeter.
    """
    corners = _corners(vertices)
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(edges, axis=-1)
    for k, length in enumerate(lengths):
        if length < MIN_LENGTH:
            after = (k + 1) % len(corners)
            expected = f"at least {MIN_LENGTH:g} m from vertices[{k}]"
            raise ValueError(f"vertices[{after}]: expected {expected}, is {length:.3g} m away")
    turns = _turns(edges)
    straight = np.abs(turns) < MIN_TURN
    if straight.any():
        k = int(straight.argmax())
        raise ValueError(f"vertices[{k}]: expected a corner, lies on a line with its neighbors")
    side = 1.0 if turns.sum() >= 0 else -1.0
    wrong = turns * side < 0
    if wrong.any():
        k = int(wrong.argmax())
        raise ValueError(f"vertices[{k}]: expected a convex polygon, it turns inwards here")
    if abs(turns.sum()) > 3 * math.pi:
        raise ValueError("vertices: expected an outline that does not cross itself")
    if (width := _width(corners)) < MIN_LENGTH:
        expected = f"a polygon at least {MIN_LENGTH:g} m wide"
        raise ValueError(f"vertices: expected {expected}, is {width:.3g} m wide")


def _corners(vertices: Any) -> np.ndarray:
    """Vertices as `(n, 2)` float64, where their number and values allow it."""
    try:
        corners = _floats(vertices)
    except (TypeError, ValueError):
        raise ValueError("vertices: expected pairs of numbers") from None
    if corners.ndim != 2 or corners.shape[1] != 2:
        raise ValueError(f"vertices: expected pairs of numbers, got shape {corners.shape}")
    if not MIN_VERTICES <= len(corners) <= MAX_VERTICES:
        expected = f"{MIN_VERTICES} to {MAX_VERTICES} vertices"
        raise ValueError(f"vertices: expected {expected}, got {len(corners)}")
    bad = ~np.isfinite(corners).all(axis=1)
    if bad.any():
        k = int(bad.argmax())
        raise ValueError(f"vertices[{k}]: expected finite numbers, got {corners[k].tolist()}")
    return corners


def _turns(edges: np.ndarray) -> np.ndarray:
    """The angle in radians by which the outline turns left at every vertex, -pi to pi."""
    before = np.roll(edges, 1, axis=0)
    return np.arctan2(_cross(before, edges), _dot(before, edges))


def _width(corners: np.ndarray) -> float:
    """The smallest distance of two parallel lines that hold a polygon of either orientation."""
    normals = face_normals(corners)
    heights = normals @ corners.T  # [edge, vertex]
    return float(np.ptp(heights, axis=1).min())


# -- arithmetic ---------------------------------------------------------------------------------


def _floats(values: Any) -> Any:
    """JAX arrays as they are, anything else as float64."""
    return values if isinstance(values, jax.Array) else np.asarray(values, np.float64)


def _numpy_of(array: Any) -> Any:
    return jnp if isinstance(array, jax.Array) else np


def _cross(one: Any, other: Any) -> Any:
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]


def _dot(one: Any, other: Any) -> Any:
    return one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1]
