"""The rules of Freeway."""

import jax.numpy as jnp

from jaxenvs.envs.minatar import freeway
from jaxenvs.envs.minatar._game import DOWN, NOOP, UP
from tests.envs.minatar.table import Table, packed


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
