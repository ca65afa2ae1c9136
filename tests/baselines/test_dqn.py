"""DQN: its targets, its buffer and its target network, and that it learns."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import dqn
from jaxenvs.baselines.parts.exploration import schedule
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import assert_carry_keeps_its_types, assert_metrics_are_scalars
from tests.baselines.test_pqn import values_at
from tests.baselines.toys import Aim, Clock, Dials, Guess, Recall
from tests.toys import Walk

SMALL = dqn.Config(
    total_steps=4 * 16,
    num_envs=4,
    num_steps=4,
    num_gradient_steps=2,
    sample_size=8,
    buffer_size=40,
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


@pytest.mark.parametrize("memory", ["none", "s5"])
def test_carry_keeps_its_types_with_sequences(memory):
    config = dataclasses.replace(SMALL, replay="sequences", memory=memory)
    assert_carry_keeps_its_types(dqn.make_train(config, Walk()))


@pytest.mark.slow
def test_remembers():
    config = dataclasses.replace(
        SMALL, total_steps=40_000, num_steps=8, replay="sequences", buffer_size=1_000, memory="gru"
    )
    config = dataclasses.replace(config, memory_width=16, lr=5e-3, trace_lambda=0.8)
    trainer, carry, _ = trained(config, Recall())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


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
    values = values_at(dqn.DQN(config, Clock()), carry.weights, jnp.ones(1, jnp.float32))
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


def collected(config):
    """The method on the walk, its first carry, and the transitions of random play."""
    method = dqn.DQN(config, Walk())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    now = schedule(config, carry.hp, carry.update_id)
    return method, carry, jax.jit(method.collect)(carry, now, jax.random.key(1))[1]


def test_steps_are_kept_in_order():
    method, carry, steps = collected(SMALL)
    after = jax.jit(method.update)(carry)[0]
    held = jax.tree.map(lambda leaf: leaf[0, :16], after.buffer.experience)
    assert held.seen.obs.shape == steps.seen.obs.shape
    rows = np.asarray(held.seen.obs).reshape(4, 4, -1)
    next_rows = np.asarray(held.next_seen.obs).reshape(4, 4, -1)
    going_on = ~np.asarray(held.done).reshape(4, 4)[:-1]
    np.testing.assert_array_equal(rows[1:][going_on], next_rows[:-1][going_on])


@pytest.mark.parametrize("bootstrap", [False, True])
@pytest.mark.parametrize("double_q", [False, True])
def test_targets(double_q, bootstrap):
    config = dataclasses.replace(SMALL, double_q=double_q, bootstrap_truncated=bootstrap)
    method, carry, steps = collected(config)
    other = jax.tree.map(lambda leaf: -2 * leaf, carry.weights)
    _, got = method.network.value_and_target(
        carry.weights, other, carry.hp, steps, double_q, sequences=False
    )
    here, there = (
        np.asarray(method.network.observe(weights, steps.next_seen, None)[0])
        for weights in (carry.weights, other)
    )
    best = np.argmax(here if double_q else there, axis=1)
    after = there[np.arange(len(best)), best]
    over = steps.terminated if bootstrap else steps.done
    expected = np.asarray(steps.reward) + 0.99 * np.where(over, 0, after)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buffer_size": 15}, "buffer_size: expected at least 16, .* got 15"),
        ({"memory": "gru"}, "replay: expected sequences with a memory, got transitions"),
        ({"trace_lambda": 0.5}, "trace_lambda: expected 0 without sequences, got 0.5"),
        ({"burn_in": 1}, "burn_in: expected 0 to 0 without sequences, got 1"),
        ({"memory": "gru", "replay": "sequences", "filters": 8}, "filters: expected 0 with a"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        dqn.make_train(dataclasses.replace(SMALL, **change))


def test_continuous_actions_have_no_values():
    with pytest.raises(TypeError, match="action space: expected Discrete, got Box"):
        dqn.make_train(SMALL, Aim())
    with pytest.raises(TypeError, match="action space: expected Discrete, got MultiDiscrete"):
        dqn.make_train(SMALL, Dials())
