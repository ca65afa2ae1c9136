"""PQN with a memory: its window, its targets against sums written out, and that it remembers."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import pqn
from jaxenvs.baselines.parts.rollout import from_first
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import assert_carry_keeps_its_types, assert_metrics_are_scalars
from tests.baselines.test_pqn import assert_targets_follow_the_recursion, played
from tests.baselines.toys import Aim, Guess, Recall
from tests.toys import Walk

SMALL = pqn.Config(
    total_steps=4 * 64,
    num_envs=8,
    num_steps=8,
    targets="per_minibatch",
    window=4,
    num_epochs=2,
    num_minibatches=2,
    memory="gru",
    hidden=(16,),
    memory_width=16,
    lr=1e-3,
    epsilon_end=0.01,
    epsilon_share=0.1,
    trace_lambda=0.95,
    eval_episodes=4,
)


def trained(config, env, seed=0):
    trainer = pqn.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    return trainer, carry, metrics


@pytest.mark.parametrize(
    ("env", "changes"),
    [
        (Walk(), {"window": 0, "targets": "per_update"}),
        (Guess(masked=True), {"memory": "s5"}),
        (Walk(), {"normalize_obs": True}),
    ],
    ids=["dict obs, no window", "masked, S5", "dict obs, normalized"],
)
def test_trains_with_other_settings(env, changes):
    trainer, carry, metrics = trained(dataclasses.replace(SMALL, **changes), env)
    assert_metrics_are_scalars(metrics, 4)
    obs, state = env.reset(jax.random.key(0))
    policy, mask = trainer.policy(carry), env.action_mask(state)
    action, past = trainer.act(policy, obs, mask, trainer.memory)
    assert env.action_space().contains(action)
    assert not past.start


@pytest.mark.parametrize("targets", pqn.TARGETS)
def test_carry_keeps_its_types_without_a_window(targets):
    config = dataclasses.replace(SMALL, window=0, targets=targets)
    assert_carry_keeps_its_types(pqn.make_train(config, Walk()))


def test_the_window_holds_the_last_steps_with_their_memory():
    method = pqn.PQN(SMALL, Walk())
    before = jax.jit(method.init)(jax.random.key(0), SMALL.hyper_params)
    carry = jax.jit(method.update)(before)[0]
    rows, now = carry.window, carry.situation
    assert rows.seen.obs.shape[:2] == (4, 8)
    # The window goes on to the present: its last step led to what is seen now.
    done, final_obs = np.asarray(rows.done)[-1], np.asarray(rows.next_seen.obs)[-1]
    next_obs = np.where(done[:, None], now.seen.obs, final_obs)
    np.testing.assert_allclose(next_obs, now.seen.obs)
    weights, past = before.weights, from_first(rows).past  # by the weights that played
    _, states = method.network.unroll(weights, rows.seen.obs, past)
    np.testing.assert_allclose(np.asarray(states)[-1], now.past.state, atol=1e-5)


def test_targets_follow_the_recursion():
    method = pqn.PQN(SMALL, Walk())
    hp = SMALL.hyper_params.replace(trace_lambda=np.float32(0.7), reward_scale=np.float32(0.1))
    carry = jax.jit(method.init)(jax.random.key(3), hp)
    steps = from_first(played(method, carry, 12))
    value, target = method.network.value_and_target(carry.weights, None, hp, steps)
    values, states = method.network.unroll(carry.weights, steps.seen.obs, steps.past)
    taken = np.take_along_axis(np.asarray(values), np.asarray(steps.action)[..., None], -1)
    np.testing.assert_allclose(value, taken[..., 0], atol=1e-6)
    best = np.asarray(jnp.max(method.network.ahead(carry.weights, states, steps), axis=-1))
    assert_targets_follow_the_recursion(target, best, steps, 0.1, 0.99, 0.7)


def test_targets_per_update_are_those_of_the_weights_that_played():
    config = dataclasses.replace(SMALL, window=0, targets="per_update")
    method = pqn.PQN(config, Walk())
    carry = jax.jit(method.init)(jax.random.key(3), config.hyper_params)
    steps = played(method, carry, 8).replace(episode=None)
    rows, _ = method.prepare(carry, steps)
    _, target = method.network.value_and_target(carry.weights, None, carry.hp, from_first(steps))
    np.testing.assert_allclose(rows.extra, np.asarray(target).T, rtol=1e-5, atol=1e-6)
    other = jax.tree.map(lambda leaf: 2 * leaf, carry.weights)
    fixed = dataclasses.replace(config, targets="per_minibatch")
    once = method.loss(other, carry.hp, rows)[0]
    free = pqn.PQN(fixed, Walk())
    anew = free.loss(other, carry.hp, free.prepare(carry, steps)[0])[0]
    assert not np.isclose(once, anew), "targets by other weights are others"


@pytest.mark.parametrize("memory", ["s5", pytest.param("gru", marks=pytest.mark.slow)])
def test_remembers(memory):
    config = dataclasses.replace(SMALL, total_steps=40_000, lr=3e-3, memory=memory)
    trainer, carry, _ = trained(config, Recall())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 3}, "num_minibatches: expected a divisor of num_envs = 8, got 3"),
        ({"window": 9}, "window: expected 0 to num_steps = 8, got 9"),
        ({"filters": 8}, "filters: expected 0 with a memory"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        pqn.make_train(dataclasses.replace(SMALL, **change))


def test_continuous_actions_have_no_values():
    with pytest.raises(TypeError, match="action space: expected Discrete, got Box"):
        pqn.make_train(SMALL, Aim())
