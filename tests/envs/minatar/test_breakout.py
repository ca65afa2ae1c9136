"""The rules of Breakout."""

import pytest

from jaxenvs.envs.minatar._game import LEFT, NOOP
from tests.envs.minatar.table import Table


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
