"""Both mountain cars, which share a valley."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.classic.mountain_car import State

BOTH = pytest.mark.parametrize("env_id", ["MountainCar-v0", "MountainCarContinuous-v0"])
BOTTOM = -np.pi / 6


def state_at(position=BOTTOM, velocity=0.0, time=0):
    return State(
        time=jnp.int32(time), position=jnp.float32(position), velocity=jnp.float32(velocity)
    )


def step(env, state, push=0.0):
    """`push` is -1, 0 or 1, or any number where the environment takes one."""
    is_discrete = isinstance(env.action_space(), jaxenvs.spaces.Discrete)
    action = np.int32(push + 1) if is_discrete else np.array([push], np.float32)
    return env.step(jax.random.key(0), state, action)


@BOTH
def test_a_start_stands_still_near_the_bottom(env_id):
    env = jaxenvs.make(env_id)
    state = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), 1000))[1]
    assert ((state.position >= -0.6) & (state.position < -0.4)).all()
    assert (state.velocity == 0).all()


@BOTH
def test_the_left_wall_stops_the_car(env_id):
    t = step(jaxenvs.make(env_id), state_at(-1.19, -0.07), -1)
    assert t.state.position == np.float32(-1.2)
    assert t.state.velocity == 0
    assert not t.terminated


@BOTH
def test_from_the_wall_it_rolls_back(env_id):
    t = step(jaxenvs.make(env_id), state_at(-1.2), 1)
    assert t.state.velocity > 0
    assert t.state.position > -1.2


@BOTH
def test_the_right_end_of_the_track_does_not_stop_it(env_id):
    t = step(jaxenvs.make(env_id), state_at(0.58, 0.07), 1)
    assert t.state.position == np.float32(0.6)
    assert t.state.velocity > 0.06
    assert t.terminated


@BOTH
def test_gravity_pulls_down_both_hills(env_id):
    env = jaxenvs.make(env_id)
    assert step(env, state_at(0.2)).state.velocity < 0
    assert step(env, state_at(-1.0)).state.velocity > 0
    assert abs(step(env, state_at()).state.velocity) < 1e-9


@BOTH
def test_speed_is_clipped(env_id):
    env = jaxenvs.make(env_id)
    assert step(env, state_at(-0.9, 0.07), 1).state.velocity == np.float32(0.07)
    assert step(env, state_at(0.0, -0.07), -1).state.velocity == np.float32(-0.07)


@BOTH
def test_it_ends_at_the_flag_unless_it_rolls_back(env_id):
    env = jaxenvs.make(env_id)
    assert step(env, state_at(0.499, 0.04), 1).terminated
    assert not step(env, state_at(0.58, -0.03), -1).terminated
    fast = jaxenvs.make(env_id, goal_velocity=0.05)
    assert not step(fast, state_at(0.499, 0.04), 1).terminated
    assert step(fast, state_at(0.499, 0.06), 1).terminated


@pytest.mark.parametrize(
    ("env_id", "limit"), [("MountainCar-v0", 200), ("MountainCarContinuous-v0", 999)]
)
def test_time_runs_out(env_id, limit):
    env = jaxenvs.make(env_id)
    assert not step(env, state_at(time=limit - 2)).truncated
    assert step(env, state_at(time=limit - 1)).truncated


def test_every_step_costs_one():
    env = jaxenvs.make("MountainCar-v0")
    assert step(env, state_at()).reward == -1
    assert step(env, state_at(0.499, 0.04), 1).reward == -1


def test_pushing_costs_its_square_and_the_flag_pays():
    env = jaxenvs.make("MountainCarContinuous-v0")
    assert step(env, state_at()).reward == 0
    assert step(env, state_at(), -0.5).reward == pytest.approx(-0.025)
    assert step(env, state_at(0.449, 0.04), 1.0).reward == pytest.approx(99.9)


def test_a_push_beyond_the_bounds_costs_and_does_not_help():
    env = jaxenvs.make("MountainCarContinuous-v0")
    full, beyond = step(env, state_at(), 1.0), step(env, state_at(), 2.0)
    assert full.state.velocity == beyond.state.velocity
    assert beyond.reward == pytest.approx(-0.4)


@BOTH
def test_the_space_follows_the_bounds(env_id):
    env: Any = jaxenvs.make(env_id, min_position=-1.0, max_position=0.75, max_speed=0.25)
    assert env.observation_space().low.tolist() == [-1.0, -0.25]
    assert env.observation_space().high.tolist() == [0.75, 0.25]
