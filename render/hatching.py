"""Convex outlines `(n, 2)` on a canvas: what lies in a window, and lines across."""

import numpy as np


def convex_part(outline: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The corners of what two convex outlines have in common, `(m, 2)`, in order; maybe none.

    Both may go either way round.
    """
    middle = window.mean(axis=0)
    for start, end in zip(window, np.roll(window, -1, axis=0), strict=True):
        if len(outline) == 0:
            break
        inward = np.array([start[1] - end[1], end[0] - start[0]])
        inward = inward if (middle - start) @ inward > 0 else -inward
        depth = (outline - start) @ inward
        outline = _kept(outline, depth)
    return outline


def _kept(outline: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The part of an outline that is not below a line; `depth` `(n,)` of its corners."""
    corners: list[np.ndarray] = []
    for i, (here, level) in enumerate(zip(outline, depth, strict=True)):
        before, old = outline[i - 1], depth[i - 1]
        if (old < 0) != (level < 0):  # the edge crosses
            corners.append(before + (here - before) * (old / (old - level)))
        if level >= 0:
            corners.append(here)
    return np.array(corners).reshape(-1, 2)


def hatch(outline: np.ndarray, gap: float) -> list[tuple[list[float], list[float]]]:
    """Slanted lines across a convex outline, `gap` pixels apart, at places fixed on the canvas."""
    rank = outline.sum(axis=1)  # along the direction in which the lines follow each other
    step = gap * 2**0.5
    lines = []
    for level in np.arange(np.ceil(rank.min() / step), rank.max() / step) * step:
        ends = []
        for i, here in enumerate(outline):
            before, old = outline[i - 1], rank[i - 1]
            if (old < level) != (rank[i] < level):
                share = (level - old) / (rank[i] - old)
                ends.append((before + (here - before) * share).tolist())
        if len(ends) == 2:
            lines.append((ends[0], ends[1]))
    return lines
