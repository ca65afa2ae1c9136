"""Partly seen CartPole and Pendulum against popgym, step by step from our states."""

import math
from typing import Any

import gymnasium
import jax
import numpy as np
import pytest

import jaxenvs
from tests.parity import report, rollout
from tests.parity.popgym import replay

pytest.importorskip("popgym")

NUM_ENVS = 34
NUM_STEPS = 1000
# The levels differ in numbers alone.
LEVELS = [
    pytest.param("Easy", marks=pytest.mark.slow),
    "Medium",
    pytest.param("Hard", marks=pytest.mark.slow),
]


def game_state(env, state):
    """What popgym's game remembers, last axis: coordinates."""
    names = ("x", "x_dot", "theta", "theta_dot") if "CartPole" in env else ("theta", "theta_dot")
    return np.stack([getattr(state.game, name) for name in names], axis=-1).astype(np.float64)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "name",
    [
        "PositionOnlyCartPole",
        "VelocityOnlyCartPole",
        "NoisyPositionOnlyCartPole",
        "PositionOnlyPendulum",
        "NoisyPositionOnlyPendulum",
    ],
)
def test_steps_are_popgym_s(name, level):
    """Every step from our state: an unstable pole would magnify float32's rounding otherwise."""
    env_id = f"POPGym-{name}{level}-v0"
    env: Any = jaxenvs.make(env_id)
    theirs_id = f"popgym-{name}{level}-v0".replace("VelocityOnlyCartPole", "VelocityOnlyCartpole")
    theirs: Any = gymnasium.make(theirs_id, disable_env_checker=True).unwrapped
    # A hand that is good enough to run out of time now and then, and bad enough to fail.
    policy = replay.mixed(catch, env.action_space().sample, 0.65) if "CartPole" in name else None
    ours = rollout.play(env, NUM_ENVS, NUM_STEPS, policy=policy)
    error = follow(theirs, ours, game_state(name, ours.state), game_state(name, ours.step.state))
    assert theirs.max_episode_length == env.default_params.max_steps
    assert ours.step.truncated.any()
    assert ours.step.terminated.any() == ("CartPole" in name)
    replay.same_spaces(env, theirs)
    report.record(env_id, "popgym", ours.start.size, error)


def catch(key, state):
    """Pushes the cart under the pole."""
    game = state.game
    lean = game.theta + 0.5 * game.theta_dot + 0.1 * game.x + 0.2 * game.x_dot
    return (lean > 0).astype(np.int32)


def follow(theirs, ours, before, after):
    """Asserts that popgym does as we did from each of our states; returns the largest error."""
    theirs.reset(seed=0)
    theirs._np_random = shared = replay.Shared()
    noise = getattr(ours.step.state, "noise", None)
    times = ours.state.time.tolist()
    steps, states = [], []
    for t, copy in np.ndindex(ours.start.shape):
        theirs.state = before[t, copy]
        theirs.steps_beyond_terminated = None
        theirs.num_steps = times[t][copy]
        if noise is not None:
            shared.numbers = [noise[t, copy]]
        steps.append(theirs.step(ours.action[t, copy])[:4])
        states.append(theirs.state)
    obs, reward, terminated, truncated = (
        np.array(part).reshape(ours.start.shape + np.shape(part[0]))
        for part in zip(*steps, strict=True)
    )
    np.testing.assert_array_equal(terminated, ours.step.terminated)
    np.testing.assert_array_equal(truncated, ours.step.truncated)
    lost = np.abs(np.reshape(states, after.shape) - after)
    assert np.abs(lost - 2 * np.pi * np.round(lost / (2 * np.pi))).max() < 1e-5
    error = max(np.abs(obs - ours.step.obs).max(), np.abs(reward - ours.step.reward).max())
    assert error < 1e-5
    return error


@pytest.mark.parametrize("name", ["NoisyPositionOnlyCartPole", "NoisyPositionOnlyPendulum"])
def test_noise_is_normal(name, getkey):
    env: Any = jaxenvs.make(f"POPGym-{name}Hard-v0")
    _, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 20_000))
    noise = np.sort(np.asarray(state.noise).ravel()) / 0.3
    expected = np.array([0.5 + 0.5 * math.erf(z / 2**0.5) for z in noise])
    found = (np.arange(noise.size) + 0.5) / noise.size
    # Kolmogorov and Smirnov: one in a million lies above 2.7.
    assert np.abs(found - expected).max() * noise.size**0.5 < 2.7
