"""The rules of Asterix."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.minatar import asterix
from jaxenvs.envs.minatar._game import DOWN, LEFT, NOOP, UP
from tests.envs.minatar.table import NEVER, Table, packed


def crossing(here, gold=0, right=0, x=0, **numbers):
    """A game with things on their way; nothing else comes."""
    table = Table("Asterix", **numbers)
    table.put(spawn_timer=NEVER, move_timer=NEVER)
    table.put(crossers__here=here, crossers__gold=gold, crossers__right=right, crossers__x=x)
    return table


def test_the_player_of_asterix_keeps_off_the_edge_rows():
    table = crossing(0)
    table.play(*[UP] * 9)
    assert table.cells("player") == [(1, 5)]
    table.play(*[DOWN] * 9, *[LEFT] * 9)
    assert table.cells("player") == [(8, 0)]


def test_gold_is_taken_and_pays():
    table = crossing(packed(row5=1), gold=packed(row5=1), right=packed(row5=1), x=packed(row5=4))
    assert table.play(NOOP) == [0]
    assert table.cells("gold") == [(5, 4)]
    assert table.cells("trail") == [(5, 3)]
    assert table.play(LEFT) == [1]
    assert not table.cells("gold")
    assert not table.over


def test_gold_comes_to_the_player_as_well():
    table = crossing(packed(row5=1), gold=packed(row5=1), right=packed(row5=1), x=packed(row5=4))
    table.put(move_timer=0)
    assert table.play(NOOP) == [1]


def test_an_enemy_ends_the_game():
    table = crossing(packed(row4=1), right=0, x=packed(row4=5))
    assert table.play(NOOP) == [0]
    assert table.cells("enemy") == [(4, 5)]
    assert table.cells("trail") == [(4, 6)]
    assert table.play(UP, UP) == [0, 0]
    assert table.over


def test_crossers_leave_the_board():
    table = crossing(packed(row2=1, row7=1), right=packed(row2=1), x=packed(row2=9, row7=0))
    table.put(move_timer=0)
    table.play(NOOP)
    assert not table.cells("enemy")
    assert int(table.state.move_timer) == 4


def test_nothing_comes_where_no_row_is_free():
    full = packed(**{f"row{row}": 1 for row in range(1, 9)})
    table = crossing(full, gold=full, x=packed(**{f"row{row}": row for row in range(1, 9)}))
    table.put(spawn_timer=0, x=0, y=1)
    before = table.state.crossers
    table.play(NOOP)
    assert jax.tree.all(jax.tree.map(lambda a, b: bool(a == b), before, table.state.crossers))
    assert int(table.state.spawn_timer) == 9


@pytest.mark.parametrize("taken", [(), (1,), (3, 4, 8), (1, 2, 3, 4, 5, 6, 7)], ids=str)
def test_every_free_row_is_found(taken):
    here = packed(**{f"row{row}": 1 for row in taken})
    free = [row for row in range(1, 9) if row not in taken]
    none = jnp.uint32(0)
    before = asterix.Crossers(here=jnp.uint32(here), gold=none, right=none, x=none)
    words = jnp.arange(0, 2**32, 2**24, dtype=jnp.uint32)
    draws = asterix.Draws(
        repeats=jnp.bool_(False), from_left=jnp.bool_(False), gold=jnp.bool_(True), row=words
    )
    axes = asterix.Draws(repeats=None, from_left=None, gold=None, row=0)  # type: ignore[arg-type]
    spawn = jax.vmap(asterix.spawned, in_axes=(None, axes, None))
    after = spawn(before, draws, jnp.bool_(True))
    found = np.asarray(after.here) ^ here
    share = {1 << 4 * (row - 1): 1 / len(free) for row in free}
    rows, counts = np.unique(found, return_counts=True)
    assert set(rows.tolist()) == set(share)
    assert np.ptp(counts) <= 1, "each as likely"
    assert (np.asarray(after.x) == found * 9).all()


def test_asterix_gets_harder():
    table = crossing(0, ramp_interval=3)
    seen = []
    for _ in range(5 * 20):
        table.play(NOOP)
        now = table.state.difficulty
        seen.append((int(now.spawn_interval), int(now.move_interval)))
    # Two steps more than the interval from one increase to the next; the moves every second time.
    assert seen[3:30:5] == [(10, 5), (9, 5), (8, 4), (7, 4), (6, 3), (5, 3)]
    assert seen[4:30:5] == [(9, 5), (8, 4), (7, 4), (6, 3), (5, 3), (4, 2)]
    assert seen[-1] == (1, 1)


def test_asterix_may_stay_as_easy():
    table = crossing(0, ramp_interval=0, ramping=False)
    table.play(*[NOOP] * 10)
    assert int(table.state.difficulty.level) == 0
    assert int(table.state.difficulty.spawn_interval) == 10
