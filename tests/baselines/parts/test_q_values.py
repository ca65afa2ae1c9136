"""Teams with one network of values: what they see and remember, and targets written out."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.baselines import dqn
from jaxenvs.baselines.parts import rollout
from jaxenvs.baselines.parts.exploration import schedule
from jaxenvs.baselines.parts.memory import Past
from jaxenvs.baselines.parts.mixing import KINDS, mixed
from jaxenvs.baselines.parts.q_values import QLearner
from jaxenvs.baselines.parts.rollout import from_first, sequences, still_there, time_first
from jaxenvs.testing import check_env
from tests.baselines.toys import Aim, Choir
from tests.toys import Crowd, Turns, Walk

T, E, GAMMA, LAMBDA, SCALE = 12, 32, 0.9, 0.6, 0.5
SMALL = dqn.TeamConfig(
    total_steps=T * E,
    num_envs=E,
    num_steps=T,
    replay="sequences",
    memory="gru",
    hidden=(8,),
    memory_width=6,
    mixer_width=4,
    hyper_width=6,
    gamma=GAMMA,
    trace_lambda=LAMBDA,
    reward_scale=SCALE,
    eval_episodes=4,
)


def learner_of(mixing, env=None):
    config = dataclasses.replace(SMALL, mixing=mixing)
    return QLearner(config, Crowd() if env is None else env)


def started(learner, key):
    """Two sets of weights, and all environments at their first observations."""
    keys = jax.random.split(key, 3)
    situation = rollout.start(learner.venv, learner.seats, learner.network.first(), keys[0])
    seen = rollout.first_row(situation.seen)
    weights = [learner.network.init(jax.random.split(k, 3), seen) for k in keys[1:]]
    return *weights, situation


@functools.cache
def crowd(mixing):
    """A team of agents who leave one by one, its weights, others, and steps that it played."""
    learner = learner_of(mixing)

    def start(key):
        key, play_key = jax.random.split(key)
        weights, other, situation = started(learner, key)
        played = learner.play(weights, situation, play_key, T, jnp.float32(0.5))
        return weights, other, *played

    return learner, *jax.jit(start)(jax.random.key(0))


def test_what_networks_see_keeps_the_contract():
    check_env(learner_of("monotonic").seats.shown(Crowd()), num_steps=30)


def test_steps_are_joined_to_each_other():
    _, _, _, situation, steps = crowd("monotonic")
    done = np.asarray(steps.done)
    assert done.any()
    assert (~np.asarray(steps.present)).any(), "nobody left before the others"
    after = jax.tree.map(lambda a, b: jnp.concatenate([a[1:], b[None]]), steps.seen, situation.seen)
    leaves = zip(jax.tree.leaves(after), jax.tree.leaves(steps.next_seen), strict=True)
    for now, next_seen in leaves:
        np.testing.assert_array_equal(np.asarray(now)[~done], np.asarray(next_seen)[~done])
    present: Any = jax.vmap(still_there)(steps.present, steps.terminated, steps.done)
    now: Any = steps.present
    np.testing.assert_array_equal(now[1:], present[:-1])
    np.testing.assert_array_equal(situation.present, present[-1])
    past: Any = steps.past
    np.testing.assert_array_equal(past.start[1:], np.repeat(done[:-1, :, None], 3, axis=2))
    own = np.eye(4)[np.asarray(steps.action)]
    np.testing.assert_array_equal(past.action[1:], own[:-1])


def test_only_legal_actions_are_played():
    _, _, _, _, steps = crowd("sum")
    mask, action = np.asarray(steps.seen.mask), np.asarray(steps.action)
    assert np.take_along_axis(mask, action[..., None], axis=-1).all()
    assert action.max() == 3


def test_agents_that_share_a_network_know_who_they_are():
    _, _, _, _, steps = crowd("sum")
    ids = np.asarray(steps.seen.obs)[..., -3:]
    np.testing.assert_array_equal(ids, np.broadcast_to(np.eye(3), ids.shape))


def written_out(learner, weights, slow, steps, double_q):
    """Targets step by step: forward with one observation at a time, then back by recursion."""
    network, mixing = learner.network, learner.network.mixing
    observe = jax.jit(network.observe)
    nobody = jnp.zeros(steps.present.shape[1:], jnp.bool_)
    state = slow_state = jax.tree.map(lambda x: x[0], steps.past.state)
    next_value, value = [], []
    for t in range(T):
        row = jax.tree.map(lambda x, t=t: x[t], steps.replace(past=steps.past.replace(state=None)))
        past = row.past.replace(state=state)
        here, state = observe(weights, row.seen, past)
        _, slow_state = observe(slow, row.seen, past.replace(state=slow_state))
        after = Past(state=state, action=learner.seats.as_input(row.action), start=nobody)
        fast_there, _ = observe(weights, row.next_seen, after)
        there, _ = observe(slow, row.next_seen, after.replace(state=slow_state))
        judge = np.where(row.next_seen.mask, fast_there if double_q else there, -np.inf)
        choice = np.argmax(judge, axis=-1)[..., None]
        best = np.take_along_axis(np.asarray(there), choice, axis=-1)[..., 0]
        remain = row.present & ~row.terminated
        world = row.next_seen.world
        next_value.append(mixed(mixing, slow["mixing"], jnp.asarray(best), remain, world))
        done_here = np.take_along_axis(np.asarray(here), np.asarray(row.action)[..., None], axis=-1)
        mine = jnp.asarray(done_here[..., 0])
        value.append(mixed(mixing, weights["mixing"], mine, row.present, row.seen.world))
    reward, remain = np.asarray(steps.reward), np.asarray(steps.present & ~steps.terminated)
    over: Any = ~remain
    if mixing.team:
        reward, over = reward.mean(axis=-1, keepdims=True), over.all(axis=-1, keepdims=True)
    done, target = np.asarray(steps.done)[..., None], np.zeros_like(np.asarray(next_value))
    for t in reversed(range(T)):
        then = np.asarray(next_value[t])
        if t + 1 < T:
            then = np.where(done[t], then, LAMBDA * target[t + 1] + (1 - LAMBDA) * then)
        target[t] = SCALE * reward[t] + np.where(over[t], 0, GAMMA * then)
    return np.asarray(value), target


@pytest.mark.parametrize("mixing", KINDS)
def test_values_and_targets_are_those_written_out(mixing):
    learner, weights, other, _, steps = crowd(mixing)
    terminated = np.asarray(steps.terminated).all(axis=-1)
    assert (np.asarray(steps.done) & ~terminated).any(), "no time limit: the test would see half"
    assert terminated.any()
    rows, hp = from_first(steps), SMALL.hyper_params
    both = functools.partial(learner.network.value_and_target, double_q=True)
    value, target = jax.jit(both)(weights, other, hp, rows)
    expected = written_out(learner, weights, other, steps, double_q=True)
    np.testing.assert_allclose(value, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(target, expected[1], rtol=1e-4, atol=1e-5)
    if mixing == "sum":
        own = functools.partial(learner.network.value_and_target, double_q=False)
        _, target = jax.jit(own)(weights, None, hp, rows)
        expected = written_out(learner, weights, weights, steps, double_q=False)
        np.testing.assert_allclose(target, expected[1], rtol=1e-4, atol=1e-5)


def test_the_loss_leaves_out_who_has_left_and_the_steps_that_warm_up():
    _, weights, _, _, steps = crowd("own")
    batch: Any = sequences(steps)
    method = dqn.DQN(dataclasses.replace(SMALL, mixing="own", burn_in=3), Crowd())
    carry = jax.eval_shape(method.init, jax.random.key(0), SMALL.hyper_params)
    carry = carry.replace(target_weights=weights, hp=SMALL.hyper_params)
    loss = jax.jit(lambda batch: method.loss(weights, carry, batch))
    before = loss(batch)[0]
    gone = jnp.where(batch.present, batch.reward, 100.0)
    early = gone.at[:, :2].add(100.0)
    assert np.isclose(loss(batch.replace(reward=gone))[0], before)
    assert np.isclose(loss(batch.replace(reward=early))[0], before)
    assert not np.isclose(loss(batch.replace(reward=early.at[:, 3].add(1.0)))[0], before)


def test_sequences_start_with_the_memory_of_their_first_step():
    _, _, _, _, steps = crowd("sum")
    batch, past = sequences(steps), steps.past
    assert batch.episode is None
    assert batch.past is not None
    assert past is not None
    np.testing.assert_array_equal(batch.past.state, past.state[0])
    again: Any = time_first(batch)
    np.testing.assert_array_equal(again.seen.obs, steps.seen.obs)
    np.testing.assert_array_equal(again.past.state, batch.past.state)


def test_without_bootstrapping_a_time_limit_ends_the_game():
    learner, weights, _, _, steps = crowd("sum")
    rows, hp = from_first(steps), SMALL.hyper_params
    strict = QLearner(dataclasses.replace(SMALL, bootstrap_truncated=False), Crowd())
    best = jnp.ones(steps.reward.shape, jnp.float32)
    target = strict.network.target(weights, hp, rows, best)
    going_on = learner.network.target(weights, hp, rows, best)
    cut = np.asarray(steps.done) & ~np.asarray(steps.terminated).all(axis=-1)
    mean = np.asarray(steps.reward).mean(axis=-1)
    np.testing.assert_allclose(np.asarray(target)[cut, 0], SCALE * mean[cut], rtol=1e-6)
    assert (np.asarray(going_on)[cut, 0] > SCALE * mean[cut]).all()


def test_a_time_limit_is_worth_the_best_action_that_is_legal_there():
    """Only the number of the turn is legal: 2 at the limit, 0 when an episode begins."""
    config = dqn.Config(total_steps=32, num_envs=4, num_steps=8, hidden=(8,), gamma=0.5)
    learner, hp = QLearner(config, Turns()), config.hyper_params

    @jax.jit
    def found(key):
        weights, other, situation = started(learner, key)
        _, steps = learner.play(weights, situation, key, 8, jnp.float32(0.5))
        after = learner.network.ahead(other, None, steps)
        target = learner.network.value_and_target
        targets = [target(weights, other, hp, steps, double, False)[1] for double in (False, True)]
        return steps, after, targets

    steps, after, targets = jax.tree.map(np.asarray, found(jax.random.key(0)))
    done = steps.done
    assert done.sum() == 16
    for target in targets:
        np.testing.assert_array_equal(target[done], 1 + 0.5 * after[done][:, 2])
        np.testing.assert_array_equal(target[~done], 1 + 0.5 * after[~done][:, 1])
    wrong = (after[done].max(axis=-1), after[done][:, 0])  # all legal, those of a new episode
    assert all((after[done][:, 2] != value).all() for value in wrong)


@pytest.mark.parametrize("memory", [pytest.param("s5", marks=pytest.mark.slow), "none"])
def test_other_memories_play_and_act(memory):
    config = dataclasses.replace(SMALL, memory=memory)
    learner = QLearner(config, Choir(masked=True))

    def play(key):
        weights, _, situation = started(learner, key)
        return weights, learner.play(weights, situation, key, 3, jnp.float32(0))[1]

    weights, steps = jax.jit(play)(jax.random.key(0))
    np.testing.assert_array_equal(steps.reward, 1)
    obs, state = learner.env.reset(jax.random.key(1))
    mask, first = learner.env.action_mask(state), learner.network.first()
    action, past = learner.act(weights, obs, mask, first)
    np.testing.assert_array_equal(action, state.wanted + 5)
    assert not past.start.any()


def test_a_shaped_reward_is_learned_from_while_it_lasts():
    env = jaxenvs.make("Overcooked-CrampedRoom-v0", placement_reward=3.0)
    config = dataclasses.replace(SMALL, shaping=2.0, num_envs=2, num_steps=4, total_steps=80)
    QLearner(config, env)
    hp = config.hyper_params
    shaping: Any = [schedule(config, hp, jnp.int32(i)).shaping for i in range(config.num_updates)]
    weights = np.asarray(shaping)
    np.testing.assert_allclose(weights, np.maximum(2 * (1 - np.arange(10) / 5), 0))
    assert schedule(SMALL, hp, jnp.int32(0)).shaping is None
    with pytest.raises(ValueError, match="shaping: Crowd reports no shaped_reward"):
        QLearner(config, Crowd())


def test_games_that_do_not_fit():
    with pytest.raises(TypeError, match="expected a game of several agents, got Aim"):
        QLearner(SMALL, Aim())
    with pytest.raises(TypeError, match="expected a game of one agent, got Crowd"):
        QLearner(dqn.Config(), Crowd())
    assert QLearner(dqn.Config(), Walk()).seats.shape == ()
