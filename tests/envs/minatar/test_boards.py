"""Asterix, Breakout, Freeway and SpaceInvaders."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.minatar import _bitmap as bitmap
from jaxenvs.envs.minatar import _lanes as lanes
from jaxenvs.envs.minatar import asterix, freeway
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, NOOP, RIGHT, UP
from tests.envs.minatar.table import Table

NEVER = 10_000  # a time that does not come


def packed(**by_row):
    """A word of lanes from keywords such as `row3=7`."""
    return sum(value << 4 * (int(name[3:]) - 1) for name, value in by_row.items())


# -- Breakout ----------------------------------------------------------------------------------


def breakout(**fields):
    table = Table("Breakout")
    table.put(**fields)
    return table


def ball(x, y, dx, dy):
    return {"ball__x": x, "ball__y": y, "ball__dx": dx, "ball__dy": dy}


def test_the_opening_of_breakout():
    table = Table("Breakout")
    assert table.cells("brick") == [(row, column) for row in (1, 2, 3) for column in range(10)]
    assert table.cells("paddle") == [(9, 4)]
    assert table.cells("ball") == table.cells("trail")
    assert table.cells("ball")[0] in ((3, 0), (3, 9))


def test_the_paddle_stays_on_the_board():
    table = breakout(**ball(5, 4, 1, 1))
    table.play(*[LEFT] * 4)
    assert table.cells("paddle") == [(9, 0)]
    table.play(LEFT)
    assert table.cells("paddle") == [(9, 0)]


def test_a_brick_breaks_and_turns_the_ball():
    table = breakout(**ball(5, 4, 1, -1))
    assert table.play(NOOP) == [1]
    assert (3, 6) not in table.cells("brick")
    assert len(table.cells("brick")) == 29
    assert table.cells("ball") == [(4, 6)]
    assert table.cells("trail") == [(4, 5)]
    table.play(NOOP)
    assert table.cells("ball") == [(5, 7)]


def test_a_ball_that_just_struck_passes_through_the_next_brick():
    table = breakout(**ball(5, 4, 1, -1), striking=True)
    assert table.play(NOOP) == [0]
    assert len(table.cells("brick")) == 30
    assert table.cells("ball") == [(3, 6)]


def test_walls_and_ceiling_turn_the_ball():
    table = breakout(**ball(9, 5, 1, 1))
    table.play(NOOP)
    assert table.cells("ball") == [(6, 9)]
    table.play(NOOP)
    assert table.cells("ball") == [(7, 8)]
    table = breakout(**ball(4, 0, 1, -1), bricks=1)
    table.play(NOOP, NOOP)
    assert table.cells("ball") == [(1, 6)]


@pytest.mark.parametrize(
    ("paddle", "lands", "next_column"),
    [(4, True, 6), (5, True, 4), (3, False, None), (6, False, None)],
    ids=["under the ball", "where it would land", "behind", "beyond"],
)
def test_the_paddle_turns_the_ball(paddle, lands, next_column):
    table = breakout(**ball(4, 8, 1, 1), paddle=paddle)
    table.play(NOOP)
    assert table.over != lands
    if lands:
        assert table.cells("ball") == [(8, 5)]
        table.play(NOOP)
        assert table.cells("ball") == [(7, next_column)]


def test_a_cleared_wall_comes_back_at_the_paddle():
    table = breakout(**ball(5, 4, 1, -1), bricks=1 << 26, paddle=6)
    assert table.play(NOOP) == [1]
    assert not table.cells("brick")
    table.play(NOOP)
    assert not table.cells("brick")
    table.put(**ball(5, 8, 1, 1))
    table.play(NOOP)
    assert len(table.cells("brick")) == 30


# -- Asterix -----------------------------------------------------------------------------------


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


# -- Freeway -----------------------------------------------------------------------------------


def road(**numbers):
    """A road whose cars stand at the left, all driving to the right in a while."""
    table = Table("Freeway", **numbers)
    table.put(cars__x=0, cars__right=0x11111111, cars__speed=0x55555555, cars__timer=0x99999999)
    return table


def test_the_chicken_walks_every_third_step():
    table = road()
    assert table.cells("chicken") == [(9, 4)]
    table.play(UP, UP, UP)
    assert table.cells("chicken") == [(9, 4)]
    table.play(UP, UP, UP)
    assert table.cells("chicken") == [(8, 4)]
    table.play(UP, DOWN, NOOP, DOWN)
    assert table.cells("chicken") == [(8, 4)]


def test_getting_across_pays_and_changes_the_traffic():
    table = road(move_interval=1)
    table.put(y=1, move_timer=0)
    traffic = freeway.Traffic(speed=jnp.uint32(0x12345123), right=jnp.uint32(0x10101010))
    assert table.play(UP, traffic=traffic) == [1]
    assert table.cells("chicken") == [(9, 4)]
    assert int(table.state.cars.speed) == 0x12345123
    assert int(table.state.cars.right) == 0x10101010
    assert not table.over
    assert table.play(UP, UP) == [0, 0]


def test_a_car_sends_the_chicken_back():
    table = road(move_interval=1)
    table.put(y=3, move_timer=0, cars__x=packed(row2=4))
    assert table.play(UP) == [0]
    assert table.cells("chicken") == [(9, 4)]
    assert not table.over
    table.put(y=6, cars__x=packed(row6=3), cars__timer=0x99099999)
    table.play(NOOP)
    assert table.cells("chicken") == [(9, 4)]


def test_cars_drive_at_their_speeds_and_round_the_edge():
    table = road()
    speeds = packed(row1=1, row2=2, row3=3, row4=4, row5=5, row6=1, row7=1, row8=1)
    table.put(cars__speed=speeds, cars__timer=speeds, cars__right=0x00011111)
    table.play(*[NOOP] * 12)
    columns = dict(table.cells("car"))
    assert columns == {1: 6, 2: 4, 3: 3, 4: 2, 5: 2, 6: 4, 7: 4, 8: 4}
    assert table.cells("speed3") == [(3, 2)]
    assert table.cells("speed1") == [(1, 5), (6, 5), (7, 5), (8, 5)]


def test_the_clock_of_freeway_ends_the_game():
    table = road(time_limit=4)
    table.play(*[NOOP] * 4)
    assert not table.over
    table.play(NOOP)
    assert table.over
    endless = road(time_limit=0)
    endless.put(time=3000)
    endless.play(NOOP)
    assert not endless.over


# -- SpaceInvaders -----------------------------------------------------------------------------


def words(*cells):
    """A set of cells."""
    board = np.zeros((10, 10), bool)
    for row, column in cells:
        board[row, column] = True
    return tuple(int(word) for word in bitmap.bitmap(board).words)


def invaders(*aliens, **numbers):
    """A game in which the wave, by default the usual one, neither moves nor shoots."""
    table = Table("SpaceInvaders", **numbers)
    table.put(aliens__move_timer=NEVER, aliens__shot_timer=NEVER)
    if aliens:
        place(table, "aliens__cells", *aliens)
    return table


def place(table, field, *cells):
    outer = table.state.aliens if field == "aliens__cells" else table.state
    old = getattr(outer, field.rpartition("__")[2])
    new = [jnp.asarray(word, old.words[0].dtype) for word in words(*cells)]
    new = old.replace(words=tuple(new))
    if outer is table.state:
        table.state = outer.replace(**{field: new})
    else:
        table.state = table.state.replace(aliens=outer.replace(cells=new))


def test_the_first_wave_has_24_aliens_going_left():
    table = Table("SpaceInvaders")
    wave = [(row, column) for row in range(4) for column in range(2, 8)]
    assert table.cells("alien") == table.cells("alien_left") == wave
    assert not table.cells("alien_right")
    assert table.cells("cannon") == [(9, 5)]


def test_the_cannon_reloads():
    table = invaders((0, 0))
    rewards = table.play(*[FIRE] * 6)
    assert rewards == [0] * 6
    assert table.cells("friendly_bullet") == [(3, 5), (8, 5)]


def test_an_alien_that_is_shot_pays():
    table = invaders((6, 5), (0, 0))
    assert table.play(FIRE, NOOP, NOOP) == [0, 0, 1]
    assert table.cells("alien") == [(0, 0)]
    assert not table.cells("friendly_bullet")


def test_the_wave_turns_at_the_wall_and_comes_down():
    table = invaders((2, 0), (1, 3))
    table.put(aliens__move_timer=0)
    table.play(NOOP)
    assert table.cells("alien_right") == [(2, 3), (3, 0)]
    assert int(table.state.aliens.move_timer) == 1, "two aliens move every second step"
    table.play(NOOP, NOOP)
    assert table.cells("alien_right") == [(2, 4), (3, 1)]


def test_a_wave_that_gets_down_wins():
    table = invaders((8, 0), (3, 3))
    table.put(aliens__move_timer=0, x=0)
    table.play(NOOP)
    assert table.over
    table = invaders((9, 0))
    table.put(aliens__move_timer=0)
    table.play(NOOP)
    assert table.over, "it would leave the board"


def test_walking_into_an_alien_ends_the_game():
    table = invaders((9, 4), (0, 8))
    table.play(RIGHT)
    assert not table.over
    table.play(LEFT, LEFT)
    assert table.over


@pytest.mark.parametrize("dodge", [True, False])
def test_bombs_hit_where_the_cannon_has_moved(dodge):
    table = invaders((0, 0))
    place(table, "bombs", (8, 5))
    table.play(RIGHT if dodge else NOOP)
    assert table.over != dodge
    table = invaders((0, 0))
    place(table, "bombs", (8, 6))
    table.play(RIGHT if not dodge else NOOP)
    assert table.over != dodge, "walking under a bomb"


@pytest.mark.parametrize(
    ("aliens", "drops"),
    [
        (((1, 4), (3, 4), (2, 8)), (3, 4)),
        (((1, 2), (0, 8)), (1, 2)),
        (((1, 1), (0, 8)), (0, 8)),
        (((0, 0),), (0, 0)),
        (((0, 9),), (0, 9)),
        (((2, 5),), (2, 5)),
    ],
    ids=["lowest", "left of two", "nearest", "far left", "far right", "above"],
)
def test_the_nearest_alien_shoots(aliens, drops):
    table = invaders(*aliens)
    table.put(aliens__shot_timer=0)
    table.play(NOOP)
    assert table.cells("enemy_bullet") == [drops]
    assert int(table.state.aliens.shot_timer) == 9


@pytest.mark.parametrize(("ramping", "interval"), [(True, 11), (False, 12)])
def test_a_new_wave_is_faster(ramping, interval):
    table = invaders((7, 5), ramping=ramping)
    assert table.play(FIRE, NOOP) == [0, 1]
    assert len(table.cells("alien")) == 24
    assert int(table.state.aliens.interval) == interval
    table.put(aliens__interval=6)
    place(table, "aliens__cells", (6, 5))
    place(table, "shots", (7, 5))
    table.play(NOOP)
    assert int(table.state.aliens.interval) == 6, "not faster than this"


# -- words -------------------------------------------------------------------------------------


def test_bitmaps_move_as_boards_do():
    board = np.random.default_rng(0).random((10, 10)) < 0.4
    cells = bitmap.bitmap(board)
    moved = {"left": (0, -1), "right": (0, 1), "raised": (-1, 0), "lowered": (1, 0)}
    for name, (down, right) in moved.items():
        expected = np.roll(board, (down, right), (0, 1))
        if down:
            expected[0 if down == 1 else -1] = False
        else:
            expected[:, 0 if right == 1 else -1] = False
        ours = bitmap.by_cell(getattr(bitmap, name)(cells))
        assert (np.asarray(ours).reshape(10, 10) == expected).all(), name
    assert int(bitmap.count(cells)) == board.sum()
    assert int(bitmap.columns(cells)) == sum(1 << i for i in np.flatnonzero(board.any(axis=0)))
    only = np.asarray(bitmap.by_cell(bitmap.last(cells))).reshape(10, 10)
    assert np.argwhere(only).tolist() == np.argwhere(board)[-1:].tolist()


def test_lanes_find_the_nth():
    flag = jnp.uint32(packed(row1=1, row4=1, row8=1))
    found = [int(lanes.nth(flag, jnp.int32(n))) for n in range(1, 5)]
    assert found == [packed(row1=1), packed(row4=1), packed(row8=1), 0]
    assert int(lanes.count(flag)) == 3
