"""Returns against brute force: the definitions, written out as sums over what follows a step."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs.baselines.parts.returns import gae, lambda_returns


def segment(seed, length, share_terminated=0.15, share_truncated=0.15):
    """A random segment of two environments, float64."""
    rng = np.random.default_rng(seed)
    shape = (length, 2)
    terminated = rng.random(shape) < share_terminated
    done = terminated | (rng.random(shape) < share_truncated)
    return rng.normal(size=shape), rng.normal(size=shape), terminated, done


def brute_gae(reward, value, next_value, terminated, done, gamma, lam):
    """Equation 16 of the paper: the discounted sum of one-step errors up to the episode's end."""
    advantage = np.zeros_like(reward)
    for start in np.ndindex(reward.shape):
        weight, env = 1.0, start[1]
        for t in range(start[0], len(reward)):
            bootstrap = 0.0 if terminated[t, env] else next_value[t, env]
            advantage[start] += weight * (reward[t, env] + gamma * bootstrap - value[t, env])
            weight *= gamma * lam
            if done[t, env]:
                break
    return advantage


def brute_lambda_return(reward, next_value, terminated, done, gamma, lam):
    """The mixture of n-step returns: `(1 - lam) lam^(n-1)` each, the rest on the longest one."""
    target = np.zeros_like(reward)
    for start in np.ndindex(reward.shape):
        env = start[1]
        returns, partial, discount = [], 0.0, 1.0
        for t in range(start[0], len(reward)):
            partial += discount * reward[t, env]
            discount *= gamma
            bootstrap = 0.0 if terminated[t, env] else next_value[t, env]
            returns.append(partial + discount * bootstrap)
            if done[t, env]:
                break
        weights = (1 - lam) * lam ** np.arange(len(returns))
        weights[-1] = lam ** (len(returns) - 1)
        target[start] = np.dot(weights, returns)
    return target


def f32(*arrays) -> Any:
    return [jnp.asarray(a, jnp.float32 if a.dtype == np.float64 else a.dtype) for a in arrays]


UNIT = st.floats(0, 1, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2, 13]), UNIT, UNIT)
def test_gae_is_the_sum_of_discounted_errors(seed, length, gamma, lam):
    reward, next_value, terminated, done = segment(seed, length)
    value = np.random.default_rng(seed + 1).normal(size=reward.shape)
    expected = brute_gae(reward, value, next_value, terminated, done, gamma, lam)
    got = gae(*[*f32(reward, value, next_value, terminated, done), gamma, lam])
    assert got.dtype == jnp.float32
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2, 13]), UNIT, UNIT)
def test_lambda_return_is_the_mixture_of_n_step_returns(seed, length, gamma, lam):
    reward, next_value, terminated, done = segment(seed, length)
    expected = brute_lambda_return(reward, next_value, terminated, done, gamma, lam)
    got = lambda_returns(*[*f32(reward, next_value, terminated, done), gamma, lam])
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_the_step_before_the_last_bootstraps_from_its_own_successor():
    # Public ports bootstrap it from the value after the segment instead.
    reward, done = jnp.zeros((3, 1)), jnp.zeros((3, 1), jnp.bool_)
    next_value = jnp.array([[1.0], [2.0], [4.0]])
    got = lambda_returns(reward, next_value, done, done, 1.0, 0.0)
    np.testing.assert_allclose(got[:, 0], [1, 2, 4])


def test_advantage_plus_value_is_the_lambda_return_where_values_chain():
    reward, next_value, terminated, done = segment(3, 20, 0.2, 0)
    value = np.concatenate([np.ones((1, 2)), next_value[:-1]])
    first, second = f32(terminated, done)
    advantage = gae(*[*f32(reward, value, next_value), first, second, 0.9, 0.7])
    target = lambda_returns(*[*f32(reward, next_value), first, second, 0.9, 0.7])
    # Where an episode ended, the next row's value is of another episode: compare the others.
    np.testing.assert_allclose(
        np.asarray(advantage + value)[:1], np.asarray(target)[:1], rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("cut", ["terminated", "truncated"])
def test_truncation_bootstraps_and_termination_does_not(cut):
    reward = jnp.ones((1, 1))
    yes, no = jnp.ones((1, 1), jnp.bool_), jnp.zeros((1, 1), jnp.bool_)
    terminated = yes if cut == "terminated" else no
    next_value = jnp.full((1, 1), 10.0)
    target = lambda_returns(reward, next_value, terminated, yes, 0.5, 0.9)
    assert float(target[0, 0]) == (1.0 if cut == "terminated" else 6.0)


def test_nothing_leaks_from_the_next_episode():
    reward = jnp.array([[0.0], [1000.0]])
    zeros = jnp.zeros((2, 1))
    done = jnp.array([[True], [False]])
    for terminated in (done, jnp.zeros_like(done)):
        assert float(gae(reward, zeros, zeros, terminated, done, 0.99, 0.95)[0, 0]) == 0
        assert float(lambda_returns(reward, zeros, terminated, done, 0.99, 0.95)[0, 0]) == 0
