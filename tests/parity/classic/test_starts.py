"""What is random in classic control is distributed as in Gymnasium."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import jaxenvs
from tests.parity.classic import original

NUM_STARTS = 4000
# Both sides are seeded, so that a p-value is the same in every run.
LEAST_P = 1e-3

CASES = [
    ("CartPole-v1", {}, None),
    ("CartPole-v1", {"reset_low": -0.3, "reset_high": 0.1}, {"low": -0.3, "high": 0.1}),
    ("Pendulum-v1", {}, None),
    ("Pendulum-v1", {"x_init": 0.5, "y_init": 3.0}, {"x_init": 0.5, "y_init": 3.0}),
    ("Acrobot-v1", {}, None),
    ("Acrobot-v1", {"reset_low": 0.2, "reset_high": 1.5}, {"low": 0.2, "high": 1.5}),
    ("MountainCar-v0", {}, None),
    ("MountainCar-v0", {"reset_low": -1.1, "reset_high": 0.3}, {"low": -1.1, "high": 0.3}),
    ("MountainCarContinuous-v0", {}, None),
    (
        "MountainCarContinuous-v0",
        {"reset_low": 0.1, "reset_high": 0.1},
        {"low": 0.1, "high": 0.1},
    ),
]


@pytest.mark.parametrize(("env_id", "params", "options"), CASES)
def test_starts(env_id: str, params: dict[str, float], options: dict[str, float] | None) -> None:
    env, theirs = jaxenvs.make(env_id, **params), original.make(env_id).env
    game: Any = theirs.unwrapped
    state = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(1), NUM_STARTS))[1]
    theirs.reset(seed=1)
    starts = []
    for _ in range(NUM_STARTS):
        theirs.reset(options=options)
        starts.append(np.array(game.state, np.float64))
    names = original.STATE[env_id.partition("-")[0]]
    for name, right in zip(names, np.transpose(starts), strict=True):
        ours = np.asarray(getattr(state, name), np.float64)
        if np.ptp(right) == 0:  # a car stands still
            np.testing.assert_allclose(ours, right, rtol=1e-7)
        else:
            assert p_value(ours, right) > LEAST_P
            assert right.min() - 1e-2 < ours.min() <= ours.max() < right.max() + 1e-2


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("classic"))
def test_coordinates_of_a_start_are_independent(env_id: str) -> None:
    env = jaxenvs.make(env_id)
    state = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(2), NUM_STARTS))[1]
    names = original.STATE[env_id.partition("-")[0]]
    drawn = np.stack([getattr(state, name) for name in names])
    drawn = drawn[np.ptp(drawn, axis=1) > 0]
    correlations = np.abs(np.atleast_2d(np.corrcoef(drawn)) - np.eye(len(drawn)))
    assert correlations.max() < 4 / np.sqrt(NUM_STARTS)


def test_torque_noise_of_acrobot() -> None:
    """From one state, the spread of where one step leads."""
    largest = 0.7
    env = jaxenvs.make("Acrobot-v1", torque_noise_max=largest)
    theirs = original.make("Acrobot-v1", {"torque_noise_max": largest})
    theirs.env.reset(seed=3)
    start = [0.3, -0.8, 0.5, -0.2]
    coordinates = dict(zip(original.STATE["Acrobot"], map(jnp.float32, start), strict=True))
    state = env.reset(jax.random.key(0))[1].replace(**coordinates)
    keys = jax.random.split(jax.random.key(3), NUM_STARTS)
    ours = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))(keys, state, jnp.int32(2)).obs
    right = theirs.each(np.tile(start, (NUM_STARTS, 1)), np.full(NUM_STARTS, 2))[0]
    for i in range(6):
        assert right[:, i].std() > 0
        assert p_value(ours[:, i], right[:, i]) > LEAST_P


def p_value(ours: Any, right: np.ndarray) -> float:
    """Of the two coming from one distribution, by Kolmogorov and Smirnov's test."""
    return float(stats.ks_2samp(np.asarray(ours), right)[1])  # type: ignore[arg-type]
