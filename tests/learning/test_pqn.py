"""PQN's presets reach their targets: greedy returns of several seeds, trained in one program."""

import pytest

from jaxenvs.baselines.runs.algorithms import make_train, preset
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env_id", "num_seeds", "target"),
    [("CartPole-v1", 4, 495), ("Acrobot-v1", 4, -100), ("MinAtar-Breakout-v1", 2, 10)],
)
def test_presets_reach_their_targets(env_id, num_seeds, target):
    trainer = make_train("pqn", preset("pqn", env_id))
    assert greedy_returns(trainer, num_seeds).mean() >= target
