"""sb3-contrib's MaskablePPO through the three doors that know action masks."""
# pyright: reportMissingImports=false

from typing import Any

import numpy as np
import pytest

pytest.importorskip("sb3_contrib", reason="pip install 'jaxenvs[clients]'")

import gymnasium as gym
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.evaluation import evaluate_policy
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3.common.env_util import make_vec_env

from jaxenvs.adapters.sb3 import JaxVecEnv
from jaxenvs.adapters.sb3_agents import AgentsVecEnv

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ENVS = {
    "JaxVecEnv": lambda: JaxVecEnv("Taxi-v4", num_envs=8),
    "AgentsVecEnv": lambda: AgentsVecEnv("Hanabi-VerySmall-2p-v0", num_envs=4),
    "gymnasium": lambda: make_vec_env("jaxenvs/Taxi-v4", n_envs=2),
    "a game without masks": lambda: JaxVecEnv("CartPole-v1", num_envs=4),
}


@pytest.mark.parametrize("name", sorted(ENVS))
def test_it_learns_with_masks(name):
    env: Any = ENVS[name]()
    assert is_masking_supported(env)
    model = MaskablePPO("MlpPolicy", env, n_steps=64, batch_size=64, seed=0, device="cpu")
    model.learn(1024)
    masks = get_action_masks(env)
    assert masks.shape == (env.num_envs, env.action_space.n)
    assert masks.dtype == np.bool_
    assert masks.any(axis=1).all()


@pytest.mark.parametrize("name", ["JaxVecEnv", "AgentsVecEnv"])
def test_nothing_illegal_is_ever_played(name):
    env: Any = ENVS[name]()
    model = MaskablePPO("MlpPolicy", env, n_steps=16, batch_size=16, seed=0, device="cpu")
    obs = env.reset()
    for _ in range(30):
        masks = get_action_masks(env)
        actions, _ = model.predict(obs, action_masks=masks)
        assert masks[np.arange(env.num_envs), actions].all()
        obs = env.step(actions)[0]


def test_the_single_environment_is_evaluated_with_masks():
    env = gym.make("jaxenvs/Taxi-v4")
    model = MaskablePPO("MlpPolicy", env, n_steps=64, batch_size=64, seed=0, device="cpu")
    mean, _ = evaluate_policy(model, env, n_eval_episodes=2)
    assert float(np.mean(mean)) >= -2000
