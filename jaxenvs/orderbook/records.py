"""What the matching engine reads and writes: messages, books, trades, and their sizes.

Everything is int32. Prices are whole ticks of any sign, quantities whole shares, money is ticks x
shares. The caller keeps sums below 2^31: the quantity that rests on one side, and price x quantity
of what one message trades.
"""

import dataclasses
from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp

from jaxenvs import ranges
from jaxenvs.struct import PyTree

BUY = 1
SELL = -1

KEY, ORDER_ID, OWNER = range(3)
"""The rows of `Book.labels`."""

SelfTrade = Literal["allow", "cancel_resting", "cancel_incoming"]


class Kind:
    """What a message asks for; docs/orderbook.md has the rules of each."""

    NOTHING = 0  # padding: changes nothing, counts nothing
    LIMIT = 1  # trades up to its price, the rest stays in the book
    MARKET = 2  # trades at any price, the rest is gone
    IOC = 3  # immediate or cancel: as a limit order, but the rest is gone
    FOK = 4  # fill or kill: trades all of its quantity at once, or nothing
    POST_ONLY = 5  # a limit order that is refused where it would trade
    CANCEL = 6  # takes the order `order_id` out
    REDUCE = 7  # takes `quantity` off the order `order_id`, which keeps its place
    MODIFY = 8  # gives the order `order_id` a new price and quantity
    ICEBERG = 9  # a limit order that shows at most `display` of its quantity


class Counter:
    """The places of `Book.counters`: how often each happened since the book was empty."""

    INVALID = 0  # a field out of range: zero quantity, no such kind, side or owner
    UNKNOWN = 1  # cancel, reduce or modify of an id that does not rest in the book
    DUPLICATE = 2  # a new order whose id already rests in the book
    WOULD_TRADE = 3  # a post-only order that would have traded
    KILLED = 4  # a fill-or-kill order that could not be filled
    OVERFLOW = 5  # the worst order of a full side dropped to make room, or the new one itself
    DROPPED = 6  # quantity dropped by overflow
    SELF_TRADE = 7  # orders canceled so that nobody trades with themselves


NUM_COUNTERS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sizes:
    """What is fixed when a program is compiled. Raises `ValueError` that names the field."""

    capacity: Annotated[int, ranges.Range(2, 8192)] = 128
    """Orders that a side can hold."""
    owners: Annotated[int, ranges.Range(1, 1024)] = 2
    """Owners are 0 (the market at large) to owners - 1."""
    fills: Annotated[int, ranges.Range(0, 1024)] = 8
    """How many fills of a message are listed one by one; sums are always complete."""
    self_trade: SelfTrade = "allow"
    """What happens where an owner above 0 would trade with an own order: it trades, the resting
    order is canceled, or what is left of the incoming order is."""
    icebergs: bool = False
    """Whether iceberg orders are taken; if not, they count as invalid and steps are faster."""

    def __post_init__(self) -> None:
        ranges.check(self)
        if self.fills > self.capacity:
            raise ValueError(
                f"fills: expected at most the capacity of {self.capacity}, got {self.fills}"
            )


class Message(PyTree):
    """An instruction to the book, int32 [...]; what a kind does not use is not looked at."""

    kind: jax.Array
    """A constant of `Kind`."""
    side: jax.Array
    """BUY (+1) or SELL (-1); cancel, reduce and modify find it by themselves."""
    price: jax.Array
    """Ticks."""
    quantity: jax.Array
    """Shares, above 0."""
    order_id: jax.Array
    """Above 0 for whatever may come to rest; market, IOC and FOK orders need none."""
    owner: jax.Array
    """0: the market at large; 1, 2, ...: whose fills are summed one by one."""
    display: jax.Array
    """Shares that an iceberg shows."""


def message(
    kind: Any,
    *,
    side: Any = 0,
    price: Any = 0,
    quantity: Any = 0,
    order_id: Any = 0,
    owner: Any = 0,
    display: Any = 0,
) -> Message:
    """A message, or an array of them: whole numbers or arrays of these that broadcast together.

    Raises `TypeError` that names the field which holds no whole numbers.
    """
    given = {
        "kind": kind,
        "side": side,
        "price": price,
        "quantity": quantity,
        "order_id": order_id,
        "owner": owner,
        "display": display,
    }
    arrays = {name: _whole(name, value) for name, value in given.items()}
    shape = jnp.broadcast_shapes(*(array.shape for array in arrays.values()))
    return Message(**{name: jnp.broadcast_to(array, shape) for name, array in arrays.items()})


def _whole(name: str, value: Any) -> jax.Array:
    array = jnp.asarray(value)
    if not jnp.issubdtype(array.dtype, jnp.integer):
        raise TypeError(f"{name}: expected whole numbers, got {array.dtype}")
    return array.astype(jnp.int32)


class Book(PyTree):
    """Both sides of a book; row 0 of every array over sides is the bids, row 1 the asks.

    `price`, `quantity`, `order_id`, `owner`, `reserve` and `display` list a side's orders, best
    first, and first come first within a price; zeros follow. They are sorted when they are asked
    for: `best` and `depth` cost less, and what needs no order (a sum over an owner's orders, the
    shares in front of one) is cheapest from the fields below. Leading axes (a batch of books) are
    allowed.
    """

    labels: jax.Array
    """int32 [..., 3, 2, capacity]: price (negated on the bid side, so that lower is better), order
    id and owner of each slot. An order keeps its slot as long as it rests; what an empty slot holds
    means nothing."""
    shares: jax.Array
    """int32 [..., 2, capacity]: what each order has left, hidden or not; 0 in empty slots."""
    ahead: jax.Array
    """int32 [..., 2, capacity]: the shares of an order and of all that come before it; 0 in empty
    slots. A sweep of n shares lowers it by n everywhere, and that is the whole sweep."""
    rank: jax.Array
    """int32 [..., 2, capacity]: 1 for the best order of a side, 2 for the next; 0 in empty slots."""
    counters: jax.Array
    """int32 [..., 8]: see `Counter`."""
    same_ahead: jax.Array | None = None
    """As `ahead`, of this order's owner alone; None unless resting orders are canceled."""
    hidden: jax.Array | None = None
    """int32 [..., 2, capacity]: the part of `shares` that is not shown; None without icebergs."""
    peak: jax.Array | None = None
    """int32 [..., 2, capacity]: the shares that an iceberg shows at a time; None without icebergs."""

    @property
    def count(self) -> jax.Array:
        """Orders that rest, int32 [..., 2]."""
        return self.rank.max(axis=-1)

    @property
    def price(self) -> jax.Array:
        """Ticks, int32 [..., 2, capacity]."""
        sign = jnp.array([[-1], [1]], jnp.int32)
        return self._best_first(self.labels[..., KEY, :, :] * sign)

    @property
    def quantity(self) -> jax.Array:
        """Shares that are shown, int32 [..., 2, capacity]; 0 where there is no order."""
        return self._best_first(self.shares) - self.reserve

    @property
    def order_id(self) -> jax.Array:
        """int32 [..., 2, capacity]."""
        return self._best_first(self.labels[..., ORDER_ID, :, :])

    @property
    def owner(self) -> jax.Array:
        """int32 [..., 2, capacity]."""
        return self._best_first(self.labels[..., OWNER, :, :])

    @property
    def reserve(self) -> jax.Array:
        """Shares of icebergs that are not shown, int32 [..., 2, capacity]."""
        return jnp.zeros_like(self.rank) if self.hidden is None else self._best_first(self.hidden)

    @property
    def display(self) -> jax.Array:
        """Shares that icebergs show at a time, int32 [..., 2, capacity]; 0 for other orders."""
        return jnp.zeros_like(self.rank) if self.peak is None else self._best_first(self.peak)

    def _best_first(self, row: jax.Array) -> jax.Array:
        """Entries of slots, [..., 2, capacity], in the order of their ranks; zeros follow."""
        capacity = self.rank.shape[-1]
        order = jnp.argsort(jnp.where(self.rank > 0, self.rank, capacity + 1), axis=-1)
        return jnp.take_along_axis(jnp.where(self.rank > 0, row, 0), order, axis=-1)


class Trades(PyTree):
    """What a message did, int32; with leading axes after `run` or `vmap`."""

    quantity: jax.Array
    """[]: shares traded."""
    notional: jax.Array
    """[]: ticks x shares, at the prices of the resting orders."""
    count: jax.Array
    """[]: resting orders that traded; an iceberg counts once however often it showed more."""
    rested: jax.Array
    """[]: shares of this message that came to rest."""
    removed: jax.Array
    """[]: shares that cancel, reduce or modify took out of the book."""
    bought: jax.Array
    """[owners]: shares that each bought, as the taker or the maker; self trades count twice."""
    sold: jax.Array
    """[owners]: shares that each sold."""
    paid: jax.Array
    """[owners]: ticks x shares that each paid for what it bought."""
    received: jax.Array
    """[owners]: ticks x shares that each received for what it sold."""
    fill_price: jax.Array
    """[fills]: ticks, of the first resting orders that traded, in order; 0 from `count` on."""
    fill_quantity: jax.Array
    """[fills]: shares."""
    maker_id: jax.Array
    """[fills]: the ids of these orders."""
    maker_owner: jax.Array
    """[fills]: their owners."""
    best_price: jax.Array
    """[2]: ticks, bid and ask after the message; 0 on an empty side."""
    best_quantity: jax.Array
    """[2]: shares shown at these prices; 0 on an empty side."""


def empty(sizes: Sizes) -> Book:
    """A book without orders."""
    slots = jnp.zeros((2, sizes.capacity), jnp.int32)
    return Book(
        labels=jnp.zeros((3, 2, sizes.capacity), jnp.int32),
        shares=slots,
        ahead=slots,
        rank=slots,
        counters=jnp.zeros(NUM_COUNTERS, jnp.int32),
        same_ahead=slots if sizes.self_trade == "cancel_resting" else None,
        hidden=slots if sizes.icebergs else None,
        peak=slots if sizes.icebergs else None,
    )
