"""Somebody who has to buy or sell a parent order within a window: rules, rewards, observations.

Functions of one executor, which `vmap` maps over several.
"""

from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.lob import _orders, _view
from jaxenvs.envs.lob._market import Account, Market, settled, twice_mid, worth
from jaxenvs.orderbook import Kind
from jaxenvs.orderbook.flow import named
from jaxenvs.ranges import Range, Share
from jaxenvs.struct import PyTree

Reward = Literal["slippage", "shortfall", "drift_adjusted"]
Actions = Literal["discrete", "continuous"]

NUM_PLACES = 4
"""Orders, as they are sent: passive, near touch, mid, far touch. What takes comes last."""
MULTIPLES = np.array([0.5, 1.0, 2.0, np.inf], np.float32)
"""Of the base quantity, for discrete actions; the last is all that is left."""
HOLD, CANCEL_ALL = 0, NUM_PLACES * len(MULTIPLES) + 1
NUM_ACTIONS = CANCEL_ALL + 1


class Params(core.Params):
    """The numbers of an execution task."""

    window: Annotated[int, Range(1, 100_000)] = 64  # steps until everything has to be done
    parent: Annotated[int, Range(1, 5_000)] = 400  # shares to buy or sell
    max_rate: Annotated[float, Range(0.1, 100)] = 4.0  # most, in base quantities, at a level
    passive_ticks: Annotated[int, Range(1, 100)] = 2  # how deep the passive level lies
    penalty_ticks: Annotated[int, Range(0, 1_000)] = 10  # beyond the far touch, for what is left
    drift_weight: Share = 0.0  # of "drift_adjusted": how much of the drift since arrival counts
    latency: Annotated[int, Range(0, 100_000)] = 0  # background messages before the agents' own
    law: Any = named("zi").law()  # of the background, a record of its own


class Executor(PyTree):
    """The task and how far it is."""

    side: jax.Array  # () int32, 1 buys, -1 sells
    arrival: jax.Array  # () int32 half ticks, bid + ask when the order arrived
    account: Account


def started(side: jax.Array, market: Market) -> Executor:
    """The task when nothing is done."""
    nothing = jnp.int32(0)
    return Executor(
        side=side, arrival=twice_mid(market), account=Account(cash=nothing, inventory=nothing)
    )


def remaining(executor: Executor, params: Params) -> jax.Array:
    """Shares still to trade, () int32; below 0 where latency let too many trade."""
    return jnp.asarray(params.parent, jnp.int32) - executor.side * executor.account.inventory


def base(executor: Executor, time: jax.Array, params: Params) -> jax.Array:
    """The base quantity: what is left over the steps that are left, rounded up; () int32."""
    left = jnp.maximum(remaining(executor, params), 0)
    steps = jnp.maximum(jnp.asarray(params.window, jnp.int32) - time, np.int32(1))
    return (left + steps - np.int32(1)) // steps


# -- actions -----------------------------------------------------------------------------------


def quantities(action: jax.Array, base: jax.Array, params: Params, actions: Actions) -> jax.Array:
    """Shares for the four levels, far touch first, as an action says; (4,) int32, not yet limited.

    Continuous: (4,) shares of `max_rate` base quantities. Discrete: number 1 + 4 x level + size
    wants 0.5, 1 or 2 base quantities (at least a share), or all that is left, at one level and
    nothing elsewhere.
    """
    wide = base.astype(jnp.float32)
    if actions == "continuous":
        share = jnp.clip(action, np.float32(0), np.float32(1))
        return jnp.floor(share * params.max_rate * wide + np.float32(0.5)).astype(jnp.int32)
    level, size = (action - 1) // len(MULTIPLES), (action - 1) % len(MULTIPLES)
    most = np.float32(2**24)  # more than any parent order
    amount = jnp.minimum(jnp.asarray(MULTIPLES)[size] * jnp.maximum(wide, 1), most)
    amount = jnp.floor(amount + np.float32(0.5)).astype(jnp.int32)
    places = (action >= 1) & (action < CANCEL_ALL)
    chosen = places & (np.arange(NUM_PLACES, dtype=np.int32) == level)
    return jnp.where(chosen, jnp.maximum(amount, 1), 0)


def wanted(
    executor: Executor,
    action: jax.Array,
    has: _orders.Resting,
    touch: jax.Array,
    time: jax.Array,
    params: Params,
    actions: Actions,
) -> _orders.Wanted:
    """What the executor wants in its places, passive first.

    In the last step of the window it is what is left, as a market order, whatever the action.
    `touch` is that of the others.
    """
    left = jnp.maximum(remaining(executor, params), 0)
    amounts = quantities(action, base(executor, time, params), params, actions)
    amounts = jnp.minimum(amounts, left)
    before = jnp.cumsum(amounts, dtype=jnp.int32) - amounts
    amounts = jnp.clip(left - before, 0, amounts)  # far touch first, until nothing is left
    side, price = executor.side, prices(executor.side, touch, params)
    rests = amounts[::-1]
    if actions == "discrete":
        holds = (action == HOLD) & (left > 0)
        rests = jnp.where(holds, has.quantity, rests)
        price = jnp.where(holds, has.price, price)
    is_last = time + np.int32(1) >= params.window
    takes = np.arange(NUM_PLACES) == NUM_PLACES - 1
    rests = jnp.where(is_last, jnp.where(takes, left, 0), rests)
    taking = jnp.where(is_last, np.int32(Kind.MARKET), np.int32(Kind.IOC))
    return _orders.Wanted(
        side=jnp.broadcast_to(side, (NUM_PLACES,)),
        price=price,
        quantity=rests,
        kind=jnp.where(takes, taking, np.int32(Kind.LIMIT)),
    )


def prices(side: jax.Array, touch: jax.Array, params: Params) -> jax.Array:
    """Ticks of the passive level, near touch, mid and far touch, (4,) int32.

    The mid is rounded to the executor's own side.
    """
    near = jnp.where(side > 0, touch[0], touch[1])
    half = (touch[1] - touch[0]) // np.int32(2)
    far = jnp.where(side > 0, touch[1], touch[0])
    deep = jnp.asarray(params.passive_ticks, jnp.int32)
    return jnp.stack([near - side * deep, near, near + side * half, far])


def mask(executor: Executor, params: Params) -> jax.Array:
    """Which discrete actions are legal, (18,) bool: only to hold, where nothing is left."""
    numbers = np.arange(NUM_ACTIONS)
    return (remaining(executor, params) > 0) | (numbers == HOLD)


# -- ends and rewards --------------------------------------------------------------------------


def finished(executor: Executor, market: Market, is_over: jax.Array, params: Params) -> Executor:
    """Where it is over, what is left is settled outside the book, `penalty_ticks` away."""
    left = jnp.where(is_over, executor.side * remaining(executor, params), 0)
    return executor.replace(
        account=settled(executor.account, left, market.touch, params.penalty_ticks)
    )


def reward(
    before: Executor, after: Executor, old: jax.Array, new: jax.Array, params: Params, kind: Reward
) -> jax.Array:
    """Ticks per share of the parent order that a step gained, () float32; mostly below 0.

    `old` and `new` are the mids before and after it, in half ticks. The sums over an episode of
    "slippage" and "shortfall" are both minus the implementation shortfall: what the parent cost
    beyond its worth at the arrival mid. "slippage" counts a trade when it happens, "shortfall" each
    move of the price against what is still open. "drift_adjusted" compares trades with the mid at
    the start of their step, and adds `drift_weight` times the rest of the slippage.
    """
    cash = after.account.cash - before.account.cash
    traded = after.account.inventory - before.account.inventory
    if kind == "shortfall":
        signed = before.side * jnp.asarray(params.parent, jnp.int32)
        gained = worth(after.account, new) - worth(before.account, old) - signed * (new - old)
        gained = gained.astype(jnp.float32)
    elif kind == "slippage":
        gained = (np.int32(2) * cash + traded * before.arrival).astype(jnp.float32)
    else:
        gained = (np.int32(2) * cash + traded * old).astype(jnp.float32)
        gained -= params.drift_weight * (traded * (old - before.arrival)).astype(jnp.float32)
    return gained / (np.float32(2) * jnp.asarray(params.parent).astype(jnp.float32))


# -- observations ------------------------------------------------------------------------------

NAMES = (
    "time_left", "left", "schedule", "side", "drift",
    *_view.MARKET_NAMES,
    *(f"{what}_{level}" for what in ("own_quantity", "own_offset", "own_ahead")
      for level in ("passive", "near", "mid")),
)  # fmt: skip
"""What the entries of an observation are."""


def observe(
    executor: Executor,
    market: Market,
    has: _orders.Resting,
    touch: jax.Array,
    time: jax.Array,
    params: Params,
) -> jax.Array:
    """(len(NAMES),) float32, each from -10 to 10; `Execution` documents them."""
    parent = jnp.asarray(params.parent).astype(jnp.float32)
    window = jnp.asarray(params.window).astype(jnp.float32)
    left = remaining(executor, params).astype(jnp.float32) / parent
    clock = np.float32(1) - time.astype(jnp.float32) / window
    side = executor.side.astype(jnp.float32)
    drift = side * (twice_mid(market) - executor.arrival).astype(jnp.float32) / _view.HALF_TICKS
    near = jnp.where(executor.side > 0, touch[0], touch[1])
    rests = has.quantity[: NUM_PLACES - 1]
    held = rests > 0
    offset = executor.side * (near - has.price[: NUM_PLACES - 1])
    ahead = _view.shares(jnp.where(held, has.ahead[: NUM_PLACES - 1], 0))
    own = [
        rests.astype(jnp.float32) / parent,
        jnp.where(held, offset, 0).astype(jnp.float32) / _view.TICKS,
        ahead,
    ]
    task = jnp.stack([clock, left, left - clock, side, drift])
    parts = [task, _view.market(market, executor.side), *own]
    return jnp.clip(jnp.concatenate(parts), -_view.BOUND, _view.BOUND)
