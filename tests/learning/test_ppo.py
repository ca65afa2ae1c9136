"""PPO's presets reach their targets: greedy returns of several seeds, trained in one program."""

import jax
import numpy as np
import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.common.trainer import train


def greedy_returns(env_id, num_seeds):
    """Mean return over the episodes of each seed's greedy policy after the preset's steps."""
    trainer = ppo.make_train(ppo.PRESETS[env_id])

    def train_and_judge(key):
        carry, _ = train(trainer, key, trainer.hp)
        return trainer.evaluate(carry, jax.random.key(1234))["return"]

    keys = jax.vmap(jax.random.key)(np.arange(num_seeds))
    return np.asarray(jax.jit(jax.vmap(train_and_judge))(keys))


def test_cartpole():
    assert ppo.PRESETS["CartPole-v1"].total_steps == 500_000
    returns = greedy_returns("CartPole-v1", 8)
    assert returns.mean() >= 490
    assert returns.min() >= 450


@pytest.mark.parametrize(
    ("env_id", "target"),
    [("Acrobot-v1", -100), ("Pendulum-v1", -250), ("MountainCarContinuous-v0", 85)],
)
def test_classic_control(env_id, target):
    returns = greedy_returns(env_id, 4)
    assert returns.mean() >= target


@pytest.mark.slow
def test_mountain_car():
    # CleanRL's PPO stays in the valley, at -200.
    assert greedy_returns("MountainCar-v0", 4).mean() >= -130
