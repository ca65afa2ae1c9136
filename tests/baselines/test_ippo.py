"""IPPO: shared and separate networks, who counts, masks, and each agent's own advantages."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import ippo
from jaxenvs.baselines.parts.actor_critic import Steps
from jaxenvs.baselines.parts.trainer import train
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
    assert_same_bits,
)
from tests.toys import Crowd, Walk

SMALL = ippo.Config(
    total_steps=4 * 64,
    num_envs=8,
    num_steps=8,
    num_epochs=1,
    num_minibatches=1,
    hidden=(16,),
    memory_width=8,
    eval_episodes=4,
)


@functools.cache
def played(share, memory):
    """The method, agents whose environments are under way, and what they play next."""
    config = dataclasses.replace(SMALL, share=share, memory=memory)
    method = ippo.IPPO(config, Crowd())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    play = jax.jit(method.play)
    before, _ = play(carry, jax.random.key(1))
    after, rollout = play(before, jax.random.key(2))
    assert np.asarray(rollout.done).any(), "no episode ended: the tests would see half"
    return method, before, after, rollout


@functools.cache
def learned(share):
    """The method, its carry, a batch, and the compiled learning from one."""
    method, before, after, rollout = played(share, "none")
    states = {"actor": before.past.state, "critic": before.critic_state}
    _, rows = jax.jit(method.prepare)(after, rollout, rollout.reward)
    learn = jax.jit(lambda batch: method.learn(after, batch, jax.random.key(0)))
    return method, after, method.batch(states, rows), learn


def weights_of(agent, tree):
    return jax.tree.map(lambda leaf: leaf[agent], tree)


@pytest.mark.parametrize("memory", ["none", "gru", "s5"])
@pytest.mark.parametrize("share", [True, False])
def test_carry_keeps_its_types(share, memory):
    config = dataclasses.replace(SMALL, share=share, memory=memory, normalize_reward=True)
    assert_carry_keeps_its_types(ippo.make_train(config, Crowd()))


@pytest.mark.slow
@pytest.mark.parametrize(("share", "memory"), [(True, "gru"), (False, "none")])
def test_chunks_give_the_bits_of_the_single_scan(share, memory):
    config = dataclasses.replace(SMALL, share=share, memory=memory, normalize_reward=True)
    assert_chunks_are_the_scan(ippo.make_train(config, Crowd()))


def test_separate_learners_of_the_prisoners_dilemma_defect():
    config = dataclasses.replace(
        ippo.PRESETS["Social-MatrixGame-v1"], total_steps=40_000, lr=1e-2, eval_episodes=2
    )
    trainer = ippo.make_train(config)
    carry, metrics = jax.jit(functools.partial(train, trainer))(jax.random.key(0), trainer.hp)
    assert_metrics_are_scalars(metrics, trainer.num_updates)
    assert (
        np.asarray(metrics["episode_return"])[-1] < -180
    )  # both cooperate: -100, both defect: -200
    _, state = trainer.env.reset(jax.random.key(0))
    obs, mask = trainer.env.observe(state, None), trainer.env.action_mask(state)
    action, past = trainer.act(trainer.policy(carry), obs, mask, trainer.memory)
    np.testing.assert_array_equal(action, [1, 1])
    assert not past.start.any()


@pytest.mark.parametrize(
    ("share", "memory"),
    [(True, "gru"), (False, "none"), pytest.param(False, "s5", marks=pytest.mark.slow)],
)
def test_learning_sees_what_playing_saw(share, memory):
    method, before, after, rollout = played(share, memory)

    def again(weights, state, rollout):
        return method.nets.unroll("actor", weights, state, rollout)

    known = Steps(seen=rollout.seen, last_action=rollout.last_action, start=rollout.start)
    weights = before.weights["actor"]
    unroll = method.nets.each(again, (1, 2), 2)
    outputs, states = unroll(weights, before.past.state, known)
    policy = method.nets.distribution(weights, outputs, rollout.mask)
    np.testing.assert_allclose(policy.log_prob(rollout.action), rollout.log_prob, atol=1e-5)
    if memory != "none":
        np.testing.assert_allclose(states[-1], after.past.state, atol=1e-5)


def test_memories_forget_with_the_episode_and_go_on_without():
    method, before, after, rollout = played(True, "gru")
    np.testing.assert_array_equal(rollout.start[1:], rollout.done[:-1])
    played_last = method.agents.as_input(rollout.action[:-1])
    np.testing.assert_array_equal(rollout.last_action[1:], played_last)
    moved, rows = jax.jit(method.prepare)(after, rollout, rollout.reward)
    value, states = method.nets.unroll(
        "critic", before.weights["critic"], before.critic_state, rollout
    )
    np.testing.assert_allclose(rows.value, value[..., 0], atol=1e-5)
    np.testing.assert_allclose(moved.critic_state, states[-1], atol=1e-5)


def test_only_legal_actions_are_played():
    *_, rollout = played(False, "none")
    # Two, three and four actions, in arrays of four; all of them occur.
    np.testing.assert_array_equal(np.asarray(rollout.action).max(axis=(0, 1)), [1, 2, 3])
    picked = np.take_along_axis(np.asarray(rollout.mask), np.asarray(rollout.action)[..., None], -1)
    assert picked.all()


def test_who_has_left_is_known_until_the_episode_ends():
    _, before, after, rollout = played(False, "none")
    present, seen = np.asarray(before.present), []
    for terminated, done in zip(*map(np.asarray, (rollout.terminated, rollout.done)), strict=True):
        seen.append(present)
        present = np.where(done, True, present & ~terminated)
    np.testing.assert_array_equal(rollout.present, seen)
    np.testing.assert_array_equal(after.present, present)
    assert not np.asarray(rollout.present).all(), "nobody left: the test would see nothing"


@pytest.mark.parametrize("share", [True, False])
def test_advantages_are_each_agents_own(share):
    method, before, after, rollout = played(share, "none")
    _, rows = jax.jit(method.prepare)(after, rollout, rollout.reward)

    def value(seen):
        def alone(weights, seen):
            layers: Any = method.nets.torsos["critic"]
            hidden = layers.torso.apply({"params": weights["torso"]["params"]["torso"]}, seen)
            out: Any = method.nets.readouts["critic"].apply(weights["readout"], hidden)
            return out[..., 0]

        return np.asarray(method.nets.each(alone, (2,), 2)(before.weights["critic"], seen["actor"]))

    now, then = value(rollout.seen), value(rollout.final)
    np.testing.assert_allclose(rows.value, now, atol=1e-5)
    gamma, decay = SMALL.gamma, SMALL.gae_lambda
    ended = np.asarray(rollout.terminated)
    over = ended | np.asarray(rollout.done)
    expected, trace = np.zeros_like(now), np.zeros_like(now[0])
    for t in reversed(range(SMALL.num_steps)):
        delta = np.asarray(rollout.reward)[t] + gamma * ~ended[t] * then[t] - now[t]
        trace = delta + gamma * decay * ~over[t] * trace
        expected[t] = trace
    np.testing.assert_allclose(rows.advantage, expected, atol=1e-4)
    np.testing.assert_allclose(rows.target, expected + now, atol=1e-4)


def test_separate_agents_learn_each_from_its_own_rows_alone():
    method, carry, batch, learn = learned(share=False)
    after, _ = learn(batch)
    for i in range(3):
        rows = jax.tree.map(lambda leaf, i=i: leaf.at[:, :, i].multiply(-0.5), batch.rows.advantage)
        other, _ = learn(batch.replace(rows=batch.rows.replace(advantage=rows)))
        for j in range(3):
            same = jax.tree.map(
                jnp.array_equal, weights_of(j, after.weights), weights_of(j, other.weights)
            )
            assert all(jax.tree.leaves(same)) == (i != j)
    # The gradient step of an agent is that of a learner who knows no other.
    i, hp = 1, carry.hp.replace(max_grad_norm=np.float32(0.5))
    alone = ippo.Batch(
        states=batch.states, rows=jax.tree.map(lambda leaf: leaf[:, :, i], batch.rows)
    )
    slope = jax.jit(jax.grad(lambda w: method.loss(w, carry.replace(hp=hp), alone)[0]))(
        weights_of(i, carry.weights)
    )
    norm = np.sqrt(sum(float(jnp.sum(leaf**2)) for leaf in jax.tree.leaves(slope)))
    shrunk = jax.tree.map(lambda leaf: leaf * min(1, 0.5 / norm), slope)
    for before, then, g in zip(
        *map(jax.tree.leaves, (weights_of(i, carry.weights), weights_of(i, after.weights), shrunk)),
        strict=True,
    ):
        expected = before - SMALL.lr * g / (jnp.abs(g) + 1e-5)  # Adam's first step
        np.testing.assert_allclose(then, expected, atol=2e-5)


def test_shared_networks_learn_from_all():
    _, _, batch, learn = learned(share=True)
    after, _ = learn(batch)
    kernels = {leaf.shape for leaf in jax.tree.leaves(after.weights["actor"]["torso"])}
    assert (6, 16) in kernels  # three numbers and three ids; no axis of agents
    for i in range(3):
        rows = batch.rows.replace(advantage=batch.rows.advantage.at[:, :, i].multiply(-0.5))
        other, _ = learn(batch.replace(rows=rows))
        same = jax.tree.map(jnp.array_equal, after.weights["actor"], other.weights["actor"])
        assert not all(jax.tree.leaves(same))


@pytest.mark.parametrize("share", [True, False])
def test_rows_of_agents_who_have_left_count_for_nothing(share):
    _, _, batch, learn = learned(share)
    rows, gone = batch.rows, ~batch.rows.present
    assert gone.any()

    def disturb(leaf):
        return jnp.where(gone.reshape(gone.shape + (1,) * (leaf.ndim - gone.ndim)), leaf + 7, leaf)

    names = ("log_prob", "value", "advantage", "target")
    changed = rows.replace(
        seen=jax.tree.map(disturb, rows.seen),
        **{name: disturb(getattr(rows, name)) for name in names},
    )
    (after, metrics), (other, others) = learn(batch), learn(batch.replace(rows=changed))
    assert_same_bits(after.weights, other.weights)
    assert_same_bits(metrics, others)


class Praised(Crowd):
    """The crowd, told of a shaped reward of 1, 2 and 3."""

    def transition(self, key, state, action, params):
        state, reward, leaves, _ = super().transition(key, state, action, params)
        return state, reward, leaves, {"shaped_reward": jnp.arange(1, 4, dtype=jnp.float32)}


def test_shaped_reward_fades_and_is_no_part_of_returns():
    config = dataclasses.replace(SMALL, shaping=0.5, shaping_share=0.5)  # 4 updates in all
    method = ippo.IPPO(config, Praised())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    play = jax.jit(method.play)
    for update_id, weight in enumerate([0.5, 0.25, 0, 0]):
        _, rollout = play(carry.replace(update_id=jnp.int32(update_id)), jax.random.key(1))
        plain = np.asarray(rollout.action, np.float32)  # what the crowd pays
        np.testing.assert_allclose(rollout.reward, plain + weight * np.arange(1, 4), rtol=1e-6)
        np.testing.assert_array_equal(rollout.episode["return"][0], plain[0])
    with pytest.raises(ValueError, match="shaping: Crowd tells of no shaped_reward"):
        ippo.make_train(config, Crowd())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"num_minibatches": 7},
            "num_minibatches: expected a divisor of num_envs . num_steps = 64",
        ),
        (
            {"num_minibatches": 3, "memory": "gru"},
            "num_minibatches: expected a divisor of num_envs",
        ),
        ({"memory": "lstm"}, "memory: expected one of none, gru, s5; got 'lstm'"),
        ({"filters": 8}, "filters: expected memory none and no show_id"),
        ({"shaping_share": 0.0}, "shaping_share: expected 0 to 1, got 0.0"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        ippo.make_train(dataclasses.replace(SMALL, **change))


def test_games_of_one_agent_are_refused():
    with pytest.raises(TypeError, match="env: expected a game of several agents, got Walk"):
        ippo.make_train(SMALL, Walk())


def test_presets_fit_their_environments():
    for env_id, config in ippo.PRESETS.items():
        assert config.env == env_id
        ippo.make_train(config)
