"""What the five games share."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces
from jaxenvs.envs.minatar._game import LEFT, NOOP, RIGHT
from tests.envs.minatar.table import Table

GAMES = ("Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders")
step = jax.jit(lambda env, key, state, action, params: env.step(key, state, action, params))


def start(env):
    return jax.jit(env.reset)(jax.random.key(0))


@pytest.mark.parametrize(
    ("game", "channels", "actions"),
    list(zip(GAMES, (4, 4, 7, 10, 6), (5, 3, 3, 6, 4), strict=True)),
)
def test_spaces(game, channels, actions):
    minimal: Any = jaxenvs.make(f"MinAtar-{game}-v1")
    assert minimal.observation_space() == spaces.MultiBinary((10, 10, channels))
    assert minimal.action_space() == spaces.Discrete(actions)
    assert jaxenvs.make(f"MinAtar-{game}-v0").action_space() == spaces.Discrete(6)
    assert len(minimal.channels) == channels


def test_minimal_actions_are_some_of_the_six():
    minimal, six = (jaxenvs.make(f"MinAtar-Breakout-{version}") for version in ("v1", "v0"))
    key = jax.random.key(1)
    state = start(minimal)[1]
    for action, same in ((0, NOOP), (1, LEFT), (2, RIGHT)):
        one = step(minimal, key, state, jnp.int32(action), minimal.default_params)
        other = step(six, key, state, jnp.int32(same), six.default_params)
        assert jax.tree.all(jax.tree.map(lambda a, b: bool((a == b).all()), one, other))


def test_a_sticky_step_plays_the_last_action():
    table = Table("Breakout")
    table.play(LEFT)
    assert table.cells("paddle") == [(9, 3)]
    table.play(RIGHT, repeats=jnp.bool_(True))
    assert table.cells("paddle") == [(9, 2)]
    assert int(table.state.last_action) == LEFT, "what was played, not what was asked for"
    table.play(RIGHT)
    assert table.cells("paddle") == [(9, 3)]


@pytest.mark.parametrize("prob", [0.0, 1.0])
def test_how_sticky_is_a_parameter(prob):
    env: Any = jaxenvs.make("MinAtar-Breakout-v1", sticky_action_prob=prob)
    draw = jax.vmap(env.draw, in_axes=(0, None))
    keys = jax.random.split(jax.random.key(0), 1000)
    assert (np.asarray(draw(keys, env.default_params).repeats) == prob).all()


def test_an_episode_opens_with_nothing_to_repeat():
    table = Table("Breakout")
    table.play(LEFT, repeats=jnp.bool_(True))
    assert table.cells("paddle") == [(9, 4)]


def test_nothing_happens_after_the_end():
    table = Table("Breakout")
    table.put(terminal=True)
    before = table.state
    assert table.play(LEFT, RIGHT) == [0, 0]
    after = table.state.replace(time=before.time)
    assert jax.tree.all(jax.tree.map(lambda a, b: bool(a == b), before, after))


@pytest.mark.parametrize("game", GAMES)
def test_there_is_no_limit_unless_asked_for(game):
    env = jaxenvs.make(f"MinAtar-{game}-v1")
    assert env.default_params.max_steps == 0
    assert env.default_params.sticky_action_prob == np.float32(0.1)


def test_gymnax_s_flavour():
    env: Any = jaxenvs.make(
        "MinAtar-Freeway-v1",
        sticky_action_prob=0.0,
        max_steps=2500,
        time_limit=0,
        as_float=True,
    )
    obs, state = start(env)
    assert obs.dtype == np.float32
    assert env.observation_space() == spaces.Box(0.0, 1.0, (10, 10, 7))
    assert env.observation_space().contains(np.asarray(obs))
    state = state.replace(time=jnp.int32(2498))
    for last in (False, True):
        t = step(env, jax.random.key(0), state, jnp.int32(0), env.default_params)
        assert not t.terminated
        assert bool(t.truncated) == last
        state = t.state
    as_bool = env.unwrapped.observe(state, env.default_params).astype(bool)
    plain: Any = jaxenvs.make("MinAtar-Freeway-v1")
    assert (as_bool == plain.observe(state, plain.default_params)).all()
