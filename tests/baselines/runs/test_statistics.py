"""Aggregates against their definitions, and intervals that cover what they should."""

import numpy as np
import pytest
from scipy import stats

from jaxenvs.baselines.runs import statistics


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (8, 5), (10, 3)])
def test_iqm_is_scipys_trimmed_mean(shape):
    scores = np.random.default_rng(0).normal(size=shape)
    expected = stats.trim_mean(scores.ravel(), 0.25)
    assert statistics.iqm(scores) == pytest.approx(expected)


def test_intervals_cover_the_truth():
    rng = np.random.default_rng(1)
    covered = 0
    for i in range(100):
        scores = rng.normal(0.5, 1.0, size=(20, 4))
        found = statistics.interval(scores, np.mean, num_resamples=200, seed=i)
        assert found.low <= found.estimate <= found.high
        covered += found.low <= 0.5 <= found.high
    assert 85 <= covered <= 100


def test_runs_are_resampled_within_their_environment():
    # Environments differ, runs do not: nothing is uncertain.
    scores = np.tile([0.0, 1.0], (5, 1))
    found = statistics.interval(scores, np.mean)
    assert found == (0.5, 0.5, 0.5)


def test_profiles():
    scores = np.array([[0.0, 1.0], [0.5, 2.0]])
    levels = np.array([-1.0, 0.0, 0.5, 1.5, 3.0])
    np.testing.assert_allclose(statistics.profile(scores, levels), [1, 0.75, 0.5, 0.25, 0])
    low, high = statistics.profile_band(scores, levels)
    assert (low <= statistics.profile(scores, levels)).all()
    assert (high >= statistics.profile(scores, levels)).all()


def test_agrees_with_rliable():
    metrics = pytest.importorskip("rliable.metrics")
    scores = np.random.default_rng(0).normal(size=(8, 5))
    assert statistics.iqm(scores) == pytest.approx(metrics.aggregate_iqm(scores))


def test_normalized_scores():
    np.testing.assert_allclose(statistics.normalized(np.array([20.0, 30.0]), 10, 30), [0.5, 1])
