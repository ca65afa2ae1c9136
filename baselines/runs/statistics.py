"""Aggregates over runs and environments that do not hide how uncertain they are.

Scores are `[num_runs, num_envs]`: a row per seed, a column per environment. The statistics are
those of Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice"
(NeurIPS 2021) and of its package `rliable`: interquartile means, bootstrap intervals that resample
the runs within each environment, and performance profiles.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """An estimate with the ends of its 95 % bootstrap interval."""

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.estimate:.2f} [{self.low:.2f}, {self.high:.2f}]"


def iqm(scores: np.ndarray) -> float:
    """The interquartile mean: of all scores, without the lowest and the highest quarter."""
    ordered = np.sort(scores, axis=None)
    cut = int(0.25 * len(ordered))
    return float(ordered[cut : len(ordered) - cut].mean())


def interval(
    scores: np.ndarray,
    statistic: Callable[[np.ndarray], float] = iqm,
    num_resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """A statistic of `[num_runs, num_envs]` scores with its stratified bootstrap interval."""
    rng = np.random.default_rng(seed)
    num_runs, num_envs = scores.shape
    rows = rng.integers(num_runs, size=(num_resamples, num_runs, num_envs))
    values = [statistic(np.take_along_axis(scores, row, axis=0)) for row in rows]
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(statistic(scores), float(low), float(high))


def profile(scores: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The share of runs, over all environments alike, that score above each level."""
    return (scores[None] > levels[:, None, None]).mean(axis=(1, 2))


def profile_band(
    scores: np.ndarray, levels: np.ndarray, num_resamples: int = 500, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the profile's 95 % bootstrap interval at each level."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(len(scores), size=(num_resamples, *scores.shape))
    profiles = [profile(np.take_along_axis(scores, row, axis=0), levels) for row in rows]
    low, high = np.percentile(profiles, [2.5, 97.5], axis=0)
    return low, high


def normalized(scores: np.ndarray, low: float, high: float) -> np.ndarray:
    """Scores on the scale where `low` is 0 and `high` is 1."""
    return (scores - low) / max(high - low, 1e-9)
