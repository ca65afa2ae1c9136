"""The book, what drives it, and what happens in it during one step of an environment.

A step is a block of messages: those of the background and, after `latency` of them, those of the
agents. Money is ticks x shares in int32; a mid price is held as bid + ask, in half ticks, so that
accounts are exact.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import orderbook
from jaxenvs.orderbook import Kind, Message, Sizes, Trades
from jaxenvs.orderbook.flow import Background, touch
from jaxenvs.struct import PyTree

HISTORY = 32
"""Steps that the market remembers, for observations and pictures."""


class Step(PyTree):
    """What a step of the environment left behind; in `Market.history` with a leading axis."""

    touch: jax.Array  # (2,) int32 ticks, best bid and ask after it
    volume: jax.Array  # (2,) int32 shares traded by buyers and by sellers who took liquidity


class Account(PyTree):
    """What somebody holds; with leading axes for several.

    Its worth in half ticks is 2 x cash + inventory x (bid + ask).
    """

    cash: jax.Array  # () int32 ticks x shares
    inventory: jax.Array  # () int32 shares; below 0: sold short


class Market(PyTree):
    """A book, the memory of the flow that drives it, and the recent past."""

    book: orderbook.Book
    memory: Any  # of the background
    touch: jax.Array  # (2,) int32 ticks, the last known best bid and ask
    history: Step  # [HISTORY, ...], the last step at the end
    seconds: jax.Array  # () float32, time that has passed in the background's law


def opened(background: Background, law: Any, key: jax.Array, sizes: Sizes) -> Market:
    """A market at the start of an episode; the key is consumed."""
    book, memory = background.initial(law, key, sizes)
    first = touch(*orderbook.best(book), jnp.array([1, 2], jnp.int32))
    history = Step(
        touch=jnp.broadcast_to(first, (HISTORY, 2)), volume=jnp.zeros((HISTORY, 2), jnp.int32)
    )
    return Market(book=book, memory=memory, touch=first, history=history, seconds=jnp.float32(0))


def twice_mid(market: Market) -> jax.Array:
    """Bid + ask: the mid price in half ticks, () int32."""
    return market.touch[0] + market.touch[1]


def worth(account: Account, twice: jax.Array) -> jax.Array:
    """Twice what an account is worth at a mid that is given as bid + ask; int32 half ticks."""
    return np.int32(2) * account.cash + account.inventory * twice


class Flows(PyTree):
    """Sums over the messages of a block."""

    cash: jax.Array  # (owners,) int32 ticks x shares received less paid
    bought: jax.Array  # (owners,) int32 shares
    sold: jax.Array  # (owners,) int32 shares
    volume: jax.Array  # (2,) int32 shares taken by buyers and by sellers


def play(
    background: Background,
    law: Any,
    market: Market,
    messages: Message,
    latency: Any,
    key: jax.Array,
    num_background: int,
    sizes: Sizes,
    *,
    keeps_tape: bool = False,
) -> tuple[Market, Flows, tuple[Message, Trades] | None]:
    """One block of messages, in one scan.

    Args:
      background: what drives the book.
      law: its numbers.
      market: before the block.
      messages: (A,) of the agents, in the order in which they arrive.
      latency: () int32, how many of the background's messages come before them.
      key: consumed.
      num_background: messages of the background.
      sizes: of the book.
      keeps_tape: whether to return the tape.

    Returns the market after it, the sums for each owner, and the tape: all messages with their
    trades, `[num_background + A]`, or None.
    """
    num_agents = messages.kind.shape[0]
    length = num_background + num_agents
    start = jnp.clip(jnp.asarray(latency, jnp.int32), 0, num_background)
    rank = jnp.arange(length, dtype=jnp.int32) - start
    is_agents = (rank >= 0) & (rank < num_agents)
    spread = jax.tree.map(lambda leaf: leaf[jnp.clip(rank, 0, num_agents - 1)], messages)
    words = jax.random.bits(key, (length, background.num_words), jnp.uint32)

    def one(carry: tuple[Any, ...], given: tuple[Any, ...]) -> tuple[Any, Any]:
        book, memory, now, seconds, flows = carry
        agents, is_agents, words = given
        after, drawn, wait = background.message(law, memory, book, now, words)
        message, memory = jax.tree.map(
            lambda a, b: jnp.where(is_agents, a, b), (agents, memory), (drawn, after)
        )
        seconds = seconds + jnp.where(is_agents, np.float32(0), wait)
        book, trades = orderbook.process(book, message, sizes)
        line = (message, trades) if keeps_tape else None
        now = touch(trades.best_price, trades.best_quantity, now)
        return (book, memory, now, seconds, _added(flows, message, trades)), line

    nobody = jnp.zeros(sizes.owners, jnp.int32)
    none = Flows(cash=nobody, bought=nobody, sold=nobody, volume=jnp.zeros(2, jnp.int32))
    carry = (market.book, market.memory, market.touch, market.seconds, none)
    (book, memory, now, seconds, flows), tape = jax.lax.scan(one, carry, (spread, is_agents, words))
    history = jax.tree.map(
        lambda past, new: jnp.concatenate([past[1:], new[None]]),
        market.history,
        Step(touch=now, volume=flows.volume),
    )
    market = Market(book=book, memory=memory, touch=now, history=history, seconds=seconds)
    return market, flows, tape


def _added(flows: Flows, message: Message, trades: Trades) -> Flows:
    side = jnp.stack([message.side == 1, message.side == -1]).astype(jnp.int32)
    return Flows(
        cash=flows.cash + trades.received - trades.paid,
        bought=flows.bought + trades.bought,
        sold=flows.sold + trades.sold,
        volume=flows.volume + side * trades.quantity,
    )


def silence(count: int) -> Message:
    """(count,) messages that do nothing."""
    return orderbook.message(np.full(count, Kind.NOTHING, np.int32))


def booked(account: Account, flows: Flows, owner: int | jax.Array) -> Account:
    """An account with what its owner traded in a block."""
    return Account(
        cash=account.cash + flows.cash[owner],
        inventory=account.inventory + flows.bought[owner] - flows.sold[owner],
    )


def settled(account: Account, quantity: jax.Array, touch: jax.Array, penalty: Any) -> Account:
    """An account after a trade outside the book, at the price that is stated for what is left.

    `quantity` shares are bought (sold, if it is below 0) `penalty` ticks beyond the far touch.
    """
    penalty = jnp.asarray(penalty, jnp.int32)
    price = jnp.where(quantity > 0, touch[1] + penalty, touch[0] - penalty)
    return Account(cash=account.cash - quantity * price, inventory=account.inventory + quantity)
