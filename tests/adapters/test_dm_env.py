import unittest
from typing import Any

import numpy as np
from dm_env import test_utils

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
