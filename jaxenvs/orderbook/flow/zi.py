"""Zero intelligence: orders that arrive, trade and leave at rates that know nothing.

Source: Smith, Farmer, Gillemot & Krishnamurthy, "Statistical theory of the continuous double
auction", Quantitative Finance 3 (2003): the Santa Fe model. Limit orders arrive at one rate for
each price up to `depth` ticks from the opposite best price, market orders at one rate for each
side, and each resting order is canceled at one rate. Sizes are geometric; with `mean_size` 1 they
are the paper's unit orders.
"""

import dataclasses
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng
from jaxenvs.orderbook.flow.background import (
    FIRST_ID,
    Background,
    geometric,
    waiting_time,
)
from jaxenvs.orderbook.flow.seeding import seeded
from jaxenvs.orderbook.records import ORDER_ID, Book, Kind, Message, Sizes
from jaxenvs.orderbook.reductions import largest, total
from jaxenvs.ranges import Positive, Range
from jaxenvs.struct import PyTree

MAX_DEPTH = 64


class Law(PyTree):
    """Rates per second."""

    limit: Positive = 0.35  # of limit orders, for each side and price
    market: Positive = 1.0  # of market orders, for each side
    cancel: Positive = 0.1  # of cancels, for each resting order
    depth: Annotated[int, Range(1, MAX_DEPTH)] = 15  # ticks from the opposite best price
    mean_size: Annotated[float, Range(1, 1000)] = 20.0  # shares of an order
    initial_price: Annotated[int, Range(1000, 100_000)] = 10_000  # ticks, about the first mid


class Memory(PyTree):
    """What the flow remembers."""

    next_id: jax.Array  # () int32, the number of the next order


@dataclasses.dataclass(frozen=True)
class ZeroIntelligence(Background):
    """The Santa Fe model of order flow."""

    num_words = 4

    def law(self) -> Law:
        """A book of some 45 orders on each side, of which a tenth trades."""
        return Law()

    def initial(self, law: Law, key: jax.Array, sizes: Sizes) -> tuple[Book, Memory]:
        """A book with about the depth that the rates lead to in the long run.

        A level at distance i (1, 2, ...) holds on average limit / cancel x i / (i + 2)
        orders: fewer near the touch, where they trade.
        """
        words = jax.random.bits(key, (2, MAX_DEPTH + sizes.capacity), jnp.uint32)
        step = np.arange(1, MAX_DEPTH + 1, dtype=np.int32)
        shape = (step / (step + 2)).astype(np.float32)
        mean = law.limit / law.cancel * shape
        counts = jnp.floor(2 * mean * prng.unit(words[:, :MAX_DEPTH]) + np.float32(0.5))
        counts = jnp.where(step <= law.depth, counts.astype(jnp.int32), 0)
        counts = jnp.where(step == law.depth, jnp.maximum(counts, 1), counts)
        quantities = geometric(words[:, MAX_DEPTH:], law.mean_size)
        bid = jnp.asarray(law.initial_price, jnp.int32)
        book, next_id = seeded(bid, counts, quantities, sizes)
        return book, Memory(next_id=next_id)

    def message(
        self, law: Law, memory: Memory, book: Book, touch: jax.Array, words: jax.Array
    ) -> tuple[Memory, Message, jax.Array]:
        """A limit order, a market order or a cancel; NOTHING where an agent's order was picked."""
        count = largest(book.rank)
        limit, market, whole = self._rates(law, count)
        place = prng.unit(words[0]) * whole
        is_limit, is_market = place < limit, (place >= limit) & (place < limit + market)
        side = (words[1] & np.uint32(1)).astype(jnp.int32)  # 0 buys, 1 sells
        ticks = np.int32(1) + prng.below_256(words[1], law.depth)
        price = jnp.where(side == 0, touch[1] - ticks, touch[0] + ticks)
        order_id, is_own = _resting(book, count, (place - limit - market) / law.cancel)
        # Each order is as likely to be picked; a pick of somebody else's is a message lost.
        leaving = jnp.where(is_own, np.int32(Kind.CANCEL), np.int32(Kind.NOTHING))
        kind = jnp.where(is_market, np.int32(Kind.MARKET), leaving)
        message = Message(
            kind=jnp.where(is_limit, np.int32(Kind.LIMIT), kind),
            side=np.int32(1) - np.int32(2) * side,
            price=price,
            quantity=geometric(words[2], law.mean_size),
            order_id=jnp.where(is_limit, memory.next_id, order_id),
            owner=jnp.int32(0),
            display=jnp.int32(0),
        )
        memory = Memory(next_id=memory.next_id + is_limit.astype(jnp.int32))
        return memory, message, waiting_time(words[3], whole)

    def total_rate(self, law: Law, book: Book) -> jax.Array:
        """All events per second as the book stands, () float32: the rate of the next message."""
        return self._rates(law, largest(book.rank))[2]

    def _rates(self, law: Law, count: jax.Array) -> tuple[Any, Any, jax.Array]:
        """Rates of limit and of market orders on both sides, and of everything."""
        limit = np.float32(2) * law.limit * jnp.asarray(law.depth).astype(jnp.float32)
        market = np.float32(2) * law.market
        resting = (count[0] + count[1]).astype(jnp.float32)
        return limit, market, limit + market + law.cancel * resting


def _resting(book: Book, count: jax.Array, place: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The id of one resting order, and whether the background owns it.

    `place`, () float32, counts orders from the best bid to the last, then from the best ask on.
    """
    index = jnp.maximum(place, np.float32(0)).astype(jnp.int32)
    is_bid = index < count[0]
    rank = jnp.stack([jnp.where(is_bid, index, -1), jnp.where(is_bid, -1, index - count[0])])
    picked = book.rank == rank[:, None] + np.int32(1)
    found = total(jnp.where(picked & (book.rank > 0), book.labels[ORDER_ID], 0))
    order_id = found[0] + found[1]
    return order_id, order_id >= FIRST_ID
