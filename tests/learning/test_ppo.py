"""PPO's presets reach their targets: greedy returns of several seeds, trained in one program."""

import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.runs.algorithms import preset
from tests.learning.judge import greedy_returns


def test_cartpole():
    assert preset("ppo", "CartPole-v1").total_steps == 500_000
    returns = greedy_returns(ppo.make_train(preset("ppo", "CartPole-v1")), 8)
    assert returns.mean() >= 490
    assert returns.min() >= 450


@pytest.mark.parametrize(
    ("env_id", "target"),
    [
        pytest.param("Acrobot-v1", -100, marks=pytest.mark.slow),
        pytest.param("Pendulum-v1", -250, marks=pytest.mark.slow),
        pytest.param("MountainCarContinuous-v0", 85, marks=pytest.mark.slow),
    ],
)
def test_classic_control(env_id, target):
    returns = greedy_returns(ppo.make_train(preset("ppo", env_id)), 4)
    assert returns.mean() >= target


@pytest.mark.slow
def test_mountain_car():
    # CleanRL's PPO stays in the valley, at -200.
    assert greedy_returns(ppo.make_train(preset("ppo", "MountainCar-v0")), 4).mean() >= -130
