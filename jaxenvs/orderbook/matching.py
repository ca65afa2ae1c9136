"""One message after another through a book, in closed form: no loop over resting orders.

An order stays in its slot while it rests. What changes is how much stands in front of it, which a
message changes by the same number for all orders behind some place; so every step is arithmetic on
whole rows, and costs the same whatever the message is.
"""

import jax
import jax.numpy as jnp

from jaxenvs.orderbook import changes, requests, sweeps
from jaxenvs.orderbook.changes import Change
from jaxenvs.orderbook.records import KEY, ORDER_ID, OWNER, Book, Kind, Message, Sizes, Trades
from jaxenvs.orderbook.reductions import total
from jaxenvs.orderbook.requests import Request, Target, pick
from jaxenvs.orderbook.sweeps import Swept, Taken
from jaxenvs.orderbook.views import best


def run(book: Book, messages: Message, sizes: Sizes) -> tuple[Book, Trades]:
    """Messages [T], one after the other: the book after all, and the trades of each, [T, ...].

    `sizes` are those that the book was made with. Raises `ValueError` where they are not.
    """
    return jax.lax.scan(lambda now, one: process(now, one, sizes), book, messages)


def process(book: Book, message: Message, sizes: Sizes) -> tuple[Book, Trades]:
    """One message: the book after it, and what it traded.

    Both are without leading axes; use `vmap` for more books. Raises as `run`.
    """
    _check(book, sizes)
    kind, quantity = message.kind, message.quantity
    target = requests.find(book, message.order_id)
    request = requests.read(message, target, sizes)
    there = sweeps.reach(book, request.limit)
    other = 1 - request.side

    in_place = (target.key == pick(request.limit, request.side)) & (quantity <= target.shares)
    replaces = request.fine & (kind == Kind.MODIFY) & ~in_place
    taken = sweeps.take(book, request, quantity, there, sizes)
    trades = (request.fine & request.new) | replaces
    would_trade = trades & (kind == Kind.POST_ONLY) & (pick(there.count, other) > 0)
    killed = trades & (kind == Kind.FOK) & (taken.available < quantity)
    trades &= ~would_trade & ~killed
    taken = Taken(*(jnp.where(trades, one, jnp.zeros_like(one)) for one in taken))
    filled = taken.depth - taken.own
    stays = trades & request.keeps & ~taken.stopped
    rest = jnp.where(stays, quantity - filled, 0)

    less = jnp.where(kind == Kind.REDUCE, jnp.minimum(quantity, target.shares), target.shares)
    less = jnp.where((kind == Kind.MODIFY) & in_place, target.shares - quantity, less)
    less = jnp.where(request.fine & request.names, less, 0)
    change = changes.plan(book, request, target, there, less, rest)
    swept = sweeps.sweep(book, other, taken.depth)
    after = changes.apply(book, swept, message, request, target, change)
    flags = [request.invalid, request.unknown, request.duplicate, would_trade, killed, change.full]
    events = [*(flag.astype(jnp.int32) for flag in flags), change.dropped, taken.prevented]
    after = after.replace(counters=book.counters + jnp.stack(events))
    return _report(book, after, swept, request, target, change, taken, sizes)


def _check(book: Book, sizes: Sizes) -> None:
    shape = (3, 2, sizes.capacity)
    if book.labels.shape != shape:
        raise ValueError(f"book: expected labels of shape {shape}, got {book.labels.shape}")
    for name, there, wanted in (
        ("icebergs", book.hidden is not None, sizes.icebergs),
        ("self_trade", book.same_ahead is not None, sizes.self_trade == "cancel_resting"),
    ):
        if there != wanted:
            raise ValueError(f"book: expected one made by empty() for the same {name}")


def _report(
    book: Book,
    after: Book,
    swept: Swept,
    request: Request,
    target: Target,
    change: Change,
    taken: Taken,
    sizes: Sizes,
) -> tuple[Book, Trades]:
    """What was traded, by whom and with whom."""
    other, buys = 1 - request.side, request.side == 0
    lost = pick(book.shares, other) - pick(swept.shares, other)
    owner = pick(book.labels[OWNER], other)
    fill = lost
    if sizes.self_trade == "cancel_resting":
        fill = jnp.where((owner == request.owner) & (request.owner > 0), 0, lost)
    sign = jnp.where(buys, jnp.int32(1), jnp.int32(-1))
    price = pick(book.labels[KEY], other) * sign
    filled, notional = taken.depth - taken.own, total(fill * price)
    shares, money = (
        _by_owner(fill, owner, filled, sizes),
        _by_owner(fill * price, owner, notional, sizes),
    )
    taker = (jnp.arange(sizes.owners, dtype=jnp.int32) == request.owner).astype(jnp.int32)
    if after.rank is not None and book.same_ahead is not None:
        after = after.replace(
            same_ahead=changes.same_owner(
                book, after, request, target, change, shares + taker * taken.own
            )
        )
    listed = _first_fills(book, fill, other, swept, taken, sizes)
    best_price, best_quantity = best(after)
    return after, Trades(
        quantity=filled,
        notional=notional,
        count=swept.count - (taken.prevented if sizes.self_trade == "cancel_resting" else 0),
        rested=jnp.where(change.places, change.rest, 0),
        removed=change.less,
        bought=jnp.where(buys, taker * filled, shares),
        sold=jnp.where(buys, shares, taker * filled),
        paid=jnp.where(buys, taker * notional, money),
        received=jnp.where(buys, money, taker * notional),
        fill_price=listed[KEY] * sign,
        fill_quantity=listed[3],
        maker_id=listed[ORDER_ID],
        maker_owner=listed[OWNER],
        best_price=best_price,
        best_quantity=best_quantity,
    )


def _by_owner(numbers: jax.Array, owner: jax.Array, whole: jax.Array, sizes: Sizes) -> jax.Array:
    """Sums of `numbers`, [capacity], for each owner, [owners]; `whole` is the sum over all."""
    others = jnp.arange(1, sizes.owners, dtype=jnp.int32)
    sums = total(jnp.where(owner == others[:, None], numbers, 0))
    return jnp.concatenate([(whole - sums.sum(dtype=jnp.int32))[None], sums])


def _first_fills(
    book: Book, fill: jax.Array, other: jax.Array, swept: Swept, taken: Taken, sizes: Sizes
) -> jax.Array:
    """The first orders that traded, [4, fills]: their labels, and the shares of each fill."""
    rank = pick(book.rank, other)
    if sizes.self_trade == "cancel_resting":  # ranks among those that are not canceled
        rank = jnp.where(fill > 0, rank, 0)
        rank = jnp.where(
            rank > 0, total(((rank > 0) & (rank <= rank[:, None])).astype(jnp.int32)), 0
        )
    numbers = jnp.arange(1, sizes.fills + 1, dtype=jnp.int32)
    at = jnp.arange(sizes.capacity, dtype=jnp.int32)
    slot = total(jnp.where((rank == numbers[:, None]) & (fill > 0), at + 1, 0))
    there = slot > 0
    slot = jnp.maximum(slot - 1, 0)
    labels = jnp.where(there, book.labels[:, other, slot], 0)
    return jnp.concatenate([labels, jnp.where(there, fill[slot], 0)[None]])
