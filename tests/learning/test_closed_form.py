"""PPO with a memory comes near the best there is on models of trading that are solved."""

import pytest

from jaxenvs.baselines.studies import closed_form as study


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env_id", "share"),
    [
        ("LOB-CarteaJaimungalMaking-v0", 0.95),
        ("LOB-AlmgrenChriss-v0", 0.95),
        ("LOB-CarteaJaimungalExecution-v0", 0.9),
    ],
)
def test_it_reaches_nearly_the_optimal_value(env_id, share, tmp_path):
    there = study.train(env_id, tmp_path, seeds=1)
    assert study.judge(there, env_id, seeds=1, episodes=20_000).shares[0] >= share
