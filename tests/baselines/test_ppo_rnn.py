"""PPO with a memory: what it sees in learning is what it saw in playing, and it remembers."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import ppo_rnn
from jaxenvs.baselines.parts.trainer import train
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.toys import Aim, Clock, Guess, Recall
from tests.toys import Walk

SMALL = ppo_rnn.Config(
    total_steps=4 * 64,
    num_envs=8,
    num_steps=8,
    num_epochs=2,
    num_minibatches=2,
    hidden=(16,),
    memory_width=16,
    eval_episodes=4,
)


def trained(config, env, seed=0):
    trainer = ppo_rnn.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(train, trainer))(key, trainer.hp)
    return trainer, carry, metrics


@pytest.mark.parametrize(
    ("env", "memory"),
    [(Walk(), "gru"), (Guess(masked=True), "s5"), (Aim(), "gru")],
    ids=["dict obs", "masked, S5", "continuous"],
)
def test_trains_on_every_kind_of_space(env, memory):
    trainer, carry, metrics = trained(dataclasses.replace(SMALL, memory=memory), env)
    assert_metrics_are_scalars(metrics, 4)
    obs, state = env.reset(jax.random.key(0))
    policy, mask = trainer.policy(carry), env.action_mask(state)
    action, past = trainer.act(policy, obs, mask, trainer.memory)
    assert env.action_space().contains(action)
    assert not past.start


@pytest.mark.parametrize("memory", ["gru", "s5"])
def test_carry_keeps_its_types(memory):
    config = dataclasses.replace(SMALL, memory=memory)
    assert_carry_keeps_its_types(ppo_rnn.make_train(config, Walk()))


@pytest.mark.slow
def test_chunks_give_the_bits_of_the_single_scan():
    assert_chunks_are_the_scan(ppo_rnn.make_train(SMALL, Guess()))


@pytest.mark.parametrize("memory", ["gru", "s5"])
def test_learning_sees_what_playing_saw(memory):
    config = dataclasses.replace(SMALL, memory=memory, num_steps=16)
    method = ppo_rnn.RecurrentPPO(config, Walk())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    play = jax.jit(method.play)
    carry, _ = play(carry, jax.random.key(1))  # so that episodes are under way
    state = carry.past.state
    after, rollout = play(carry, jax.random.key(2))
    assert np.asarray(rollout.done).any(), "no episode ended: the test would see half"
    out, states = method.unroll(carry.weights, state, rollout)
    policy = method.distribution(carry.weights, out, rollout.mask)
    np.testing.assert_allclose(policy.log_prob(rollout.action), rollout.log_prob, atol=1e-5)
    np.testing.assert_allclose(states[-1], after.past.state, atol=1e-5)


@pytest.mark.parametrize("memory", ["gru", pytest.param("s5", marks=pytest.mark.slow)])
def test_remembers(memory):
    config = dataclasses.replace(
        SMALL, total_steps=40_000, lr=1e-2, memory=memory, eval_episodes=64
    )
    trainer, carry, _ = trained(config, Recall())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


@pytest.mark.slow
def test_a_time_limit_is_bootstrapped_from_the_final_observation():
    config = dataclasses.replace(
        SMALL, total_steps=40_000, lr=1e-2, gamma=0.9, clip_value=False, max_grad_norm=10.0
    )
    method = ppo_rnn.RecurrentPPO(config, Clock())
    _, carry, _ = trained(config, Clock())
    out, _ = method.observe(carry.weights, carry.obs, carry.past)
    # Worth 10 with the limit as a cut; at most 5.7 if it were the end.
    assert 8.5 < float(jnp.mean(method.value(carry.weights, out))) < 11


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 3}, "num_minibatches: expected a divisor of num_envs = 8, got 3"),
        ({"memory": "lstm"}, "memory: expected one of gru, s5; got 'lstm'"),
        ({"memory_width": 0}, "memory_width: expected at least 1, got 0"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        ppo_rnn.make_train(dataclasses.replace(SMALL, **change))


def test_presets_fit_their_environments():
    for env_id, config in ppo_rnn.PRESETS.items():
        assert config.env == env_id
        ppo_rnn.make_train(config)
