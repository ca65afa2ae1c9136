import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs

FULL, TINY = "Hanabi-Full-2p-v0", "Hanabi-VerySmall-2p-v0"
NOTHING = {FULL: 20, TINY: 10}
SORTED = [0, 0, 0, 1, 1, 2, 2, 3, 3, 4]  # the ten cards of one color


@functools.cache
def compiled(env_id):
    env: Any = jaxenvs.make(env_id)
    return env, jax.jit(env.step), jax.jit(env.action_mask)


def play(env_id, state, *moves) -> Any:
    """Moves by whoever is on turn; returns the last transition."""
    env, step, _ = compiled(env_id)
    t = None
    for move in moves:
        actions = np.full(env.num_agents, NOTHING[env_id], np.int32)
        actions[int(state.player)] = move
        t = step(jax.random.key(0), state, actions)
        state = t.state
    return t


def full_deck(*first):
    """A deck of the full game with some cards on top."""
    rest = compiled(FULL)[0].rules.sorted_deck.tolist()
    for kind in first:
        rest.remove(kind)
    return np.array([*first, *rest])


def same(a, b):
    return all(
        np.array_equal(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    )


def test_a_mistake_with_the_last_life_costs_every_point():
    env = compiled(TINY)[0]
    state = env.deal([0, 1, 0, 2, 3, 1, 4, 0, 3, 2])
    t = play(TINY, state, 2, 4, 2)  # a 1; a hint; a 2
    assert t.state.fireworks.tolist() == [2]
    t = play(TINY, t.state, 3, 3)  # a 3; another 2
    assert t.terminated.all()
    assert t.reward.tolist() == [-3, -3]
    assert compiled(TINY)[2](t.state).tolist() == [[False] * 10 + [True]] * 2


def test_the_last_firework_wins():
    env = compiled(TINY)[0]
    state = env.deal([0, 1, 0, 2, 3, 4, 1, 0, 3, 2])
    t = play(TINY, state, 2, 4, 2, 3, 2, 5)  # a 1; a hint; a 2, a 3, a 4; a hint
    assert t.state.fireworks.tolist() == [4]
    assert t.state.information == 1
    t = play(TINY, t.state, 2)
    assert t.reward.tolist() == [1, 1]
    assert t.terminated.all()
    assert t.state.information == 2
    assert bool(t.state.last.token)


def test_everyone_has_one_turn_after_the_last_card():
    env = compiled(TINY)[0]
    t: Any = None
    state = env.deal(SORTED)
    for turn in range(20):
        may_discard = state.information < 3
        t = play(TINY, state, 0 if may_discard else 4 + 1 + int(state.hands[1 - state.player, 0]))
        assert bool(t.terminated[0]) == bool(t.state.turns_left == 0), turn
        if t.terminated[0]:
            break
        assert (state.num_drawn == 10) == (t.state.turns_left < 2)
        state = t.state
    assert t.terminated.all()
    assert t.state.lives == 1
    assert t.state.num_drawn == 10


def test_all_lives_lost_is_all_lost():
    env = compiled(FULL)[0]
    state = env.deal(full_deck(0, 4, 9, 14, 19, 24, 3, 8, 13, 18))
    t = play(FULL, state, 5)  # the red 1
    assert t.reward.tolist() == [1, 1]
    t = play(FULL, t.state, 5, 5)  # the white 5 of the other, then the red 5
    assert t.state.lives == 1
    assert t.reward.tolist() == [0, 0]
    t = play(FULL, t.state, 5)
    assert t.reward.tolist() == [-1, -1]
    assert t.terminated.all()
    after = play(FULL, t.state, 5)
    assert after.terminated.all()
    assert after.reward.tolist() == [0, 0]
    assert same(after.state.replace(time=t.state.time), t.state)


def test_hints_tell_and_exclude():
    env = compiled(FULL)[0]
    state = env.deal(full_deck(0, 1, 2, 3, 4, 5, 10, 6, 11, 24))
    t = play(FULL, state, 10 + 1)  # yellow: the first and third card of the other
    assert t.state.information == 7
    assert t.state.last.touched == 0b00101
    assert t.state.told[1].tolist() == [2, 0, 2, 0, 0]
    yellow = 0b11111 << 5
    assert t.state.possible[1].tolist() == [
        yellow if slot in (0, 2) else (2**25 - 1) & ~yellow for slot in range(5)
    ]
    assert env.text(t.state, viewer=1).count("XX ||") == 5
    assert "Y1 || YX|Y12345" in env.text(t.state)
    # The hint goes with the card, and the newest card is unknown.
    t = play(FULL, t.state, 0)
    assert t.state.told[1].tolist() == [0, 2, 0, 0, 0]
    assert t.state.possible[1, 4] == 2**25 - 1
    assert t.state.information == 8


def test_what_is_not_allowed_does_nothing(getkey):
    env, step, mask = compiled(FULL)
    state = jax.jit(env.reset)(getkey())[1]
    legal = np.asarray(mask(state))
    assert legal[1].tolist() == [False] * 20 + [True]
    assert not legal[0, :5].any()  # nothing to discard for while all tokens are there
    assert legal[0, 5:10].all()
    for action in (0, 20, 21, -1, 2**31 - 1):
        t = step(getkey(), state, np.array([action, 5], np.int32))
        assert same(t.state.replace(time=state.time), state)
        assert not t.reward.any()
        assert not t.terminated.any()
    absent = np.flatnonzero(~legal[0, 10:20])
    for hint in absent.tolist():
        assert same(play(FULL, state, 10 + hint).state.replace(time=state.time), state)


def test_beliefs_count_what_is_gone(getkey):
    env: Any = jaxenvs.make("Hanabi-Full-3p-v0", knowledge="belief")
    binary: Any = jaxenvs.make("Hanabi-Full-3p-v0")
    state = jax.jit(env.reset)(getkey())[1]
    state = state.replace(
        discards=state.discards.at[6].set(1),
        fireworks=jnp.array([2, 0, 0, 0, 1], jnp.uint8),
        possible=state.possible.at[1, 2].set(np.uint32(0b1111)),
        told=state.told.at[1, 2].set(np.uint16(1)),
    )
    obs = np.asarray(env.observe(state, env.default_params))
    bits = np.asarray(binary.observe(state, binary.default_params))
    start = obs.shape[1] - 525
    np.testing.assert_array_equal(obs[:, :start], bits[:, :start])
    cards, known = (part[:, start:].reshape(3, 3, 5, 35) for part in (obs, bits))
    np.testing.assert_array_equal(cards[..., 25:], known[..., 25:])
    left = np.tile([3.0, 2, 2, 2, 1], 5)
    left[[0, 1, 6, 20]] -= 1
    for viewer in range(3):
        weight = known[viewer, ..., :25] * left
        expected = weight / weight.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(cards[viewer, ..., :25], expected, rtol=1e-6)
        seat = (1 - viewer) % 3
        assert cards[viewer, seat, 2, :5].tolist() == pytest.approx([2 / 7, 1 / 7, 2 / 7, 2 / 7, 0])


def test_decks_are_shuffled_and_anyone_may_begin(getkey):
    env: Any = jaxenvs.make(FULL, random_start_player=True)
    num = 4000
    state = jax.jit(jax.vmap(lambda key: env.reset(key)[1]))(jax.random.split(getkey(), num))
    decks = np.asarray(state.deck)
    assert (np.sort(decks, axis=1) == env.rules.sorted_deck).all()
    expected = np.tile(env.rules.copies, 5) * (num / 50)
    for place in (0, 17, 49):  # one in a million lies beyond 75 with 24 degrees of freedom
        found = np.bincount(decks[:, place], minlength=25)
        assert ((found - expected) ** 2 / expected).sum() < 75
    assert abs(np.asarray(state.player).mean() - 0.5) < 0.05
    assert (np.asarray(state.hands).reshape(num, -1) == decks[:, :10]).all()


def test_the_global_state_shows_all_hands(getkey):
    env = compiled(FULL)[0]
    obs, state = jax.jit(env.reset)(getkey())
    seen = np.asarray(env.global_state(state, env.default_params))
    assert seen[:2].tolist() == [1, 0]
    np.testing.assert_array_equal(seen[2:127].reshape(5, 25).argmax(axis=1), state.hands[0])
    np.testing.assert_array_equal(seen[127:], obs[0])


def test_six_colors_fit(getkey):
    env: Any = jaxenvs.make(FULL, num_players=5, num_colors=6, hand_size=3)
    obs, state = env.reset(getkey())
    assert obs.shape == env.observation_space().shape
    assert state.deck.shape == (60,)
    assert env.text(state).startswith(
        "Life tokens: 3\nInfo tokens: 8\nFireworks: R0 Y0 G0 W0 B0 M0"
    )


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"num_players": 6}, "num_players: expected a whole number from 2 to 5, got 6"),
        ({"num_colors": 1, "hand_size": 6}, "hand_size: 2 hands of 6 are more than the 10 cards"),
        ({"life_tokens": 0}, "life_tokens: expected a whole number from 1"),
        ({"knowledge": "all"}, "knowledge: expected 'binary'"),
    ],
)
def test_what_cannot_be_is_refused(kwargs, message):
    with pytest.raises(ValueError, match=message):
        jaxenvs.make(FULL, **kwargs)


def test_a_deck_has_all_cards():
    with pytest.raises(ValueError, match="expected 50 cards"):
        compiled(FULL)[0].deal([0, 1, 2])
