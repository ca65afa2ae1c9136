"""What infos hold: beside Gymnasium's own environments, and in the form of Gymnasium 0.29."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import jaxenvs
from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv
from jaxenvs.wrappers import StickyActions
from tests.adapters.compare import assert_same
from tests.toys import Walk

TOY_TEXT = [env_id for env_id in jaxenvs.list_envs("toy_text") if env_id in gym.registry]


def kinds(info):
    """The types of an info's values, with the dtype and shape of arrays."""
    return {
        name: (value.dtype, value.shape) if isinstance(value, np.ndarray) else type(value)
        for name, value in info.items()
    }


def make(name, **kwargs) -> Any:
    return gym.make(name, **kwargs)


# -- Gymnasium's own -----------------------------------------------------------------------------


@pytest.mark.parametrize("env_id", TOY_TEXT)
def test_infos_are_those_of_gymnasiums_environment(env_id):
    ours, theirs = make(f"jaxenvs/{env_id}"), make(env_id)
    got, expected = ours.reset(seed=0)[1], theirs.reset(seed=0)[1]
    # Some of Gymnasium's resets give the int 1, their steps floats.
    assert kinds(got) == {n: float if k is int else k for n, k in kinds(expected).items()}
    assert got.get("prob") == expected.get("prob")
    assert kinds(ours.step(0)[4]) == kinds(theirs.step(0)[4])


@pytest.mark.parametrize("env_id", TOY_TEXT)
def test_infos_of_a_batch_are_those_of_gymnasiums_loop(env_id):
    ours: Any = gym.make_vec(f"jaxenvs/{env_id}", num_envs=3)
    theirs = SyncVectorEnv([lambda: make(env_id)] * 3)
    expected = kinds(theirs.reset(seed=0)[1])
    if "prob" in expected:
        expected["prob"] = (np.dtype(np.float64), (3,))
    assert kinds(ours.reset(seed=0)[1]) == expected
    actions = np.zeros(3, np.int64)
    assert kinds(ours.step(actions)[4]) == kinds(theirs.step(actions)[4])


def test_action_masks_of_taxi_are_gymnasiums():
    ours: Any = gym.make_vec("jaxenvs/Taxi-v4", num_envs=8)
    theirs = make("Taxi-v4").unwrapped
    ours.action_space.seed(0)
    results = [ours.reset(seed=0)]
    results += [ours.step(ours.action_space.sample()) for _ in range(300)]
    for obs, *_, infos in results:
        assert infos["_action_mask"].all()
        for i in range(8):
            np.testing.assert_array_equal(infos["action_mask"][i], theirs.action_mask(obs[i]))
    one = make("jaxenvs/Taxi-v4")
    obs, info = one.reset(seed=3)
    action = one.action_space.sample(info["action_mask"])
    assert theirs.action_mask(obs)[action]
    assert one.step(action)[0] != obs


def test_probabilities_are_gymnasiums():
    env = make("jaxenvs/FrozenLake-v1")
    assert env.reset(seed=0)[1] == {"prob": 1.0}
    assert env.step(1)[4]["prob"] == pytest.approx(1 / 3)
    cliff = make("jaxenvs/CliffWalking-v1")
    cliff.reset(seed=0)
    assert cliff.step(0)[4] == {"prob": 1.0}


# -- Gymnasium 0.29's ----------------------------------------------------------------------------


def test_a_loop_like_cleanrls_reads_what_it_needs():
    """The environment's part of CleanRL's DQN and PPO scripts."""
    num_envs, num_steps = 4, 600
    envs: Any = gym.make_vec(
        "jaxenvs/CartPole-v1", num_envs=num_envs, max_episode_steps=25, legacy_info=True
    )
    next_obs, _ = envs.reset(seed=1)
    envs.action_space.seed(1)
    episodes, replaced = [], []
    returns = np.zeros(num_envs)
    for _ in range(num_steps):
        next_obs, reward, terminations, truncations, infos = envs.step(envs.action_space.sample())
        returns += reward
        done = np.logical_or(terminations, truncations)
        assert ("final_info" in infos) == bool(done.any())
        if "final_info" in infos:
            for i, info in enumerate(infos["final_info"]):
                if info and "episode" in info:
                    episodes.append((float(info["episode"]["r"][0]), returns[i], info))
        real_next_obs = next_obs.copy()
        for idx, over in enumerate(done):
            if over:
                real_next_obs[idx] = infos["final_observation"][idx]
                replaced.append((real_next_obs[idx], next_obs[idx], truncations[idx]))
        returns[done] = 0
    assert len(episodes) == len(replaced) > 50
    for told, counted, info in episodes:
        assert told == counted == info["episode"]["l"][0]
        shapes = {name: (x.shape, x.dtype.name) for name, x in info["episode"].items()}
        assert shapes == {"r": ((1,), "float32"), "l": ((1,), "int32"), "t": ((1,), "float32")}
        assert info["episode"]["t"] > 0
    assert any(truncated for *_, truncated in replaced)
    for final, first, truncated in replaced:
        assert np.abs(first).max() <= 0.05
        assert truncated or abs(final[0]) > 2.4 or abs(final[2]) > 0.2094


def test_the_old_form_says_the_same_as_the_new_one():
    class Nested(Walk):
        def transition(self, key, state, action, params):
            state, reward, over, info = super().transition(key, state, action, params)
            return state, reward, over, info | {"deep": {"luck": state.luck[None]}}

    old = GymnasiumVectorEnv(Nested(), 5, legacy_info=True)
    new = GymnasiumVectorEnv(Nested(), 5, autoreset_mode=AutoresetMode.SAME_STEP)
    for envs in (old, new):
        envs.reset(seed=0)
    new.action_space.seed(0)
    num_ends = 0
    for _ in range(40):
        actions = new.action_space.sample()
        *ours, got = old.step(actions)
        *theirs, expected = new.step(actions)
        assert_same(tuple(ours), tuple(theirs))
        done = np.logical_or(*theirs[2:4])
        num_ends += int(done.sum())
        names = {"push", "deep"} if not done.all() else set()
        names |= {"final_observation", "final_info"} if done.any() else set()
        assert set(got) == names | {"_" + name for name in names}
        for i in range(5):
            deep = None if "deep" not in got else got["deep"][i]
            assert (deep is None) == done[i]
            if deep is not None:
                np.testing.assert_array_equal(deep["luck"], expected["deep"]["luck"][i])
                assert got["push"][i] == expected["push"][i]
            else:
                assert_same(got["final_observation"][i], expected["final_obs"][i])
                info = got["final_info"][i]
                assert set(info) == {"push", "deep", "episode"}
                assert info["push"] == expected["final_info"]["push"][i]
        for name in ("final_observation", "final_info") if done.any() else ():
            np.testing.assert_array_equal(got["_" + name], done)
            assert all(
                (entry is not None) == over for entry, over in zip(got[name], done, strict=True)
            )
    assert num_ends > 20


def test_a_reset_in_the_middle_starts_the_count_again():
    envs = GymnasiumVectorEnv(Walk().with_params(width=99), 2, legacy_info=True)
    envs.reset(seed=0)
    for _ in range(3):
        envs.step(np.ones(2, int))
    envs.reset(seed=0, options={"reset_mask": np.array([True, False])})
    infos = [envs.step(np.ones(2, int))[4] for _ in range(2)][-1]
    assert infos["final_info"][0] is None
    assert infos["final_info"][1]["episode"]["l"].tolist() == [5]
    infos = [envs.step(np.ones(2, int))[4] for _ in range(3)][-1]
    assert infos["final_info"][0]["episode"]["l"].tolist() == [5]


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, "Disabled"])
def test_modes_that_the_old_form_does_not_know_are_refused(mode):
    with pytest.raises(ValueError, match=r"legacy_info: Gymnasium 0.29 restarts"):
        GymnasiumVectorEnv(Walk(), 2, autoreset_mode=mode, legacy_info=True)


def test_the_old_form_is_for_numpy_and_implies_its_mode():
    with pytest.raises(ValueError, match=r"legacy_info: .* output='jax'"):
        GymnasiumVectorEnv(Walk(), 2, output="jax", legacy_info=True)
    envs: Any = gym.make_vec("jaxenvs/CartPole-v1", num_envs=2, legacy_info=True)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    again: Any = gym.make_vec(envs.spec)
    assert again.autoreset_mode == AutoresetMode.SAME_STEP
    again.reset(seed=0)
    explicit = GymnasiumVectorEnv(Walk(), 2, autoreset_mode="SameStep", legacy_info=True)
    assert explicit.autoreset_mode == AutoresetMode.SAME_STEP


def test_single_environments_tell_of_starts_with_observations_on_the_device():
    env = GymnasiumEnv(jaxenvs.make("Taxi-v4"), output="jax")
    _, info = env.reset(seed=0)
    assert kinds(info) == {"prob": float, "action_mask": (np.dtype(np.int8), (6,))}


def test_wrappers_pass_on_what_the_game_tells():
    taxi = StickyActions(env=jaxenvs.make("Taxi-v4"))
    for wrapped, names in ((taxi, {"prob", "action_mask"}), (StickyActions(env=Walk()), set())):
        _, info = GymnasiumEnv(wrapped).reset(seed=0)
        assert set(info) == names
