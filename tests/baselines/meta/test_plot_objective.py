"""Pictures of objectives: their numbers, and that they are drawn."""

import dataclasses

import numpy as np

from jaxenvs.baselines.meta import plot_objective
from jaxenvs.baselines.parts import drifts
from jaxenvs.baselines.parts.drifts import DPODrift, NeuralDrift, NoDrift, PPODrift


def test_features():
    none, ppo, dpo = (plot_objective.features(d) for d in (NoDrift(), PPODrift(), DPODrift()))
    assert none == (0, 0, 0, 0, 0)
    assert ppo.rollback == ppo.rescue == ppo.entropy == 0
    assert ppo.clipped > 0.8
    assert dpo.rollback > 0.1
    assert dpo.damped > 0.3


def test_slope_is_that_of_the_objective():
    ratios = np.array([0.5, 0.97, 1.03, 2.0], np.float32)
    advantages = np.array([-1.0, 2.0], np.float32)
    value, slope = plot_objective.slopes(DPODrift(), 0.0, ratios, advantages)
    after, _ = plot_objective.slopes(DPODrift(), 0.0, ratios + 1e-2, advantages)
    before, _ = plot_objective.slopes(DPODrift(), 0.0, ratios - 1e-2, advantages)
    np.testing.assert_allclose(slope, (after - before) / 2e-2, atol=0.02)
    assert value.shape == (2, 4)


def test_a_drift_that_knows_the_time_has_three_panels(tmp_path):
    drift = NeuralDrift(width=4, temporal=True)
    drift = dataclasses.replace(drift, weights=drift.fresh())
    drifts.save(tmp_path / "mine.npz", drift, {})
    panels = plot_objective.panels_of(["ppo", str(tmp_path / "mine.npz")])
    assert [panel.title for panel in panels] == [
        "PPO",
        "MINE, n/N = 0",
        "MINE, n/N = 0.5",
        "MINE, n/N = 1",
    ]
    plot_objective.draw(panels, tmp_path / "objective.png")
    assert (tmp_path / "objective.png").read_bytes().startswith(b"\x89PNG")
