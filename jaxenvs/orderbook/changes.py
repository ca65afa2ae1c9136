"""What a message does to its own side: an order less, an order changed in place, an order more."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.records import KEY, OWNER, Book, Kind, Message
from jaxenvs.orderbook.reductions import largest, total
from jaxenvs.orderbook.requests import NO_LIMIT, Request, Target, pick
from jaxenvs.orderbook.sweeps import Reach, Swept

_NOWHERE = -1


class Change(NamedTuple):
    """What happens on a message's own side; all []."""

    less: jax.Array  # shares taken off the order that the message names
    gone: jax.Array  # whether that is all of them
    rest: jax.Array  # shares of the message that are left to rest
    places: jax.Array  # whether they find room
    slot: jax.Array  # the slot that is written, or -1
    count: jax.Array  # orders in front of the new one
    shares: jax.Array  # and their shares
    full: jax.Array  # whether an order has to go to make room
    dropped: jax.Array  # and its shares


def plan(
    book: Book, request: Request, target: Target, there: Reach, less: jax.Array, rest: jax.Array
) -> Change:
    """Where the rest of a message goes. An order that is replaced leaves its slot to the new one."""
    capacity = book.rank.shape[-1]
    side, rank = request.side, pick(book.rank, request.side)
    at = jnp.arange(capacity, dtype=jnp.int32)
    # an empty slot, or else that of the worst order
    room = largest(jnp.where(rank == 0, at + capacity, jnp.where(rank == capacity, at, 0)))
    gone = (less > 0) & (less == target.shares)
    full = (rest > 0) & ~gone & (room < capacity)
    counted = gone & (target.key <= pick(request.limit, side))
    count = pick(there.count, side) - counted.astype(jnp.int32)
    shares = pick(there.shares, side) - jnp.where(counted, less, 0)
    last = full & (count == capacity)
    places = (rest > 0) & ~last
    slot = jnp.where(room < capacity, room, room - capacity)
    worst = book.shares[side, slot]
    written = jnp.where(places & ~gone, slot, jnp.where(less > 0, target.slot, _NOWHERE))
    return Change(
        less=less,
        gone=gone,
        rest=rest,
        places=places,
        slot=written,
        count=count,
        shares=shares,
        full=full,
        dropped=jnp.where(full, jnp.where(last, rest, worst), 0),
    )


def apply(
    book: Book,
    swept: Swept,
    message: Message,
    request: Request,
    target: Target,
    change: Change,
) -> Book:
    """The book after the sweep and the change."""
    here = jnp.arange(2, dtype=jnp.int32) == request.side
    less, rest, places = change.less, change.rest, change.places
    never = book.rank.shape[-1] + 1
    first = jnp.where(here & (less > 0), target.rank, never)[:, None]
    behind = swept.rank >= first
    limit = jnp.where(here & places, request.limit, NO_LIMIT)[:, None]
    worse = (book.labels[KEY] > limit) & (swept.rank > 0)
    slot = jnp.where(here, change.slot, _NOWHERE)[:, None]
    at = jnp.arange(book.rank.shape[-1], dtype=jnp.int32) == slot
    new = at & places

    def moved(row: jax.Array, out: jax.Array, into: jax.Array, value: jax.Array) -> jax.Array:
        """`out` less behind the order that changes, `into` more behind the new one."""
        return jnp.where(at, value, row - jnp.where(behind, out, 0) + jnp.where(worse, into, 0))

    stays = ~change.gone
    ahead = jnp.where(places, change.shares + rest, jnp.where(stays, target.ahead - less, 0))
    rank = jnp.where(places, change.count + 1, jnp.where(stays, target.rank, 0))
    one = change.gone.astype(jnp.int32)
    entry = jnp.stack([pick(request.limit, request.side), message.order_id, request.owner])
    after = Book(
        labels=jnp.where(new, entry[:, None, None], book.labels),
        shares=jnp.where(at, jnp.where(places, rest, target.shares - less), swept.shares),
        ahead=moved(swept.ahead, less, rest, ahead),
        rank=moved(swept.rank, one, jnp.ones((), jnp.int32), rank),
        counters=book.counters,
    )
    if book.hidden is None or book.peak is None or swept.hidden is None:
        return after
    shows = jnp.where(message.kind == Kind.ICEBERG, message.display, 0)
    shows = jnp.where(request.names, book.peak[target.side, target.slot], shows)
    unseen = jnp.where(shows > 0, jnp.maximum(rest - shows, 0), 0)
    reduced = jnp.maximum(book.hidden[target.side, target.slot] - less, 0)
    return after.replace(
        hidden=jnp.where(at, jnp.where(places, unseen, reduced), swept.hidden),
        peak=jnp.where(at, shows, book.peak),
    )


def same_owner(
    book: Book, after: Book, request: Request, target: Target, change: Change, lost: jax.Array
) -> jax.Array:
    """`Book.same_ahead` afterwards; `lost`: the shares that a sweep took from each owner."""
    assert book.same_ahead is not None
    owner = book.labels[OWNER]
    here = (jnp.arange(2, dtype=jnp.int32) == request.side)[:, None]
    mine = here & (owner == request.owner) & (book.rank > 0)
    key = book.labels[KEY]
    limit = pick(request.limit, request.side)
    behind = mine & (change.less > 0) & (book.rank >= target.rank)
    worse = mine & change.places & (key > limit)
    row = book.same_ahead
    row = row - jnp.where(behind, change.less, 0) + jnp.where(worse, change.rest, 0)
    known = jnp.clip(owner, 0, lost.shape[0] - 1)
    row = jnp.where(here, row, jnp.maximum(row - lost[known], 0))
    front = total(jnp.where(mine & (key <= limit), book.shares, 0))
    front = pick(front, request.side)
    counted = change.gone & (target.key <= limit)
    front = front - jnp.where(counted, change.less, 0)
    slot = jnp.where(here, change.slot, _NOWHERE)
    at = jnp.arange(book.rank.shape[-1], dtype=jnp.int32) == slot
    reduced = pick(book.same_ahead, target.side)[target.slot] - change.less
    value = jnp.where(change.places, front + change.rest, reduced)
    return jnp.where(after.rank > 0, jnp.where(at, value, row), 0)
