"""Agents with a memory reach nearly the best there is, where others can only guess."""

import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.runs.algorithms import make_train, preset
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize("env", ["POPGym-RepeatPreviousEasy-v0", "bsuite-MemoryLength-v0"])
@pytest.mark.parametrize("name", ["ppo_rnn", "pqn_rnn"])
def test_a_memory_solves_it(name, env):
    assert greedy_returns(make_train(name, preset(name, env)), 2).mean() >= 0.9


@pytest.mark.slow
def test_without_a_memory_nobody_does():
    config = ppo.Config("POPGym-RepeatPreviousEasy-v0", num_envs=16, lr=1e-3)
    assert greedy_returns(ppo.make_train(config), 2).mean() < -0.3
