"""Execution: accounts, rewards, the end of the window, and orders that keep their place."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.lob import _executor
from jaxenvs.orderbook.flow import ZeroIntelligence
from jaxenvs.scripted import scripted

FAR_ALL, NEAR_ALL = 4, 12
SMALL: dict[str, Any] = {"messages_per_step": 8, "capacity": 64, "tape": True}


@functools.cache
def _played(**settings: Any) -> Any:
    """Episodes of 12 steps under random legal actions, [4, 12, ...], with the states before."""
    env: Any = jaxenvs.make(
        "LOB-Execution-v0", **SMALL, **({"window": 12, "parent": 60} | settings)
    )

    def episode(key: jax.Array) -> Any:
        reset_key, play_key = jax.random.split(key)
        first = env.reset(reset_key)[1]

        def one(state: Any, key: jax.Array) -> Any:
            action_key, step_key = jax.random.split(key)
            step = env.step(step_key, state, env.action_space().sample(action_key))
            return step.state, (state, step)

        return jax.lax.scan(one, first, jax.random.split(play_key, 12))[1]

    episodes = jax.jit(jax.vmap(episode))(jax.random.split(jax.random.key(5), 4))
    return jax.tree.map(np.asarray, episodes)


def _of_tape(step: Any, owner: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares bought less sold, and cash, of an owner in each step, added up fill by fill."""
    messages, trades = step.info["tape"]
    sign = messages.side * (messages.owner == owner)
    maker = -messages.side[..., None] * (trades.maker_owner == owner)
    fills = trades.fill_quantity * (sign[..., None] + maker)
    assert (trades.count <= trades.fill_quantity.shape[-1]).all()  # every fill is listed
    return fills.sum((-1, -2)), -(fills * trades.fill_price).sum((-1, -2))


def _until_over(step: Any) -> np.ndarray:
    """Which steps belong to the episode."""
    return np.cumsum(step.terminated, axis=1) - step.terminated == 0


@pytest.mark.parametrize("latency", [pytest.param(0, marks=pytest.mark.slow), 5])
def test_accounts_are_what_the_tape_says(latency):
    before, step = _played(latency=latency)
    live = _until_over(step)
    shares, cash = _of_tape(step, 1)
    settled = step.info["settled"] * before.executor.side
    touch = step.state.market.touch
    price = np.where(settled > 0, touch[..., 1] + 10, touch[..., 0] - 10)
    old, new = before.executor.account, step.state.executor.account
    np.testing.assert_array_equal((new.inventory - old.inventory)[live], (shares + settled)[live])
    np.testing.assert_array_equal((new.cash - old.cash)[live], (cash - settled * price)[live])
    done = step.terminated & live
    assert done.any(axis=1).all()
    assert (new.inventory * before.executor.side)[done].tolist() == [60] * 4


def test_rewards_add_up_to_the_shortfall():
    """Both rewards sum to what the tape says the parent order cost beyond its arrival price."""
    before, step = _played(latency=5)
    live = _until_over(step)
    last = live.sum(axis=1) - 1
    rows = np.arange(4)
    executor = step.state.executor
    cost = executor.account.cash[rows, last] + 60 * before.executor.side[rows, 0] * (
        before.executor.arrival[rows, 0] / 2
    )
    np.testing.assert_allclose((step.reward * live).sum(axis=1), cost / 60, rtol=1e-5)
    mids = before.market.touch.sum(-1), step.state.market.touch.sum(-1)
    params = jaxenvs.make("LOB-Execution-v0", parent=60).default_params
    shortfall = jax.vmap(
        jax.vmap(lambda a, b, old, new: _executor.reward(a, b, old, new, params, "shortfall"))
    )(before.executor, executor, *map(jnp.asarray, mids))
    total = (np.asarray(shortfall) * live).sum(axis=1)
    np.testing.assert_allclose(total, cost / 60, rtol=1e-4, atol=1e-4)
    drift = jax.vmap(
        jax.vmap(lambda a, b, old, new: _executor.reward(a, b, old, new, params, "drift_adjusted"))
    )(before.executor, executor, *map(jnp.asarray, mids))
    own = executor.account.inventory - before.executor.account.inventory
    moved = own * (mids[0] - before.executor.arrival) / 2 / 60
    np.testing.assert_allclose(drift, step.reward + moved, rtol=1e-4, atol=1e-4)


def test_an_order_that_is_wanted_as_it_is_keeps_its_place():
    env: Any = jaxenvs.make("LOB-Execution-v0", **SMALL, task="buy")
    step = jax.jit(env.step)
    state = env.reset(jax.random.key(1))[1]
    quiet = env.params_with(law=env.default_params.law.replace(market=1e-6))
    state = step(jax.random.key(2), state, NEAR_ALL, quiet).state
    price, ahead = (int(getattr(env.own_orders(state), name)[1]) for name in ("price", "ahead"))
    for seed in range(6):
        state = step(jax.random.key(seed), state, 0, quiet).state
        own = env.own_orders(state)
        assert int(own.price[1]) == price
        assert int(own.quantity[1]) == 400
        better = (np.asarray(state.market.book.price[0]) > price).any()
        assert better or int(own.ahead[1]) <= ahead


def test_latency_lets_others_come_first():
    env: Any = jaxenvs.make("LOB-Execution-v0", **SMALL, task="buy")
    state = env.reset(jax.random.key(1))[1]
    step = jax.jit(env.step)
    for latency in (0, 3, 8, 100):
        params = env.params_with(latency=latency)
        messages = step(jax.random.key(2), state, FAR_ALL, params).info["tape"][0]
        owned = np.flatnonzero(np.asarray(messages.owner) == 1)
        assert owned.tolist() == list(range(min(latency, 8), min(latency, 8) + 4))


def test_what_the_book_cannot_fill_is_settled_at_the_stated_price():
    env: Any = jaxenvs.make("LOB-Execution-v0", **SMALL, task="sell", window=1, parent=5_000)
    state = env.reset(jax.random.key(1))[1]
    step = jax.jit(env.step)(jax.random.key(2), state, 0)
    assert bool(step.terminated)
    assert int(step.info["filled"]) + int(step.info["settled"]) == 5_000
    assert int(step.info["settled"]) > 2_000
    assert int(step.state.executor.account.inventory) == -5_000


def test_settings_are_checked_by_name():
    with pytest.raises(ValueError, match="background: expected 'zi'"):
        jaxenvs.make("LOB-Execution-v0", background="nothing")
    own: Any = jaxenvs.make("LOB-Execution-v0", background=ZeroIntelligence())
    usual: Any = jaxenvs.make("LOB-Execution-v0")
    assert own.flow == usual.flow
    with pytest.raises(ValueError, match="parent"):
        jaxenvs.make("LOB-Execution-v0", parent=0)
    law = jaxenvs.make("LOB-Execution-v0").default_params.law.replace(mean_size=0.5)
    with pytest.raises(ValueError, match="mean_size"):
        jaxenvs.make("LOB-Execution-v0", law=law)


@pytest.mark.slow
def test_policies_cost_what_they_should():
    """Patience is cheaper than haste, and an even schedule bears more risk than all at once."""
    env: Any = jaxenvs.make("LOB-Execution-v0")

    def cost(name: str) -> np.ndarray:
        policy = scripted(env, name)

        def episode(key: jax.Array) -> jax.Array:
            reset_key, play_key = jax.random.split(key)

            def one(carry: Any, key: jax.Array) -> Any:
                state, over = carry
                step = env.step(key, state, policy(key, state))
                reward = jnp.where(over, np.float32(0), step.reward)
                return (step.state, over | step.terminated), reward

            first = env.reset(reset_key)[1], jnp.bool_(False)
            return -jax.lax.scan(one, first, jax.random.split(play_key, 64))[1].sum()

        return np.asarray(jax.jit(jax.vmap(episode))(jax.random.split(jax.random.key(0), 256)))

    costs = {name: cost(name) for name in ("passive", "immediate", "twap")}
    margin = 3 * np.sqrt(sum(costs[name].var() / 256 for name in ("passive", "immediate")))
    assert costs["passive"].mean() + margin < costs["immediate"].mean()
    assert costs["immediate"].std() < costs["twap"].std()
