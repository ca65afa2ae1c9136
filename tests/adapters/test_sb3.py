# pyright: reportMissingImports=false
from typing import Any

import numpy as np
import pytest

pytest.importorskip(
    "stable_baselines3", reason="stable_baselines3 brings PyTorch: pip install stable_baselines3"
)

from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.adapters.sb3 import JaxVecEnv
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.envs.toy_text.taxi import Taxi
from tests.adapters.compare import assert_same


def test_it_plays_as_sb3_s_own_batch_of_single_environments():
    env = CartPole().with_params(max_steps=25)
    ours = JaxVecEnv(env, 3)
    theirs = DummyVecEnv([lambda: GymnasiumEnv(env)] * 3)
    for batch in (ours, theirs):
        batch.seed(7)
    np.testing.assert_array_equal(ours.reset(), theirs.reset())
    draws, ends = np.random.default_rng(0), []
    for _ in range(120):
        actions = draws.integers(0, 2, 3)
        a, b = ours.step(actions), theirs.step(actions)
        pairs: Any = zip(a[:3], b[:3], strict=True)
        for mine, other in pairs:
            np.testing.assert_allclose(mine, other, rtol=1e-6)
        for mine, other in zip(a[3], b[3], strict=True):
            assert mine["TimeLimit.truncated"] == other["TimeLimit.truncated"]
            assert ("terminal_observation" in mine) == ("terminal_observation" in other)
            if "terminal_observation" in mine:
                np.testing.assert_allclose(
                    mine["terminal_observation"], other["terminal_observation"], rtol=1e-6
                )
                ends.append(mine["episode"])
    assert len(ends) > 8
    assert all(end["r"] == end["l"] for end in ends)


def test_infos_are_those_of_sb3_s_own_batch():
    """Also of resets, which Taxi has something to say of."""
    env = Taxi().with_params(max_steps=7)
    ours, theirs = JaxVecEnv(env, 3), DummyVecEnv([lambda: GymnasiumEnv(env)] * 3)
    for batch in (ours, theirs):
        batch.seed(7)
        batch.reset()
    draws = np.random.default_rng(0)
    for _ in range(16):
        assert_same(tuple(ours.reset_infos), tuple(theirs.reset_infos))
        actions = draws.integers(0, 6, 3)
        mine, other = ours.step(actions)[3], theirs.step(actions)[3]
        for row, expected in zip(mine, other, strict=True):
            assert "action_mask" in row
            assert ("episode" in row) == ("terminal_observation" in expected)
            row.pop("episode", None)
            assert_same(row, expected)


def test_attributes_methods_and_wrappers_are_answered():
    batch: Any = JaxVecEnv("CartPole-v1", 2)
    assert batch.get_attr("num_envs") == [2, 2]
    assert batch.get_attr("integrator", 0) == ["euler"]
    assert batch.env_method("action_space")[0].n == 2
    assert not batch.has_attr("color")
    with pytest.raises(AttributeError, match="cannot be set"):
        batch.set_attr("integrator", "semi_implicit")
    normalized: Any = VecNormalize(batch)
    assert normalized.reset().shape == (2, 4)
    assert normalized.step(np.zeros(2, np.int64))[0].shape == (2, 4)


def test_options_are_checked_when_they_are_set():
    batch: Any = JaxVecEnv("CartPole-v1", 2)
    batch.set_options({"gravity": 3.0})
    with pytest.raises(ValueError, match=r"gravity: .*, got nan"):
        batch.set_options({"gravity": np.nan})
    with pytest.raises(ValueError, match="the same for all copies"):
        batch.set_options([{"gravity": 3.0}, {}])
    batch.reset()  # with those that were set before
    assert batch.batch.params.gravity.tolist() == [3.0, 3.0]


def test_masks_are_where_maskable_ppo_looks_for_them():
    """sb3-contrib's `get_action_masks` and `is_masking_supported`, of a batch."""
    batch: Any = JaxVecEnv("Taxi-v4", 3)
    assert batch.has_attr("action_masks")
    batch.reset()
    masks = np.stack(batch.env_method("action_masks"))
    np.testing.assert_array_equal(masks, [info["action_mask"] for info in batch.reset_infos])
    np.testing.assert_array_equal(batch.get_attr("action_masks", 1)[0](), masks[1])


def test_pictures_are_tiled():
    batch = JaxVecEnv("CartPole-v1", 4, render_mode="rgb_array")
    batch.reset()
    picture = batch.render()
    assert picture is not None
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    batch.close()


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="did you mean"):
        JaxVecEnv("Cartpole-v1", 2)
    with pytest.raises(TypeError, match="gravity"):
        JaxVecEnv(CartPole(), 2, gravity=3.0)


@pytest.mark.slow
def test_sb3_s_ppo_learns_cartpole():
    batch = JaxVecEnv("CartPole-v1", 16)
    agent = PPO(
        "MlpPolicy",
        batch,
        n_steps=64,
        batch_size=256,
        n_epochs=10,
        learning_rate=1e-3,
        gae_lambda=0.9,
        seed=0,
        device="cpu",
    )
    agent.learn(60_000)
    mean, _ = evaluate_policy(agent, JaxVecEnv("CartPole-v1", 8), n_eval_episodes=16, warn=False)
    assert float(np.mean(mean)) > 400
