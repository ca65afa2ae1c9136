"""IPPO: shared and separate networks, who counts, masks, and each agent's own advantages."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts.trainer import scan_updates
from jaxenvs.baselines.runs.algorithms import preset
from tests.baselines.contract import assert_metrics_are_scalars, assert_same_bits
from tests.toys import Crowd, Walk

SMALL = ppo.TeamConfig(
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
    """The method, a carry whose environments are under way, and what is played next."""
    config = dataclasses.replace(SMALL, share=share, memory=memory)
    method = ppo.PPO(config, Crowd())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    play = jax.jit(method.play)
    situation, _ = play(carry, jax.random.key(1))
    before = carry.replace(situation=situation)
    after, steps = play(before, jax.random.key(2))
    assert np.asarray(steps.done).any(), "no episode ended: the tests would see half"
    return method, before, after, steps


@functools.cache
def learned(share):
    """The method, its carry, a batch, and the compiled learning from one."""
    method, before, _, steps = played(share, "none")
    rows, _ = jax.jit(method.prepare)(before, steps, steps.reward)
    learn = jax.jit(lambda batch: method.learn(before, batch, jax.random.key(0)))
    return method, before, method.batch(before, rows), learn


def weights_of(agent, tree):
    return jax.tree.map(lambda leaf: leaf[agent], tree)


def test_separate_learners_of_the_prisoners_dilemma_defect():
    config = dataclasses.replace(
        preset("ippo", "Social-MatrixGame-v1"), total_steps=40_000, lr=1e-2, eval_episodes=2
    )
    trainer = ppo.make_train(config)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(
        jax.random.key(0), trainer.hp
    )
    assert_metrics_are_scalars(metrics, trainer.num_updates)
    assert (
        np.asarray(metrics["episode_return"])[-1] < -180
    )  # both cooperate: -100, both defect: -200
    scores = trainer.evaluate(carry, jax.random.key(1))  # greedy: at least after the first move
    assert float(scores["return"]) < -190


@pytest.mark.parametrize(
    ("share", "memory"),
    [(True, "gru"), (False, "none"), pytest.param(False, "s5", marks=pytest.mark.slow)],
)
def test_learning_observes_what_playing_observed(share, memory):
    method, before, _, steps = played(share, memory)
    rows, _ = method.prepare(before, steps, steps.reward)
    past = before.situation.past
    states = (None, None) if past is None else (past.state, before.critic_state)

    def again(weights, states, rows):
        policy, value = method.nets.review(weights, states, rows)
        return policy.log_prob(rows.action), value

    log_prob, value = method.nets.each(again, (1, 2), 2)(before.weights, states, rows)
    np.testing.assert_allclose(log_prob, steps.extra, atol=1e-5)
    np.testing.assert_allclose(value, rows.value, atol=1e-5)


def test_memories_forget_with_the_episode_and_go_on_without():
    method, before, after, steps = played(True, "gru")
    done = np.broadcast_to(np.asarray(steps.done)[:-1, :, None], steps.past.start[1:].shape)
    np.testing.assert_array_equal(steps.past.start[1:], done)
    last = method.seats.as_input(steps.action[:-1])
    np.testing.assert_array_equal(steps.past.action[1:], last)
    _, critic_state = jax.jit(method.prepare)(before, steps, steps.reward)
    nets: Any = method.nets
    torso, weights = nets.torsos["critic"], before.weights["critic"]["torso"]
    past = steps.past.replace(state=before.critic_state)
    _, states = torso.apply(weights, steps.seen.obs, past)
    np.testing.assert_allclose(critic_state, states[-1], atol=1e-5)
    torso, weights = nets.torsos["actor"], before.weights["actor"]["torso"]
    past = steps.past.replace(state=before.situation.past.state)
    _, states = torso.apply(weights, steps.seen.obs, past)
    np.testing.assert_allclose(after.past.state, states[-1], atol=1e-5)


def test_only_legal_actions_are_played():
    *_, steps = played(False, "none")
    # Two, three and four actions, in arrays of four; all of them occur.
    np.testing.assert_array_equal(np.asarray(steps.action).max(axis=(0, 1)), [1, 2, 3])
    picked = np.take_along_axis(
        np.asarray(steps.seen.mask), np.asarray(steps.action)[..., None], -1
    )
    assert picked.all()


def test_who_has_left_is_known_until_the_episode_ends():
    _, before, after, steps = played(False, "none")
    present, seen = np.asarray(before.situation.present), []
    over = np.asarray(steps.done)[..., None]
    for terminated, done in zip(np.asarray(steps.terminated), over, strict=True):
        seen.append(present)
        present = np.where(done, True, present & ~terminated)
    np.testing.assert_array_equal(steps.present, seen)
    np.testing.assert_array_equal(after.present, present)
    assert not np.asarray(steps.present).all(), "nobody left: the test would see nothing"


@pytest.mark.parametrize("share", [True, False])
def test_advantages_are_each_agents_own(share):
    method, before, _, steps = played(share, "none")
    rows, _ = jax.jit(method.prepare)(before, steps, steps.reward)

    nets: Any = method.nets

    def value(seen):
        def alone(weights, seen):
            layers: Any = nets.torsos["critic"]
            hidden = layers.torso.apply({"params": weights["torso"]["params"]["torso"]}, seen)
            out: Any = nets.readouts["critic"].apply(weights["readout"], hidden)
            return out[..., 0]

        return np.asarray(method.nets.each(alone, (2,), 2)(before.weights["critic"], seen.obs))

    now, then = value(steps.seen), value(steps.next_seen)
    np.testing.assert_allclose(rows.value, now, atol=1e-5)
    gamma, decay = SMALL.gamma, SMALL.gae_lambda
    ended = np.asarray(steps.terminated)
    over = ended | np.asarray(steps.done)[..., None]
    expected, trace = np.zeros_like(now), np.zeros_like(now[0])
    for t in reversed(range(SMALL.num_steps)):
        delta = np.asarray(steps.reward)[t] + gamma * ~ended[t] * then[t] - now[t]
        trace = delta + gamma * decay * ~over[t] * trace
        expected[t] = trace
    np.testing.assert_allclose(rows.advantage, expected, atol=1e-4)
    np.testing.assert_allclose(rows.target, expected + now, atol=1e-4)


def test_separate_agents_learn_each_from_its_own_rows_alone():
    method, carry, batch, learn = learned(share=False)
    after, _ = learn(batch)
    for i in range(3):
        rows = jax.tree.map(lambda leaf, i=i: leaf.at[:, i].multiply(-0.5), batch.rows.advantage)
        other, _ = learn(batch.replace(rows=batch.rows.replace(advantage=rows)))
        for j in range(3):
            same = jax.tree.map(
                jnp.array_equal, weights_of(j, after.weights), weights_of(j, other.weights)
            )
            assert all(jax.tree.leaves(same)) == (i != j)
    # The gradient step of an agent is that of a learner who knows no other.
    i, hp = 1, carry.hp.replace(max_grad_norm=np.float32(0.5))
    alone = ppo.Batch(states=batch.states, rows=jax.tree.map(lambda leaf: leaf[:, i], batch.rows))
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
        rows = batch.rows.replace(advantage=batch.rows.advantage.at[:, i].multiply(-0.5))
        other, _ = learn(batch.replace(rows=rows))
        same = jax.tree.map(jnp.array_equal, after.weights["actor"], other.weights["actor"])
        assert not all(jax.tree.leaves(same))


@pytest.mark.parametrize("share", [True, False])
def test_rows_of_agents_who_have_left_count_for_nothing(share):
    _, _, batch, learn = learned(share)
    rows, gone = batch.rows, ~np.asarray(batch.rows.present)
    assert gone.any()

    def disturb(leaf):
        return jnp.where(gone.reshape(gone.shape + (1,) * (leaf.ndim - gone.ndim)), leaf + 7, leaf)

    names = ("log_prob", "value", "advantage", "target")
    changed = rows.replace(
        seen=rows.seen.replace(obs=disturb(rows.seen.obs)),
        **{name: disturb(getattr(rows, name)) for name in names},
    )
    (after, metrics), (other, others) = learn(batch), learn(batch.replace(rows=changed))
    assert_same_bits(after.weights, other.weights)
    assert_same_bits(metrics, others)


class Praised(Crowd):
    """The crowd, with a shaped reward of 1, 2 and 3."""

    def transition(self, key, state, action, params):
        state, reward, leaves, _ = super().transition(key, state, action, params)
        return state, reward, leaves, {"shaped_reward": jnp.arange(1, 4, dtype=jnp.float32)}


def test_shaped_reward_fades_and_is_no_part_of_returns():
    config = dataclasses.replace(SMALL, shaping=0.5, shaping_share=0.5)  # 4 updates in all
    method = ppo.PPO(config, Praised())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    play = jax.jit(method.play)
    for update_id, weight in enumerate([0.5, 0.25, 0, 0]):
        _, steps = play(carry.replace(update_id=jnp.int32(update_id)), jax.random.key(1))
        plain = np.asarray(steps.action, np.float32)  # what the crowd pays
        np.testing.assert_allclose(steps.reward, plain + weight * np.arange(1, 4), rtol=1e-6)
        np.testing.assert_array_equal(steps.episode["return"][0], plain[0])
    with pytest.raises(ValueError, match="shaping: Crowd reports no shaped_reward"):
        ppo.make_train(config, Crowd())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"filters": 8}, "filters: expected 0 with show_id"),
        ({"trunk": True, "share": False}, "trunk: expected agents that share their networks"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        ppo.make_train(dataclasses.replace(SMALL, **change))


def test_games_of_one_agent_are_refused():
    with pytest.raises(TypeError, match="env: expected a game of several agents, got Walk"):
        ppo.make_train(SMALL, Walk())


def test_normalized_observations_still_say_which_agent_they_are_of():
    config = dataclasses.replace(SMALL, normalize_obs=True, normalize_reward=True)
    method = ppo.PPO(config, Crowd())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    carry, _ = jax.jit(method.update)(carry)
    norms: Any = carry.norms
    assert norms.obs.count == norms.rewards.count < 8 * 8 * 3  # some have left
    ids = np.asarray(carry.norms.seen(carry.situation.seen).obs)[..., 3:]
    assert (ids.argmax(axis=-1) == np.arange(3)).all()
    assert np.ptp(ids, axis=-1).min() > 1
