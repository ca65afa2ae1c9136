"""Agents with a memory reach nearly the best there is, where others can only guess."""

import dataclasses

import pytest

from jaxenvs.baselines.runs.algorithms import make_train, preset
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize("env", ["POPGym-RepeatPreviousEasy-v0", "bsuite-MemoryLength-v0"])
@pytest.mark.parametrize("algorithm", ["ppo_rnn", "pqn_rnn"])
def test_a_memory_solves_it(algorithm, env):
    trainer = make_train(algorithm, preset(algorithm, env))
    assert greedy_returns(trainer, 2).mean() >= 0.9


@pytest.mark.slow
def test_without_a_memory_nobody_does():
    config = preset("ppo", "POPGym-RepeatPreviousEasy-v0")
    config = dataclasses.replace(config, num_envs=16, lr=1e-3)
    assert greedy_returns(make_train("ppo", config), 2).mean() < -0.3


@pytest.mark.slow
def test_several_numbers_at_once_are_learned():
    """A row and a column of the board at every step: random play gets -0.23."""
    config = preset("ppo_rnn", "POPGym-MineSweeperEasy-v0")
    trainer = make_train("ppo_rnn", dataclasses.replace(config, total_steps=500_000))
    assert greedy_returns(trainer, 2).min() >= 0.1
