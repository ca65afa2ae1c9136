"""Gymnasium's own wrappers around ours, and its vector environments of ours."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import vector as vector_wrappers

from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv
from tests.adapters.compare import MODES, assert_same, make, make_vec, pair
from tests.toys import Walk

# -- the single environment ----------------------------------------------------------------------


def test_gymnasiums_wrappers_work(tmp_path):
    pytest.importorskip("moviepy", reason="RecordVideo needs moviepy")
    env = make("jaxenvs/CartPole-v1", render_mode="rgb_array")
    env = gym.wrappers.RecordVideo(env, str(tmp_path / "film"), episode_trigger=lambda i: i == 0)
    env = gym.wrappers.RecordEpisodeStatistics(env)
    env = gym.wrappers.NormalizeObservation(env)
    env.reset(seed=0)
    length, over, info = 0, False, {}
    while not over:
        obs, _, terminated, truncated, info = env.step(env.action_space.sample())
        assert np.isfinite(obs).all()
        length, over = length + 1, terminated or truncated
    assert info["episode"]["l"] == length
    assert info["episode"]["r"] == length
    env.close()
    assert [path.stat().st_size > 0 for path in (tmp_path / "film").glob("*.mp4")] == [True]


def test_async_vector_env_works_with_spawned_processes():
    def start():
        return make("jaxenvs:jaxenvs/CartPole-v1")  # a new process has imported nothing

    envs = gym.vector.AsyncVectorEnv([start, start], context="spawn")
    same = gym.vector.SyncVectorEnv([start, start])
    try:
        assert_same(envs.reset(seed=3), same.reset(seed=3))
        for action in ([0, 1], [1, 1], [0, 0]):
            assert_same(envs.step(np.array(action)), same.step(np.array(action)))
    finally:
        envs.close()


# -- the vector environment ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_episode_statistics_count_every_step(mode):
    both = [vector_wrappers.RecordEpisodeStatistics(envs) for envs in pair(Walk(), mode)]
    for envs in both:
        envs.reset(seed=0)
        envs.action_space.seed(0)
    for _ in range(30):
        actions = both[0].action_space.sample()
        got, expected = (envs.step(actions)[4] for envs in both)
        assert ("episode" in got) == ("episode" in expected)
        for name in ("r", "l") if "episode" in got else ():
            np.testing.assert_array_equal(got["episode"][name], expected["episode"][name])
        if mode == AutoresetMode.DISABLED and "episode" in got:
            over = got["_episode"].copy()
            both[0].reset(options={"reset_mask": over})
            # Gymnasium's loop takes the mask out of the options before its wrapper sees it.
            both[1].env.reset(options={"reset_mask": over})
            both[1].episode_returns[over] = both[1].episode_lengths[over] = 0
            both[1].prev_dones[over] = False


def test_observations_can_be_normalised():
    envs = vector_wrappers.NormalizeObservation(gym.make_vec("jaxenvs/CartPole-v1", num_envs=4))
    envs.reset(seed=0)
    obs = [envs.step(envs.action_space.sample())[0] for _ in range(50)]
    assert np.isfinite(obs).all()
    assert abs(np.mean(obs)) < 0.5


def test_films_can_be_recorded(tmp_path):
    pytest.importorskip("moviepy", reason="RecordVideo needs moviepy")
    envs: Any = make_vec("jaxenvs/CartPole-v1", 4, render_mode="rgb_array")
    envs = vector_wrappers.RecordVideo(
        envs, str(tmp_path / "films"), step_trigger=lambda i: i == 0, video_length=4
    )
    assert envs.metadata["render_fps"] == 50
    envs.reset(seed=0)
    for _ in range(6):
        envs.step(envs.action_space.sample())
    frames = envs.env.render()
    assert len(frames) == 4
    assert (frames[0] != frames[1]).any()
    envs.close()
    assert [path.stat().st_size > 0 for path in (tmp_path / "films").glob("*.mp4")] == [True]


def test_rendering_needs_a_render_mode():
    envs = GymnasiumVectorEnv(Walk(), 2)
    with pytest.warns(UserWarning, match="render"):
        assert envs.render() is None
