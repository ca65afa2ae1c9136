"""Mixing agents' values: who counts, what a team is paid, and that no value lowers the team's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs.baselines.parts.mixing import (
    KINDS,
    Monotonic,
    Own,
    Sum,
    mixed,
    mixing_of,
    pooled_end,
    pooled_presence,
    pooled_reward,
)

N, S = 3, 5
MONOTONIC = Monotonic(width=4, hyper_width=6)
WEIGHTS = MONOTONIC.init(jax.random.key(0), N, S)
VALUES = np.array([[1.0, -2.0, 4.0], [3.0, 0.5, 8.0]], np.float32)
PRESENT = jnp.array([[True, True, True], [True, False, True]])


def test_alone_each_has_its_own_value_and_reward():
    np.testing.assert_array_equal(
        mixed(Own(), {}, jnp.asarray(VALUES), PRESENT, None), [[1, -2, 4], [3, 0, 8]]
    )
    np.testing.assert_array_equal(pooled_reward(Own(), jnp.asarray(VALUES)), VALUES)
    np.testing.assert_array_equal(pooled_end(Own(), jnp.asarray(PRESENT)), PRESENT)


def test_a_team_has_the_sum_of_those_who_are_there_and_the_mean_reward():
    together = mixed(Sum(), {}, jnp.asarray(VALUES), PRESENT, None)
    np.testing.assert_array_equal(together, [[3], [11]])
    np.testing.assert_allclose(pooled_reward(Sum(), jnp.asarray(VALUES)), [[1], [11.5 / 3]])
    np.testing.assert_array_equal(pooled_end(Sum(), jnp.asarray(PRESENT)), [[True], [False]])


def test_a_value_counts_while_somebody_is_there_for_it():
    gone = jnp.array([[False, True, False], [False, False, False]])
    np.testing.assert_array_equal(pooled_presence(Own(), gone), gone)
    np.testing.assert_array_equal(pooled_presence(Sum(), gone), [[True], [False]])


def test_one_agent_is_not_mixed():
    values, over = jnp.asarray(VALUES[:, 0]), jnp.array([True, False])
    np.testing.assert_array_equal(mixed(Own(), {}, values, None, None), values)
    np.testing.assert_array_equal(pooled_end(Own(), over), over)
    assert pooled_presence(Own(), None) is None


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_left_counts_neither_here_nor_there(kind):
    mixing = mixing_of(kind, 4, 6)
    weights = mixing.init(jax.random.key(0), 3, 2)
    world = jnp.ones((2, 2), jnp.float32) if mixing.uses_world else None
    other = jnp.asarray(np.where(np.asarray(PRESENT), VALUES, 100))
    np.testing.assert_array_equal(
        mixed(mixing, weights, jnp.asarray(VALUES), PRESENT, world),
        mixed(mixing, weights, other, PRESENT, world),
    )


@jax.jit
def slopes_of(seed, scale):
    """The team's value and its slopes, by random weights, for random values and states."""
    keys = iter(jax.random.split(jax.random.key(seed), 32))
    weights = jax.tree.map(
        lambda leaf: scale * jax.random.normal(next(keys), leaf.shape, jnp.float32), WEIGHTS
    )
    values = 10 * jax.random.normal(next(keys), (64, N), jnp.float32)
    world = jax.random.normal(next(keys), (64, S), jnp.float32)

    def team(v, w):
        return MONOTONIC(weights, v, w)[0]

    raised = jax.vmap(team)(values + jax.random.exponential(next(keys), (64, N)), world)
    return jax.vmap(team)(values, world), jax.vmap(jax.grad(team))(values, world), raised


@settings(deadline=None)
@given(st.integers(0, 2**31 - 1), st.floats(0.01, 3))
def test_no_agents_value_lowers_the_teams(seed, scale):
    value, slopes, raised = map(np.asarray, slopes_of(seed, np.float32(scale)))
    assert np.isfinite(value).all()
    assert (slopes >= 0).all()
    assert (raised >= value - 1e-4 * np.abs(value)).all()


def test_the_mixture_depends_on_the_state_and_on_every_agent():
    weights = MONOTONIC.init(jax.random.key(1), N, S)
    values = jnp.ones((1, N), jnp.float32)
    here = MONOTONIC(weights, values, jnp.ones((1, S), jnp.float32))
    there = MONOTONIC(weights, values, -jnp.ones((1, S), jnp.float32))
    assert here.shape == (1, 1)
    assert not np.allclose(here, there)
    slopes = jax.grad(lambda v: MONOTONIC(weights, v, jnp.ones((1, S), jnp.float32))[0, 0])(values)
    assert (np.asarray(slopes) > 0).all()


def test_it_is_two_layers_written_out():
    weights = MONOTONIC.init(jax.random.key(2), N, S)["params"]
    values = np.array([1.0, -2.0, 0.5], np.float32)
    world = np.linspace(-1, 1, S).astype(np.float32)

    def hyper(name):
        dense = weights[f"{name}_hidden"]["Dense_0"]
        hidden = np.maximum(world @ np.asarray(dense["kernel"]) + np.asarray(dense["bias"]), 0)
        last = weights[name]
        return np.asarray(last["kernel"]) @ hidden + np.asarray(last["bias"])

    bias = weights["first_bias"]
    offset = world @ np.asarray(bias["kernel"]) + np.asarray(bias["bias"])
    hidden = values @ np.abs(hyper("first")).reshape(N, 4) + offset
    hidden = np.where(hidden > 0, hidden, np.expm1(hidden))
    expected = np.mean(hidden * np.abs(hyper("last"))) + hyper("last_bias")
    got = MONOTONIC({"params": weights}, jnp.asarray(values), jnp.asarray(world))
    np.testing.assert_allclose(got, expected, rtol=1e-5)
