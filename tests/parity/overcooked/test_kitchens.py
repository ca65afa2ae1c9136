"""Every kitchen against overcooked-ai's, with cooks who cook and serve."""

from typing import Any

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.overcooked import LAYOUTS, env_id
from jaxenvs.envs.overcooked import _starts as starts
from jaxenvs.envs.overcooked._state import DISH, ONION, SOUP, TOMATO
from tests.parity import report
from tests.parity.overcooked import original
from tests.parity.overcooked.crew import Crew

DIRECTIONS = [(0, -1), (0, 1), (1, 0), (-1, 0)]
THINGS = {"onion": ONION, "tomato": TOMATO, "dish": DISH}
BY_DEFAULT = ("cramped_room", "cramped_room_tomato")
CLASSIC = tuple(starts.JAXMARL)
CLOGGED = ("forced_coordination_tomato",)  # where our cooks may fill the counters they share


def number(thing):
    """What we call something that is held or lies on a counter."""
    if thing is None:
        return 0
    if thing.name != "soup":
        return THINGS[thing.name]
    counts = [thing.ingredients.count(name) for name in ("onion", "tomato")]
    return SOUP + 4 * counts[0] + counts[1]


def seen(theirs, layout):
    """Their state in our numbers."""
    items = np.zeros(layout.num_places, np.uint8)
    pots = np.array([[0, 0, -1]] * len(layout.pots))
    for place, thing in theirs.objects.items():
        where = layout.place(*place)
        if where in layout.pots:
            names = thing.ingredients
            pot = layout.pots.tolist().index(where)
            pots[pot] = names.count("onion"), names.count("tomato"), thing._cooking_tick
        else:
            items[where] = number(thing)
    cooks = [
        (layout.place(*cook.position), DIRECTIONS.index(cook.orientation), number(cook.held_object))
        for cook in theirs.players
    ]
    return np.array(cooks), items, pots


def same_state(state, theirs, layout):
    cooks, items, pots = seen(theirs, layout)
    ours = np.stack([state.place, state.direction, state.held], axis=1)
    np.testing.assert_array_equal(ours, cooks)
    np.testing.assert_array_equal(state.items, items)
    mine = np.stack([state.pots.onions, state.pots.tomatoes, state.pots.tick], axis=1)
    np.testing.assert_array_equal(mine, pots)


def follow(layout_name, dynamics, num_episodes, seed=0) -> tuple[int, float]:
    """Plays both kitchens side by side; returns the steps compared and all that was earned."""
    env: Any = jaxenvs.make(env_id(layout_name), dynamics=dynamics)
    described: Any = jaxenvs.make(env_id(layout_name), dynamics=dynamics, observation="features")
    mdp = original.kitchen(layout_name, dynamics == "old")
    moves = original.load().Action.INDEX_TO_ACTION
    describe = jax.jit(lambda state: described.observe(state, described.default_params))
    step, reset = jax.jit(env.step), jax.jit(env.reset)
    layered = env.num_agents == 2
    planner = original.planner(mdp) if layered else None
    total, steps = 0.0, 0
    for episode in range(num_episodes):
        obs, state = reset(jax.random.key(episode))
        theirs, crew, over = mdp.get_standard_start_state(), Crew(env, seed + episode), False
        while not over:
            state = jax.tree.map(np.asarray, state)
            same_state(state, theirs, env.kitchen.layout)
            if layered:
                np.testing.assert_array_equal(obs, mdp.lossless_state_encoding(theirs, 400))
                if steps % 8 == 0:
                    features = mdp.featurize_state(theirs, planner)
                    np.testing.assert_array_equal(describe(state), features)
            action = crew.act(state)
            joint = [moves[one] for one in action]
            theirs, info = mdp.get_state_transition(theirs, joint)
            obs, state, reward, terminated, truncated, ours = step(
                jax.random.key(0), state, action.astype(np.int32)
            )
            earned = info["sparse_reward_by_agent"]
            assert ours["sparse_reward"].tolist() == earned
            assert ours["shaped_reward"].tolist() == info["shaped_reward_by_agent"]
            assert reward.tolist() == [sum(earned)] * env.num_agents
            assert not terminated.any()
            total, steps, over = total + sum(earned), steps + 1, bool(truncated.all())
    return steps, total


def compare(layout, dynamics, num_episodes, seed=0):
    steps, total = follow(layout, dynamics, num_episodes, seed)
    assert steps == 400 * num_episodes
    variant = "" if dynamics == "new" else "dynamics='old'"
    report.record(env_id(layout), "overcooked-ai", steps, 0.0, variant=variant)
    return total


@pytest.mark.parametrize("layout", BY_DEFAULT)
def test_kitchens_are_the_original_s(layout):
    assert compare(layout, "new", 1) > 0


@pytest.mark.slow
@pytest.mark.parametrize("dynamics", ["new", "old"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_soups_are_cooked_and_delivered_in_every_kitchen(layout, dynamics):
    env: Any = jaxenvs.make(env_id(layout))
    total = compare(layout, dynamics, 2, seed=7)
    if layout in CLOGGED:
        return
    reachable = env.kitchen.orders[[3, 6, 9, 12]].any() or dynamics == "new"
    assert total > 0 or not reachable


@pytest.mark.slow
@pytest.mark.parametrize("dynamics", ["new", "old"])
@pytest.mark.parametrize("layout", CLASSIC)
def test_the_kitchens_of_the_paper_are_the_original_s_over_many_shifts(layout, dynamics):
    assert compare(layout, dynamics, 25, seed=100) > 0
