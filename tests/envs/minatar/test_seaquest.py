import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.minatar import _slots as slots
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, NOOP, RIGHT, UP
from jaxenvs.envs.minatar._seaquest_state import Arrival
from tests.envs.minatar.table import NEVER, Table


def arrival(row, from_left=True):
    return Arrival(from_left=jnp.bool_(from_left), row=jnp.int32(row))


def values(numbers, flags):
    """The numbers of the slots flagged, in the order of slots."""
    words = np.asarray(numbers)
    return [
        int(sum((words >> slot & 1) << np.arange(4))) for slot in range(32) if flags >> slot & 1
    ]


@pytest.fixture
def sea():
    """A game in which nothing comes by itself, the submarine in the middle."""
    table = Table("Seaquest")
    table.put(sub__x=5, sub__y=4, sub__surfaced=False)
    table.put(arrivals__enemy_timer=NEVER, arrivals__diver_timer=NEVER)
    return table


def comes(table, what, row, from_left=True):
    """A fish, a submarine or a diver comes in this step, in which the player rests."""
    timer = "diver" if what == "diver" else "enemy"
    table.put(**{f"arrivals__{timer}_timer": 0})
    draws = {timer: arrival(row, from_left)}
    if timer == "enemy":
        draws["armed"] = jnp.bool_(what == "submarine")
    reward = table.play(NOOP, **draws)
    table.put(**{f"arrivals__{timer}_timer": NEVER})
    return reward


def test_the_opening():
    table = Table("Seaquest")
    assert table.cells("sub_front") == [(0, 5)]
    assert table.cells("sub_back") == [(0, 6)]
    assert table.cells("oxygen_gauge") == [(9, column) for column in range(10)]
    for channel in ("diver_gauge", "friendly_bullet", "enemy_fish", "enemy_sub", "diver", "trail"):
        assert not table.cells(channel)


def test_the_sea_has_an_end(sea):
    sea.play(*[LEFT] * 7)
    assert sea.cells("sub_front") == [(4, 0)]
    sea.play(*[RIGHT] * 12)
    assert sea.cells("sub_front") == [(4, 9)]
    assert sea.cells("sub_back") == [(4, 8)]
    sea.play(*[DOWN] * 6)
    assert sea.cells("sub_front") == [(8, 9)]


def test_air_runs_out_under_water_only(sea):
    sea.put(sub__oxygen=2, sub__y=1)
    sea.play(NOOP, NOOP)
    assert not sea.over
    assert not sea.cells("oxygen_gauge")
    sea.play(NOOP)
    assert sea.over
    table = Table("Seaquest", max_oxygen=2)
    table.play(*[NOOP] * 10)
    assert not table.over


def test_the_gauge_shows_tenths_rounded_down(sea):
    sea.put(sub__oxygen=120)
    sea.play(NOOP)
    assert len(sea.cells("oxygen_gauge")) == 5


def test_coming_up_without_a_diver_is_the_end(sea):
    sea.put(sub__y=1)
    assert sea.play(UP) == [0]
    assert sea.over


def test_coming_up_costs_a_diver_and_fills_the_tanks(sea):
    sea.put(sub__y=1, sub__divers=2, sub__oxygen=50)
    assert sea.play(UP, NOOP, NOOP) == [0, 0, 0]
    assert not sea.over
    assert sea.state.sub.divers == 1
    assert sea.state.sub.oxygen == 200


@pytest.mark.parametrize(("owes_diver", "left"), [(True, -1), (False, 0)])
def test_six_divers_pay_the_gauge(owes_diver, left):
    table = Table("Seaquest", owes_diver=owes_diver)
    table.put(sub__y=1, sub__divers=6, sub__oxygen=119, sub__surfaced=False)
    assert table.play(UP) == [5]
    assert table.state.sub.divers == left
    assert not table.cells("diver_gauge")


def test_divers_come_on_board_up_to_six(sea):
    sea.put(sub__x=0, sub__divers=4)
    comes(sea, "diver", 4)
    assert sea.state.sub.divers == 5
    assert not sea.cells("diver")
    comes(sea, "diver", 4)
    comes(sea, "diver", 4)
    assert sea.state.sub.divers == 6
    assert sea.cells("diver") == [(4, 0)]
    assert len(sea.cells("diver_gauge")) == 6


def test_a_swimmer_rests_between_moves_and_leaves_a_trail(sea):
    comes(sea, "diver", 7, from_left=False)
    assert sea.cells("diver") == [(7, 9)]
    assert not sea.cells("trail")
    for column in (8, 7):
        sea.play(*[NOOP] * (5 if column == 8 else 6))
        assert sea.cells("diver") == [(7, column)]
        assert sea.cells("trail") == [(7, column + 1)]


def test_a_fish_that_touches_the_front_ends_the_game(sea):
    comes(sea, "fish", 4)
    sea.put(sub__x=1)
    sea.play(*[NOOP] * 4)
    assert not sea.over
    sea.play(NOOP)
    assert sea.over


def test_the_back_is_not_touched(sea):
    comes(sea, "fish", 4)
    sea.put(sub__x=1, sub__right=True)
    sea.play(NOOP)
    assert sea.cells("sub_back") == [(4, 0)] == sea.cells("enemy_fish")
    assert not sea.over


def test_shots(sea):
    """A shot flies at once, takes what it meets and stops there; the next has to wait."""
    comes(sea, "fish", 4)
    assert sea.play(FIRE, FIRE, FIRE) == [0, 0, 0]
    assert sea.cells("friendly_bullet") == [(4, 2)]
    assert sea.play(NOOP, NOOP) == [0, 1]
    assert not sea.cells("friendly_bullet")
    assert not sea.cells("enemy_fish")


def test_two_shots_are_the_most():
    """One every five steps, each there for nine at most."""
    table = Table("Seaquest")
    table.put(sub__x=0, sub__right=True, arrivals__enemy_timer=NEVER)
    most = 0
    for step in range(40):
        table.play(FIRE)
        assert bool(table.state.sub.reload == 4) == (step % 5 == 0), "a shot every five steps"
        most = max(most, len(table.cells("friendly_bullet")))
        assert len(table.cells("friendly_bullet")) == (2 if step >= 5 and step % 5 < 4 else 1)
    assert most == 2


def test_submarines_shoot_and_fish_do_not(sea):
    sea.put(sub__y=8)
    comes(sea, "submarine", 2)
    comes(sea, "fish", 6)
    sea.play(*[NOOP] * 8)
    assert not sea.cells("enemy_bullet")
    sea.play(NOOP)
    assert sea.cells("enemy_sub") == [(2, 1)]
    assert sea.cells("enemy_bullet") == [(2, 2)]
    sea.play(NOOP)
    assert sea.cells("enemy_bullet") == [(2, 3)]
    sea.put(sub__x=4, sub__y=2)
    sea.play(NOOP)
    assert sea.over


def test_enemies_do_not_come_against_each_other(sea):
    comes(sea, "fish", 3)
    comes(sea, "submarine", 3, from_left=False)
    assert not sea.cells("enemy_sub")
    comes(sea, "submarine", 3)
    assert sea.cells("enemy_sub") == [(3, 0)]


@pytest.mark.parametrize("ramping", [True, False])
def test_each_surfacing_makes_it_harder(ramping):
    table = Table("Seaquest", ramping=ramping)
    seen = []
    for _ in range(30):
        table.put(sub__y=1, sub__divers=3, sub__surfaced=False, arrivals__enemy_timer=NEVER)
        table.play(UP)
        now = table.state.difficulty
        seen.append((int(now.spawn_interval), int(now.rest)))
    if not ramping:
        assert seen == [(20, 5)] * 30
        return
    assert seen[:6] == [(19, 5), (18, 4), (17, 4), (16, 3), (15, 3), (14, 2)]
    assert seen[18:] == [(1, 2)] * 12


def test_as_many_enemies_as_the_rules_allow_have_a_place():
    """At the worst pace one comes in every step and is gone thirty steps later, as in a list.

    A place that was taken in turn is free again when it is due: its enemy came thirty arrivals and
    so at least thirty steps ago. So is its shot by then: a shot is faster than the submarine that
    it left, so it is off the board before the submarine would be.
    """
    table = Table("Seaquest", spawn_interval=1, rest=2, diver_spawn_interval=NEVER)
    rows = np.random.default_rng(0).integers(1, 9, 120)
    state = table.state
    came = []  # (step, row) of every enemy; those of a row all swim to the right
    for step, row in enumerate(rows):
        table.play(NOOP, enemy=arrival(row), armed=jnp.bool_(True))
        if step:  # the first is due after a step
            came.append((step, int(row)))
        # Two steps of rest before each move; where they are in this step.
        there = [(row, (step - first + 1) // 3) for first, row in came if step - first < 29]
        state = table.state
        here = int(state.swimmers.here)
        ours = zip(values(state.swimmers.y, here), values(state.swimmers.x, here), strict=True)
        assert sorted(ours) == sorted(there)
        assert not table.over
    assert int(state.swimmers.here).bit_count() == 29
    assert int(state.torpedoes.here).bit_count() > 5


def test_with_longer_rests_those_without_a_place_do_not_come():
    table = Table("Seaquest", spawn_interval=1, rest=15, diver_spawn_interval=1, diver_rest=15)
    for row in np.random.default_rng(0).integers(1, 9, 100):
        table.play(NOOP, enemy=arrival(row), diver=arrival(row))
    assert int(table.state.swimmers.here) == 2**32 - 1


# -- slots -------------------------------------------------------------------------------------


def test_numbers_count_up_and_down():
    everything = np.uint32(2**32 - 1)
    numbers = slots.digits(14)
    up, down = jnp.uint32(0b011), jnp.uint32(0b100)
    for expected in ([15, 15, 13], [0, 0, 12], [1, 1, 11]):
        numbers = slots.stepped(numbers, up | down, down)
        assert values(numbers, 0b111) == expected
    assert values(numbers, 0b1000) == [14]
    assert int(slots.equal(numbers, 14)) == int(everything & ~np.uint32(0b111))
    assert values(slots.put(numbers, jnp.uint32(0b10), 7), 0b111) == [1, 7, 11]


def test_the_first_and_the_last_to_come():
    flags = jnp.uint32(0b1001_0110)
    for following, first, last in ((0, 1, 7), (1, 1, 7), (2, 2, 1), (5, 7, 4), (8, 1, 7)):
        assert int(slots.first(flags, jnp.int32(following))) == 1 << first
        assert int(slots.last(flags, jnp.int32(following))) == 1 << last
    assert int(slots.first(jnp.uint32(0), jnp.int32(3))) == 0
    assert int(slots.last(jnp.uint32(0), jnp.int32(3))) == 0
