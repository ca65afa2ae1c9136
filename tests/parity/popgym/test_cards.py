"""The tasks of cards against popgym, with the same decks."""

from typing import Any

import gymnasium
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.popgym import _cards as cards
from tests.parity import report, rollout
from tests.parity.popgym import replay

popgym = pytest.importorskip("popgym")

NUM_ENVS = 34
# The levels differ in how many decks there are and how far back one must remember.
LEVELS = [
    pytest.param("Easy", marks=pytest.mark.slow),
    "Medium",
    pytest.param("Hard", marks=pytest.mark.slow),
]


def one_deck(theirs, shared, episode):
    """The suits or ranks that we were shown, for a game with one deck."""
    ranks = isinstance(theirs, popgym.envs.HigherLower)
    features = theirs.deck.ranks_idx if ranks else theirs.deck.suits_idx
    shared.orders = [replay.dealt_from_the_end(features, episode.obs)]


def watched(theirs, shared, episode):
    """The suits of Autoencode, as many as were shown."""
    seen = episode.obs[: theirs.deck.num_cards, 1]
    shared.orders = [replay.dealt_from_the_end(theirs.deck.suits_idx, seen)]


def two_decks(theirs, shared, episode):
    features = theirs.deck_idx_type
    shared.orders = [replay.dealt_from_the_end(features, episode.obs[:, i]) for i in range(2)]


def right_count(env):
    """The answer to CountRecall, so that rewards come."""

    def expert(key, state):
        return env.most - cards.count_of(state.left[0], state.shown[1])

    return expert


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("name", "prepare"),
    [
        ("RepeatFirst", one_deck),
        ("RepeatPrevious", one_deck),
        ("Autoencode", watched),
        ("CountRecall", two_decks),
        ("HigherLower", one_deck),
    ],
)
def test_episodes_are_popgym_s(name, prepare, level):
    env: Any = jaxenvs.make(f"POPGym-{name}{level}-v0")
    theirs: Any = gymnasium.make(f"popgym-{name}{level}-v0", disable_env_checker=True).unwrapped
    num_steps = 1700 if name == "RepeatFirst" else 1000
    policy = None
    if name == "CountRecall":
        policy = replay.mixed(right_count(env), env.action_space().sample, 0.5)
    played = rollout.play(env, NUM_ENVS, num_steps, policy=policy)
    assert played.step.terminated.any()
    error = replay.follow(theirs, played, prepare)
    assert {-1, 1} <= set(np.sign(played.step.reward).ravel().tolist())
    replay.same_spaces(env, theirs)
    report.record(f"POPGym-{name}{level}-v0", "popgym", NUM_ENVS * num_steps, error)
