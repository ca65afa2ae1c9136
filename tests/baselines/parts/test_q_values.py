"""Teams with one network of values: what they see and remember, and targets written out."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.baselines.parts.memory import Past, swap
from jaxenvs.baselines.parts.mixing import Own, Sum, joined
from jaxenvs.baselines.parts.q_values import (
    RANDOM_PLAY,
    Sight,
    TeamConfig,
    ValueTeam,
    sequences,
)
from jaxenvs.baselines.parts.seats import still_there
from jaxenvs.baselines.qmix import Monotonic
from jaxenvs.testing import check_env
from tests.baselines.toys import Aim, Choir
from tests.toys import Crowd

T, E, GAMMA, LAMBDA, SCALE = 12, 32, 0.9, 0.6, 0.5
SMALL = TeamConfig(
    total_steps=T * E,
    num_envs=E,
    num_steps=T,
    hidden=(8,),
    memory_width=6,
    gamma=GAMMA,
    trace_lambda=LAMBDA,
    reward_scale=SCALE,
    eval_episodes=4,
)
HALF_RANDOM = RANDOM_PLAY.replace(epsilon=np.float32(0.5))
GREEDY = RANDOM_PLAY.replace(epsilon=np.float32(0))
JOINS = [Own(), Sum(), Monotonic(4, 6)]


@functools.cache
def crowd(join):
    """A team of agents who leave one by one, its weights, others, and steps that it played."""
    team = ValueTeam(SMALL, Crowd(), join)

    def start(key):
        keys = jax.random.split(key, 4)
        situation = team.start(keys[0])
        weights = team.init_weights(keys[1], situation)
        other = team.init_weights(keys[2], situation)
        return (
            weights,
            other,
            *team.play(
                weights, situation, RANDOM_PLAY.replace(epsilon=jnp.float32(0.5)), keys[3], T
            ),
        )

    return team, *jax.jit(start)(jax.random.key(0))


def test_what_networks_see_keeps_the_contract():
    check_env(Sight(env=Crowd()), num_steps=30)


def test_steps_are_joined_to_each_other():
    _, _, _, situation, steps = crowd(Monotonic(4, 6))
    done = np.asarray(steps.done)
    assert done.any()
    assert (~np.asarray(steps.present)).any(), "nobody left before the others"
    after = jax.tree.map(lambda a, b: jnp.concatenate([a[1:], b[None]]), steps.seen, situation.seen)
    for now, led in zip(jax.tree.leaves(after), jax.tree.leaves(steps.led), strict=True):
        np.testing.assert_array_equal(np.asarray(now)[~done], np.asarray(led)[~done])
    present = jax.vmap(still_there)(steps.present, steps.terminated, steps.done)
    np.testing.assert_array_equal(steps.present[1:], present[:-1])
    np.testing.assert_array_equal(situation.present, present[-1])
    np.testing.assert_array_equal(steps.past.start[1:], np.repeat(done[:-1, :, None], 3, axis=2))
    own = np.eye(4)[np.asarray(steps.action)]
    np.testing.assert_array_equal(steps.past.action[1:], own[:-1])


def test_only_legal_actions_are_played():
    _, _, _, _, steps = crowd(Sum())
    mask, action = np.asarray(steps.seen.mask), np.asarray(steps.action)
    assert np.take_along_axis(mask, action[..., None], axis=-1).all()
    assert action.max() == 3


def test_agents_that_share_a_network_know_who_they_are():
    _, _, _, _, steps = crowd(Sum())
    ids = np.asarray(steps.seen.obs)[..., -3:]
    np.testing.assert_array_equal(ids, np.broadcast_to(np.eye(3), ids.shape))


def written_out(team, weights, slow, steps, double_q):
    """Targets step by step: forward with one observation at a time, then back by recursion."""
    look = jax.jit(team.look)
    nobody = jnp.zeros(steps.present.shape[1:], jnp.bool_)
    state = slow_state = jax.tree.map(lambda x: x[0], steps.past.state)
    next_value, value = [], []
    for t in range(T):
        row = jax.tree.map(lambda x, t=t: x[t], steps.replace(past=steps.past.replace(state=None)))
        past = row.past.replace(state=state)
        here, state = look(weights, row.seen.obs, past)
        _, slow_state = look(slow, row.seen.obs, past.replace(state=slow_state))
        after = Past(state=state, action=team.agents.as_input(row.action), start=nobody)
        fast_there, _ = look(weights, row.led.obs, after)
        there, _ = look(slow, row.led.obs, after.replace(state=slow_state))
        judge = np.where(row.led.mask, fast_there if double_q else there, -np.inf)
        choice = np.argmax(judge, axis=-1)[..., None]
        best = np.take_along_axis(np.asarray(there), choice, axis=-1)[..., 0]
        remain = row.present & ~row.terminated
        world = row.led.world
        next_value.append(joined(team.join, slow["join"], jnp.asarray(best), remain, world))
        done_here = np.take_along_axis(np.asarray(here), np.asarray(row.action)[..., None], axis=-1)
        mine = jnp.asarray(done_here[..., 0])
        value.append(joined(team.join, weights["join"], mine, row.present, row.seen.world))
    reward, remain = np.asarray(steps.reward), np.asarray(steps.present & ~steps.terminated)
    over: Any = ~remain
    if team.join.team:
        reward, over = reward.mean(axis=-1, keepdims=True), over.all(axis=-1, keepdims=True)
    done, target = np.asarray(steps.done)[..., None], np.zeros_like(np.asarray(next_value))
    for t in reversed(range(T)):
        then = np.asarray(next_value[t])
        if t + 1 < T:
            then = np.where(done[t], then, LAMBDA * target[t + 1] + (1 - LAMBDA) * then)
        target[t] = SCALE * reward[t] + np.where(over[t], 0, GAMMA * then)
    return np.asarray(value), target


@pytest.mark.parametrize("join", JOINS, ids=lambda j: type(j).__name__)
def test_values_and_targets_are_those_written_out(join):
    team, weights, other, _, steps = crowd(join)
    terminated = np.asarray(steps.terminated).all(axis=-1)
    assert (np.asarray(steps.done) & ~terminated).any(), "no time limit: the test would see half"
    assert terminated.any()
    rows = steps.replace(past=steps.past.replace(state=steps.past.state[0]))
    hp = SMALL.hyper_params
    value, target = jax.jit(functools.partial(team.values_and_targets, double_q=True))(
        weights, other, hp, rows
    )
    expected = written_out(team, weights, other, steps, double_q=True)
    np.testing.assert_allclose(value, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(target, expected[1], rtol=1e-4, atol=1e-5)
    if team.join is JOINS[1]:
        own = functools.partial(team.values_and_targets, double_q=False)
        _, target = jax.jit(own)(weights, None, hp, rows)
        expected = written_out(team, weights, weights, steps, double_q=False)
        np.testing.assert_allclose(target, expected[1], rtol=1e-4, atol=1e-5)


def test_the_loss_leaves_out_who_has_left_and_the_steps_that_warm_up():
    team, weights, _, _, steps = crowd(Own())
    batch, hp = sequences(steps), SMALL.hyper_params
    loss = jax.jit(functools.partial(team.loss, weights, None, hp, skip=3))
    before = loss(batch)[0]
    gone = jnp.where(batch.present, batch.reward, 100.0)
    early = gone.at[:, :2].add(100.0)
    assert np.isclose(loss(batch.replace(reward=gone))[0], before)
    assert np.isclose(loss(batch.replace(reward=early))[0], before)
    assert not np.isclose(loss(batch.replace(reward=early.at[:, 3].add(1.0)))[0], before)


def test_sequences_start_with_the_memory_of_their_first_step():
    _, _, _, _, steps = crowd(Sum())
    batch = sequences(steps)
    assert batch.episode is None
    np.testing.assert_array_equal(batch.past.state, steps.past.state[0])
    np.testing.assert_array_equal(swap(batch.seen.obs), steps.seen.obs)


def test_without_bootstrapping_a_time_limit_ends_the_game():
    team, weights, _, _, steps = crowd(Sum())
    rows = steps.replace(past=steps.past.replace(state=steps.past.state[0]))
    strict = ValueTeam(dataclasses.replace(SMALL, bootstrap_truncated=False), Crowd(), Sum())
    best = jnp.ones(steps.reward.shape, jnp.float32)
    target = strict.targets(SMALL.hyper_params, rows, best, weights)
    going_on = team.targets(SMALL.hyper_params, rows, best, weights)
    cut = np.asarray(steps.done) & ~np.asarray(steps.terminated).all(axis=-1)
    mean = np.asarray(steps.reward).mean(axis=-1)
    np.testing.assert_allclose(np.asarray(target)[cut, 0], SCALE * mean[cut], rtol=1e-6)
    assert (np.asarray(going_on)[cut, 0] > SCALE * mean[cut]).all()


@pytest.mark.parametrize("memory", [pytest.param("s5", marks=pytest.mark.slow), "none"])
def test_other_memories_play_and_act(memory):
    config = dataclasses.replace(SMALL, memory=memory)
    team = ValueTeam(config, Choir(masked=True), Sum())

    def play(key):
        situation = team.start(key)
        weights = team.init_weights(key, situation)
        return weights, team.play(
            weights, situation, RANDOM_PLAY.replace(epsilon=jnp.float32(0)), key, 3
        )[1]

    weights, steps = jax.jit(play)(jax.random.key(0))
    np.testing.assert_array_equal(steps.reward, 1)
    obs, state = team.env.reset(jax.random.key(1))
    action, past = team.act(weights, obs, team.env.action_mask(state), team.first())
    np.testing.assert_array_equal(action, state.wanted + 5)
    assert not past.start.any()


def test_a_shaped_reward_is_learned_from_while_it_lasts():
    env = jaxenvs.make("Overcooked-CrampedRoom-v0", placement_reward=3.0)
    config = dataclasses.replace(SMALL, shaping=2.0, num_envs=2, num_steps=4, total_steps=80)
    team = ValueTeam(config, env, Sum())
    hp = config.hyper_params
    weights = [float(team.schedule(hp, jnp.int32(i)).shaping) for i in range(config.num_updates)]
    np.testing.assert_allclose(weights, np.maximum(2 * (1 - np.arange(10) / 5), 0))
    with pytest.raises(ValueError, match="shaping: Crowd tells of no shaped_reward"):
        ValueTeam(config, Crowd(), Sum())


def test_games_that_do_not_fit():
    with pytest.raises(TypeError, match="expected a game of several agents, got Aim"):
        ValueTeam(SMALL, Aim(), Sum())
