"""Toy text's pictures show the state, and its keys play it."""

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.render import draw
from jaxenvs.render.play import controls_of
from tests.frames import check_picture, drawn

IDS = jaxenvs.list_envs("toy_text")


@pytest.mark.parametrize("env_id", IDS)
def test_every_game_has_a_picture_and_keys(env_id):
    env = jaxenvs.make(env_id)
    picture = drawn(env, 96)
    check_picture(picture, 96)
    controls = controls_of(env)
    actions = {action for action, _ in controls.keys.values()}
    assert actions == set(range(env.action_space().n))  # type: ignore


@pytest.mark.parametrize(
    ("env_id", "numbers"),
    [
        ("FrozenLake-v1", [0, 1, 4, 5, 12, 15]),
        ("FrozenLake8x8-v1", [0, 8, 19, 63]),
        ("CliffWalking-v1", [0, 36, 35, 47]),
        # By cell, passenger, destination, and with the passenger in the taxi.
        ("Taxi-v4", [1, 21, 2, 5, 17, 497]),
    ],
)
def test_every_state_looks_its_own_way(env_id, numbers):
    env = jaxenvs.make(env_id)
    pictures = {drawn(env, number=np.int32(number)).tobytes() for number in numbers}
    assert len(pictures) == len(numbers)


def test_a_lake_may_be_long_and_low():
    assert drawn(jaxenvs.make("FrozenLake-v1", desc=["SFFG", "HHHH"]), 100).shape == (50, 100, 3)


def test_the_dealer_s_second_card_is_hidden_until_the_end():
    env = jaxenvs.make("Blackjack-v1")
    _, state = env.reset(jax.random.key(0))
    seen = []
    for hidden in (2, 9):
        dealer = state.dealer.at[1].set(hidden)
        now = draw(env, state.replace(dealer=dealer), size=128)
        after = draw(env, state.replace(dealer=dealer, stuck=np.bool_(True)), size=128)
        seen.append((now.tobytes(), after.tobytes()))
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] != seen[1][1]


@pytest.mark.parametrize("count", [2, 5, 22])
def test_all_of_the_player_s_cards_fit(count):
    env = jaxenvs.make("Blackjack-v1")
    player = np.where(np.arange(22) < count, 1, 0).astype(np.uint8)
    assert drawn(env, player=player).shape == (96, 128, 3)
