"""What levels do when nobody acts: whether they start at rest, and whether that solves them."""

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from tools.levels.plays import HORIZON, trace
from tools.levels.search import Search

PUSH = 0.006
"""m: farther than this from free fall after one action, a body was pushed out of another."""


def faults(search: Search) -> Iterator[str]:
    """A line for each."""
    count = len(search.names)
    idle = np.zeros((count, HORIZON, 6), np.int32)
    played = search.play(range(count), idle)
    for i, name in enumerate(search.names):
        level = search.levels[name]
        if played.success[i]:
            yield f"{name}: doing nothing solves it in {played.steps[i]} steps"
        if played.lost[i] and played.steps[i] < 8:
            yield f"{name}: doing nothing loses it in {played.steps[i]} steps"
        where, _ = trace(search.size, jax.tree.map(jnp.asarray, level), idle[i, :1])
        bodies, step = level.bodies, 1 / 30
        fall = np.asarray(level.gravity) * step * step * 0.75
        moved = where[0] - np.asarray(bodies.position) - np.asarray(bodies.velocity) * step
        pushed = np.minimum(np.linalg.norm(moved - fall, axis=1), np.linalg.norm(moved, axis=1))
        for k in np.flatnonzero(bodies.active & ~bodies.fixated & (pushed > PUSH)):
            yield f"{name}: body {k} is pushed by {pushed[k]:.4f} m in the first step"
