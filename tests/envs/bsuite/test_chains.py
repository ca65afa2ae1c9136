"""DiscountingChain, MemoryChain and UmbrellaChain."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs


def play(env: Any, key: jax.Array, actions: Any, params: Any = None) -> Any:
    """One episode's transitions, stacked, after the first observation and state."""
    reset_key, play_key = jax.random.split(key)
    obs, state = env.reset(reset_key, params)

    def one(state: Any, x: Any) -> Any:
        step = env.step(x[0], state, x[1], params)
        return step.state, step

    keys = jax.random.split(play_key, len(actions))
    return obs, state, jax.lax.scan(one, state, (keys, jnp.asarray(actions, jnp.int32)))[1]


@pytest.mark.parametrize(("chain", "when"), list(enumerate([1, 3, 10, 30, 100])))
def test_each_chain_pays_at_its_step_and_one_pays_more(chain, when, getkey):
    env = jaxenvs.make("bsuite-DiscountingChain-v0", mapping_seed=8)
    actions = [chain] + [(chain + 1) % 5] * 99
    obs, _, steps = jax.jit(play, static_argnums=0)(env, getkey(), actions)
    assert obs.tolist() == [[-1, 0]]
    assert np.flatnonzero(steps.reward) + 1 == [when]
    assert float(steps.reward.sum()) == pytest.approx(1.1 if chain == 8 % 5 else 1.0)
    assert np.flatnonzero(steps.terminated).tolist() == [99]
    assert (np.asarray(steps.obs)[:, 0, 0] == chain).all()


def test_the_bonus_may_be_batched(getkey):
    """Which chain pays more is a number like any other: five games in one program."""
    env = jaxenvs.make("bsuite-DiscountingChain-v0")
    base = env.default_params

    def first_reward(seed: jax.Array, key: jax.Array) -> jax.Array:
        params: Any = base.replace(mapping_seed=seed)
        _, state = env.reset(key, params)
        return env.step(key, state, 0, params).reward

    keys = jax.random.split(getkey(), 5)
    rewards = jax.vmap(first_reward)(jnp.arange(5, dtype=jnp.int32), keys)
    assert np.allclose(rewards, [1.1, 1, 1, 1, 1])


@pytest.mark.parametrize("length", [1, 2, 7])
def test_memory_pays_for_the_bit_that_is_asked_for(length, getkey):
    env = jaxenvs.make("bsuite-MemorySize-v0", num_bits=4, memory_length=length)
    for right in (True, False):
        key = getkey()
        _, first, _ = play(env, key, [0])
        bit = int(first.context[first.query])
        last = bit if right else 1 - bit
        played = play(env, key, [1 - last] * length + [last])
        obs, state, steps = jax.tree.map(np.asarray, played)
        assert steps.reward.tolist() == [0.0] * length + [1.0 if right else -1.0]
        assert steps.terminated.tolist() == [False] * length + [True]
        assert steps.info["regret"].tolist() == [0.0] * length + [0.0 if right else 2.0]
        bits = np.where(state.context, 1.0, -1.0)
        assert (obs[0, 2:] == bits).all()
        # bsuite's clock lags by one, so the bits come twice, the question one step early.
        assert (steps.obs[0, 0, 2:] == bits).all()
        assert not steps.obs[1:, 0, 2:].any()
        asked = steps.obs[length - 1, 0, 1]
        assert asked == int(first.query)
        assert steps.obs[-1, 0, 0] == 0


def test_all_bits_are_fair_and_all_are_asked_for(getkey):
    env = jaxenvs.make("bsuite-MemorySize-v0", num_bits=3)
    _, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 9_000))
    assert np.abs(state.context.mean(axis=0) - 0.5).max() < 5 * 0.0053
    asked = np.bincount(state.query, minlength=3) / 9_000
    assert np.abs(asked - 1 / 3).max() < 5 * 0.005


@pytest.mark.parametrize("takes", [0, 1])
def test_the_umbrella_counts_at_the_end(takes, getkey):
    env = jaxenvs.make("bsuite-UmbrellaLength-v0", chain_length=5, n_distractor=2)
    episodes = jax.jit(jax.vmap(play, in_axes=(None, 0, None)), static_argnums=0)
    actions = [takes, 1 - takes, 1 - takes, takes, 0]
    played = episodes(env, jax.random.split(getkey(), 400), actions)
    obs, state, steps = jax.tree.map(np.asarray, played)
    assert (obs[:, 0, 0] == state.need_umbrella).all()
    assert (obs[:, 0, 1] == state.has_umbrella).all()
    assert (steps.obs[:, :, 0, 1] == takes).all()
    good = np.asarray(state.need_umbrella) == takes
    assert (steps.reward[:, -1] == np.where(good, 1, -1)).all()
    assert (steps.info["regret"][:, -1] == np.where(good, 0, 2)).all()
    assert np.isin(steps.reward, [-1, 1]).all()
    assert abs(float(steps.reward[:, :-1].mean())) < 5 * 0.025
    assert abs(float(steps.obs[:, :, 0, 3:].mean()) - 0.5) < 5 * 0.008
    assert steps.terminated[0].tolist() == [False] * 4 + [True]
    assert np.allclose(steps.obs[0, :, 0, 2], [0.8, 0.6, 0.4, 0.2, 0])


@pytest.mark.parametrize(
    ("env_id", "field", "value"),
    [
        ("bsuite-MemoryLength-v0", "num_bits", 0),
        ("bsuite-UmbrellaLength-v0", "n_distractor", -1),
    ],
)
def test_impossible_sizes_are_refused(env_id, field, value):
    with pytest.raises(ValueError, match=field):
        jaxenvs.make(env_id, **{field: value})
