"""Convex shapes, and the run of pixels that each covers in every row of a canvas.

Coordinates and lengths are in pixels of the canvas, float32; x points right, y down (`camera.py`
brings a world's there). Shapes come in slots: arrays with a leading axis `num_shapes`, of which
those that are not `active` are not painted, whatever their numbers are. A shape without area, or
with NaN in its numbers, is not painted either.

The run of a polygon lies between the places where its edges cross the row: a division per edge and
a product per edge and row, where tests of points against edges cost a product per edge and pixel.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.raster.canvas import Canvas, Layer
from jaxenvs.trig import sincos

_FAR = np.float32(1e9)  # beyond every column
_NONE = (_FAR, -_FAR)  # ends of the run of a row that is not covered


def polygons(
    canvas: Canvas,
    vertices: Any,
    num_vertices: Any,
    color: Any,
    active: Any = None,
    *,
    edge_color: Any = None,
    edge_width: Any = 1.0,
) -> Layer:
    """Filled convex polygons.

    Args:
        canvas: what they are painted on.
        vertices: `(num_shapes, max_vertices, 2)` float32, in order around the polygon, either way.
        num_vertices: `(num_shapes,)` int32, 3 to `max_vertices`, or None for all; what lies in
            `vertices` beyond has no effect.
        color: `(num_shapes, 3)` or `(3,)`, bytes.
        active: `(num_shapes,)` bool, or None for all.
        edge_color: that of an edge painted inside of the outline, as `color`; None for no edge.
        edge_width: of the edge, `(num_shapes,)` or `()` float32.
    """
    points = _scaled(canvas, vertices)
    num_shapes, max_vertices, _ = points.shape
    if num_vertices is not None:
        number = jnp.asarray(num_vertices, jnp.int32)[:, None]
        is_padding = np.arange(max_vertices, dtype=np.int32) >= number
        points = jnp.where(is_padding[..., None], points[:, :1], points)
    whole = canvas.layer(*_polygon_ends(canvas, points), color, active)
    if edge_color is None:
        return whole
    width = jnp.broadcast_to(_scaled(canvas, edge_width), (num_shapes,))[:, None]
    inner = canvas.layer(*_inset_ends(canvas, points, width), color, active)
    return _edged(whole, inner, edge_color)


def circles(
    canvas: Canvas,
    center: Any,
    radius: Any,
    color: Any,
    active: Any = None,
    *,
    edge_color: Any = None,
    edge_width: Any = 1.0,
) -> Layer:
    """Filled circles: centers `(num_shapes, 2)`, radii `(num_shapes,)` or `()`; see `polygons`."""
    center, radius = _scaled(canvas, center), _scaled(canvas, radius)
    radius = jnp.broadcast_to(radius, center.shape[:1])
    whole = canvas.layer(*_circle_ends(canvas, center, radius), color, active)
    if edge_color is None:
        return whole
    less = radius - _scaled(canvas, edge_width)
    inner = canvas.layer(*_circle_ends(canvas, center, less), color, active)
    return _edged(whole, inner, edge_color)


def capsules(
    canvas: Canvas, start: Any, end: Any, radius: Any, color: Any, active: Any = None
) -> Layer:
    """All that is nearer than `radius`, `(num_shapes,)` or `()`, to the way from `start` to `end`.

    Both are `(num_shapes, 2)`; where they are equal, it is a circle.
    """
    start, end, radius = (_scaled(canvas, x) for x in (start, end, radius))
    radius = jnp.broadcast_to(radius, start.shape[:1])
    ends = [_circle_ends(canvas, center, radius) for center in (start, end)]
    ends.append(_polygon_ends(canvas, _band(start, end, radius)))
    lefts, rights = zip(*ends, strict=True)
    left = jnp.minimum(jnp.minimum(lefts[0], lefts[1]), lefts[2])
    right = jnp.maximum(jnp.maximum(rights[0], rights[1]), rights[2])
    return canvas.layer(left, right, color, active)


def segments(
    canvas: Canvas, start: Any, end: Any, width: Any, color: Any, active: Any = None
) -> Layer:
    """Straight lines from `start` to `end` `(num_shapes, 2)`, `width` `(num_shapes,)` or `()` wide.

    Their ends are cut off square; one without length is not painted.
    """
    start, end, width = (_scaled(canvas, x) for x in (start, end, width))
    corners = _band(start, end, width * np.float32(0.5))
    return canvas.layer(*_polygon_ends(canvas, corners), color, active)


def box_vertices(center: Any, half_size: Any, angle: Any) -> jax.Array:
    """Corners `(..., 4, 2)` of boxes: centers and half sizes `(..., 2)`, angles `(...)` in rad.

    An angle turns x towards y.
    """
    half_size = jnp.asarray(half_size, jnp.float32)[..., None, :]
    corners = half_size * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
    return placed(corners, center, angle)


def placed(vertices: Any, position: Any, angle: Any) -> jax.Array:
    """Vertices `(..., n, 2)`, turned and then moved.

    By an `angle` `(...)` in rad, which turns x towards y, and to a `position` `(..., 2)`.
    """
    vertices = jnp.asarray(vertices, jnp.float32)
    sin, cos = (x[..., None] for x in sincos(jnp.asarray(angle, jnp.float32)))
    x, y = vertices[..., 0], vertices[..., 1]
    turned = jnp.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)
    return turned + jnp.asarray(position, jnp.float32)[..., None, :]


def _scaled(canvas: Canvas, lengths: Any) -> jax.Array:
    """Pixels as points of the canvas."""
    return jnp.asarray(lengths, jnp.float32) * np.float32(canvas.samples)


def _row_centers(canvas: Canvas) -> np.ndarray:
    return np.arange(canvas.num_rows, dtype=np.float32) + np.float32(0.5)


def _edges(points: jax.Array) -> list[tuple[jax.Array, ...]]:
    """Each edge of polygons: upper x and y, lower y, change of x per row, whether it goes down.

    All `(num_shapes, 1)`. From the upper end, so that polygons that share an edge, and one that
    goes back the way it came, find the same numbers.
    """
    x, y = points[..., 0], points[..., 1]
    corners = [(x[:, i, None], y[:, i, None]) for i in range(points.shape[1])]
    edges = []
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        goes_down = y1 > y0
        upper_x, lower_x = jnp.where(goes_down, x0, x1), jnp.where(goes_down, x1, x0)
        upper_y, lower_y = jnp.minimum(y0, y1), jnp.maximum(y0, y1)
        drop = lower_y - upper_y
        slope = (lower_x - upper_x) / jnp.where(drop > 0, drop, 1)
        edges.append((upper_x, upper_y, lower_y, jnp.clip(slope, -_FAR, _FAR), goes_down))
    return edges


def _polygon_ends(canvas: Canvas, points: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Ends of the runs `(num_shapes, num_rows)` of polygons: where its edges cross the rows.

    Repeated vertices do no harm.
    """
    rows = _row_centers(canvas)
    left, right = _FAR, -_FAR
    for upper_x, upper_y, lower_y, slope, _ in _edges(points):
        here = upper_x + (rows - upper_y) * slope
        crosses = (rows >= upper_y) & (rows < lower_y)
        left = jnp.minimum(left, jnp.where(crosses, here, _FAR))
        right = jnp.maximum(right, jnp.where(crosses, here, -_FAR))
    total = sum(points[:, i, j, None] for i in range(points.shape[1]) for j in range(2))
    return _where_covered(jnp.isfinite(total), left, right)


def _inset_ends(canvas: Canvas, points: jax.Array, width: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Ends of the runs of polygons less a strip of `width` `(num_shapes, 1)` along their outline.

    The half planes of all edges, moved inwards and solved for x.
    """
    rows = _row_centers(canvas)
    left, right = _polygon_ends(canvas, points)
    x, y = points[..., 0] - points[:, :1, 0], points[..., 1] - points[:, :1, 1]
    area, top, bottom = np.float32(0), points[:, 0, 1, None], points[:, 0, 1, None]
    for i in range(1, points.shape[1]):
        area = area + (x[:, i - 1] * y[:, i] - y[:, i - 1] * x[:, i])[:, None]
        top = jnp.minimum(top, points[:, i, 1, None])
        bottom = jnp.maximum(bottom, points[:, i, 1, None])
    for upper_x, upper_y, lower_y, slope, goes_down in _edges(points):
        here = upper_x + (rows - upper_y) * slope
        shift = width * jnp.sqrt(1 + slope * slope)
        is_right = goes_down == (area > 0)
        slants = lower_y > upper_y
        left = jnp.maximum(left, jnp.where(slants & ~is_right, here + shift, -_FAR))
        right = jnp.minimum(right, jnp.where(slants & is_right, here - shift, _FAR))
    return _where_covered((top + width <= rows) & (bottom - width > rows), left, right)


def _circle_ends(
    canvas: Canvas, center: jax.Array, radius: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Ends of the runs `(num_shapes, num_rows)` of circles."""
    x, y, radius = center[:, 0, None], center[:, 1, None], radius[:, None]
    off = _row_centers(canvas) - y
    # A product of two near numbers, where a difference of two large squares would lose digits.
    square = (radius - off) * (radius + off)
    half = jnp.sqrt(jnp.maximum(square, 0))
    return _where_covered((square > 0) & (radius > 0), x - half, x + half)


def _where_covered(
    covered: jax.Array, left: jax.Array | np.float32, right: jax.Array | np.float32
) -> tuple[jax.Array, jax.Array]:
    """The same ends, and those of an empty run where a row is not covered or they have crossed."""
    covered = covered & (left < right)
    return jnp.where(covered, left, _NONE[0]), jnp.where(covered, right, _NONE[1])


def _band(start: jax.Array, end: jax.Array, radius: jax.Array) -> jax.Array:
    """Corners `(num_shapes, 4, 2)` of the box around the way from `start` to `end`."""
    x, y = (end - start)[:, 0], (end - start)[:, 1]
    length = jnp.sqrt(x * x + y * y)
    share = jnp.where(length > 0, radius / jnp.where(length > 0, length, 1), 0)
    aside = jnp.stack([-y * share, x * share], axis=-1)
    return jnp.stack([start + aside, start - aside, end - aside, end + aside], axis=1)


def _edged(whole: Layer, inner: Layer, edge_color: Any) -> Layer:
    """Slots of shapes in the color of their edge, each followed by what lies within the edge."""
    edge = jnp.broadcast_to(jnp.asarray(edge_color, jnp.uint8), whole.color.shape)
    runs = jnp.stack([whole.runs, inner.runs], axis=1).reshape(-1, whole.runs.shape[1])
    color = jnp.stack([edge, inner.color], axis=1).reshape(-1, 3)
    return Layer(runs=runs, color=color)
