"""What is random in MinAtar is distributed alike in ours."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import jaxenvs
from jaxenvs.envs.minatar import asterix, freeway

pytest.importorskip("minatar")

from minatar.environments import asterix as their_asterix
from minatar.environments import breakout as their_breakout
from minatar.environments import freeway as their_freeway
from minatar.environments import seaquest as their_seaquest

NUM_DRAWS = 6000
# Both sides are seeded, so that a p-value is the same in every run.
LEAST_P = 1e-3


def draws_of(game: str) -> Any:
    """Many steps' random choices, as numpy arrays."""
    env: Any = jaxenvs.make(f"MinAtar-{game}-v1")
    keys = jax.random.split(jax.random.key(0), NUM_DRAWS)
    drawn = jax.jit(jax.vmap(env.draw, in_axes=(0, None)))(keys, env.default_params)
    return jax.tree.map(np.asarray, drawn)


def assert_alike(ours: Iterable[Any], theirs: Iterable[Any]) -> None:
    """The same outcomes occur, about as often."""
    counts = Counter(ours), Counter(theirs)
    outcomes = sorted(counts[0] | counts[1])
    table = np.array([[count[outcome] for outcome in outcomes] for count in counts])
    assert table.all(), "one side has outcomes that the other lacks"
    assert p_value(table) > LEAST_P


def p_value(table: np.ndarray) -> Any:
    """Of rows with the same shares."""
    return stats.chi2_contingency(table)[1]


def repeated(game: Any, again: Callable[[], Any]) -> list[Any]:
    """What `again` gives, many times."""
    game.random = np.random.RandomState(1)
    return [again() for _ in range(NUM_DRAWS)]


def lanes(word: Any) -> np.ndarray:
    """The eight numbers of each word."""
    shifts = np.arange(0, 32, 4, dtype=np.uint32)
    return (np.asarray(word, np.uint32)[..., None] >> shifts & 15).astype(int)


@pytest.mark.parametrize(
    "taken", [(), (2, 3, 6), (1, 2, 3, 4, 6, 7, 8), tuple(range(1, 9))], ids=str
)
def test_crossers_of_asterix(taken: tuple[int, ...]):
    rows = jnp.uint32(sum(1 << 4 * (row - 1) for row in taken))
    none = jnp.uint32(0)
    before = asterix.Crossers(here=rows, gold=none, right=none, x=none)
    spawn = jax.jit(jax.vmap(lambda draws: asterix.spawned(before, draws, jnp.bool_(True))))
    after = jax.tree.map(lanes, spawn(draws_of("Asterix")))
    theirs: Any = their_asterix.Env()
    held: list[Any] = [
        None if row + 1 not in taken else [0, row + 1, False, False] for row in range(8)
    ]

    def again() -> Any:
        theirs.entities = held[:]
        theirs._spawn_entity()
        new = [x for x, old in zip(theirs.entities, held, strict=True) if x is not old]
        return tuple(int(part) for part in new[0]) if new else ()

    ours = []
    for i in range(NUM_DRAWS):
        new = [row for row in range(8) if after.here[i, row] and row + 1 not in taken]
        assert len(new) == (len(taken) < 8)
        fields = [(after.x[i, r], r + 1, after.right[i, r], after.gold[i, r]) for r in new]
        ours += [tuple(int(part) for part in fields[0])] if fields else [()]
    assert_alike(ours, repeated(theirs, again))


def test_balls_of_breakout():
    env: Any = jaxenvs.make("MinAtar-Breakout-v1")
    keys = jax.random.split(jax.random.key(0), NUM_DRAWS)
    ball = jax.jit(jax.vmap(env.reset))(keys)[1].ball
    theirs = their_breakout.Env()

    def again() -> Any:
        theirs.reset()
        return theirs.ball_x, theirs.ball_dir == 2  # to the right and down

    ours = zip(np.asarray(ball.x).tolist(), (np.asarray(ball.dx) == 1).tolist(), strict=True)
    assert_alike(ours, repeated(theirs, again))


@pytest.mark.parametrize("at_start", [True, False])
def test_cars_of_freeway(at_start: bool):
    if at_start:
        words = jax.random.bits(jax.random.key(3), (NUM_DRAWS, 9), jnp.uint32)
        drawn = jax.jit(jax.vmap(freeway.drawn_traffic))(words)
    else:
        drawn = draws_of("Freeway").traffic
    ours = lanes(drawn.speed) * (2 * lanes(drawn.right) - 1)
    theirs = their_freeway.Env()

    def again() -> Any:
        theirs._randomize_cars(initialize=at_start)
        return [car[3] for car in theirs.cars]

    others = np.array(repeated(theirs, again))
    for lane in range(8):
        assert_alike(ours[:, lane].tolist(), others[:, lane].tolist())
        neighbours = [lane, (lane + 1) % 8]
        assert_alike(map(tuple, ours[:, neighbours]), map(tuple, others[:, neighbours]))


def test_swimmers_of_seaquest():
    draws = draws_of("Seaquest")
    theirs = their_seaquest.Env()

    def enemy() -> Any:
        theirs.e_subs, theirs.e_fish = [], []
        theirs._spawn_enemy()
        (new,) = theirs.e_subs + theirs.e_fish
        return new[1], bool(new[2]), bool(theirs.e_subs)

    def diver() -> Any:
        theirs.divers = []
        theirs._spawn_diver()
        return theirs.divers[0][1], bool(theirs.divers[0][2])

    new = (draws.enemy.row, draws.enemy.from_left, draws.armed)
    assert_alike(zip(*(part.tolist() for part in new), strict=True), repeated(theirs, enemy))
    new = (draws.diver.row, draws.diver.from_left)
    assert_alike(zip(*(part.tolist() for part in new), strict=True), repeated(theirs, diver))
    both = zip(draws.enemy.row.tolist(), draws.diver.row.tolist(), strict=True)
    table = np.zeros((8, 8))
    for enemy_row, diver_row in both:
        table[enemy_row - 1, diver_row - 1] += 1
    assert p_value(table) > LEAST_P, "the two rows depend on each other"


@pytest.mark.parametrize("game", ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"])
def test_one_action_in_ten_sticks(game: str):
    repeats = draws_of(game).repeats
    assert stats.binomtest(int(repeats.sum()), NUM_DRAWS, 0.1).pvalue > LEAST_P
