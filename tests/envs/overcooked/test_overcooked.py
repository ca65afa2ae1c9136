import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.overcooked import LAYOUTS, env_id
from jaxenvs.envs.overcooked import _kitchens as kitchens
from jaxenvs.envs.overcooked._layouts import FLOOR, LayoutError, parse
from jaxenvs.envs.overcooked._state import DISH, ONION, SOUP, TOMATO, is_soup

ROOM = "Overcooked-CrampedRoom-v0"
NORTH, SOUTH, EAST, WEST, STAY, INTERACT = range(6)
ONION_SOUP = SOUP + 12


@functools.cache
def compiled(env_id=ROOM, **fields):
    env: Any = jaxenvs.make(env_id, **fields)
    return env, jax.jit(env.step), jax.jit(env.reset)(jax.random.key(0))[1]


def put(env, state, cook, x, y, look, held=0):
    """The state with a cook somewhere, with something in her hands."""
    return state.replace(
        place=state.place.at[cook].set(np.uint16(env.kitchen.layout.place(x, y))),
        direction=state.direction.at[cook].set(np.uint8(look)),
        held=state.held.at[cook].set(np.uint8(held)),
    )


def act(step, state, *actions) -> Any:
    return step(jax.random.key(0), state, np.array(actions, np.int32))


@pytest.mark.parametrize("dynamics", ["new", "old"])
def test_a_soup_is_cooked_and_served(dynamics):
    env, step, state = compiled(dynamics=dynamics)
    t = None
    for _ in range(3):
        t = act(step, put(env, state, 0, 2, 1, NORTH, ONION), INTERACT, STAY)
        assert t.info["shaped_reward"].tolist() == [3, 0]
        state = t.state
    begun = 1 if dynamics == "old" else -1
    assert state.pots.tick.tolist() == [begun]
    if dynamics == "new":
        state = act(step, state, INTERACT, STAY).state
    assert state.pots.tick.tolist() == [1]  # it cooks in the step in which it begins
    early = act(step, put(env, state, 0, 2, 1, NORTH, DISH), INTERACT, STAY)
    assert early.state.held[0] == DISH
    for _ in range(19):
        state = act(step, state, STAY, STAY).state
    t = act(step, put(env, state, 0, 2, 1, NORTH, DISH), INTERACT, STAY)
    assert t.info["shaped_reward"].tolist() == [5, 0]
    assert t.state.held[0] == ONION_SOUP
    assert t.state.pots.onions.tolist() == [0]
    t = act(step, put(env, t.state, 0, 3, 2, SOUTH, ONION_SOUP), INTERACT, STAY)
    assert t.reward.tolist() == [20, 20]
    assert t.info["sparse_reward"].tolist() == [20, 0]
    assert t.state.held[0] == 0


def test_what_lies_on_counters_can_be_taken():
    env, step, state = compiled()
    state = put(env, state, 0, 2, 2, SOUTH, ONION)
    down = act(step, state, INTERACT, STAY).state
    assert down.held[0] == 0
    assert down.items[env.kitchen.layout.place(2, 3)] == ONION
    full = act(step, put(env, down, 0, 2, 2, SOUTH, DISH), INTERACT, STAY).state
    assert full.held[0] == DISH
    assert act(step, down, INTERACT, STAY).state.held[0] == ONION
    for x, y, look, thing in ((1, 1, WEST, ONION), (1, 2, SOUTH, DISH)):
        assert act(step, put(env, state, 0, x, y, look), INTERACT, STAY).state.held[0] == thing


@pytest.mark.parametrize(
    ("places", "actions"),
    [
        (((1, 1), (3, 1)), (EAST, WEST)),  # into the same place
        (((1, 1), (2, 1)), (EAST, WEST)),  # through each other
        (((1, 1), (2, 1)), (EAST, STAY)),  # into another
    ],
)
def test_who_would_collide_turns_but_stays(places, actions):
    env, step, state = compiled()
    for cook, place in enumerate(places):
        state = put(env, state, cook, place[0], place[1], NORTH)
    after = act(step, state, *actions).state
    assert (after.place == state.place).all()
    assert after.direction.tolist() == [a if a < STAY else NORTH for a in actions]


def test_cooks_follow_each_other_and_stop_at_counters():
    env, step, state = compiled()
    state = put(env, put(env, state, 0, 1, 1, NORTH), 1, 2, 1, NORTH)
    after = act(step, state, EAST, EAST).state
    assert after.place.tolist() == [env.kitchen.layout.place(x, 1) for x in (2, 3)]
    blocked = act(step, state, NORTH, NORTH).state
    assert (blocked.place == state.place).all()


def test_a_dish_is_wanted_by_pots_as_they_were():
    """The first ingredient counts for the dishes of the next step, a dish for those of this one."""
    env, step, state = compiled()
    state = put(env, put(env, state, 0, 2, 1, NORTH, ONION), 1, 1, 2, SOUTH)
    t = act(step, state, INTERACT, INTERACT)
    assert t.info["shaped_reward"].tolist() == [3, 0]
    again = put(env, t.state, 1, 1, 2, SOUTH)
    assert act(step, again, STAY, INTERACT).info["shaped_reward"].tolist() == [0, 3]
    one_held = put(env, again, 0, 2, 1, NORTH, DISH)
    assert act(step, one_held, STAY, INTERACT).info["shaped_reward"].tolist() == [0, 0]
    one_down = again.replace(items=again.items.at[0].set(np.uint8(DISH)))
    assert act(step, one_down, STAY, INTERACT).info["shaped_reward"].tolist() == [0, 0]


@pytest.mark.parametrize(("onions", "tomatoes", "worth"), [(3, 0, 45), (1, 1, 50), (2, 0, 0)])
def test_orders_decide_what_a_soup_is_worth(onions, tomatoes, worth):
    env, step, state = compiled("Overcooked-CrampedRoomTomato-v0", shaping=0.5)
    soup = SOUP + 4 * onions + tomatoes
    t = act(step, put(env, state, 1, 3, 2, SOUTH, soup), STAY, INTERACT)
    assert t.reward.tolist() == [worth, worth]  # 15 and 10 for each, twice for the bonus
    added = act(step, put(env, state, 1, 2, 1, NORTH, TOMATO), STAY, INTERACT)
    assert added.reward.tolist() == [0, 1.5]


def test_an_unknown_action_does_nothing():
    env, step, state = compiled()
    for action in (-1, 6, 99):
        t = act(step, put(env, state, 0, 1, 1, WEST), action, action)
        assert (t.state.place[0] == env.kitchen.layout.place(1, 1)).all()
        assert not t.state.held.any()


def test_four_cooks_share_a_kitchen():
    env: Any = jaxenvs.make("Overcooked-MultiplayerSchelling-v0")
    obs, state = jax.jit(env.reset)(jax.random.key(0))
    assert obs.shape == (4, 7, 7, 36)
    for viewer in range(4):
        seen = obs[viewer].reshape(49, 36)
        order = [viewer, *(cook for cook in range(4) if cook != viewer)]
        assert seen[:, :4].argmax(axis=0).tolist() == state.place[np.array(order)].tolist()
        assert (seen[:, 4:20:4] == seen[:, :4]).all()  # all look north
    described: Any = jaxenvs.make("Overcooked-MultiplayerSchelling-v0", observation="features")
    numbers = jax.jit(lambda s: described.observe(s, described.default_params))(state)
    assert numbers.shape == (4, 4 * 46 + 3 * 2 + 2)


def test_one_cook_is_enough():
    env: Any = jaxenvs.make("Overcooked-CrampedRoomSingle-v0", observation="features")
    assert jax.jit(env.reset)(jax.random.key(0))[0].shape == (1, 48)


def test_features_tell_where_things_are():
    env: Any = jaxenvs.make(ROOM, observation="features")
    _, _, state = compiled()
    state = put(env, put(env, state, 0, 1, 1, WEST), 1, 3, 2, SOUTH, DISH)
    seen = np.asarray(jax.jit(lambda s: env.observe(s, env.default_params))(state))
    assert seen.shape == (2, 96)
    assert seen[0, :8].tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert seen[0, 8:14].tolist() == [-1, 0, 0, 0, 0, 2]  # onions; no tomatoes; dishes
    assert seen[0, 18:20].tolist() == [2, 2]
    assert seen[0, 22:32].tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 1, -1]
    assert not seen[0, 32:42].any()  # there is one pot
    assert seen[0, 42:46].tolist() == [1, 0, 0, 1]
    assert seen[0, 92:].tolist() == [2, 1, 1, 1]
    assert seen[1, 12:14].tolist() == [0, 0]  # she holds a dish


def test_starts_may_be_random(getkey):
    env: Any = jaxenvs.make(
        ROOM, random_places=True, random_directions=True, random_things=0.5, num_pots_seen=1
    )
    state = jax.jit(jax.vmap(lambda key: env.reset(key)[1]))(jax.random.split(getkey(), 4000))
    place = np.asarray(state.place)
    assert (place[:, 0] != place[:, 1]).all()
    assert (env.kitchen.layout.terrain[place] == FLOOR).all()
    pairs = np.unique(place, axis=0, return_counts=True)[1]
    assert len(pairs) == 30
    assert ((pairs - 4000 / 30) ** 2 / (4000 / 30)).sum() < 80  # one in a million, 29 degrees
    assert set(np.unique(state.direction)) == {0, 1, 2, 3}
    size = np.asarray(state.pots.size)
    assert abs((size > 0).mean() - 0.5) < 0.05
    assert size.max() == 3
    assert abs((np.asarray(state.pots.tick)[size > 0] == 0).mean() - 0.5) < 0.05
    held = np.asarray(state.held)
    assert abs((held == ONION).mean() - 0.3) < 0.03
    assert abs((held == DISH).mean() - 0.1) < 0.03
    assert abs(is_soup(held).mean() - 0.1) < 0.03


def test_the_first_state_may_be_written_down():
    env: Any = jaxenvs.make("Overcooked-Tutorial1-v0")
    state = jax.jit(env.reset)(jax.random.key(0))[1]
    assert state.direction.tolist() == [WEST, NORTH]
    assert state.pots.onions.tolist() == [0, 2]


def test_jaxmarl_s_kitchens_are_at_hand():
    env: Any = jaxenvs.make(ROOM, compat="jaxmarl", dynamics="old")
    obs, state = jax.jit(env.reset)(jax.random.key(0))
    assert obs.shape == (2, 4, 5, 26)
    assert state.place.tolist() == [env.kitchen.layout.place(x, 1) for x in (1, 3)]
    assert obs[0, 1, 1, 0] == obs[0, 1, 3, 1] == 1
    corner = env.kitchen.layout.place(0, 0)
    covered = state.replace(items=state.items.at[corner].set(np.uint8(ONION)))
    layers = env.observe(covered, env.default_params)
    assert (obs[0, 0, 0, 11], layers[0, 0, 0, 11], layers[0, 0, 0, 23]) == (1, 0, 1)


def test_every_kitchen_is_in_the_table():
    assert tuple(kitchens._all()) == LAYOUTS
    assert env_id("counter_circuit_o_1order") == "Overcooked-CounterCircuitO1Order-v0"
    for layout in LAYOUTS:
        kitchen = kitchens.kitchen(layout)
        assert kitchen.orders.sum() >= 1
        assert not kitchen.orders[0]


def test_a_kitchen_may_be_written_in_letters():
    env: Any = jaxenvs.make(
        ROOM,
        layout="""
            XPXX
            O12S
            XDXX
        """.rstrip(" "),
    )
    assert env.kitchen.layout.cooks == ((1, 1), (2, 1))
    assert env.kitchen.orders.sum() == 9
    assert env.observation_space().shape == (2, 4, 3, 26)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("XPX\nO1SX\nXDX", "row 2, column 4: expected 3 signs as in row 1, got 4"),
        ("XPX\nO1?\nXDX", "row 2, column 3: expected one of .* got '[?]'"),
        ("XPX\n 1S\nXDX", "row 2, column 1: expected no floor at the border"),
        ("XPX\nO12\nXDS", "row 2, column 3: expected no floor at the border, got '2'"),
        ("XPXX\nO11S\nXDXX", "row 2, column 3: cook 1 stands at row 2, column 2 too"),
        ("XPXX\nO13S\nXDXX", "expected cooks 1 to 2: there is no 2"),
        ("XPXX\nO  S\nXDXX", "expected a cook, 1"),
        ("XXX\nO1S\nXDX", "expected a pot, P, somewhere"),
        ("XPX\nX1S\nXDX", "expected ingredients, O or T, somewhere"),
    ],
)
def test_what_is_no_kitchen_is_refused(text, message):
    with pytest.raises(LayoutError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"layout": "canteen"}, "layout: expected a text of lines or one of"),
        ({"dynamics": "quick"}, "dynamics: expected 'new' or 'old'"),
        ({"num_pots_seen": -1}, "num_pots_seen: expected a whole number from 0"),
    ],
)
def test_what_cannot_be_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        jaxenvs.make(ROOM, **fields)


def test_the_last_steps_are_urgent():
    env, _, state = compiled()
    look = jax.jit(lambda time: env.observe(state.replace(time=time), env.default_params)[..., 25])
    seen = [look(jnp.int32(time)) for time in (360, 361)]
    assert [(layer.min(), layer.max()) for layer in seen] == [(0, 0), (1, 1)]
