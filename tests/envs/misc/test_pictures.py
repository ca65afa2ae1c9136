"""Pictures of the miscellany show the state, and its keys play it."""

from typing import Any

import jax
import jax.numpy as jnp
import pytest

import jaxenvs
from jaxenvs.render import draw
from jaxenvs.render.play import controls_of
from tests.frames import check_picture

IDS = jaxenvs.list_envs("misc")


def start(env_id: str, **kwargs: Any) -> Any:
    env = jaxenvs.make(env_id, **kwargs)
    return env, jax.jit(env.reset)(jax.random.key(0))[1]


@pytest.mark.parametrize("env_id", IDS)
def test_every_game_has_a_picture_and_keys(env_id):
    env, state = start(env_id)
    picture = draw(env, state, size=96)
    check_picture(picture, 96)
    controls = controls_of(env)
    for name in controls.keys:
        action = controls.action([name], env.action_space(), 0)
        assert env.action_space().contains(jnp.asarray(action, env.action_space().dtype))


@pytest.mark.parametrize("env_id", IDS)
def test_the_picture_moves_with_the_game(env_id):
    env, state = start(env_id)
    controls = controls_of(env)
    first = draw(env, state, size=128)
    step = jax.jit(env.step)
    seen = set()
    for name in controls.keys:
        after = state
        for t in range(12):
            action = controls.action([name], env.action_space(), t)
            after = step(jax.random.key(t), after, action).state
        seen.add(draw(env, after, size=128).tobytes())
    assert len(seen - {first.tobytes()}) >= 2


def test_the_sea_is_as_large_as_the_swimmer_needs():
    env, state = start("Misc-Swimmer-v0")
    far = state.replace(position=jnp.array([30.0, -4.0], jnp.float32))
    assert (draw(env, far) != draw(env, state)).any()


@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [
        ("Misc-Reacher-v0", {"num_joints": 6}),
        ("Misc-MetaMaze-v0", {"maze_size": 21, "rf_size": 7}),
        ("Misc-Pong-v0", {"width": 12, "height": 9}),
        ("Misc-PointRobot-v0", {"circle_radius": 5.0}),
    ],
)
def test_other_sizes(env_id, kwargs):
    env, state = start(env_id, **kwargs)
    assert max(draw(env, state, size=96).shape) == 96
