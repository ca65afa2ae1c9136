"""The picture of a game that brings none: what it observes."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import core, spaces
from jaxenvs.render import frame
from jaxenvs.render.observation import numbered, observation
from jaxenvs.render.palette import BLUE, ORANGE
from tests.toys import Crowd, Walk


def has(picture, color):
    return (picture == color).all(axis=-1).any()


class Still(core.Env[core.State, core.Params]):
    """Nothing happens, and the observation is zero, in any space."""

    seen: Any = spaces.Discrete(3)
    acted: Any = spaces.Discrete(2)

    def original_params(self):
        return core.Params()

    def initial(self, key, params):
        return core.State(time=jnp.int32(0))

    def transition(self, key, state, action, params):
        return state, jnp.float32(0), jnp.bool_(False), {}

    def observe(self, state, params):
        return jnp.full(self.seen.shape, state.time, self.seen.dtype)

    def observation_space(self, params=None):
        return self.seen

    def action_space(self, params=None):
        return self.acted


def shown(space: spaces.Space, time: int, size: int = 256) -> np.ndarray:
    env = Still(seen=space)
    return observation(env, core.State(time=jnp.int32(time)), env.default_params, size)


@pytest.mark.parametrize(
    "space",
    [
        spaces.Discrete(3),
        spaces.Discrete(500),
        spaces.Box(-2.0, 2.0, (4,)),
        spaces.Box(-np.inf, np.inf, (100,)),
        spaces.Box(0.0, 1.0, ()),
        spaces.Box(0, 1, (5, 5)),
        spaces.Box(0, 255, (7, 7, 3), np.uint8),
        spaces.Box(0, 255, (40, 40, 3), np.uint8),
        spaces.Box(0.0, 1.0, (5, 5, 12)),
        spaces.Box(0.0, 1.0, (2, 5, 5, 3)),
        spaces.MultiDiscrete([3, 4, 5]),
        spaces.MultiBinary(6),
    ],
    ids=str,
)
def test_every_space_has_a_picture_that_shows_what_changes(space):
    first, second = shown(space, 0), shown(space, 1)
    assert first.dtype == np.uint8
    assert max(first.shape[:2]) == 256
    assert first.shape == second.shape
    assert (first != second).any()


def test_bars_are_blue_above_zero_and_orange_below():
    space = spaces.Box(-3.0, 3.0, (2,))
    assert has(shown(space, 2), BLUE)
    assert not has(shown(space, 2), ORANGE)
    assert has(shown(space, -2), ORANGE)


def test_parts_and_agents_stand_under_each_other():
    def height(env):
        return frame(env, env.reset(jax.random.key(0))[1], size=512).shape[0]

    assert height(Crowd()) > height(Walk()) > shown(spaces.Discrete(3), 0, 512).shape[0]


def test_numbered_actions_have_keys():
    controls = numbered(Walk())
    assert controls is not None
    assert {key: action for key, (action, _) in controls.keys.items()} == {
        "left": 0,
        "right": 2,
        "0": 0,
        "1": 1,
        "2": 2,
    }
    several = numbered(Crowd())
    assert several is not None
    assert several.seat == 0
    shifted = numbered(Still(acted=spaces.Discrete(11, -5)))
    assert shifted is not None
    assert shifted.keys["0"] == (-5, "action -5")
    assert shifted.keys["a"] == (5, "action 5")
    assert numbered(Still(acted=spaces.Discrete(37))) is None
    assert numbered(jaxenvs.make("Pendulum-v1")) is None
