"""Games of several agents under Stable-Baselines3: agents share one policy."""

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

pytest.importorskip("stable_baselines3", reason="Stable-Baselines3 is in no extra")

from jaxenvs.adapters.sb3_agents import AgentsVecEnv
from tests.toys import Crowd


def test_each_agent_is_a_slot():
    envs = AgentsVecEnv("MPE-SimpleSpeakerListener-v4", num_envs=3)
    assert envs.num_envs == 6
    assert envs.action_space.n == 5
    obs = envs.reset()
    assert obs.shape == (6, 13)
    assert obs[:, 11:].tolist() == [[1, 0], [0, 1]] * 3
    for _ in range(24):
        envs.step(np.full(6, 4))
    obs, reward, done, infos = envs.step(np.full(6, 4))
    assert done.all()
    assert infos[0]["TimeLimit.truncated"]
    assert infos[1]["episode"]["l"] == 25
    assert infos[1]["terminal_observation"].shape == (13,)
    assert reward.shape == (6,)


def test_seeds_fix_the_play():
    def play(seed):
        envs = AgentsVecEnv("MPE-SimpleSpread-v3", num_envs=2)
        envs.seed(seed)
        seen = [envs.reset()]
        return np.array(seen + [envs.step(np.full(6, 2))[0] for _ in range(30)])

    np.testing.assert_array_equal(play(1), play(1))
    assert (play(1) != play(2)).any()


def test_smaller_agents_take_their_last_action():
    envs = AgentsVecEnv(Crowd(), num_envs=1)
    envs.reset()
    _, reward, _, _ = envs.step(np.array([3, 3, 3]))
    assert reward.tolist() == [1, 2, 3]
    with pytest.raises(TypeError, match="several agents"):
        AgentsVecEnv("CartPole-v1")


def test_masks_leave_out_what_an_agent_does_not_have():
    envs = AgentsVecEnv(Crowd(), num_envs=2)
    with pytest.raises(ResetNeeded):
        envs.action_masks()
    envs.reset()
    masks = np.stack(envs.env_method("action_masks"))
    assert masks.sum(axis=1).tolist() == [2, 3, 4] * 2
    alike = AgentsVecEnv("MPE-SimpleSpread-v3", num_envs=2)
    alike.reset()
    assert alike.action_masks().tolist() == [[True] * 5] * 6


def test_options_are_refused():
    envs = AgentsVecEnv("MPE-SimpleSpread-v3", num_envs=1)
    envs.set_options({})
    with pytest.raises(ValueError, match=r"damping.*give params to AgentsVecEnv"):
        envs.set_options({"damping": 0.9})


def test_ppo_learns_on_it():
    from stable_baselines3 import PPO  # pyright: ignore[reportMissingImports]

    envs = AgentsVecEnv("MPE-Simple-v3", num_envs=4, continuous_actions=True)
    model = PPO("MlpPolicy", envs, n_steps=25, batch_size=50, n_epochs=1, device="cpu")
    model.learn(200)
