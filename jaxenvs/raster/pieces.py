"""Small pictures of convex pieces, to be painted at many places, turned and in any size."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxenvs.raster.canvas import Canvas, Layer
from jaxenvs.raster.shapes import placed, polygons

Piece = tuple[tuple[float, float], ...]
"""Vertices of a convex polygon, at most `MAX_VERTICES`; an icon reaches from -1 to 1."""

MAX_VERTICES = 8

ARROW: tuple[Piece, ...] = (
    ((-1.0, -0.25), (0.1, -0.25), (0.1, 0.25), (-1.0, 0.25)),
    ((0.0, -0.8), (1.0, 0.0), (0.0, 0.8)),
)
"""Points along x."""
CHEVRON: tuple[Piece, ...] = (
    ((-0.6, -1.0), (-0.1, -1.0), (0.7, 0.0), (0.2, 0.0)),
    ((-0.6, 1.0), (-0.1, 1.0), (0.7, 0.0), (0.2, 0.0)),
)
"""Points along x, open behind."""
CROSS: tuple[Piece, ...] = (
    ((-1.0, -0.75), (-0.75, -1.0), (1.0, 0.75), (0.75, 1.0)),
    ((-1.0, 0.75), (-0.75, 1.0), (1.0, -0.75), (0.75, -1.0)),
)
PLUS: tuple[Piece, ...] = (
    ((-1.0, -0.3), (1.0, -0.3), (1.0, 0.3), (-1.0, 0.3)),
    ((-0.3, -1.0), (0.3, -1.0), (0.3, 1.0), (-0.3, 1.0)),
)
DIAMOND: tuple[Piece, ...] = (((-1.0, 0.0), (0.0, -1.0), (1.0, 0.0), (0.0, 1.0)),)
FLAME: tuple[Piece, ...] = (
    ((0.2, -0.45), (0.2, 0.45), (-0.1, 0.55), (-0.5, 0.35), (-0.5, -0.35), (-0.1, -0.55)),
    ((-0.4, -0.38), (-1.0, 0.0), (-0.4, 0.38)),
)
"""Its tip points against x."""


def icons(
    canvas: Canvas,
    icon: tuple[Piece, ...],
    center: Any,
    size: Any,
    angle: Any,
    color: Any,
    active: Any = None,
) -> Layer:
    """An icon in every slot, each in one color.

    Args:
        canvas: what they are painted on.
        icon: its pieces.
        center: `(num_icons, 2)` float32, in pixels.
        size: `(num_icons,)` float32, half of the icon's side in pixels.
        angle: `(num_icons,)` float32, in rad, which turns the x axis towards the y axis.
        color: `(num_icons, 3)` or `(3,)`, bytes.
        active: `(num_icons,)` bool, or None for all.

    Raises:
        ValueError: a piece has fewer than 3 or more than 8 vertices.
    """
    pieces = _padded(icon)  # num_pieces, vertices, 2
    center = jnp.asarray(center, jnp.float32)
    num_icons, num_pieces = center.shape[0], pieces.shape[0]
    size = jnp.broadcast_to(jnp.asarray(size, jnp.float32), (num_icons,))
    angle = jnp.broadcast_to(jnp.asarray(angle, jnp.float32), (num_icons,))
    vertices = size[:, None, None, None] * pieces
    vertices = placed(vertices, center[:, None], angle[:, None])
    color = jnp.broadcast_to(jnp.asarray(color, jnp.uint8), (num_icons, 3))
    return polygons(
        canvas,
        vertices.reshape(num_icons * num_pieces, -1, 2),
        None,
        jnp.repeat(color, num_pieces, axis=0),
        None if active is None else jnp.repeat(active, num_pieces),
    )


def _padded(icon: tuple[Piece, ...]) -> np.ndarray:
    """Pieces with the same number of vertices: the first one is repeated."""
    for i, piece in enumerate(icon):
        if not 3 <= len(piece) <= MAX_VERTICES:
            message = f"icon[{i}]: expected 3 to {MAX_VERTICES} vertices, got {len(piece)}"
            raise ValueError(message)
    most = max(len(piece) for piece in icon)
    return np.array([[*piece, *piece[:1] * (most - len(piece))] for piece in icon], np.float32)
