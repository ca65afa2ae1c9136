import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.testing import check_env
from jaxenvs.wrappers import RewardNoise, RewardScale
from tests.toys import Walk


def test_noise_has_its_scale_and_keeps_the_reward(getkey):
    env = RewardNoise(env=jaxenvs.make("CartPole-v1"), noise_scale=0.5)
    _, state = env.reset(getkey())
    step = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))
    steps = step(jax.random.split(getkey(), 20_000), state, 1)
    assert (steps.info["raw_reward"] == 1).all()
    noise = np.asarray(steps.reward) - 1
    assert abs(noise.mean()) < 5 * 0.5 / 20_000**0.5
    assert abs(noise.std() - 0.5) < 0.015


def test_scale_multiplies(getkey):
    env = RewardScale(env=jaxenvs.make("CartPole-v1"), reward_scale=-3.0)
    _, state = env.reset(getkey())
    step = env.step(getkey(), state, 0)
    assert (float(step.reward), float(step.info["raw_reward"])) == (-3.0, 1.0)


def test_negative_noise_is_refused():
    with pytest.raises(ValueError, match="noise_scale"):
        RewardNoise(env=Walk(), noise_scale=-0.1)


@pytest.mark.parametrize("wrapper", [RewardNoise, RewardScale])
def test_the_contract_holds(wrapper):
    check_env(wrapper(env=Walk()), num_steps=1_000)
