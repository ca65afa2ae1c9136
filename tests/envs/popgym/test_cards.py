import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.popgym import _cards as cards

ANSWERS = {
    "RepeatFirst": lambda env, state: state.first,
    "RepeatPrevious": lambda env, state: state.recent[0],
    "Autoencode": lambda env, state: state.shown[2 * env.num_cards - 2 - state.time],
    "CountRecall": lambda env, state: env.most - cards.count_of(state.left[0], state.shown[1]),
}
NUM_CARDS = {"Easy": 52, "Medium": 104, "Hard": 156}


def play(env, key, policy, num_steps):
    """One episode: every step's transition, and the states before them."""

    def one(state, key):
        step = env.step(key, state, policy(env, state).astype(jnp.int32))
        return step.state, (state, step)

    reset_key, play_key = jax.random.split(key)
    start = env.reset(reset_key)[1]
    return jax.jit(lambda k: jax.lax.scan(one, start, jax.random.split(k, num_steps))[1])(play_key)


@pytest.mark.parametrize("name", ANSWERS)
def test_who_remembers_all_gets_one(name, getkey):
    """The right answers add up to 1; the episode ends with the last card, and not before."""
    env: Any = jaxenvs.make(f"POPGym-{name}Medium-v0")
    num_steps = env.num_cards - 1 + (env.num_cards if name == "Autoencode" else 0)
    _, step = play(env, getkey(), ANSWERS[name], num_steps)
    assert step.reward.sum() == pytest.approx(1, abs=1e-5)
    assert np.flatnonzero(step.terminated).tolist() == [num_steps - 1]
    num_answers = env.action_space().n
    wrong = play(env, getkey(), lambda e, s: (ANSWERS[name](e, s) + 1) % num_answers, num_steps)[1]
    assert wrong.reward.sum() == pytest.approx(-1, abs=1e-5)


def test_higher_lower_pays_for_the_right_guess(getkey):
    env: Any = jaxenvs.make("POPGym-HigherLowerMedium-v0")
    state, step = play(env, getkey(), lambda env, state: state.card > 6, env.num_cards - 1)
    up = np.sign(step.state.card.astype(int) - state.card.astype(int))
    guess = np.where(state.card > 6, -1, 1)
    np.testing.assert_allclose(step.reward, up * guess / 104, rtol=1e-6)
    assert np.flatnonzero(step.terminated).tolist() == [102]


@pytest.mark.parametrize("name", ["RepeatFirst", "RepeatPrevious", "CountRecall", "HigherLower"])
def test_every_card_is_dealt_once(name, getkey):
    env: Any = jaxenvs.make(f"POPGym-{name}Medium-v0")
    _, step = play(env, getkey(), lambda env, state: jnp.int32(0), env.num_cards - 1)
    assert not np.asarray(step.state.left[-1]).any()
    shown = np.asarray(step.obs)
    kinds = shown.reshape(len(shown), -1)[:, 0]
    counts = np.bincount(kinds)
    full = env.num_cards // len(counts)
    # All but the first card, which the reset showed.
    assert sorted(counts.tolist()) == [full - 1] + [full] * (len(counts) - 1)


def test_an_empty_deck_stays_empty(getkey):
    env: Any = jaxenvs.make("POPGym-RepeatFirstEasy-v0")
    _, step = play(env, getkey(), ANSWERS["RepeatFirst"], 60)
    assert step.terminated[50:].all()
    assert not np.asarray(step.state.left[50:]).any()
    assert env.observation_space().contains(step.obs[-1])


def test_autoencode_shows_all_cards_and_then_nothing(getkey):
    env: Any = jaxenvs.make("POPGym-AutoencodeEasy-v0")
    _, step = play(env, getkey(), ANSWERS["Autoencode"], 103)
    mode, suit = (np.asarray(part) for part in step.obs)
    assert mode.tolist() == [1] * 50 + [0] * 53
    assert not suit[51:].any()
    assert not np.asarray(step.reward[:51]).any()
    assert np.bincount(np.asarray(step.state.shown[-1])).tolist() == [13] * 4


def test_draws_are_those_of_a_shuffled_deck(getkey):
    """The first two cards and the last one of 40,000 small decks, all 4^3 outcomes."""
    num_decks = 40_000
    full = jnp.array([3, 2, 2, 1], jnp.uint16)

    def deal(key):
        def one(left, bits):
            card, left = cards.draw_card(bits, left)
            return left, card

        return jax.lax.scan(one, full, jax.random.bits(key, (8,), jnp.uint32))[1]

    dealt = np.asarray(jax.jit(jax.vmap(deal))(jax.random.split(getkey(), num_decks)))
    assert (np.sort(dealt, axis=1) == [0, 0, 0, 1, 1, 2, 2, 3]).all()
    found = np.zeros((4, 4, 4))
    np.add.at(found, (dealt[:, 0], dealt[:, 1], dealt[:, 7]), 1)
    expected = np.zeros((4, 4, 4))
    for order in itertools.permutations([0, 0, 0, 1, 1, 2, 2, 3], 3):
        expected[order] += num_decks / (8 * 7 * 6)
    possible = expected > 0
    assert not found[~possible].any()
    # Up to 63 degrees of freedom: one in a million lies above 128.
    assert ((found - expected)[possible] ** 2 / expected[possible]).sum() < 128


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("RepeatFirst", {"num_decks": 0}, "num_decks: expected a whole number from 1 to 1,000"),
        ("RepeatPrevious", {"k": 0}, "k: expected a whole number of at least 1, got 0"),
        ("RepeatPrevious", {"k": 52}, "k: expected 1 to 51, got 52"),
        (
            "CountRecall",
            {"deck_type": "shapes"},
            "deck_type: expected 'colors', 'suits' or 'ranks'",
        ),
    ],
)
def test_what_cannot_be_is_refused(name, kwargs, message):
    with pytest.raises(ValueError, match=message):
        jaxenvs.make(f"POPGym-{name}Easy-v0", **kwargs)
