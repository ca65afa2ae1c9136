"""DQN: its targets, its memory and its target network, and that it learns."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import dqn
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.toys import Aim, Clock, Guess
from tests.toys import Walk

SMALL = dqn.Config(
    total_steps=4 * 16,
    num_envs=4,
    num_steps=4,
    num_gradient_steps=2,
    sample_size=8,
    memory_size=40,
    target_every=2,
    hidden=(16,),
    eval_episodes=4,
)


def trained(config, env, seed=0):
    trainer = dqn.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    return trainer, carry, metrics


def test_masks_are_obeyed_from_the_first_step():
    trainer, carry, metrics = trained(SMALL, Guess(masked=True))
    assert_metrics_are_scalars(metrics, 4)
    np.testing.assert_array_equal(metrics["episode_return"], 1)
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


def test_carry_keeps_its_types():
    assert_carry_keeps_its_types(dqn.make_train(SMALL, Walk()))


@pytest.mark.slow
def test_chunks_give_the_bits_of_the_single_scan():
    assert_chunks_are_the_scan(dqn.make_train(SMALL, Guess()))


def test_learns_to_name_a_number():
    config = dataclasses.replace(SMALL, total_steps=4_000, lr=1e-2, hidden=(32,))
    trainer, carry, _ = trained(config, Guess())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("bootstrap", "low", "high"), [(True, 9.0, 11.0), (False, 3.0, 6.5)])
def test_a_time_limit_is_bootstrapped_from_the_final_observation(bootstrap, low, high):
    config = dataclasses.replace(
        SMALL, total_steps=16_000, lr=1e-2, gamma=0.9, bootstrap_truncated=bootstrap
    )
    _, carry, _ = trained(config, Clock())
    values = dqn.DQN(config, Clock()).values(carry.weights, jnp.ones(1, jnp.float32))
    assert low < float(jnp.max(values)) < high


def test_the_target_network_follows_now_and_then():
    trainer = dqn.make_train(SMALL, Guess())
    update = jax.jit(trainer.update)
    first = jax.jit(trainer.init)(jax.random.key(0), trainer.hp)
    second, third = update(first)[0], update(update(first)[0])[0]

    def readout(weights):
        return np.asarray(weights["readout"]["params"]["kernel"])

    np.testing.assert_array_equal(readout(second.target_weights), readout(first.weights))
    np.testing.assert_array_equal(readout(third.target_weights), readout(third.weights))
    assert (readout(second.weights) != readout(first.weights)).any()


def test_steps_are_remembered_in_order():
    method = dqn.DQN(SMALL, Walk())
    carry = jax.jit(method.init)(jax.random.key(0), SMALL.hyper_params)
    _, steps, _ = jax.jit(method.play)(carry, jnp.float32(1), jax.random.key(1))
    after = jax.jit(method.update)(carry)[0]
    held = jax.tree.map(lambda leaf: leaf[0, :16], after.memory.experience)
    assert held.obs.shape == steps.obs.shape
    rows = np.asarray(held.obs).reshape(4, 4, -1)
    led = np.asarray(held.next_obs).reshape(4, 4, -1)
    over = np.asarray(held.over).reshape(4, 4)
    going_on = ~over[:-1]
    np.testing.assert_array_equal(rows[1:][going_on], led[:-1][going_on])


@pytest.mark.parametrize("double_q", [False, True])
def test_targets(double_q):
    config = dataclasses.replace(SMALL, double_q=double_q)
    method = dqn.DQN(config, Walk())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    _, steps, _ = jax.jit(method.play)(carry, jnp.float32(1), jax.random.key(1))
    other = jax.tree.map(lambda leaf: -2 * leaf, carry.weights)
    carry = carry.replace(target_weights=other)
    got = method.target(carry.weights, carry, steps)
    here, there = (
        np.asarray(method.values(weights, steps.next_obs)) for weights in (carry.weights, other)
    )
    best = np.argmax(here if double_q else there, axis=1)
    after = there[np.arange(len(best)), best]
    expected = np.asarray(steps.reward) + 0.99 * np.where(steps.over, 0, after)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"memory_size": 15}, "memory_size: expected at least 16, .* got 15"),
        ({"target_every": 0}, "target_every: expected at least 1, got 0"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        dqn.make_train(dataclasses.replace(SMALL, **change))


def test_continuous_actions_have_no_values():
    with pytest.raises(TypeError, match="action space: expected Discrete, got Box"):
        dqn.make_train(SMALL, Aim())


def test_presets_fit_their_environments():
    for env_id, config in dqn.PRESETS.items():
        assert config.env == env_id
        dqn.make_train(config)
