"""Agents with a memory reach nearly the best there is, where others can only guess."""

import pytest

from jaxenvs.baselines import ppo, ppo_rnn, pqn_rnn
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize("env", ["POPGym-RepeatPreviousEasy-v0", "bsuite-MemoryLength-v0"])
@pytest.mark.parametrize("module", [ppo_rnn, pqn_rnn])
def test_a_memory_solves_it(module, env):
    assert greedy_returns(module.make_train(module.PRESETS[env]), 2).mean() >= 0.9


@pytest.mark.slow
def test_without_a_memory_nobody_does():
    config = ppo.Config("POPGym-RepeatPreviousEasy-v0", num_envs=16, lr=1e-3)
    assert greedy_returns(ppo.make_train(config), 2).mean() < -0.3
