"""The rules of SpaceInvaders."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.minatar import _bitmap as bitmap
from jaxenvs.envs.minatar._game import FIRE, LEFT, NOOP, RIGHT
from tests.envs.minatar.table import NEVER, Table


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
