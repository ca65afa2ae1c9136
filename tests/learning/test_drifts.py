"""What a drift is good for, at the size of the study's table."""

import pytest

from jaxenvs.baselines.studies import drift_ablation


@pytest.mark.slow
def test_a_drift_holds_hurried_agents_together():
    hurried = drift_ablation.run(["none", "ppo", "dpo"], 300_000, 8, ["in a hurry"])["in a hurry"]
    best = max(hurried["ppo"].mean(), hurried["dpo"].mean())
    assert best >= hurried["none"].mean() + 60
