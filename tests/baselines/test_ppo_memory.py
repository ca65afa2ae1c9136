"""PPO with a memory: what it sees in learning is what it saw in playing, and it remembers."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts.rollout import first_row
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.toys import Clock, Recall
from tests.toys import Walk

SMALL = ppo.Config(
    memory="gru",
    trunk=True,
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
    trainer = ppo.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    return trainer, carry, metrics


@pytest.mark.parametrize(("memory", "trunk"), [("gru", True), ("s5", True), ("gru", False)])
def test_learning_observes_what_playing_observed(memory, trunk):
    config = dataclasses.replace(SMALL, memory=memory, trunk=trunk, num_steps=16)
    method = ppo.PPO(config, Walk())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    play = jax.jit(method.play)
    situation, _ = play(carry, jax.random.key(1))  # so that episodes are under way
    carry = carry.replace(situation=situation)
    after, steps = play(carry, jax.random.key(2))
    assert np.asarray(steps.done).any(), "no episode ended: the test would see half"
    rows, critic_state = method.prepare(carry, steps, steps.reward)
    states = (carry.situation.past.state, carry.critic_state)
    policy, value = method.nets.review(carry.weights, states, rows)
    np.testing.assert_allclose(policy.log_prob(steps.action), steps.extra, atol=1e-5)
    np.testing.assert_allclose(value, rows.value, atol=1e-5)
    np.testing.assert_array_equal(steps.past.start[1:], steps.done[:-1])
    # The memory goes on where the rollout ends.
    again = play(carry.replace(situation=after, critic_state=critic_state), jax.random.key(3))[1]
    np.testing.assert_array_equal(first_row(again.past.state), np.asarray(after.past.state))


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
    method = ppo.PPO(config, Clock())
    _, carry, _ = trained(config, Clock())
    steps = jax.jit(method.play)(carry, jax.random.key(1))[1]
    value = method.nets.judge(carry.weights, None, steps, method.seats.as_input(steps.action)).value
    # Worth 10 with the limit as a cut; at most 5.7 if it were the end.
    assert 8.5 < float(jnp.mean(value[0])) < 11
