"""Pictures of kitchens, and two people on one keyboard."""

import functools
from typing import Any

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.overcooked._state import DISH, ONION, SOUP
from jaxenvs.render import draw
from jaxenvs.render.palette import GREEN, ORANGE
from jaxenvs.render.play import controls_of

ROOM = "Overcooked-CrampedRoom-v0"


@functools.cache
def kitchen():
    env: Any = jaxenvs.make(ROOM)
    return env, env.reset(jax.random.key(0))[1]


def has(picture, color):
    return (np.asarray(picture) == color).all(axis=-1).sum() > 4


@pytest.mark.parametrize("name", ["CrampedRoom", "MultiplayerSchelling", "Corridor"])
def test_kitchens_have_pictures(name):
    env: Any = jaxenvs.make(f"Overcooked-{name}-v0")
    picture = draw(env, env.reset(jax.random.key(0))[1], size=256)
    assert picture.dtype == np.uint8
    assert max(picture.shape) == 256


def test_things_can_be_seen():
    env, state = kitchen()
    plain = draw(env, state, size=256)
    for item in (ONION, DISH, SOUP + 6):
        lying = state.replace(items=state.items.at[0].set(np.uint8(item)))
        held = state.replace(held=state.held.at[0].set(np.uint8(item)))
        for changed in (lying, held):
            assert (draw(env, changed, size=256) != plain).any()


def test_a_ring_tells_how_far_a_soup_is():
    env, state = kitchen()
    pots = state.pots.replace(onions=state.pots.onions.at[0].set(np.uint8(3)))
    cooking = state.replace(pots=pots.replace(tick=pots.tick.at[0].set(np.int16(7))))
    done = state.replace(pots=pots.replace(tick=pots.tick.at[0].set(np.int16(20))))
    assert has(draw(env, cooking), ORANGE)
    assert not has(draw(env, done), ORANGE)
    assert has(draw(env, done), GREEN)


def test_two_play_on_one_keyboard():
    env, _ = kitchen()
    controls = controls_of(env)
    space = env.action_space()
    assert controls.action([], space, 0).tolist() == [4, 4]
    assert controls.action(["w", "right shift"], space, 0).tolist() == [0, 5]
    assert controls.action(["a", "e", "left"], space, 0).tolist() == [5, 3]
    alone: Any = jaxenvs.make("Overcooked-CrampedRoomSingle-v0")
    assert controls.action(["up", "d"], alone.action_space(), 0).tolist() == [2]
