"""Market making and several agents: exact accounts, limits, queues, the end of the window."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.scripted import scripted

SMALL: dict[str, Any] = {"messages_per_step": 8, "capacity": 64, "tape": True}


def _play(env: Any, num_steps: int, policy: Any = None, count: int = 4) -> Any:
    """Random episodes, or those of a policy, [count, num_steps, ...], with the states before."""

    def choose(key: jax.Array, state: Any) -> Any:
        if policy is not None:
            return policy(key, state)
        return env.action_space().sample(key)

    def episode(key: jax.Array) -> Any:
        reset_key, play_key = jax.random.split(key)

        def one(state: Any, key: jax.Array) -> Any:
            action_key, step_key = jax.random.split(key)
            step = env.step(step_key, state, choose(action_key, state))
            return step.state, (state, step)

        first = env.reset(reset_key)[1]
        return jax.lax.scan(one, first, jax.random.split(play_key, num_steps))[1]

    episodes = jax.jit(jax.vmap(episode))(jax.random.split(jax.random.key(5), count))
    return jax.tree.map(np.asarray, episodes)


@functools.cache
def _several() -> Any:
    """An episode of 10 steps of two market makers and two executors who do anything."""
    env: Any = jaxenvs.make(
        "LOB-MultiAgent-v0", **SMALL, num_makers=2, num_executors=2, window=10, parent=50,
        max_inventory=50, latency=3,
    )  # fmt: skip
    return env, *_play(env, 10)


def _worth(account: Any, market: Any) -> np.ndarray:
    """Half ticks x shares, without the code under test."""
    mids = market.touch.sum(-1).reshape(account.cash.shape[:2] + (1,) * (account.cash.ndim - 2))
    return 2 * account.cash.astype(np.int64) + account.inventory.astype(np.int64) * mids


def _of_tape(step: Any, owner: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares bought less sold, and cash, of an owner in each step, added up fill by fill."""
    messages, trades = step.info["tape"]
    maker = -messages.side[..., None] * (trades.maker_owner == owner)
    fills = trades.fill_quantity * ((messages.side * (messages.owner == owner))[..., None] + maker)
    assert (trades.count <= trades.fill_quantity.shape[-1]).all()  # every fill is listed
    return fills.sum((-1, -2)), -(fills * trades.fill_price).sum((-1, -2))


def test_everybody_s_account_is_what_the_tape_says():
    env, before, step = _several()
    settled = step.info["settled"]
    touch = step.state.market.touch[..., None, :]
    price = np.where(settled > 0, touch[..., 1] + 10, touch[..., 0] - 10)
    for i in range(env.num_agents):
        group, j = ("makers", i) if i < 2 else ("executors", i - 2)
        old, new = (getattr(state, group).account for state in (before, step.state))
        shares, cash = _of_tape(step, i + 1)
        held = (new.inventory - old.inventory)[..., j]
        np.testing.assert_array_equal(held, shares + settled[..., i])
        paid = (new.cash - old.cash)[..., j]
        np.testing.assert_array_equal(paid, cash - settled[..., i] * price[..., i])
    makers = step.state.makers.account.inventory
    assert (abs(makers) <= 50 + 20).all()  # a quote may still be filled where one was full
    assert (makers[:, -1] == 0).all()
    executors = step.state.executors
    assert (executors.account.inventory[:, -1] * executors.side[:, -1] == 50).all()


def test_a_market_maker_s_rewards_are_the_profit_less_the_penalty():
    _, before, step = _several()
    old = _worth(before.makers.account, before.market)
    new = _worth(step.state.makers.account, step.state.market)
    held = abs(step.state.makers.account.inventory)
    expected = 0.05 * ((new - old) / 2 - 0.02 * held)
    np.testing.assert_allclose(step.reward[..., :2], expected, rtol=1e-4, atol=1e-4)


def test_messages_come_agent_by_agent_in_a_random_order():
    _, _, step = _several()
    owner = step.info["tape"][0].owner.reshape(-1, 8 + 14)
    assert (owner[:, :3] == 0).all()  # the latency
    assert (owner[:, 3 + 14 :] == 0).all()
    orders = {tuple(dict.fromkeys(row[3 : 3 + 14].tolist())) for row in owner}
    assert all(sorted(order) == [1, 2, 3, 4] for order in orders)  # each in one piece
    assert len(orders) > 10


def test_nobody_trades_with_himself():
    _, _, step = _several()
    messages, trades = step.info["tape"]
    own = (trades.maker_owner == messages.owner[..., None]) & (trades.fill_quantity > 0)
    assert not (own & (messages.owner > 0)[..., None]).any()


@pytest.mark.parametrize(
    "policy", [pytest.param("symmetric", marks=pytest.mark.slow), "avellaneda_stoikov"]
)
def test_profits_are_exact_and_the_window_ends_flat(policy):
    env: Any = jaxenvs.make("LOB-MarketMaking-v0", **SMALL, window=30)
    before, step = _play(env, 30, scripted(env, policy), count=2)
    old, new = (
        _worth(before.maker.account, before.market),
        _worth(step.state.maker.account, step.state.market),
    )
    np.testing.assert_array_equal(step.info["profit"], new - old)
    assert (step.state.maker.account.inventory[:, -1] == 0).all()
    np.testing.assert_array_equal(step.terminated[:, :-1], False)
    assert step.terminated[:, -1].all()
    assert step.info["filled"].sum() > 0


def test_a_quote_that_is_wanted_again_keeps_its_place():
    env: Any = jaxenvs.make("LOB-MarketMaking-v0", **SMALL)
    law = env.default_params.law.replace(market=1e-6, limit=1e-6)
    quiet = env.params_with(law=law)
    step = jax.jit(env.step)
    state = env.reset(jax.random.key(0))[1]
    wide = 6 * 3 + 3  # three ticks from the mid on both sides
    state = step(jax.random.key(1), state, wide, quiet).state
    own = env.own_orders(state)
    assert own.quantity.tolist() == [20, 20, 0]
    for seed in range(5):
        state = step(jax.random.key(seed), state, wide, quiet).state
        again = env.own_orders(state)
        same = again.price == own.price
        assert (~same[:2] | (again.ahead[:2] <= own.ahead[:2])).all()
        own = again
    state = step(jax.random.key(9), state, 35, quiet).state
    assert env.own_orders(state).quantity.tolist() == [0, 0, 0]


def test_spaces_hold_where_kinds_are_missing():
    for settings in ({"num_makers": 0}, {"num_executors": 0, "num_makers": 2}):
        env: Any = jaxenvs.make("LOB-MultiAgent-v0", **SMALL, **settings)
        obs, state = jax.eval_shape(env.reset, jax.random.key(0))
        assert obs.shape == env.observation_space().shape
        mask = jax.eval_shape(env.action_mask, state)
        assert mask.shape[0] == env.num_agents
    with pytest.raises(ValueError, match="num_makers: expected one agent"):
        jaxenvs.make("LOB-MultiAgent-v0", num_makers=0, num_executors=0)


def test_masks_keep_inventories_within_their_limit():
    env: Any = jaxenvs.make("LOB-MarketMaking-v0", max_inventory=100)
    state = env.reset(jax.random.key(0))[1]
    account = state.maker.account.replace(inventory=jnp.int32(100))
    mask = env.action_mask(state.replace(maker=state.maker.replace(account=account)))
    assert mask is not None
    grid = np.asarray(mask[:-1]).reshape(6, 6)
    assert not grid[:5].any()
    assert grid[5].all()
