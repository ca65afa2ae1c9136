import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.toy_text import blackjack


def hand(*cards, size=blackjack.PLAYER_CARDS):
    return jnp.array(cards + (0,) * (size - len(cards)), jnp.uint8)


def state_of(player, dealer):
    dealer = hand(*dealer, size=blackjack.DEALER_CARDS)
    return blackjack.State(
        time=jnp.int32(0), player=hand(*player), dealer=dealer, stuck=jnp.bool_(False)
    )


@pytest.mark.parametrize(
    ("cards", "total", "ace", "natural"),
    [
        ((1, 10), 21, True, True),
        ((10, 1), 21, True, True),
        ((1, 9, 1), 21, True, False),
        ((1, 10, 10), 21, False, False),
        ((1, 1), 12, True, False),
        ((10, 10, 5), 25, False, False),
        ((5, 6, 10), 21, False, False),
    ],
)
def test_hands_are_counted(cards, total, ace, natural):
    assert int(blackjack.total(hand(*cards))) == total
    assert bool(blackjack.usable_ace(hand(*cards))) == ace
    assert bool(blackjack.is_natural(hand(*cards))) == natural


def test_no_hand_outgrows_its_array():
    """The longest hands over all ways that cards can come, by what is on the table alone."""

    @functools.cache
    def longest(total: int, ace: bool, stand: int) -> int:
        """How many more cards may come before the hand counts `stand` or more."""
        counts = total + 10 if ace and total <= 11 else total
        if counts >= stand:
            return 0
        return 1 + max(longest(total + card, ace or card == 1, stand) for card in range(1, 11))

    pairs = [(a, b) for a in range(1, 11) for b in range(1, 11)]
    dealer = max(longest(a + b, 1 in (a, b), 17) for a, b in pairs)
    # A player may hit on 21 with an ace at 11; only 22 ends it.
    player = max(longest(a + b, False, 22) for a, b in pairs)
    assert 2 + dealer == blackjack.DEALER_CARDS
    assert 2 + player == blackjack.PLAYER_CARDS


def test_the_dealer_takes_cards_up_to_17():
    cards = jnp.array([1, 1, 1, 1, 6, 1, 1, 1, 1, 10], jnp.uint8)
    played = blackjack.play_dealer(hand(1, 1, size=blackjack.DEALER_CARDS), cards)
    # Twelve cards: six aces, a six that spoils the eleven, four aces to 16, and a ten.
    assert played.tolist() == [1, 1, 1, 1, 1, 1, 6, 1, 1, 1, 1, 10]
    stands = blackjack.play_dealer(hand(10, 7, size=blackjack.DEALER_CARDS), cards)
    assert stands.tolist() == [10, 7] + [0] * 10


@pytest.mark.parametrize(
    ("rules", "player", "dealer", "reward"),
    [
        ({"sab": True}, (1, 10), (10, 1), 0.0),
        ({"sab": True}, (1, 10), (5, 5), 1.0),
        ({"sab": True, "natural": True}, (1, 10), (10, 9), 1.0),
        ({"sab": False, "natural": True}, (1, 10), (10, 9), 1.5),
        ({"sab": False, "natural": True}, (10, 5, 6), (10, 9), 1.0),
        ({"sab": False, "natural": False}, (1, 10), (10, 9), 1.0),
        ({}, (10, 8), (10, 9), -1.0),
        ({}, (10, 9), (10, 9), 0.0),
    ],
)
def test_what_sticking_pays(rules, player, dealer, reward, getkey):
    env = jaxenvs.make("Blackjack-v1", **rules)
    step = env.step(getkey(), state_of(player, dealer), blackjack.STICK)
    assert float(step.reward) == reward
    assert step.terminated


def test_hitting_adds_a_card_and_ends_over_21(getkey):
    env = jaxenvs.make("Blackjack-v1")
    step = jax.jit(env.step)(getkey(), state_of((10, 10), (5, 5)), blackjack.HIT)
    card = int(step.state.player[2])
    assert int(step.obs[0]) == 20 + card
    assert bool(step.terminated) == (card > 1)
    assert float(step.reward) == (-1.0 if card > 1 else 0.0)
    over = env.step(getkey(), state_of((10, 10, 5), (5, 5)), blackjack.HIT)
    assert over.state.player.tolist() == hand(10, 10, 5).tolist()
    assert over.terminated


def test_the_dealer_plays_once(getkey):
    env = jaxenvs.make("Blackjack-v1")
    step = jax.jit(env.step)
    first = step(getkey(), state_of((10, 10), (2, 2)), blackjack.STICK)
    assert first.state.stuck
    again = step(getkey(), first.state, blackjack.STICK)
    assert again.state.dealer.tolist() == first.state.dealer.tolist()
    assert float(again.reward) == float(first.reward)


def test_sticking_on_20_wins_as_often_as_the_tables_say(getkey):
    """Against a six, 20 wins 0.704 more often than it loses, as strategy tables have it."""
    env = jaxenvs.make("Blackjack-v1")
    num_hands = 40_000

    def one(key):
        hidden_key, play_key = jax.random.split(key)
        hidden = blackjack.draw_cards(hidden_key, 1)[0]
        dealer = hand(6, 0, size=blackjack.DEALER_CARDS).at[1].set(hidden)
        state = state_of((10, 10), (6, 2)).replace(dealer=dealer)
        return env.step(play_key, state, blackjack.STICK).reward

    rewards = jax.jit(jax.vmap(one))(jax.random.split(getkey(), num_hands))
    assert abs(float(rewards.mean()) - 0.704) < 5 * float(np.std(rewards)) / num_hands**0.5
