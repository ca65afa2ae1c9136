"""PQN: its targets against sums written out, its parts on environments with known answers."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import pqn
from jaxenvs.baselines.parts.returns import lambda_returns
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.toys import Aim, Clock, Guess
from tests.toys import Walk

SMALL = pqn.Config(
    total_steps=4 * 64,
    num_envs=8,
    num_steps=8,
    num_epochs=2,
    num_minibatches=4,
    hidden=(16,),
    eval_episodes=4,
    lr=1e-3,
)


def trained(config, env, seed=0):
    trainer = pqn.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    return trainer, carry, metrics


@pytest.mark.parametrize(
    ("env", "changes"),
    [(Walk(), {"normalize_obs": True}), (Guess(masked=True), {"layer_norm": False})],
    ids=["dict obs, normalised", "masked, no layer norm"],
)
def test_trains_on_every_kind_of_observation(env, changes):
    trainer, carry, metrics = trained(dataclasses.replace(SMALL, **changes), env)
    assert int(carry.update_id) == trainer.num_updates == 4
    assert_metrics_are_scalars(metrics, 4)
    obs, state = env.reset(jax.random.key(0))
    action = trainer.act(trainer.policy(carry), obs, env.action_mask(state))
    assert env.action_space().contains(action)


def test_carry_keeps_its_types():
    assert_carry_keeps_its_types(
        pqn.make_train(dataclasses.replace(SMALL, normalize_obs=True), Walk())
    )


def test_chunks_give_the_bits_of_the_single_scan():
    assert_chunks_are_the_scan(pqn.make_train(SMALL, Guess()))


def test_learns_to_name_a_number_and_counts_actions_from_the_spaces_start():
    config = dataclasses.replace(SMALL, total_steps=8_000, lr=1e-2, hidden=(32,))
    trainer, carry, _ = trained(config, Guess())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1
    actions = [int(trainer.act(trainer.policy(carry), jnp.int32(i), None)) for i in range(3)]
    assert actions == [5, 6, 7]


def test_masks_are_obeyed_from_the_first_step():
    trainer, carry, metrics = trained(SMALL, Guess(masked=True))
    np.testing.assert_array_equal(metrics["episode_return"], 1)
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


@pytest.mark.parametrize(("bootstrap", "low", "high"), [(True, 9.0, 11.0), (False, 3.0, 6.5)])
def test_a_time_limit_is_bootstrapped_from_the_final_observation(bootstrap, low, high):
    # As in the tests of PPO: a reward of 1 for ever is worth 10; ports teach the time that is left.
    config = dataclasses.replace(
        SMALL, total_steps=20_000, lr=1e-2, gamma=0.9, bootstrap_truncated=bootstrap
    )
    _, carry, _ = trained(config, Clock())
    values = pqn.PQN(config, Clock()).values(carry.weights, jnp.ones(1, jnp.float32))
    assert low < float(jnp.max(values)) < high


def brute_q_lambda(reward, best_next, terminated, done, gamma, lam, t):
    """Peng's target of step t by recursion: r + gamma (lam G' + (1 - lam) max_a Q')."""
    after = best_next[t]
    if not done[t] and t + 1 < len(reward):
        rest = brute_q_lambda(reward, best_next, terminated, done, gamma, lam, t + 1)
        after = lam * rest + (1 - lam) * best_next[t]
    return reward[t] + (0.0 if terminated[t] else gamma * after)


def test_targets_of_a_rollout_follow_the_recursion():
    config = dataclasses.replace(SMALL, num_envs=3, num_steps=16, num_minibatches=1)
    method = pqn.PQN(config, Walk())
    hp = config.hyper_params.replace(trace_lambda=np.float32(0.7), reward_scale=np.float32(0.1))
    carry = jax.jit(method.init)(jax.random.key(3), hp)
    carry, rollout = jax.jit(method.play)(carry, jnp.float32(1), jax.random.key(4))
    batch, _ = jax.jit(method.prepare)(carry, rollout)
    target = np.asarray(batch.target).reshape(16, 3)
    assert np.asarray(rollout.done).any(), "no episode ended: the test would see half"
    best = np.asarray(jnp.max(method.values(carry.weights, rollout.final_obs), axis=-1))
    for env in range(3):
        reward, terminated, done = (
            np.asarray(x)[:, env] for x in (rollout.reward, rollout.terminated, rollout.done)
        )
        for t in range(16):
            args = (0.1 * reward, best[:, env], terminated, done, 0.99, 0.7)
            np.testing.assert_allclose(
                target[t, env], brute_q_lambda(*args, t), rtol=1e-4, atol=1e-5
            )


def test_the_faults_of_public_ports_are_told_apart():
    # Carrying Q(s_T) in place of Q(s_{T-1}), or Q(s_{t+2}) in place of Q(s_{t+1}) throughout.
    reward, never = jnp.zeros((4, 1)), jnp.zeros((4, 1), jnp.bool_)
    best_next = jnp.array([[1.0], [2.0], [4.0], [8.0]])
    got = lambda_returns(reward, best_next, never, never, 1.0, 0.5)[:, 0]
    # From the end: 8, (8 + 4) / 2, (6 + 2) / 2, (4 + 1) / 2.
    np.testing.assert_allclose(got, [2.5, 4.0, 6.0, 8.0])


def test_masks_of_the_next_step():
    mask = jnp.array([[[True, False]], [[False, True]]])
    last, done = jnp.array([[True, False]]), jnp.array([[False], [True]])
    after = pqn.next_mask(mask, last, done)
    np.testing.assert_array_equal(after, [[[False, True]], [[True, True]]])
    assert pqn.next_mask(None, None, done) is None


def test_seeds_and_hyper_parameters_vmap():
    trainer = pqn.make_train(SMALL, Guess())
    keys = jax.random.split(jax.random.key(0), 2)
    hps = jax.tree.map(lambda x: np.full(2, x, np.float32), trainer.hp)
    hps = hps.replace(epsilon_end=np.array([0.0, 0.5], np.float32))
    grid = jax.vmap(jax.vmap(functools.partial(scan_updates, trainer), (0, None)), (None, 0))
    _, metrics = jax.jit(grid)(keys, hps)
    assert metrics["value_loss"].shape == (2, 2, 4)
    np.testing.assert_allclose(metrics["epsilon"][:, 0, -1], [0.0, 0.5])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 7}, "num_minibatches: expected a divisor of .* = 64, got 7"),
        ({"num_envs": 0}, "num_envs: expected at least 1, got 0"),
        ({"total_steps": 10}, "total_steps: expected at least .* = 64, got 10"),
        ({"activation": "step"}, "activation: expected one of tanh, .*; got 'step'"),
        ({"filters": 8}, r"filters: expected observations \[height, width, channels\]"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        pqn.make_train(dataclasses.replace(SMALL, **change))


def test_continuous_actions_have_no_values():
    with pytest.raises(TypeError, match="action space: expected Discrete, got Box"):
        pqn.make_train(SMALL, Aim())


def test_presets_fit_their_environments():
    for env_id, config in pqn.PRESETS.items():
        assert config.env == env_id
        pqn.make_train(config)
