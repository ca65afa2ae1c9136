"""One message after another through a book, in closed form: no loop over resting orders.

An order stays in its slot while it rests. What changes is how much stands in front of it, which a
message changes by the same number for all orders behind some place; so every step is arithmetic on
whole rows, and costs the same whatever the message is.
"""

import jax
import jax.numpy as jnp

from jaxenvs.orderbook import changes, reports, requests, sweeps
from jaxenvs.orderbook.records import Book, Kind, Message, Sizes, Trades
from jaxenvs.orderbook.requests import pick
from jaxenvs.orderbook.sweeps import Taken


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
    makers = reports.makers(book, swept, request, taken, sizes)
    if book.same_ahead is not None:
        own = jnp.arange(sizes.owners, dtype=jnp.int32) == request.owner
        lost = makers.shares + jnp.where(own, taken.own, 0)
        row = changes.same_owner(book, after, request, target, change, lost)
        after = after.replace(same_ahead=row)
    return after, reports.trades(book, after, makers, request, change, taken, sizes)


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
