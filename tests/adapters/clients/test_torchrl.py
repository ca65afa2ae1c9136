"""TorchRL's GymEnv, by an id alone, and its wrapper of the batch."""
# pyright: reportMissingImports=false

import pytest

pytest.importorskip("torchrl", reason="pip install 'jaxenvs[clients]'")

import gymnasium as gym
from torchrl.envs import GymEnv, GymWrapper
from torchrl.envs.utils import check_env_specs

import jaxenvs  # noqa: F401 - registers the ids

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1"])
def test_an_id_is_enough(env_id):
    env = GymEnv(f"jaxenvs/{env_id}")
    check_env_specs(env)
    assert env.rollout(5)["next", "reward"].shape[-1] == 1


def test_several_by_one_id():
    # With the module's name, since each of its processes begins by importing nothing.
    check_env_specs(GymEnv("jaxenvs:jaxenvs/CartPole-v1", num_envs=3))


def test_the_batch_restarts_in_the_step_that_ends_an_episode():
    envs = gym.make_vec("jaxenvs/CartPole-v1", num_envs=3, autoreset_mode="SameStep")
    check_env_specs(GymWrapper(envs))
