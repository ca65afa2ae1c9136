import unittest
from typing import Any

import bsuite
import numpy as np
import pytest
from bsuite.utils import wrappers
from dm_env import test_utils

import jaxenvs
from jaxenvs.adapters._host.bsuite_counts import Counts
from jaxenvs.adapters.dm_env import DmEnv
from tests.toys import Walk


class TestCartPole(test_utils.EnvironmentTestMixin, unittest.TestCase):
    """DeepMind's own tests of the contract."""

    def make_object_under_test(self, **unused_kwargs: Any) -> Any:
        return DmEnv("CartPole-v1", seed=0)

    def make_action_sequence(self) -> Any:
        for i in range(40):
            yield np.int32(i % 2)


def test_the_end_of_the_game_and_of_the_time_differ():
    env = DmEnv("CartPole-v1", seed=0)
    step = env.reset()
    assert step.first()
    while not step.last():
        step = env.step(0)
    assert step.discount == 0
    assert env.step(0).first()
    env = DmEnv("CartPole-v1", seed=0, max_steps=3)
    env.reset()
    steps = [env.step(i % 2) for i in range(3)]
    assert [step.last() for step in steps] == [False, False, True]
    assert steps[-1].discount == 1


def test_a_seed_fixes_the_episodes():
    def play(seed):
        env = DmEnv("CartPole-v1", seed=seed)
        return [env.step(i % 2).observation for i in range(60)]

    assert np.array_equal(play(1), play(1))
    assert not np.array_equal(play(1), play(2))


def test_specs_hold_for_dicts_and_integers():
    env = DmEnv(Walk(), seed=0)
    spec = env.observation_spec()
    assert set(spec) == {"luck", "position"}
    step = env.reset()
    for _ in range(20):
        for name, part in spec.items():
            part.validate(step.observation[name])
        step = env.step(1)
    assert env.action_spec().num_values == 3


# -- bsuite --------------------------------------------------------------------------------------


class Rows:
    """A logger of bsuite's, in memory."""

    def __init__(self):
        self.rows: list[dict[str, Any]] = []

    def write(self, row):
        self.rows.append(dict(row))


@pytest.mark.parametrize(
    ("env_id", "bsuite_id"),
    [("bsuite-Catch-v0", "catch/0"), ("bsuite-CatchScale-v0", "catch_scale/12")],
)
def test_bsuite_s_logging_counts_as_on_its_own_environment(env_id, bsuite_id):
    """Both play each ball with the action that is right for it, or stay."""
    theirs: Any = bsuite.load_from_id(bsuite_id)
    ours: Any = DmEnv(env_id, seed=1)
    assert ours.bsuite_num_episodes == theirs.bsuite_num_episodes
    columns = []
    for env in (theirs, ours):
        logger: Any = Rows()
        logged = wrappers.Logging(env, logger, log_every=True)
        returns = []
        for episode in range(8):
            step = logged.reset()
            while not step.last():
                ball, paddle = np.argwhere(step.observation)[:, 1][[0, -1]]
                step = logged.step(int(np.sign(ball - paddle)) + 1 if episode % 2 else 1)
            returns.append(step.reward)
        lost = sum(reward < 0 for reward in returns)
        assert logger.rows[-1]["total_regret"] == 2 * lost > 0
        columns.append(set(logger.rows[-1]))
    assert columns[0] == columns[1]


@pytest.mark.parametrize("env_id", [e for e in jaxenvs.list_envs("bsuite") if "MNIST" not in e])
def test_what_is_counted_has_bsuite_s_names(env_id):
    name = jaxenvs.spec(env_id).reference.split()[-1]
    theirs = bsuite.load_from_id(f"{name}/0")
    ours = DmEnv(env_id)
    assert ours.bsuite_num_episodes == theirs.bsuite_num_episodes
    assert set(ours.bsuite_info()) == set(theirs.bsuite_info())


def test_what_is_counted_of_digits_has_bsuite_s_names():
    """Its own environment would download the data set."""
    assert set(DmEnv("bsuite-MNISTNoise-v0").bsuite_info()) == {"total_regret"}
    assert DmEnv("bsuite-MNIST-v0").bsuite_num_episodes == 10_000


def test_counts_are_of_the_game_itself_over_all_episodes():
    counts = Counts(jaxenvs.make("bsuite-CartpoleNoise-v0"))
    for reward, over in ((1.0, False), (1.0, True), (1.0, True), (0.0, False)):
        counts.add(reward + 0.3, {"raw_reward": reward}, over)
    assert counts.report() == {"raw_return": 3, "best_episode": 2}
    counts.restart()  # breaks the last episode off
    counts.add(1.5, {"raw_reward": 1.5}, True)
    assert counts.report() == {"raw_return": 4.5, "best_episode": 2}
    counts = Counts(jaxenvs.make("bsuite-DeepSea-v0"))
    for bad, over in ((True, False), (True, True), (False, True)):
        counts.add(0.0, {"bad_episode": bad, "denoised_reward": 0.5}, over)
    assert counts.report() == {"total_bad_episodes": 1, "denoised_return": 1.5}
    counts = Counts(jaxenvs.make("bsuite-MemoryLength-v0"))
    for regret, over in ((0.0, False), (2.0, True), (0.0, True)):
        counts.add(1 - regret, {"regret": regret}, over)
    assert counts.report() == {"total_perfect": 1, "total_regret": 2}


def test_other_games_know_nothing_of_bsuite():
    env = DmEnv("CartPole-v1")
    assert not hasattr(env, "bsuite_num_episodes")
    with pytest.raises(AttributeError, match="CartPole is no game of bsuite"):
        env.bsuite_info()
