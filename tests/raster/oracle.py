"""Shapes painted by asking every pixel's center, in numpy's float64: slow, and plainly right."""

import dataclasses

import numpy as np

NEAR = 1e-3
"""A center that is nearer than this to an outline may be in or out, in pixels."""


@dataclasses.dataclass
class Picture:
    """Painted so far: colors, and which pixels are too near to an outline to be sure of."""

    color: np.ndarray  # (height, width, 3) uint8
    unsure: np.ndarray  # (height, width) bool

    def paint(self, depth: np.ndarray, color: np.ndarray) -> None:
        """A shape, from how deep the centers lie in it; negative outside."""
        self.color[depth > 0] = color
        self.unsure |= np.abs(depth) < NEAR


def blank(height: int, width: int, color: tuple[int, int, int] = (255, 255, 255)) -> Picture:
    """A picture in one color."""
    colors = np.full((height, width, 3), color, np.uint8)
    return Picture(colors, np.zeros((height, width), np.bool_))


def centers(height: int, width: int) -> np.ndarray:
    """`(height, width, 2)`: x and y of the pixels' centers."""
    y, x = np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij")
    return np.stack([x, y], axis=-1)


def circle(points: np.ndarray, center: np.ndarray, radius: float) -> np.ndarray:
    """How deep points lie in a circle."""
    return radius - np.linalg.norm(points - center.astype(np.float64), axis=-1)


def capsule(points: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> np.ndarray:
    """How deep points lie in a capsule."""
    return radius - _distance(points, start.astype(np.float64), end.astype(np.float64))


def polygon(points: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """How deep points lie in a convex polygon, whichever way it goes around."""
    vertices = vertices.astype(np.float64)
    nexts = np.roll(vertices, -1, axis=0)
    turn = np.sign(np.sum(vertices[:, 0] * nexts[:, 1] - vertices[:, 1] * nexts[:, 0]))
    inside = np.ones(points.shape[:-1], np.bool_)
    distance = np.full(points.shape[:-1], np.inf)
    for a, b in zip(vertices, nexts, strict=True):
        off, along = points - a, b - a
        inside &= turn * (along[0] * off[..., 1] - along[1] * off[..., 0]) > 0
        distance = np.minimum(distance, _distance(points, a, b))
    return np.where(inside, distance, -distance)


def _distance(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """From points to the way from `start` to `end`."""
    along = end - start
    share = np.clip((points - start) @ along / max(along @ along, 1e-300), 0, 1)
    return np.linalg.norm(points - start - share[..., None] * along, axis=-1)
