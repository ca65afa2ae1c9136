"""PQN's presets reach their targets: greedy returns of several seeds, trained in one program."""

import jax
import numpy as np
import pytest

from jaxenvs.baselines import pqn
from jaxenvs.baselines.common.trainer import train


def greedy_returns(env_id, num_seeds):
    """Mean return over the episodes of each seed's greedy policy after the preset's steps."""
    trainer = pqn.make_train(pqn.PRESETS[env_id])

    def train_and_judge(key):
        carry, _ = train(trainer, key, trainer.hp)
        return trainer.evaluate(carry, jax.random.key(1234))["return"]

    keys = jax.vmap(jax.random.key)(np.arange(num_seeds))
    return np.asarray(jax.jit(jax.vmap(train_and_judge))(keys))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env_id", "num_seeds", "target"),
    [("CartPole-v1", 4, 495), ("Acrobot-v1", 4, -100), ("MinAtar-Breakout-v1", 2, 10)],
)
def test_presets_reach_their_targets(env_id, num_seeds, target):
    assert greedy_returns(env_id, num_seeds).mean() >= target
