"""Agents with a memory reach nearly the best there is, where others can only guess."""

import jax
import numpy as np
import pytest

from jaxenvs.baselines import ppo, ppo_rnn, pqn_rnn
from jaxenvs.baselines.common.trainer import train


def greedy_return(trainer, num_seeds=2):
    def train_and_judge(key):
        carry, _ = train(trainer, key, trainer.hp)
        return trainer.evaluate(carry, jax.random.key(1234))["return"]

    keys = jax.vmap(jax.random.key)(np.arange(num_seeds))
    return float(np.mean(jax.jit(jax.vmap(train_and_judge))(keys)))


@pytest.mark.slow
@pytest.mark.parametrize("env", ["POPGym-RepeatPreviousEasy-v0", "bsuite-MemoryLength-v0"])
@pytest.mark.parametrize("module", [ppo_rnn, pqn_rnn])
def test_a_memory_solves_it(module, env):
    assert greedy_return(module.make_train(module.PRESETS[env])) >= 0.9


@pytest.mark.slow
def test_without_a_memory_nobody_does():
    config = ppo.Config("POPGym-RepeatPreviousEasy-v0", num_envs=16, lr=1e-3)
    assert greedy_return(ppo.make_train(config)) < -0.3
