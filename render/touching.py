"""Where bodies touch, for pictures: worked out from their outlines, apart from any engine."""

import itertools
from collections.abc import Sequence

import numpy as np

from jaxenvs.render.sketch import Shape

SLOP = 0.015  # m: bodies that are this near are taken to touch


def contact_points(shapes: Sequence[Shape], meet: np.ndarray | None = None) -> np.ndarray:
    """The points, `(k, 2)`, at which two shapes touch that are not both fixed: at most two a pair.

    They are corners of one shape on or in the other. `meet`, `(n, n)` bool, says which shapes may
    touch; None: all.
    """
    points: list[np.ndarray] = []
    for (i, one), (j, other) in itertools.combinations(enumerate(shapes), 2):
        if (one.is_fixed and other.is_fixed) or (meet is not None and not meet[i, j]):
            continue
        found = [*_on(one, other), *_on(other, one)]
        found.sort(key=lambda pair: pair[0])
        points += [point for _, point in found[:2]]
    return np.array(points).reshape(-1, 2)


def _on(one: Shape, other: Shape) -> list[tuple[float, np.ndarray]]:
    """The corners of `one` that touch `other`: how far off they are, and where they touch."""
    found = []
    for corner in one.corners:
        distance, inward = _nearest(corner, other.corners)
        gap = distance - one.radius - other.radius
        if gap < SLOP:
            found.append((gap, corner + inward * (one.radius if distance > 0 else 0)))
    return found


def _nearest(point: np.ndarray, corners: np.ndarray) -> tuple[float, np.ndarray]:
    """The distance to a convex outline, negative inside, and the unit vector towards it."""
    best, toward = np.inf, np.zeros(2)
    inside = len(corners) > 2
    area = 0.0
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        area += start[0] * end[1] - start[1] * end[0]
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        edge = end - start
        length = float(edge @ edge)
        share = np.clip((point - start) @ edge / length, 0, 1) if length > 0 else 0.0
        way = start + share * edge - point
        side = (edge[0] * -(point - start)[1] + edge[1] * (point - start)[0]) * np.sign(area)
        inside = inside and side <= 0
        if (distance := float(np.hypot(*way))) < best:
            best, toward = distance, way / distance if distance > 0 else np.zeros(2)
    return (-best, toward) if inside else (best, toward)
