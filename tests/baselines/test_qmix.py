"""QMIX's mixing network: monotonic in every agent's value, whatever its weights."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs.baselines import qmix

N, S = 3, 5
JOIN = qmix.Monotonic(width=4, hyper_width=6)
WEIGHTS = JOIN.init(jax.random.key(0), N, S)


@jax.jit
def mixed(seed, scale):
    """The team's value and its slopes, by random weights, for random values and states."""
    keys = iter(jax.random.split(jax.random.key(seed), 32))
    weights = jax.tree.map(
        lambda leaf: scale * jax.random.normal(next(keys), leaf.shape, jnp.float32), WEIGHTS
    )
    values = 10 * jax.random.normal(next(keys), (64, N), jnp.float32)
    world = jax.random.normal(next(keys), (64, S), jnp.float32)

    def team(v, w):
        return JOIN(weights, v, w)[0]

    raised = jax.vmap(team)(values + jax.random.exponential(next(keys), (64, N)), world)
    return jax.vmap(team)(values, world), jax.vmap(jax.grad(team))(values, world), raised


@settings(deadline=None)
@given(st.integers(0, 2**31 - 1), st.floats(0.01, 3))
def test_no_agents_value_lowers_the_teams(seed, scale):
    value, slopes, raised = map(np.asarray, mixed(seed, np.float32(scale)))
    assert np.isfinite(value).all()
    assert (slopes >= 0).all()
    assert (raised >= value - 1e-4 * np.abs(value)).all()


def test_the_mixture_depends_on_the_state_and_on_every_agent():
    weights = JOIN.init(jax.random.key(1), N, S)
    values = jnp.ones((1, N), jnp.float32)
    here = JOIN(weights, values, jnp.ones((1, S), jnp.float32))
    there = JOIN(weights, values, -jnp.ones((1, S), jnp.float32))
    assert here.shape == (1, 1)
    assert not np.allclose(here, there)
    slopes = jax.grad(lambda v: JOIN(weights, v, jnp.ones((1, S), jnp.float32))[0, 0])(values)
    assert (np.asarray(slopes) > 0).all()


def test_it_is_two_layers_written_out():
    weights = JOIN.init(jax.random.key(2), N, S)["params"]
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
    got = JOIN({"params": weights}, jnp.asarray(values), jnp.asarray(world))
    np.testing.assert_allclose(got, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["mixer_width", "hyper_width"])
def test_configs_that_do_not_fit(name):
    with pytest.raises(ValueError, match=f"{name}: expected at least 1, got 0"):
        qmix.make_train(dataclasses.replace(qmix.Config(), **{name: 0}))
