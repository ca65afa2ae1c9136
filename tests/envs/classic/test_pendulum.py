import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.classic.pendulum import State


def state_at(theta=0.0, theta_dot=0.0, time=0):
    theta, theta_dot = jnp.float32(theta), jnp.float32(theta_dot)
    return State(time=jnp.int32(time), theta=theta, theta_dot=theta_dot, torque=jnp.float32(0))


def step(env, state, torque=0.0):
    return env.step(jax.random.key(0), state, np.array([torque], np.float32))


@pytest.fixture
def env():
    return jaxenvs.make("Pendulum-v1")


def test_upright_and_at_rest_is_best_and_stays_so(env):
    t = step(env, state_at())
    assert t.reward == 0
    assert t.obs.tolist() == [1, 0, 0]


def test_hanging_at_full_speed_is_worst(env):
    worst = -(math.pi**2 + 0.1 * 8**2 + 0.001 * 2**2)
    assert step(env, state_at(math.pi, 8.0), 2.0).reward == pytest.approx(worst, rel=1e-6)


def test_gravity_pulls_away_from_upright(env):
    for side in (-1, 1):
        assert side * step(env, state_at(side * 0.5)).state.theta_dot > 0
    weightless = jaxenvs.make("Pendulum-v1", g=0.0)
    assert step(weightless, state_at(0.5)).state.theta_dot == 0


def test_torque_and_speed_are_clipped(env):
    strong, stronger = step(env, state_at(), 2.0), step(env, state_at(), 50.0)
    assert strong.state.torque == stronger.state.torque == 2
    assert strong.reward == stronger.reward == np.float32(-0.001) * 4
    assert strong.obs.tolist() == stronger.obs.tolist()
    assert step(env, state_at(1.5, 7.99), 2.0).state.theta_dot == 8
    assert step(env, state_at(-1.5, -7.99), -2.0).state.theta_dot == -8


@pytest.mark.parametrize("turns", [-3, -1, 1, 2])
def test_whole_turns_make_no_difference(env, turns):
    near, far = step(env, state_at(2.0, -1.0)), step(env, state_at(2.0 + turns * math.tau, -1.0))
    np.testing.assert_allclose(near.obs, far.obs, atol=1e-5)
    assert near.reward == pytest.approx(float(far.reward), rel=1e-5)


def test_spinning_for_long_keeps_the_angle_small():
    env = jaxenvs.make("Pendulum-v1", g=0.0, max_steps=0)

    def spin(state, _):
        state = step(env, state).state
        return state, state.theta

    angles = jax.jit(lambda s: jax.lax.scan(spin, s, length=100_000)[1])(state_at(0.0, 8.0))
    assert jnp.abs(angles).max() <= math.pi + 8 * 0.05 + 1e-5


def test_only_time_ends_it(env):
    assert not step(env, state_at(math.pi, 8.0, time=198)).truncated
    last = step(env, state_at(math.pi, 8.0, time=199))
    assert last.truncated
    assert not last.terminated


def test_the_spaces_follow_the_bounds():
    env: Any = jaxenvs.make("Pendulum-v1", max_speed=3.0, max_torque=0.5)
    assert env.observation_space().high.tolist() == [1, 1, 3]
    assert env.action_space().high.tolist() == [0.5]
