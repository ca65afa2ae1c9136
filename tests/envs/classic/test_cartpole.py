from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.classic.cartpole import State


def state_at(x=0.0, x_dot=0.0, theta=0.0, theta_dot=0.0, time=0):
    numbers = map(jnp.float32, (x, x_dot, theta, theta_dot))
    named = dict(zip(("x", "x_dot", "theta", "theta_dot"), numbers, strict=True))
    return State(time=jnp.int32(time), **named)


def step(env, state, action=1, params=None):
    return env.step(jax.random.key(0), state, action, params)


def test_a_push_moves_the_cart_and_tips_the_pole_the_other_way():
    env = jaxenvs.make("CartPole-v1")
    right, left = step(env, state_at(), 1).state, step(env, state_at(), 0).state
    assert right.x_dot > 0 > right.theta_dot
    assert (left.x_dot, left.theta_dot) == (-right.x_dot, -right.theta_dot)
    assert right.x == 0  # velocities tell only in the next step
    assert step(jaxenvs.make("CartPole-v1", integrator="semi_implicit"), state_at(), 1).state.x > 0


@pytest.mark.parametrize("side", [-1, 1])
def test_it_ends_beyond_the_limits_and_not_at_them(side):
    env = jaxenvs.make("CartPole-v1")
    limits = env.default_params
    for at_limit in (state_at(x=side * limits.x_limit), state_at(theta=side * limits.theta_limit)):
        t = step(env, at_limit)
        assert not t.terminated  # at rest, it stays there for one step
        assert t.reward == 1
    for leaving in (
        state_at(x=side * 2.39, x_dot=side),
        state_at(theta=side * 0.2, theta_dot=side),
    ):
        t = step(env, leaving)
        assert t.terminated
        assert t.reward == 1
        assert env.observation_space().contains(t.obs)
        assert step(env, t.state).reward == 0  # beyond the end


def test_rewards_of_sutton_and_barto():
    env = jaxenvs.make("CartPole-v1", sutton_barto_reward=True)
    assert step(env, state_at()).reward == 0
    fallen = step(env, state_at(theta=0.2, theta_dot=1.0))
    assert fallen.reward == -1
    assert step(env, fallen.state).reward == -1


@pytest.mark.parametrize(("env_id", "limit"), [("CartPole-v0", 200), ("CartPole-v1", 500)])
def test_the_time_limit_is_apart_from_the_fall(env_id, limit):
    env = jaxenvs.make(env_id)
    assert not step(env, state_at(time=limit - 2)).truncated
    in_time = step(env, state_at(time=limit - 1))
    assert in_time.truncated
    assert not in_time.terminated
    both = step(env, state_at(theta=0.2, theta_dot=1.0, time=limit - 1))
    assert both.truncated
    assert both.terminated


def test_masses_count_together():
    """A heavier pole makes cart and pole heavier: nothing derived is kept beside it."""
    env = jaxenvs.make("CartPole-v1")
    params = env.default_params.replace(pole_mass=np.array([0.1, 1.0], np.float32))
    assert (params.total_mass == np.array([1.1, 2.0], np.float32)).all()
    assert (params.pole_moment == np.array([0.05, 0.5], np.float32)).all()


def test_the_space_follows_the_limits():
    env: Any = jaxenvs.make("CartPole-v1", x_limit=1.0, theta_limit=0.5)
    infinite = np.float32(np.inf)
    assert env.observation_space().high.tolist() == [2.0, infinite, 1.0, infinite]


def test_a_step_has_derivatives():
    env = jaxenvs.make("CartPole-v1")

    def lean(theta):
        return step(env, state_at(x_dot=0.3, theta_dot=-0.2).replace(theta=theta)).state.theta_dot

    theta, small = jnp.float32(0.15), jnp.float32(1e-2)
    slope = (lean(theta + small) - lean(theta - small)) / (2 * small)
    assert jax.grad(lean)(theta) == pytest.approx(float(slope), rel=1e-3)
