"""What a drift is good for, at the size of the study's table."""

import pytest

from jaxenvs.baselines.studies import drift_ablation, horizons


@pytest.mark.slow
def test_a_drift_holds_hurried_agents_together():
    hurried = drift_ablation.run(["none", "ppo", "dpo"], 300_000, 8, ["in a hurry"])["in a hurry"]
    best = max(hurried["ppo"].mean(), hurried["dpo"].mean())
    assert best >= hurried["none"].mean() + 60


@pytest.mark.slow
@pytest.mark.parametrize("drift", ["lpo", "ta_lpo"])
def test_learned_drifts_are_better_than_none(drift):
    areas = horizons.run(["none", drift], [1.0], 32)
    assert areas[drift][0].low > areas["none"][0].high
