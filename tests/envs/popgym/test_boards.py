import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.popgym import _bitboard as bitboard
from jaxenvs.envs.popgym import battleship


def starts(env, key, count):
    return jax.jit(jax.vmap(env.reset))(jax.random.split(key, count))[1]


@jax.jit
def _step(env, state, action):
    return env.step(jax.random.key(0), state, action)


def step(env, state, action):
    return _step(env, state, jnp.asarray(action, jnp.int32))


def unpacked(boards):
    return np.asarray(jax.jit(jax.vmap(bitboard.unpack))(boards))


# -- bits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5, 32])
def test_boards_of_bits(size):
    squares = np.random.default_rng(size).random((size, size)) < 0.5
    board = bitboard.pack(jnp.asarray(squares))
    assert (np.asarray(bitboard.unpack(board)) == squares).all()
    assert int(bitboard.count(board)) == squares.sum()
    places = [bitboard.nth(board, jnp.int32(n)) for n in range(min(squares.sum(), 40))]
    assert [(int(r), int(c)) for r, c in places] == [
        tuple(place) for place in np.argwhere(squares).tolist()[:40]
    ]
    one = bitboard.square(size, jnp.int32(size - 1), jnp.int32(size - 1))
    assert np.argwhere(bitboard.unpack(one)).tolist() == [[size - 1, size - 1]]


def test_boards_are_at_most_as_wide_as_a_number():
    with pytest.raises(
        ValueError, match="board_size: expected a whole number from 1 to 32, got 33"
    ):
        jaxenvs.make("POPGym-BattleshipEasy-v0", board_size=33)


# -- Battleship --------------------------------------------------------------------------------


def test_room_for_ships():
    ships = np.zeros((4, 4), bool)
    ships[1, 2] = True
    begins = battleship.room_for(bitboard.pack(jnp.asarray(ships)), jnp.int32(3), 4)
    across, down = (bitboard.unpack(part) for part in jnp.split(begins, 2))
    assert np.argwhere(across).tolist() == [[r, c] for r in (0, 2, 3) for c in (0, 1)]
    assert np.argwhere(down).tolist() == [[r, c] for r in (0, 1) for c in (0, 1, 3)]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_one_ship_lies_anywhere_alike(size, getkey):
    env: Any = jaxenvs.make("POPGym-BattleshipEasy-v0", board_size=5, ship_sizes=(size,))
    boards = unpacked(starts(env, getkey(), 20_000).ships).reshape(-1, 25)
    assert (boards.sum(axis=1) == size).all()
    places, found = np.unique(boards, axis=0, return_counts=True)
    assert len(places) == {1: 25, 2: 40, 5: 10}[size]
    expected = 20_000 / len(places)
    # Up to 39 degrees of freedom: one in a million lies above 95.
    assert ((found - expected) ** 2 / expected).sum() < 95


@pytest.mark.parametrize("level", ["Easy", "Medium", "Hard"])
def test_ships_are_where_popgym_puts_them(level, getkey):
    """How often each square is taken, and how many squares of ships touch, on both sides."""
    popgym = pytest.importorskip("popgym")
    num_boards = 3000
    env: Any = jaxenvs.make(f"POPGym-Battleship{level}-v0")
    ours = unpacked(starts(env, getkey(), num_boards).ships)
    theirs_env = getattr(popgym.envs, f"Battleship{level}")()
    theirs_env.reset(seed=0)
    theirs = np.array([theirs_env.reset() and theirs_env.board for _ in range(num_boards)]) > 0
    assert (ours.sum(axis=(1, 2)) == 12).all()
    share = (ours.mean(axis=0) + theirs.mean(axis=0)) / 2
    z = (ours.mean(axis=0) - theirs.mean(axis=0)) / np.sqrt(share * (1 - share) * 2 / num_boards)
    assert np.abs(z).max() < 5.5  # of 144 squares
    a, b = (touching(boards) for boards in (ours, theirs))
    assert abs(a.mean() - b.mean()) < 5 * np.sqrt((a.var() + b.var()) / num_boards)


def touching(boards):
    """Pairs of neighbours that are both taken, for each board."""
    down = (boards[:, 1:] & boards[:, :-1]).sum(axis=(1, 2))
    return down + (boards[:, :, 1:] & boards[:, :, :-1]).sum(axis=(1, 2))


def test_a_perfect_battle_pays_one_and_a_square_counts_once(getkey):
    env: Any = jaxenvs.make("POPGym-BattleshipEasy-v0")
    _, state = env.reset(getkey())
    squares = np.argwhere(bitboard.unpack(state.ships)).tolist()
    total = 0.0
    for place, square in enumerate(squares):
        t = step(env, state, square)
        total += float(t.reward)
        assert (int(t.obs), bool(t.terminated)) == (1, place == 11)
        again = step(env, t.state, square)
        assert (int(again.obs), float(again.reward)) == (0, pytest.approx(-1 / 52))
        state = t.state
    assert total == pytest.approx(1)


@pytest.mark.parametrize("sizes", [(9,), (0,), (), (8,) * 9, (4,) * 10])
def test_fleets_that_might_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match="ship_sizes"):
        jaxenvs.make("POPGym-BattleshipEasy-v0", ship_sizes=sizes)


# -- Concentration -----------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["Easy", "Medium", "Hard"])
def test_tables_hold_every_card(level, getkey):
    env: Any = jaxenvs.make(f"POPGym-Concentration{level}-v0")
    kinds = np.asarray(starts(env, getkey(), 400).kinds)
    deck = np.repeat(np.arange(env.num_kinds), env.num_cards // env.num_kinds)
    assert (np.sort(kinds, axis=1) == deck).all()


def test_shuffles_are_uniform(getkey):
    env: Any = jaxenvs.make("POPGym-ConcentrationHard-v0")
    kinds = np.asarray(starts(env, getkey(), 20_000).kinds)
    found = np.stack([(kinds == kind).mean(axis=0) for kind in range(13)])
    z = (found - 1 / 13) / np.sqrt(1 / 13 * 12 / 13 / 20_000)
    assert np.abs(z).max() < 5.5  # of 676
    together = (kinds[:, :-1] == kinds[:, 1:]).mean()
    assert together == pytest.approx(3 / 51, abs=0.002)


def test_a_perfect_memory_pays_one(getkey):
    env: Any = jaxenvs.make("POPGym-ConcentrationHard-v0")
    _, state = env.reset(getkey())
    order = np.argsort(np.asarray(state.kinds), kind="stable").tolist()
    total = 0.0
    for place, card in enumerate(order):
        t = step(env, state, card)
        total += float(t.reward)
        assert bool(t.terminated) == (place == 51)
        assert int((t.obs != 13).sum()) == place + 1
        state = t.state
    assert total == pytest.approx(1, abs=1e-5)


def test_the_ways_to_turn_cards_in_vain(getkey):
    env: Any = jaxenvs.make("POPGym-ConcentrationHard-v0")
    _, state = env.reset(getkey())
    state = state.replace(kinds=jnp.arange(52, dtype=jnp.uint8) // 4)
    loss = -1 / 104
    # two that differ; the same one twice; a pair; one that lies up; one, then one that lies up
    cards = [0, 4, 8, 8, 0, 1, 0, 5, 1]
    rewards = [0, 2 * loss, 0, 2 * loss, 0, 1 / 26, loss, 0, 2 * loss]
    shown = [[0], [0, 4], [8], [8], [0], [0, 1], [0, 1], [0, 1, 5], [0, 1, 5]]
    for card, reward, up in zip(cards, rewards, shown, strict=True):
        t = step(env, state, card)
        assert float(t.reward) == pytest.approx(reward)
        assert np.flatnonzero(np.asarray(t.obs) != 13).tolist() == up
        state = t.state


def test_suits_need_an_even_number_of_decks():
    env: Any = jaxenvs.make("POPGym-ConcentrationEasy-v0", deck_type="suits", num_decks=2)
    assert env.num_kinds == 4
    with pytest.raises(ValueError, match="odd number of cards"):
        jaxenvs.make("POPGym-ConcentrationEasy-v0", deck_type="suits")


# -- MineSweeper -------------------------------------------------------------------------------


def test_mines_lie_anywhere_alike(getkey):
    env: Any = jaxenvs.make("POPGym-MineSweeperEasy-v0")
    mines = unpacked(starts(env, getkey(), 24_000).mines).reshape(-1, 16)
    pairs = [np.flatnonzero(row) for row in mines]
    found = np.zeros((16, 16))
    np.add.at(found, tuple(np.transpose(pairs)), 1)
    places = list(itertools.combinations(range(16), 2))
    found = np.array([found[place] for place in places])
    # 119 degrees of freedom: one in a million lies above 204.
    assert ((found - 200) ** 2 / 200).sum() < 204


def test_tiles_tell_the_mines_around_them(getkey):
    env: Any = jaxenvs.make("POPGym-MineSweeperHard-v0")
    _, state = env.reset(getkey())
    mines = np.asarray(bitboard.unpack(state.mines))
    padded = np.pad(mines, 1).astype(int)
    total = 0.0
    clear = np.argwhere(~mines).tolist()
    for place, (row, column) in enumerate(clear):
        t = step(env, state, [row, column])
        assert int(t.obs) == padded[row : row + 3, column : column + 3].sum()
        assert bool(t.terminated) == bool(t.truncated) == (place == 53)
        total += float(t.reward)
        state = t.state
    assert total == pytest.approx(1, abs=1e-5)
    again = step(env, state, clear[0])
    assert float(again.reward) == pytest.approx(-0.5 / 52)
    lost = step(env, state, np.argwhere(mines)[0])
    assert bool(lost.terminated)
    assert float(lost.reward) == pytest.approx(-0.5 - 1 / 54)


def test_boards_without_room_are_refused():
    with pytest.raises(ValueError, match="num_mines: expected 1 to 13"):
        jaxenvs.make("POPGym-MineSweeperEasy-v0", num_mines=14)


# -- MultiarmedBandit --------------------------------------------------------------------------


def test_arms_pay_with_their_chances(getkey):
    env: Any = jaxenvs.make("POPGym-MultiarmedBanditMedium-v0")
    chances = np.sort(np.asarray(starts(env, getkey(), 2000).chances).ravel())
    uniform = (np.arange(chances.size) + 0.5) / chances.size
    # Kolmogorov and Smirnov: one in a million lies above 2.7.
    assert np.abs(chances - uniform).max() * np.sqrt(chances.size) < 2.7
    state = starts(env, getkey(), 1)
    state = jax.tree.map(lambda leaf: leaf[0], state)
    pulls = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))
    for arm in (0, 19):
        t = pulls(jax.random.split(getkey(), 10_000), state, jnp.int32(arm))
        chance = float(state.chances[arm])
        assert t.obs.mean() == pytest.approx(chance, abs=5 * (chance * (1 - chance) / 1e4) ** 0.5)
        np.testing.assert_allclose(t.reward, np.where(t.obs == 1, 1, -1) / 400)
