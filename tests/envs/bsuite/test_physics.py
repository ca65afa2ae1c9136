"""Cartpole, CartpoleSwingup and MountainCar."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs


def last_step_at(env: Any, time: int, **state: float) -> Any:
    """A step without a push from a state put together here, as the `time`-th of an episode."""
    _, first = env.reset(jax.random.key(0))
    values = {name: jnp.float32(value) for name, value in state.items()}
    placed = first.replace(time=jnp.int32(time - 1), **values)
    return env.step(jax.random.key(1), placed, 1)


STILL = {"x": 0.0, "x_dot": 0.0, "theta": 0.0, "theta_dot": 0.0}


@pytest.mark.parametrize(
    ("change", "reward"),
    [({}, 1.0), ({"theta": 0.7}, 0.0), ({"theta": 2 * np.pi - 0.7}, 0.0), ({"x": 3.1}, 0.0)],
)
def test_cartpole_ends_when_the_pole_is_down_or_the_cart_away(change, reward):
    step = last_step_at(jaxenvs.make("bsuite-Cartpole-v0"), 5, **STILL | change)
    assert float(step.reward) == reward
    assert bool(step.terminated) == (reward == 0)


@pytest.mark.parametrize("env_id", ["bsuite-Cartpole-v0", "bsuite-CartpoleSwingup-v0"])
def test_carts_have_1001_steps(env_id):
    env = jaxenvs.make(env_id)
    assert not last_step_at(env, 1000, **STILL).terminated
    assert last_step_at(env, 1001, **STILL).terminated
    assert not last_step_at(env, 1001, **STILL).truncated


@pytest.mark.parametrize(
    ("change", "upright"),
    [
        ({}, True),
        ({"theta": 1.0}, True),
        ({"theta": 1.1}, False),
        ({"theta_dot": -1.1}, False),
        ({"x": 1.05}, False),
    ],
)
def test_swingup_pays_while_up_steady_and_central(change, upright):
    step = last_step_at(jaxenvs.make("bsuite-CartpoleSwingup-v0"), 5, **STILL | change)
    assert bool(step.info["upright"]) == upright
    assert float(step.reward) == float(upright)
    assert not step.terminated
    central, steady = step.obs[0, 6:]
    assert (float(central), float(steady)) == (
        1.0 if change.get("x", 0) < 1 else -1.0,
        1.0 if abs(change.get("theta_dot", 0)) < 1 else -1.0,
    )


def test_swingup_charges_pushes_and_ends_off_the_track(getkey):
    env = jaxenvs.make("bsuite-CartpoleSwingup-v0")
    _, state = env.reset(getkey())
    assert np.allclose([env.step(getkey(), state, a).reward for a in range(3)], [-0.1, 0, -0.1])
    assert last_step_at(env, 5, **STILL | {"x": 3.1}).terminated


def test_swingup_starts_hanging(getkey):
    for env_id, up in (("bsuite-CartpoleSwingup-v0", -1), ("bsuite-Cartpole-v0", 1)):
        env = jaxenvs.make(env_id)
        obs, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 4_000))
        assert np.abs(obs[:, 0, 3] - up).max() < 0.0013
        for part in (state.x, state.x_dot, state.theta_dot):
            assert np.abs(part).max() <= 0.05
            assert abs(float(part.std()) - 0.05 / 3**0.5) < 0.002


def test_the_car_stops_at_the_wall_and_ends_at_the_goal():
    env = jaxenvs.make("bsuite-MountainCar-v0")
    wall = last_step_at(env, 5, position=-1.19, velocity=-0.05)
    assert (float(wall.state.position), float(wall.state.velocity)) == (np.float32(-1.2), 0.0)
    goal = last_step_at(env, 5, position=0.49, velocity=0.05)
    assert goal.terminated
    assert float(goal.reward) == -1


def test_the_car_has_1000_steps_and_sees_them(getkey):
    env = jaxenvs.make("bsuite-MountainCar-v0")
    still = {"position": -0.5, "velocity": 0.0}
    assert not last_step_at(env, 999, **still).terminated
    late = last_step_at(env, 1000, **still)
    assert late.terminated
    assert not late.truncated
    assert late.obs[0, 2] == 1
    short = jaxenvs.make("bsuite-MountainCar-v0", time_limit=10)
    assert last_step_at(short, 10, **still).terminated
    _, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 4_000))
    assert float(state.position.min()) > -0.6001
    assert float(state.position.max()) < -0.3999
    assert abs(float(state.position.mean()) + 0.5) < 5 * 0.2 / 12**0.5 / 4_000**0.5
