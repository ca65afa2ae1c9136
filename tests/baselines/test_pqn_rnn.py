"""PQN with a memory: its window, its targets against sums written out, and that it remembers."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import pqn_rnn
from jaxenvs.baselines.parts.memory import look_ahead, swap
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.test_pqn import brute_q_lambda
from tests.baselines.toys import Aim, Guess, Recall
from tests.toys import Walk

SMALL = pqn_rnn.Config(
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
    trainer = pqn_rnn.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    return trainer, carry, metrics


@pytest.mark.parametrize(
    ("env", "changes"),
    [(Walk(), {"window": 0}), (Guess(masked=True), {"memory": "s5"})],
    ids=["dict obs, no window", "masked, S5"],
)
def test_trains_on_every_kind_of_observation(env, changes):
    trainer, carry, metrics = trained(dataclasses.replace(SMALL, **changes), env)
    assert_metrics_are_scalars(metrics, 4)
    obs, state = env.reset(jax.random.key(0))
    policy, mask = trainer.policy(carry), env.action_mask(state)
    action, past = trainer.act(policy, obs, mask, trainer.memory)
    assert env.action_space().contains(action)
    assert not past.start


def test_carry_keeps_its_types():
    assert_carry_keeps_its_types(pqn_rnn.make_train(SMALL, Walk()))


@pytest.mark.slow
def test_chunks_give_the_bits_of_the_single_scan():
    assert_chunks_are_the_scan(pqn_rnn.make_train(SMALL, Guess()))


def test_the_window_holds_the_last_steps_with_their_memory():
    trainer = pqn_rnn.make_train(SMALL, Walk())
    method = pqn_rnn.RecurrentPQN(SMALL, Walk())
    before = jax.jit(trainer.init)(jax.random.key(0), trainer.hp)
    carry = jax.jit(trainer.update)(before)[0]
    assert carry.window.obs.shape[:2] == (4, 8)
    # The window goes on to the present: its last step led to what is seen now.
    done, final_obs = np.asarray(carry.window.done)[-1], np.asarray(carry.window.final_obs)[-1]
    led = np.where(done[:, None], carry.obs, final_obs)
    np.testing.assert_allclose(led, carry.obs)
    state = jax.tree.map(lambda leaf: leaf[0], carry.window.state)
    rows = carry.window
    args = (state, rows.obs, rows.last_action, rows.start)
    _, states = method.torso.apply(before.weights["torso"], *args)  # by the weights that played
    np.testing.assert_allclose(np.asarray(states)[-1], carry.past.state, atol=1e-5)


def test_targets_follow_the_recursion():
    method = pqn_rnn.RecurrentPQN(SMALL, Walk())
    hp = SMALL.hyper_params.replace(trace_lambda=np.float32(0.7), reward_scale=np.float32(0.1))
    carry = jax.jit(method.init)(jax.random.key(3), hp)
    situation = (carry.obs, carry.past, carry.env_state)
    _, seen = method.steps(carry.weights, situation, jnp.float32(1), jax.random.key(4), 12)
    assert np.asarray(seen.done).any(), "no episode ended: the test would see half"
    batch = method.prepare(seen, carry.env_state)
    rows = jax.tree.map(swap, batch.replace(state=None))
    values, target = method.values_and_targets(carry.weights, hp, batch.state, rows)
    torso = carry.weights["torso"]
    out, states = method.torso.apply(torso, batch.state, rows.obs, rows.last_action, rows.start)
    np.testing.assert_allclose(values, method.values(carry.weights, out), atol=1e-6)
    action = method.head.as_input(rows.action)
    ahead = look_ahead(method.torso, torso, states, rows.final_obs, action)
    best = np.asarray(jnp.max(method.values(carry.weights, ahead), axis=-1))
    for env in range(SMALL.num_envs):
        reward, terminated, done = (
            np.asarray(x)[:, env] for x in (seen.reward, seen.terminated, seen.done)
        )
        for t in range(12):
            args = (0.1 * reward, best[:, env], terminated, done, 0.99, 0.7)
            np.testing.assert_allclose(
                target[t, env], brute_q_lambda(*args, t), rtol=1e-4, atol=1e-5
            )


@pytest.mark.parametrize("memory", ["s5", pytest.param("gru", marks=pytest.mark.slow)])
def test_remembers(memory):
    config = dataclasses.replace(SMALL, total_steps=40_000, lr=3e-3, memory=memory)
    trainer, carry, _ = trained(config, Recall())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 3}, "num_minibatches: expected a divisor of num_envs = 8, got 3"),
        ({"memory": "lstm"}, "memory: expected one of gru, s5; got 'lstm'"),
        ({"window": 9}, "window: expected 0 to num_steps = 8, got 9"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        pqn_rnn.make_train(dataclasses.replace(SMALL, **change))


def test_continuous_actions_have_no_values():
    with pytest.raises(TypeError, match="action space: expected Discrete, got Box"):
        pqn_rnn.make_train(SMALL, Aim())


def test_presets_fit_their_environments():
    for env_id, config in pqn_rnn.PRESETS.items():
        assert config.env == env_id
        pqn_rnn.make_train(config)
