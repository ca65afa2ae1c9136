"""Memories: sequences against steps and against plain NumPy, and forgetting at a start."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines.parts.memory import (
    GRU,
    S5,
    Feedforward,
    Past,
    Recurrent,
    look_ahead,
    one_step,
)
from jaxenvs.baselines.parts.networks import MLP

KINDS = ("gru", "s5")
T, N, F, A, W = 9, 3, 4, 2, 6


@functools.cache
def example(kind):
    """A torso, its weights, and a sequence with a start in its middle."""
    torso = Recurrent((5,), "tanh", kind, W)
    keys = jax.random.split(jax.random.key(0), 4)
    obs = jax.random.normal(keys[0], (T, N, F))
    action = jax.random.normal(keys[1], (T, N, A))
    start = jax.random.bernoulli(keys[2], 0.3, (T, N))
    state = jax.tree.map(lambda x: jnp.broadcast_to(x, (N, *x.shape)), torso.first(A).state)
    weights = jax.jit(torso.init)(keys[3], obs, Past(state=state, action=action, start=start))

    @jax.jit
    def apply(weights: Any, state: Any, obs: Any, action: Any, start: Any) -> Any:
        return torso.apply(weights, obs, Past(state=state, action=action, start=start))

    return torso, weights, apply, (state, obs, action, start)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sequence_is_its_steps_one_by_one(kind):
    _, weights, apply, (state, *rows) = example(kind)
    outputs, states = apply(weights, state, *rows)
    for t in range(T):
        one, after = apply(weights, state, *(row[t : t + 1] for row in rows))
        np.testing.assert_allclose(one[0], outputs[t], rtol=1e-4, atol=1e-5)
        state = jax.tree.map(lambda leaf: leaf[0], after)
        np.testing.assert_allclose(state, states[t], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_remembered_from_before_a_start(kind):
    _, weights, apply, (state, obs, action, start) = example(kind)
    start = start.at[4].set(True)
    outputs, _ = apply(weights, state, obs, action, start)
    other, _ = apply(
        weights, state + 1, obs.at[:4].add(1.0), action.at[:5].add(1.0), start.at[:4].set(False)
    )
    np.testing.assert_allclose(outputs[4:], other[4:], rtol=1e-4, atol=1e-5)
    assert not np.allclose(outputs[:4], other[:4])


@pytest.mark.parametrize("kind", KINDS)
def test_the_past_matters_within_an_episode(kind):
    _, weights, apply, (state, obs, action, start) = example(kind)
    never = jnp.zeros_like(start)
    outputs, _ = apply(weights, state, obs, action, never)
    other, _ = apply(weights, state, obs.at[0].add(1.0), action, never)
    assert (np.abs(np.asarray(outputs - other))[-1] > 1e-7).any()


@pytest.mark.parametrize("kind", KINDS)
def test_looking_ahead_is_the_next_step(kind):
    torso, weights, apply, (state, obs, action, start) = example(kind)
    never = jnp.zeros_like(start)
    outputs, states = apply(weights, state, obs, action, never)
    earlier = jax.tree.map(lambda leaf: leaf[:-1], states)
    ahead = look_ahead(torso, weights, earlier, obs[1:], action[1:])
    np.testing.assert_allclose(ahead, outputs[1:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_one_step_is_a_sequence_of_one(kind):
    torso, weights, apply, (state, obs, action, start) = example(kind)
    outputs, states = apply(weights, state, obs, action, start)
    past = Past(state=state, action=action[0], start=start[0])
    out, after = one_step(torso, weights, obs[0], past)
    np.testing.assert_allclose(out, outputs[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after, states[0], rtol=1e-4, atol=1e-5)


def test_without_a_memory_only_the_observation_and_the_last_action_count(getkey):
    plain, shown = Feedforward(MLP((5,))), Recurrent((5,), "tanh", "none", W)
    assert plain.first(A) is None
    assert shown.first(A).state is None
    obs, action = jax.random.normal(getkey(), (T, N, F)), jax.random.normal(getkey(), (T, N, A))
    past = Past(state=None, action=action, start=jnp.zeros((T, N), jnp.bool_))
    weights = plain.init(getkey(), obs, None)
    out: Any = plain.apply(weights, obs, None)
    np.testing.assert_array_equal(look_ahead(plain, weights, None, obs, action), out[0])
    weights = shown.init(getkey(), obs, past)
    out = shown.apply(weights, obs, past)
    assert out[1] is None
    ahead = look_ahead(shown, weights, None, obs, action)
    np.testing.assert_allclose(ahead, out[0], rtol=1e-6)
    other: Any = shown.apply(weights, obs, past.replace(start=~past.start))
    assert not np.allclose(other[0], out[0])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_gru_in_numpy(getkey):
    gru, x = GRU(W), jax.random.normal(getkey(), (T, 1, F))
    start = jnp.zeros((T, 1), jnp.bool_)
    params: Any = gru.init(getkey(), jnp.zeros((1, W)), x, start)["params"]
    params = jax.tree.map(lambda leaf: leaf + 0.1, params)
    result = gru.apply({"params": params}, jnp.zeros((1, W)), x, start)
    outputs = np.asarray(jax.tree.leaves(result)[0])
    hidden = np.zeros(W)
    for t in range(T):
        inside = np.asarray(x[t, 0]) @ params["input"]["kernel"] + params["input"]["bias"]
        r, z, n = np.split(np.asarray(inside), 3)
        hr, hz, hn = np.split(hidden @ np.asarray(params["kernel"]), 3)
        n = np.tanh(n + sigmoid(r + hr) * (hn + params["bias"]))
        z = sigmoid(z + hz)
        hidden = (1 - z) * n + z * hidden
        np.testing.assert_allclose(outputs[t, 0], hidden, rtol=1e-4, atol=1e-5)


def test_s5_states_in_numpy(getkey):
    s5, x = S5(W), jax.random.normal(getkey(), (T, 1, F))
    start = jnp.zeros((T, 1), jnp.bool_)
    state = jnp.zeros((1, W), jnp.complex64)
    params: Any = s5.init(getkey(), state, x, start)["params"]
    result = s5.apply({"params": params}, state, x, start)
    states = np.asarray(jax.tree.leaves(result)[1])
    p = {k: np.asarray(v, np.float64) for k, v in params.items() if not isinstance(v, dict)}
    eigenvalue = -np.exp(p["log_rate"]) + 1j * p["frequency"]
    decay = np.exp(eigenvalue * np.exp(p["log_step"]))
    inside = np.asarray(x[:, 0] @ params["input"]["kernel"] + params["input"]["bias"])
    s = np.zeros(W, complex)
    for t in range(T):
        drive = inside[t] @ (p["b_real"] + 1j * p["b_imag"])
        s = decay * s + (decay - 1) / eigenvalue * drive
        np.testing.assert_allclose(states[t, 0], s, rtol=1e-3, atol=1e-4)
