"""The pictures show what matters: the state, and the params that change the game's looks."""

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.render import draw, picture_of
from jaxenvs.render.palette import TEAL
from tests.frames import check_picture, drawn

IDS = jaxenvs.list_envs("classic")


@pytest.mark.parametrize("env_id", IDS)
def test_every_game_has_a_picture_and_keys(env_id):
    env = jaxenvs.make(env_id)
    picture = drawn(env, 96)
    check_picture(picture, 96)
    assert picture_of(env).controls is not None


SEEN = {
    "CartPole-v1": [{"x": 1.0}, {"theta": 0.2}],
    "Pendulum-v1": [{"theta": 1.0}, {"torque": 1.0}],
    "Acrobot-v1": [{"theta_1": 1.0}, {"theta_2": 1.0}],
    "MountainCar-v0": [{"position": 0.3}],
    "MountainCarContinuous-v0": [{"position": 0.3}],
}
PARAMS = {
    "CartPole-v1": ["half_length", "x_limit", "theta_limit"],
    "Pendulum-v1": ["length"],
    "Acrobot-v1": ["link_length_1", "link_length_2", "goal_height"],
    "MountainCar-v0": ["goal_position", "max_position"],
    "MountainCarContinuous-v0": ["goal_position", "max_position"],
}


@pytest.mark.parametrize(("env_id", "changes"), [(i, c) for i in SEEN for c in SEEN[i]])
def test_the_state_is_seen(env_id, changes):
    env = jaxenvs.make(env_id)
    changed = {name: np.float32(value) for name, value in changes.items()}
    assert (drawn(env) != drawn(env, 128, **changed)).any()


@pytest.mark.parametrize(("env_id", "name"), [(i, n) for i in PARAMS for n in PARAMS[i]])
def test_params_are_seen(env_id, name):
    env = jaxenvs.make(env_id)
    params = env.default_params
    changed = params.replace(**{name: getattr(params, name) * 0.8})
    _, state = env.reset(jax.random.key(0))
    assert (draw(env, state, size=128) != draw(env, state, changed, size=128)).any()
    assert (
        draw(env, state, changed, 128)
        == draw(env.with_params(**{name: float(getattr(changed, name))}), state, size=128)
    ).all()


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_torque_arrow_is_on_the_side_it_turns_to(sign):
    env = jaxenvs.make("Pendulum-v1")
    picture = drawn(env, 256, theta=np.float32(np.pi), torque=np.float32(sign))
    columns = np.nonzero((picture == TEAL).all(axis=2))[1]
    assert np.sign(128 - columns.mean()) == sign
