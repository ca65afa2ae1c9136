"""PPO: its parts on environments with known answers, and the shapes of the whole."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts import drifts
from jaxenvs.baselines.parts.drifts import NeuralDrift, PPODrift, Setting
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import assert_carry_keeps_its_types
from tests.baselines.toys import Aim, Clock, Dials, Guess
from tests.toys import Crowd

SMALL = ppo.Config(
    total_steps=4 * 64, num_envs=8, num_steps=8, hidden=(16,), eval_episodes=4, lr=1e-3
)


def trained(config, env, seed=0):
    trainer = ppo.make_train(config, env)
    key = jax.random.key(seed)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    return trainer, carry, metrics


def all_close(first, second, **tolerance):
    pairs = zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True)
    return all(np.allclose(a, b, **tolerance) for a, b in pairs)


def test_learns_to_name_a_number_and_counts_actions_from_the_spaces_start():
    config = dataclasses.replace(SMALL, total_steps=20_000, lr=1e-2, hidden=(32,))
    trainer, carry, _ = trained(config, Guess())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1
    actions = [int(trainer.act(trainer.policy(carry), jnp.int32(i), None)) for i in range(3)]
    assert actions == [5, 6, 7]


def test_masks_are_obeyed_from_the_first_step():
    trainer, carry, metrics = trained(SMALL, Guess(masked=True))
    np.testing.assert_array_equal(metrics["episode_return"], 1)
    np.testing.assert_allclose(metrics["entropy"], 0, atol=1e-6)
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("memory", ["none", "gru"])
def test_learns_to_set_several_numbers_at_once(apart, memory):
    config = dataclasses.replace(SMALL, total_steps=20_000, lr=1e-2, hidden=(32,), memory=memory)
    trainer, carry, metrics = trained(config, Dials(apart=apart))
    assert float(metrics["episode_return"][0]) < 0.6  # by chance 5/12
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


def test_several_numbers_are_played_and_learned():
    env = Dials(apart=True, masked=True)
    trainer = ppo.make_train(dataclasses.replace(SMALL, memory="gru"), env)
    carry = jax.eval_shape(trainer.init, jax.random.key(0), trainer.hp)
    assert_carry_keeps_its_types(trainer)
    obs, mask = np.zeros(2, np.int32), np.ones((2, 3), bool)
    policy = trainer.policy(carry)
    (first, second), past = jax.eval_shape(trainer.act, policy, obs, mask, trainer.memory)
    assert (first.shape, second.shape, past.action.shape) == ((), (1,), (5,))


@pytest.mark.slow
def test_masks_of_several_numbers_are_obeyed_from_the_first_step():
    trainer, carry, metrics = trained(SMALL, Dials(masked=True, apart=True))
    np.testing.assert_array_equal(metrics["episode_return"], 1)
    np.testing.assert_allclose(metrics["entropy"], 0, atol=1e-6)
    policy, mask = trainer.policy(carry), jnp.array([[0, 1, 0], [0, 0, 1]], jnp.bool_)
    first, second = trainer.act(policy, jnp.array([1, 2], jnp.int32), mask)
    assert (int(first), second.tolist()) == (6, [2])


def test_learns_a_continuous_action_from_raw_units():
    config = dataclasses.replace(
        SMALL,
        total_steps=40_000,
        lr=3e-3,
        normalize_obs=True,
        normalize_reward=True,
        ent_coef=0.0,
        hidden=(32,),
    )
    trainer, carry, _ = trained(config, Aim())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) > -2  # within 0.14 of 4


@pytest.mark.parametrize(("bootstrap", "low", "high"), [(True, 9.0, 10.5), (False, 3.0, 6.5)])
def test_a_time_limit_is_bootstrapped_from_the_final_observation(bootstrap, low, high):
    # The clock pays 1 a step for ever: with gamma 0.9 the value is 10. A port that takes its time
    # limit of 8 steps for the end teaches the mean over what is left to it, 4.5 or so.
    config = dataclasses.replace(
        SMALL,
        total_steps=60_000,
        lr=1e-2,
        gamma=0.9,
        clip_value=False,
        max_grad_norm=10.0,
        bootstrap_truncated=bootstrap,
    )
    _, carry, metrics = trained(config, Clock())
    method = ppo.PPO(config, Clock())
    steps = jax.jit(method.play)(carry, jax.random.key(1))[1]
    value = float(method.nets.judge(carry.weights, None, steps, steps.action).value[0, 0])
    assert low < value < high
    np.testing.assert_array_equal(metrics["episode_length"], 8)


def test_seeds_and_hyper_parameters_vmap():
    trainer = ppo.make_train(SMALL, Guess())
    keys = jax.random.split(jax.random.key(0), 2)
    hps = jax.tree.map(lambda x: np.full(3, x, np.float32), trainer.hp)
    hps = hps.replace(lr=np.array([0.0, 1e-3, 1e-3], np.float32))
    grid = jax.vmap(jax.vmap(functools.partial(scan_updates, trainer), (0, None)), (None, 0))
    carry, metrics = jax.jit(grid)(keys, hps)
    assert metrics["entropy"].shape == (3, 2, 4)
    start = jax.jit(jax.vmap(trainer.init, (0, None)))(keys, trainer.hp)
    frozen = jax.tree.map(lambda leaf: leaf[0], carry.weights)
    assert all_close(frozen, start.weights, atol=1e-6)
    learned = jax.tree.map(lambda leaf: leaf[1], carry.weights)
    again = jax.tree.map(lambda leaf: leaf[2], carry.weights)
    assert not all_close(learned, start.weights)
    assert all_close(learned, again, atol=1e-6)


def test_the_learning_rate_falls_to_its_end():
    config = dataclasses.replace(SMALL, total_steps=2 * 64)
    annealed, constant = (
        ppo.make_train(dataclasses.replace(config, anneal_lr=anneal), Guess())
        for anneal in (True, False)
    )
    first = annealed.init(jax.random.key(0), annealed.hp)
    late = first.replace(update_id=jnp.int32(2))  # as after the last update
    assert all_close(annealed.update(late)[0].weights, first.weights, rtol=0, atol=0)
    assert not all_close(constant.update(late)[0].weights, first.weights)
    assert all_close(annealed.update(first)[0].weights, constant.update(first)[0].weights)


def test_observations_are_normalized_by_what_was_seen_before():
    config = dataclasses.replace(SMALL, normalize_obs=True)
    trainer = ppo.make_train(config, Aim())
    carry = trainer.init(jax.random.key(0), trainer.hp)
    assert float(carry.norms.obs.count) == 0
    carry, _ = trainer.update(carry)
    assert float(carry.norms.obs.count) == config.batch_size
    np.testing.assert_allclose(carry.norms.obs.mean, 1000, rtol=1e-5)


def test_rewards_are_scaled_by_the_deviation_of_the_return():
    config = dataclasses.replace(SMALL, normalize_reward=True)
    method = ppo.PPO(config, Clock())
    carry = method.init(jax.random.key(0), config.hyper_params)
    _, steps = method.play(carry, jax.random.key(1))
    norms, reward = carry.norms.reward(steps.reward, steps.done, carry.hp.gamma)
    returns = [sum(0.99**k for k in range(n + 1)) for n in range(8)]  # of an episode's steps
    np.testing.assert_allclose(reward, 1 / np.std(returns), rtol=1e-4)
    np.testing.assert_array_equal(norms.returns, 0)  # all episodes have just ended


def test_policy_loss():
    ratio = jnp.array([1.0, 1.5, 1.5, 0.5, 0.5])
    advantage = jnp.array([2.0, 1.0, -1.0, 1.0, -1.0])
    drift = PPODrift()(None, jnp.log(ratio), advantage, Setting(clip=0.2))
    # Clipped only where that makes the objective smaller.
    expected = [-2.0, -1.2, 1.5, -0.5, 0.8]
    np.testing.assert_allclose(
        ppo.policy_loss(jnp.log(ratio), advantage, drift), expected, rtol=1e-6
    )


@pytest.mark.parametrize("name", ["none", "dpo"])
def test_other_drifts_learn(name):
    config = dataclasses.replace(SMALL, total_steps=20_000, lr=1e-2, hidden=(32,), drift=name)
    trainer, carry, _ = trained(config, Guess())
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


def test_a_learned_drift_is_part_of_the_carry(tmp_path):
    drift = NeuralDrift(width=4, temporal=True)
    drift = dataclasses.replace(drift, weights=jax.tree.map(lambda x: x + 0.5, drift.fresh()))
    drifts.save(tmp_path / "mine.npz", drift, {})
    config = dataclasses.replace(SMALL, drift=str(tmp_path / "mine.npz"))
    trainer = ppo.make_train(config, Guess())
    carry = trainer.init(jax.random.key(0), trainer.hp)
    learned = jax.jit(trainer.update)(carry)[0]
    np.testing.assert_array_equal(learned.drift["outer"], 0.5)
    other = jax.jit(trainer.update)(carry.replace(drift=drift.fresh()))[0]
    assert not all_close(learned.weights, other.weights)


def test_memory_does_not_grow_with_the_run():
    def size(num_updates):
        config = dataclasses.replace(SMALL, total_steps=64 * num_updates)
        trainer = ppo.make_train(config, jaxenvs.make("CartPole-v1"))
        run = jax.jit(functools.partial(scan_updates, trainer))
        memory: Any = run.lower(jax.random.key(0), trainer.hp).compile().memory_analysis()
        num_metrics = len(jax.eval_shape(run, jax.random.key(0), trainer.hp)[1])
        return memory.temp_size_in_bytes + memory.output_size_in_bytes, num_metrics

    (small, num_metrics), (large, _) = size(10), size(1000)
    # What is left per update: its scalar metrics (twice, inside and out).
    assert large - small <= 990 * num_metrics * 4 * 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 7}, "num_minibatches: expected a divisor of .* = 64, got 7"),
        ({"total_steps": 10}, "total_steps: expected at least .* = 64, got 10"),
        ({"drift": "pppo"}, "drift: expected one of ppo, none, .*; got 'pppo'"),
        ({"env": "NoSuch-v0"}, "no environment 'NoSuch-v0'"),
        ({"memory": "gru", "num_minibatches": 3}, "num_minibatches: expected a divisor of num_env"),
        ({"memory": "gru", "filters": 8}, "filters: expected 0 with a memory"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        ppo.make_train(dataclasses.replace(SMALL, **change))


def test_games_of_several_agents_are_refused():
    with pytest.raises(TypeError, match="env: expected a game of one agent, got Crowd"):
        ppo.make_train(SMALL, Crowd())


def test_spaces_that_do_not_fit():
    class Switches(Clock):
        def action_space(self, params=None) -> Any:
            return jaxenvs.spaces.MultiBinary(3)

    with pytest.raises(TypeError, match="action space: expected Discrete, MultiDiscrete, a Tu"):
        ppo.make_train(SMALL, Switches())
