"""DQN's presets reach their targets: greedy returns of several seeds, trained in one program."""

import pytest

from jaxenvs.baselines.runs.algorithms import make_train, preset
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize(("env_id", "target"), [("CartPole-v1", 490), ("Acrobot-v1", -100)])
def test_presets_reach_their_targets(env_id, target):
    assert greedy_returns(make_train("dqn", preset("dqn", env_id)), 4).mean() >= target
