"""bsuite's pictures show the state and the sizes of the game, and its keys play it."""

from typing import Any

import numpy as np
import pytest

import jaxenvs
from jaxenvs.render.play import controls_of
from tests.frames import check_picture, drawn

IDS = jaxenvs.list_envs("bsuite")


@pytest.mark.parametrize("env_id", IDS)
def test_every_game_has_a_picture_and_keys(env_id):
    env = jaxenvs.make(env_id)
    picture = drawn(env, 96)
    check_picture(picture, 96)
    controls = controls_of(env)
    actions = {action for action, _ in controls.keys.values()} | set(controls.idle)
    assert actions == set(range(env.action_space().n))  # type: ignore


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("bsuite-Catch-v0", {"ball_row": np.int32(5)}),
    ("bsuite-Catch-v0", {"paddle_column": np.int32(0)}),
    ("bsuite-DeepSea-v0", {"row": np.int32(3)}),
    ("bsuite-DeepSea-v0", {"row": np.int32(10)}),
    ("bsuite-DeepSea-v0", {"bad_episode": np.bool_(True)}),
    ("bsuite-DiscountingChain-v0", {"context": np.int32(3)}),
    ("bsuite-DiscountingChain-v0", {"time": np.int32(20)}),
    ("bsuite-MemoryLength-v0", {"time": np.int32(3)}),
    ("bsuite-MemoryLength-v0", {"time": np.int32(10)}),
    ("bsuite-UmbrellaLength-v0", {"time": np.int32(5)}),
    ("bsuite-UmbrellaDistract-v0", {"distractors": np.array([True] * 10)}),
    ("bsuite-MNIST-v0", {"image_id": np.int32(7)}),
    ("bsuite-MNIST-v0", {"answered": np.bool_(True)}),
    ("bsuite-MountainCar-v0", {"position": np.float32(0.3)}),
    ("bsuite-Cartpole-v0", {"theta": np.float32(0.3)}),
    ("bsuite-CartpoleSwingup-v0", {"theta": np.float32(0.3)}),
    ("bsuite-CartpoleSwingup-v0", {"x": np.float32(2)}),
]


@pytest.mark.parametrize(("env_id", "changes"), CHANGES)
def test_the_state_is_seen(env_id, changes):
    env = jaxenvs.make(env_id)
    assert (drawn(env) != drawn(env, **changes)).any()


@pytest.mark.parametrize("field", ["need_umbrella", "has_umbrella"])
def test_weather_and_umbrella_are_seen(field):
    env = jaxenvs.make("bsuite-UmbrellaLength-v0")
    for time in (0, 10):
        values: list[Any] = [{field: np.bool_(value)} for value in (False, True)]
        seen = [drawn(env, time=np.int32(time), **value) for value in values]
        assert (seen[0] != seen[1]).any()


@pytest.mark.parametrize(
    ("env_id", "fields"),
    [
        ("bsuite-Catch-v0", {"rows": 3, "columns": 9}),
        ("bsuite-DeepSea-v0", {"size": 50}),
        ("bsuite-MemorySize-v0", {"num_bits": 40}),
        ("bsuite-UmbrellaDistract-v0", {"n_distractor": 100}),
        ("bsuite-UmbrellaDistract-v0", {"n_distractor": 0}),
        ("bsuite-Bandit-v0", {"num_actions": 40}),
    ],
)
def test_games_of_any_size_are_drawn(env_id, fields):
    picture = drawn(jaxenvs.make(env_id, **fields))
    assert max(picture.shape[:2]) == 128


def test_bits_that_are_to_be_remembered_are_not_drawn():
    env = jaxenvs.make("bsuite-MemorySize-v0", num_bits=4)
    zeros, ones = np.array([False] * 4), np.array([True] * 4)
    assert (drawn(env, context=zeros) != drawn(env, context=ones)).any()
    later = np.int32(2)
    hidden = [drawn(env, context=bits, time=later) for bits in (zeros, ones)]
    assert (hidden[0] == hidden[1]).all()
