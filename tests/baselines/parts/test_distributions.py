"""Distributions against SciPy, and what sampling really gives."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
import scipy.stats

from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian, Factorized


def test_categorical_against_scipy(getkey):
    logits = 3 * jax.random.normal(getkey(), (5, 4))
    policy = Categorical.from_logits(logits)
    probabilities = scipy.special.softmax(np.asarray(logits, np.float64), axis=-1)
    np.testing.assert_allclose(
        policy.entropy(), scipy.stats.entropy(probabilities, axis=-1), rtol=1e-5
    )
    action = jnp.array([0, 1, 2, 3, 0], jnp.int32)
    expected = np.log(probabilities[np.arange(5), np.asarray(action)])
    np.testing.assert_allclose(policy.log_prob(action), expected, rtol=1e-5)
    np.testing.assert_array_equal(policy.mode(), probabilities.argmax(axis=-1))


def test_categorical_samples_have_their_probabilities(getkey):
    policy = Categorical.from_logits(jnp.log(jnp.array([0.5, 0.3, 0.15, 0.05])))
    keys = jax.random.split(getkey(), 20_000)
    actions = np.asarray(jax.vmap(policy.sample)(keys))
    counts = np.bincount(actions, minlength=4)
    assert scipy.stats.chisquare(counts, 20_000 * np.array([0.5, 0.3, 0.15, 0.05])).pvalue > 1e-4


def test_masked_actions_never_come_up(getkey):
    logits = jax.random.normal(getkey(), (1000, 3)).at[:, 1].set(50.0)
    mask = jnp.array([True, False, True])
    policy = Categorical.from_logits(logits, mask)
    assert not (policy.sample(getkey()) == 1).any()
    assert not (policy.mode() == 1).any()
    assert float(jnp.exp(policy.log_prob(jnp.full(1000, 1, jnp.int32))).max()) == 0
    rest = Categorical.from_logits(logits[:, np.array([0, 2])])
    np.testing.assert_allclose(policy.entropy(), rest.entropy(), rtol=1e-5, atol=1e-6)


def test_masked_categorical_has_finite_gradients():
    mask = jnp.array([True, False, False])

    def loss(logits):
        policy = Categorical.from_logits(logits, mask)
        return policy.entropy() + policy.log_prob(jnp.int32(0))

    assert jnp.isfinite(jax.grad(loss)(jnp.array([0.0, 100.0, -100.0]))).all()


def test_independent_choices_are_as_many_categoricals(getkey):
    counts, logits = (2, 3, 1), np.random.default_rng(0).normal(0, 2, (50, 6)).astype(np.float32)

    @jax.jit
    def found(logits, key):
        policy = Factorized.from_logits(logits, counts)
        action = policy.sample(key)
        return action, policy.log_prob(action), policy.entropy(), policy.mode()

    action, log_prob, entropy, mode = map(np.asarray, found(logits, getkey()))
    parts = [scipy.special.softmax(x, axis=-1) for x in np.split(logits, [2, 5], axis=-1)]
    np.testing.assert_array_equal(action.max(axis=0), [1, 2, 0])
    taken = [
        np.take_along_axis(p, x[:, None], 1)[:, 0] for p, x in zip(parts, action.T, strict=True)
    ]
    np.testing.assert_allclose(log_prob, np.log(taken).sum(axis=0), rtol=1e-4, atol=1e-5)
    expected = sum(scipy.stats.entropy(p, axis=-1) for p in parts)
    np.testing.assert_allclose(entropy, expected, rtol=1e-4)
    np.testing.assert_array_equal(mode, np.stack([p.argmax(axis=-1) for p in parts], -1))


def test_masks_of_independent_choices_hold_for_each(getkey):
    mask = jnp.array([[True, False, False], [False, True, True]])
    logits = np.zeros((100, 5), np.float32)
    logits[:, 2] = 50

    @jax.jit
    def found(logits, key):
        policy = Factorized.from_logits(logits, (2, 3), mask)
        slope = jax.grad(lambda x: Factorized.from_logits(x, (2, 3), mask).entropy().sum())(logits)
        return policy.sample(key), policy.entropy(), slope

    action, entropy, slope = map(np.asarray, found(logits, getkey()))
    assert (action[:, 0] == 0).all()
    assert set(action[:, 1]) == {1, 2}
    np.testing.assert_allclose(entropy, np.log(2), rtol=1e-5)
    assert np.isfinite(slope).all()


def test_gaussian_against_scipy(getkey):
    mean, log_std = jax.random.normal(getkey(), (6, 3)), jnp.array([-1.0, 0.0, 0.7])
    policy = DiagGaussian(mean=mean, log_std=log_std)
    action = jax.random.normal(getkey(), (6, 3))
    peer: Any = scipy.stats.norm(
        np.asarray(mean, np.float64), np.exp(np.asarray(log_std, np.float64))
    )
    np.testing.assert_allclose(
        policy.log_prob(action), peer.logpdf(np.asarray(action)).sum(axis=-1), rtol=1e-5
    )
    np.testing.assert_allclose(policy.entropy(), peer.entropy().sum(axis=-1), rtol=1e-5)
    np.testing.assert_array_equal(policy.mode(), mean)


def test_gaussian_samples_have_their_moments(getkey):
    policy = DiagGaussian(mean=jnp.array([1.0, -2.0]), log_std=jnp.log(jnp.array([0.5, 3.0])))
    samples = jax.vmap(policy.sample)(jax.random.split(getkey(), 20_000))
    for i, (mean, deviation) in enumerate([(1, 0.5), (-2, 3)]):
        peer: Any = scipy.stats.norm(mean, deviation)
        assert scipy.stats.kstest(np.asarray(samples[:, i]), peer.cdf).pvalue > 1e-4


def test_noise_drawn_ahead_gives_the_same_actions(getkey):
    key = getkey()
    logits = jax.random.normal(getkey(), (7, 4))
    policy = Categorical.from_logits(logits)
    np.testing.assert_array_equal(policy.sample(key), policy.pick(policy.noise(key, (7, 4))))
    policy = DiagGaussian(mean=logits, log_std=jnp.zeros(4))
    np.testing.assert_array_equal(policy.sample(key), policy.pick(policy.noise(key, (7, 4))))
