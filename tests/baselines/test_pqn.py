"""PQN: its targets against sums written out, its parts on environments with known answers."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import pqn
from jaxenvs.baselines.parts.returns import lambda_returns
from jaxenvs.baselines.parts.rollout import from_first
from jaxenvs.baselines.parts.seats import Seen
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import assert_carry_keeps_its_types, assert_metrics_are_scalars
from tests.baselines.toys import Aim, Clock, Dials, Guess
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


def values_at(method, weights, obs):
    """All values for one observation as the network takes it."""
    seen = Seen(obs=obs[None], mask=None, world=None)
    return method.network.observe(weights, seen, None)[0][0]


@pytest.mark.parametrize(
    ("env", "changes"),
    [
        (Walk(), {"normalize_obs": True}),
        (Guess(masked=True), {"layer_norm": False}),
        (Walk(), {"targets": "per_minibatch"}),
    ],
    ids=["dict obs, normalized", "masked, no layer norm", "targets per minibatch"],
)
def test_trains_with_other_settings(env, changes):
    trainer, carry, metrics = trained(dataclasses.replace(SMALL, **changes), env)
    assert int(carry.update_id) == trainer.num_updates == 4
    assert_metrics_are_scalars(metrics, 4)
    obs, state = env.reset(jax.random.key(0))
    action = trainer.act(trainer.policy(carry), obs, env.action_mask(state))
    assert env.action_space().contains(action)


def test_carry_keeps_its_types_with_normalized_observations():
    trainer = pqn.make_train(dataclasses.replace(SMALL, normalize_obs=True), Walk())
    assert_carry_keeps_its_types(trainer)


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
    values = values_at(pqn.PQN(config, Clock()), carry.weights, jnp.ones(1, jnp.float32))
    assert low < float(jnp.max(values)) < high


def brute_q_lambda(reward, best_next, terminated, done, gamma, lam, t):
    """Peng's target of step t by recursion: r + gamma (lam G' + (1 - lam) max_a Q')."""
    after = best_next[t]
    if not done[t] and t + 1 < len(reward):
        rest = brute_q_lambda(reward, best_next, terminated, done, gamma, lam, t + 1)
        after = lam * rest + (1 - lam) * best_next[t]
    return reward[t] + (0.0 if terminated[t] else gamma * after)


def assert_targets_follow_the_recursion(target, best, steps, scale, gamma, lam):
    """All `[T, n]`: what was computed, the best values that follow, and what was played."""
    assert np.asarray(steps.done).any(), "no episode ended: the test would see half"
    for env in range(target.shape[1]):
        reward, terminated, done = (
            np.asarray(x)[:, env] for x in (steps.reward, steps.terminated, steps.done)
        )
        for t in range(len(target)):
            args = (scale * reward, best[:, env], terminated, done, gamma, lam)
            np.testing.assert_allclose(
                target[t, env], brute_q_lambda(*args, t), rtol=1e-4, atol=1e-5
            )


def played(method, carry, num_steps):
    """Steps of random play from a carry."""

    def play(carry):
        policy, situation, key = method.policy(carry), carry.situation, jax.random.key(4)
        return method.play(policy, situation, key, num_steps, jnp.float32(1))[1]

    return jax.jit(play)(carry)


@pytest.mark.parametrize("targets", pqn.TARGETS)
def test_targets_of_a_rollout_follow_the_recursion(targets):
    config = dataclasses.replace(
        SMALL, num_envs=3, num_steps=16, num_minibatches=1, targets=targets
    )
    method = pqn.PQN(config, Walk())
    hp = config.hyper_params.replace(trace_lambda=np.float32(0.7), reward_scale=np.float32(0.1))
    carry = jax.jit(method.init)(jax.random.key(3), hp)
    steps = played(method, carry, 16)
    if targets == "per_update":
        rows, _ = jax.jit(method.prepare)(carry, steps.replace(episode=None))
        target = np.asarray(rows.extra).reshape(16, 3)
    else:
        target = jax.jit(method.network.value_and_target)(carry.weights, None, hp, steps)[1]
    best = np.asarray(jnp.max(method.network.ahead(carry.weights, None, steps), axis=-1))
    assert_targets_follow_the_recursion(target, best, steps, 0.1, 0.99, 0.7)


def test_what_follows_is_worth_its_best_legal_action():
    method = pqn.PQN(SMALL, Guess(masked=True))
    hp = SMALL.hyper_params.replace(trace_lambda=np.float32(0))
    carry = jax.jit(method.init)(jax.random.key(3), hp)
    steps = played(method, carry, 8)
    cut = steps.replace(terminated=jnp.zeros_like(steps.terminated))  # as if by a time limit
    _, target = method.network.value_and_target(carry.weights, None, hp, from_first(cut))
    after = np.asarray(method.network.ahead(carry.weights, None, cut))
    # The number that was wanted is still shown, and only it is legal.
    np.testing.assert_array_equal(steps.next_seen.mask, steps.seen.mask)
    best = after[np.asarray(steps.next_seen.mask)].reshape(8, 8)
    np.testing.assert_allclose(target, np.asarray(steps.reward) + 0.99 * best, rtol=1e-5)


def test_the_faults_of_public_ports_are_told_apart():
    # Carrying Q(s_T) in place of Q(s_{T-1}), or Q(s_{t+2}) in place of Q(s_{t+1}) throughout.
    reward, never = jnp.zeros((4, 1)), jnp.zeros((4, 1), jnp.bool_)
    best_next = jnp.array([[1.0], [2.0], [4.0], [8.0]])
    got = lambda_returns(reward, best_next, never, never, 1.0, 0.5)[:, 0]
    # From the end: 8, (8 + 4) / 2, (6 + 2) / 2, (4 + 1) / 2.
    np.testing.assert_allclose(got, [2.5, 4.0, 6.0, 8.0])


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
        ({"filters": 8}, r"filters: expected observations \[height, width, channels\]"),
        ({"window": 2}, "window: expected 0 with targets per_update, got 2"),
        ({"shaping": 1.0}, "shaping: .* reports no shaped_reward"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        pqn.make_train(dataclasses.replace(SMALL, **change))


def test_continuous_actions_have_no_values():
    with pytest.raises(TypeError, match="action space: expected Discrete, got Box"):
        pqn.make_train(SMALL, Aim())
    with pytest.raises(TypeError, match="action space: expected Discrete, got MultiDiscrete"):
        pqn.make_train(SMALL, Dials())
