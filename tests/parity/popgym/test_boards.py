"""The games on hidden boards and the bandit against popgym, with the same boards and luck."""

from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.popgym import _bitboard as bitboard
from tests.parity import report, rollout
from tests.parity.popgym import replay

pytest.importorskip("popgym")

NUM_ENVS = 34
# The levels differ in the size of the board.
LEVELS = [
    "Easy",
    pytest.param("Medium", marks=pytest.mark.slow),
    pytest.param("Hard", marks=pytest.mark.slow),
]


def ships(theirs, shared, episode):
    """Our board, whatever ship popgym is about to place."""
    board = np.asarray(bitboard.unpack(episode.state.ships[0])).astype(np.int8)
    theirs.place_ship = lambda *_: board.copy()


def table(theirs, shared, episode):
    """Our cards in their places; popgym's cards are told apart by number."""
    pools = {
        kind: np.flatnonzero(theirs.deck_idx_type == kind).tolist()
        for kind in np.unique(theirs.deck_idx_type)
    }
    shared.orders = [np.array([pools[kind].pop() for kind in episode.state.kinds[0].tolist()])]


def mines(theirs, shared, episode):
    shared.numbers = [np.flatnonzero(bitboard.unpack(episode.state.mines[0]))]


def arms(theirs, shared, episode):
    shared.numbers = [episode.state.chances[0], *episode.draws.tolist()]


def some_square(key, wanted):
    """A random square of the mask as row and column."""
    draws = jax.random.uniform(key, wanted.shape, jnp.float32)
    square = jnp.argmax(jnp.where(wanted, draws, -1.0))
    return jnp.stack(jnp.unravel_index(square, wanted.shape)).astype(jnp.int32)


def shoot(key, state):
    return some_square(key, bitboard.unpack(state.ships & ~state.shots))


def look(key, state):
    return some_square(key, ~bitboard.unpack(state.mines | state.viewed))


def match(key, state):
    """The partner of the card that waits, or any card that has none yet."""
    places = jnp.arange(state.kinds.shape[0], dtype=jnp.int16)
    partner = (state.kinds == state.kinds[state.turned[0]]) & (places != state.turned[0])
    wanted = ~state.paired & (partner | ~state.waits)
    draws = jax.random.uniform(key, places.shape, jnp.float32)
    return jnp.argmax(jnp.where(wanted, draws, -1.0)).astype(jnp.int32)


def check(name, level, prepare, expert=None, share=0.0, draws=lambda key: (), num_steps=1000):
    env: Any = jaxenvs.make(f"POPGym-{name}{level}-v0")
    theirs: Any = gymnasium.make(f"popgym-{name}{level}-v0", disable_env_checker=True).unwrapped
    policy = replay.mixed(expert, env.action_space().sample, share) if expert else None
    played = rollout.play(env, NUM_ENVS, num_steps, policy=policy, draws=draws)
    error = replay.follow(theirs, played, prepare)
    replay.same_spaces(env, theirs)
    report.record(f"POPGym-{name}{level}-v0", "popgym", NUM_ENVS * num_steps, error)
    return played


@pytest.mark.parametrize("level", LEVELS)
def test_battles_are_popgym_s(level):
    # Little enough help that some games are won and some run out of time.
    share = {"Easy": 0.15, "Medium": 0.1, "Hard": 0.07}[level]
    played = check("Battleship", level, ships, shoot, share)
    assert played.step.terminated.any()
    assert played.step.truncated.any()


@pytest.mark.parametrize("level", LEVELS)
def test_pairs_are_popgym_s(level):
    played = check("Concentration", level, table, match, 0.5)
    assert played.step.terminated.any()
    assert played.step.truncated.any()


@pytest.mark.parametrize("level", LEVELS)
def test_mines_are_popgym_s(level):
    played = check("MineSweeper", level, mines, look, 0.97)
    last = played.step
    won = last.terminated & (last.reward > 0)
    assert won.any()
    assert (last.terminated & (last.reward < 0)).any()
    assert (last.truncated & ~last.terminated).any()


@pytest.mark.parametrize("level", LEVELS)
def test_pulls_are_popgym_s(level):
    played = check(
        "MultiarmedBandit", level, arms, draws=lambda key: jax.random.uniform(key, (), jnp.float32)
    )
    assert played.step.truncated.any()
