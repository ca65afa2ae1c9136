"""What was traded, by whom and with whom."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.changes import Change
from jaxenvs.orderbook.records import KEY, ORDER_ID, OWNER, Book, Sizes, Trades
from jaxenvs.orderbook.reductions import total
from jaxenvs.orderbook.requests import Request, pick
from jaxenvs.orderbook.sweeps import Swept, Taken
from jaxenvs.orderbook.views import best


class Makers(NamedTuple):
    """The resting side of a message's trades."""

    fill: jax.Array  # [capacity] shares of each slot
    count: jax.Array  # [] orders that traded
    notional: jax.Array  # [] ticks x shares
    shares: jax.Array  # [owners]
    money: jax.Array  # [owners]


def makers(book: Book, swept: Swept, request: Request, taken: Taken, sizes: Sizes) -> Makers:
    """Sums over the orders that a sweep met, without those that it canceled."""
    other = 1 - request.side
    fill = pick(book.shares, other) - pick(swept.shares, other)
    owner, count = pick(book.labels[OWNER], other), swept.count
    if sizes.self_trade == "cancel_resting":
        fill = jnp.where((owner == request.owner) & (request.owner > 0), 0, fill)
        count = count - taken.prevented
    money = fill * pick(book.labels[KEY], other) * _sign(request)
    notional = total(money)
    return Makers(
        fill=fill,
        count=count,
        notional=notional,
        shares=_by_owner(fill, owner, taken.depth - taken.own, sizes),
        money=_by_owner(money, owner, notional, sizes),
    )


def trades(
    book: Book,
    after: Book,
    makers: Makers,
    request: Request,
    change: Change,
    taken: Taken,
    sizes: Sizes,
) -> Trades:
    """All that a caller is told of a message."""
    buys, filled = request.side == 0, taken.depth - taken.own
    taker = jnp.arange(sizes.owners, dtype=jnp.int32) == request.owner
    shares, money = jnp.where(taker, filled, 0), jnp.where(taker, makers.notional, 0)
    listed = _first_fills(book, makers.fill, 1 - request.side, sizes)
    best_price, best_quantity = best(after)
    return Trades(
        quantity=filled,
        notional=makers.notional,
        count=makers.count,
        rested=jnp.where(change.places, change.rest, 0),
        removed=change.less,
        bought=jnp.where(buys, shares, makers.shares),
        sold=jnp.where(buys, makers.shares, shares),
        paid=jnp.where(buys, money, makers.money),
        received=jnp.where(buys, makers.money, money),
        fill_price=listed[KEY] * _sign(request),
        fill_quantity=listed[-1],
        maker_id=listed[ORDER_ID],
        maker_owner=listed[OWNER],
        best_price=best_price,
        best_quantity=best_quantity,
    )


def _sign(request: Request) -> jax.Array:
    """What makes prices of the other side's keys."""
    return jnp.where(request.side == 0, jnp.int32(1), jnp.int32(-1))


def _by_owner(numbers: jax.Array, owner: jax.Array, whole: jax.Array, sizes: Sizes) -> jax.Array:
    """Sums of `numbers`, [capacity], for each owner, [owners]; `whole` is the sum over all."""
    others = jnp.arange(1, sizes.owners, dtype=jnp.int32)
    sums = total(jnp.where(owner == others[:, None], numbers, 0))
    return jnp.concatenate([(whole - sums.sum(dtype=jnp.int32))[None], sums])


def _first_fills(book: Book, fill: jax.Array, other: jax.Array, sizes: Sizes) -> jax.Array:
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
