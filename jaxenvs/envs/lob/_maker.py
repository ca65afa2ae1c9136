"""Somebody who quotes both sides of the market: rules, rewards, observations.

Functions of one market maker, which `vmap` maps over several.
"""

from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.lob import _orders, _view
from jaxenvs.envs.lob._market import Account, Market, settled, worth
from jaxenvs.orderbook import Kind, Message
from jaxenvs.orderbook.flow import named
from jaxenvs.ranges import NonNegative, Positive, Range
from jaxenvs.struct import PyTree

Penalty = Literal["none", "linear", "quadratic"]
Actions = Literal["discrete", "continuous"]

NUM_PLACES = 3
"""Orders: the bid, the ask, and a market order that gets rid of the inventory."""
BID, ASK, UNWIND = range(NUM_PLACES)
SIDES = np.array([1, -1], np.int32)
ALL_SIDES = np.array([1, -1, 1], np.int32)  # of the places; nothing ever rests in the last


class Params(core.Params):
    """The numbers of a market making task."""

    window: Annotated[int, Range(1, 100_000)] = 256  # steps
    quote_size: Annotated[int, Range(1, 1_000)] = 20  # shares of a quote; discrete actions
    max_offset: Annotated[float, Range(1, 1_000)] = 8.0  # ticks; continuous actions
    max_size: Annotated[int, Range(1, 1_000)] = 40  # shares of a quote; continuous actions
    offset_ticks: Annotated[int, Range(1, 100)] = 1  # between two discrete offsets
    max_inventory: Annotated[int, Range(1, 5_000)] = 200  # shares; no quote may lead beyond it
    penalty_ticks: Annotated[int, Range(0, 1_000)] = 10  # beyond the far touch, for what is left
    inventory_penalty: NonNegative = 0.02  # ticks a step, for each share or squared share
    reward_scale: Positive = 0.05  # of the profit in ticks x shares
    latency: Annotated[int, Range(0, 100_000)] = 0  # background messages before the agents' own
    law: Any = named("zi").law()  # of the background, a record of its own


class Maker(PyTree):
    """A market maker: what it holds."""

    account: Account


def started() -> Maker:
    """One who holds nothing."""
    return Maker(account=Account(cash=jnp.int32(0), inventory=jnp.int32(0)))


# -- actions -----------------------------------------------------------------------------------


def num_actions(num_offsets: int) -> int:
    """Discrete actions: an offset or nothing for each side, and to unwind."""
    return (num_offsets + 1) ** 2 + 1


def quotes(
    action: jax.Array, params: Params, num_offsets: int, actions: Actions
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Ticks from the mid and shares of bid and ask, (2,) int32 each, and whether to unwind."""
    if actions == "continuous":
        offset = jnp.clip(action[:2], 0, 1) * params.max_offset
        size = jnp.clip(action[2:], 0, 1) * jnp.asarray(params.max_size).astype(jnp.float32)
        half = np.float32(0.5)
        offset, size = (jnp.floor(one + half).astype(jnp.int32) for one in (offset, size))
        return offset, size, jnp.bool_(False)
    count = num_offsets + 1
    choice = jnp.stack([action // count, action % count])
    is_quoted, unwinds = choice < num_offsets, action == count * count
    size = jnp.where(is_quoted & ~unwinds, jnp.asarray(params.quote_size, jnp.int32), 0)
    return choice * jnp.asarray(params.offset_ticks, jnp.int32), size, unwinds


def wanted(
    maker: Maker,
    action: jax.Array,
    touch: jax.Array,
    time: jax.Array,
    params: Params,
    num_offsets: int,
    actions: Actions,
) -> _orders.Wanted:
    """What the market maker wants in its places.

    In the last step of the window the quotes are withdrawn and the inventory is sold, or bought
    back, by a market order, whatever the action. `touch` is that of the others.
    """
    offset, size, unwinds = quotes(action, params, num_offsets, actions)
    unwinds |= time + np.int32(1) >= params.window
    inventory = maker.account.inventory
    room = jnp.asarray(params.max_inventory, jnp.int32) - SIDES * inventory
    size = jnp.where(unwinds, 0, jnp.clip(size, 0, jnp.maximum(room, 0)))
    twice = touch[0] + touch[1]
    mid = jnp.stack([twice // np.int32(2), (twice + np.int32(1)) // np.int32(2)])
    price = mid - SIDES * jnp.maximum(offset, 0)
    # A quote on the mid of a spread of an even number of ticks leaves a tick to the other one.
    price = jnp.stack([jnp.minimum(price[0], touch[1] - np.int32(1)), price[1]])
    price = jnp.stack([price[0], jnp.maximum(price[1], price[0] + np.int32(1))])
    away = jnp.where(unwinds, jnp.abs(inventory), 0)
    return _orders.Wanted(
        side=jnp.concatenate([SIDES, -jnp.sign(inventory)[None]]),
        price=jnp.concatenate([price, jnp.zeros(1, jnp.int32)]),
        quantity=jnp.concatenate([size, away[None]]),
        kind=jnp.array([Kind.LIMIT, Kind.LIMIT, Kind.MARKET], jnp.int32),
    )


def in_order(messages: Message, has: _orders.Resting, wanted: _orders.Wanted) -> Message:
    """The messages with the ask first where the new bid would trade with the ask that rests."""
    rests = (has.quantity[ASK] > 0) & (wanted.quantity[BID] > 0)
    crosses = rests & (wanted.price[BID] >= has.price[ASK])
    order = jnp.where(crosses, np.array([ASK, BID, UNWIND]), np.arange(NUM_PLACES))
    return jax.tree.map(lambda leaf: leaf[order], messages)


def mask(maker: Maker, params: Params, num_offsets: int) -> jax.Array:
    """Which discrete actions are legal, bool: no bid (ask) where the inventory is full (empty)."""
    count = num_offsets + 1
    number = np.arange(count * count)
    bids, asks = number // count < num_offsets, number % count < num_offsets
    limit, inventory = params.max_inventory, maker.account.inventory
    legal = ~(bids & (inventory >= limit)) & ~(asks & (inventory <= -limit))
    return jnp.concatenate([legal, jnp.ones(1, jnp.bool_)])


# -- ends and rewards --------------------------------------------------------------------------


def finished(maker: Maker, market: Market, is_over: jax.Array, params: Params) -> Maker:
    """Where it is over, the inventory is settled outside the book, `penalty_ticks` away."""
    left = jnp.where(is_over, -maker.account.inventory, 0)
    return maker.replace(account=settled(maker.account, left, market.touch, params.penalty_ticks))


def reward(
    before: Maker, after: Maker, old: jax.Array, new: jax.Array, params: Params, penalty: Penalty
) -> jax.Array:
    """The profit of a step less the penalty, times `reward_scale`, () float32.

    The profit, in ticks x shares, is the change of cash + inventory x mid; `old` and `new` are
    the mids before and after the step, in half ticks.
    """
    twice = worth(after.account, new) - worth(before.account, old)
    profit = twice.astype(jnp.float32) / np.float32(2)
    held = jnp.abs(after.account.inventory).astype(jnp.float32)
    if penalty != "none":
        profit -= params.inventory_penalty * (held if penalty == "linear" else held * held)
    return params.reward_scale * profit


# -- observations ------------------------------------------------------------------------------

NAMES = (
    "time_left", "inventory", *_view.MARKET_NAMES,
    *(f"{what}_{side}" for what in ("quantity", "offset", "ahead") for side in ("bid", "ask")),
)  # fmt: skip
"""What the entries of an observation are."""


def observe(
    maker: Maker,
    market: Market,
    has: _orders.Resting,
    touch: jax.Array,
    time: jax.Array,
    params: Params,
) -> jax.Array:
    """(len(NAMES),) float32, each from -10 to 10; `MarketMaking` documents them."""
    clock = np.float32(1) - time.astype(jnp.float32) / jnp.asarray(params.window, jnp.float32)
    inventory = maker.account.inventory.astype(jnp.float32)
    inventory = inventory / jnp.asarray(params.max_inventory, jnp.float32)
    held = has.quantity[:UNWIND] > 0
    offset = SIDES * (touch[0] + touch[1] - np.int32(2) * has.price[:UNWIND])
    own = [
        _view.shares(has.quantity[:UNWIND]),
        jnp.where(held, offset, 0).astype(jnp.float32) / _view.HALF_TICKS,
        _view.shares(jnp.where(held, has.ahead[:UNWIND], 0)),
    ]
    buyer = jnp.int32(1)
    parts = [jnp.stack([clock, inventory]), _view.market(market, buyer), *own]
    return jnp.clip(jnp.concatenate(parts), -_view.BOUND, _view.BOUND)
