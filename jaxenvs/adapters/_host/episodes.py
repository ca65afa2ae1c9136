"""Returns and lengths of the running episodes of a batch, counted on the host."""

import time
from typing import NamedTuple

import numpy as np


class Ended(NamedTuple):
    """An episode that has ended."""

    episode_return: float
    length: int
    seconds: float  # since it started


class Episodes:
    """Counts the episodes of `num_envs` copies that restart in the step that ends them."""

    def __init__(self, num_envs: int) -> None:
        self._returns = np.zeros(num_envs, np.float64)
        self._lengths = np.zeros(num_envs, np.int64)
        self._starts = np.zeros(num_envs, np.float64)
        self.restart(np.ones(num_envs, np.bool_))

    def restart(self, mask: np.ndarray) -> None:
        """The copies in `mask`, `(num_envs,)` bool, are at the start of an episode."""
        self._returns[mask], self._lengths[mask] = 0, 0
        self._starts[mask] = time.perf_counter()

    def count(self, reward: np.ndarray, done: np.ndarray) -> dict[int, Ended]:
        """Counts a step; returns the episodes that ended with it, by the number of their copy."""
        self._returns += reward
        self._lengths += 1
        if not done.any():
            return {}
        now = time.perf_counter()
        ended = {
            i: Ended(float(self._returns[i]), int(self._lengths[i]), now - self._starts[i])
            for i in np.flatnonzero(done).tolist()
        }
        self.restart(done)
        return ended
