"""Blackjack against Gymnasium, with the same cards."""

from typing import Any

import gymnasium
import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.toy_text import blackjack
from tests.parity import report, rollout


class SharedCards:
    """Stands for numpy's generator, and deals our cards."""

    def __init__(self) -> None:
        self.cards: list[int] = []

    def choice(self, choices: list[Any]) -> Any:
        # The deck is a list of numbers; suits and pictures are only for Gymnasium's drawing.
        return self.cards.pop(0) if len(choices) == 13 else choices[0]


RULES = [(False, True), (False, False), (True, False), (True, True)]


@pytest.mark.parametrize(("natural", "sab"), RULES)
def test_hands_are_gymnasium_s(natural, sab):
    num_envs, num_steps = 100, 500
    env = jaxenvs.make("Blackjack-v1", natural=natural, sab=sab)
    played = rollout.play(env, num_envs, num_steps, draws=lambda key: blackjack.draw_cards(key, 10))
    theirs: Any = gymnasium.make(
        "Blackjack-v1", natural=natural, sab=sab, disable_env_checker=True
    ).unwrapped
    theirs._np_random = shared = SharedCards()
    hands = sum(follow(theirs, shared, rollout.column(played, i)) for i in range(num_envs))
    assert hands > 30_000
    assert env.observation_space().to_gymnasium() == theirs.observation_space
    if natural and not sab:
        assert 1.5 in played.step.reward
    variant = "" if (natural, sab) == RULES[0] else f"natural={natural}, sab={sab}"
    report.record("Blackjack-v1", "gymnasium", num_envs * num_steps, 0.0, variant=variant)


def follow(theirs: Any, shared: SharedCards, ours: rollout.Rollout) -> int:
    """Plays one copy's hands in Gymnasium; returns how many there were."""
    for t in range(len(ours.start)):
        if ours.start[t]:
            shared.cards = ours.state.dealer[t][:2] + ours.state.player[t][:2]
            obs, _ = theirs.reset()
            assert obs == tuple(part[t] for part in ours.obs)
        shared.cards = ours.draws[t]
        obs, reward, terminated, _, _ = theirs.step(ours.action[t])
        step = ours.step
        assert obs == tuple(part[t] for part in step.obs)
        assert (reward, terminated) == (step.reward[t], step.terminated[t])
        assert cards(step.state.player[t]) == theirs.player
        assert cards(step.state.dealer[t]) == theirs.dealer
    return sum(ours.start)


def cards(hand: list[int]) -> list[int]:
    return [card for card in hand if card > 0]


def test_cards_come_as_often_as_in_a_deck(getkey):
    num_cards = 130_000
    drawn = np.asarray(blackjack.draw_cards(getkey(), num_cards))
    deck = np.bincount([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10], minlength=11)
    expected = deck[1:] / 13 * num_cards
    found = np.bincount(drawn, minlength=11)[1:]
    # 9 degrees of freedom: one in a million lies above 47.
    assert ((found - expected) ** 2 / expected).sum() < 47


def test_starts_are_gymnasium_s(getkey):
    """The first observation of 40,000 games on both sides, compared value by value."""
    num_games = 40_000
    env = jaxenvs.make("Blackjack-v1")
    ours, _ = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), num_games))
    game = gymnasium.make("Blackjack-v1").unwrapped
    game.reset(seed=0)
    theirs = np.array([game.reset()[0] for _ in range(num_games)]).T
    for mine, other, size in zip(ours, theirs, (32, 11, 2), strict=True):
        a, b = (np.bincount(np.asarray(x), minlength=size) for x in (mine, other))
        seen = a + b > 0
        # Up to 17 degrees of freedom: one in a million lies above 61.
        assert ((a - b)[seen] ** 2 / (a + b)[seen]).sum() < 61
