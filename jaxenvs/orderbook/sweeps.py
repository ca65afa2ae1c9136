"""What an incoming order takes from the other side, in closed form."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.records import KEY, OWNER, Book, Sizes
from jaxenvs.orderbook.reductions import largest, total
from jaxenvs.orderbook.requests import Request, pick


class Reach(NamedTuple):
    """Per side, [2]: the orders at a key or better."""

    count: jax.Array
    shares: jax.Array


class Taken(NamedTuple):
    """What there is to take, and what taking it means; all []."""

    available: jax.Array  # shares that the order would trade if it had no end
    depth: jax.Array  # shares to take off the other side
    own: jax.Array  # of these, shares of the own orders that are canceled
    prevented: jax.Array  # orders canceled so that nobody trades with themselves
    stopped: jax.Array  # whether the incoming order is


class Swept(NamedTuple):
    """The book's fields after a sweep, [2, capacity], and the number of orders that traded, []."""

    shares: jax.Array
    ahead: jax.Array
    rank: jax.Array
    hidden: jax.Array | None
    count: jax.Array


def reach(book: Book, limit: jax.Array) -> Reach:
    """The orders that are at least as good as the keys `limit`, [2]."""
    capacity = book.rank.shape[-1]
    at = jnp.arange(capacity, dtype=jnp.int32)
    within = (book.labels[KEY] <= limit[:, None]) & (book.rank > 0)
    last = largest(jnp.where(within, book.rank * capacity + at, 0))  # the last one, and its slot
    count = last // capacity
    shares = jnp.take_along_axis(book.ahead, (last - count * capacity)[:, None], axis=1)[:, 0]
    return Reach(count=count, shares=jnp.where(count > 0, shares, 0))


def take(book: Book, request: Request, quantity: jax.Array, there: Reach, sizes: Sizes) -> Taken:
    """What an order for `quantity` would take."""
    other = 1 - request.side
    shares = pick(there.shares, other)
    none, never = jnp.zeros((), jnp.int32), jnp.zeros((), jnp.bool)
    if sizes.self_trade == "allow":
        return Taken(shares, jnp.minimum(quantity, shares), none, none, never)
    key, owner = pick(book.labels[KEY], other), pick(book.labels[OWNER], other)
    ahead, size = pick(book.ahead, other), pick(book.shares, other)
    mine = (owner == request.owner) & (request.owner > 0) & (size > 0)
    mine &= key <= pick(request.limit, other)
    if sizes.self_trade == "cancel_incoming":
        first = -largest(jnp.where(mine, size - ahead, -shares), -(2**31) + 1)
        stopped = (quantity > first) & mine.any()
        available = jnp.minimum(shares, first)
        return Taken(
            available, jnp.minimum(quantity, available), none, stopped.astype(jnp.int32), stopped
        )
    assert book.same_ahead is not None
    available = shares - total(jnp.where(mine, size, 0))
    passed = mine & (ahead - pick(book.same_ahead, other) < quantity)  # others' shares in front
    own = total(jnp.where(passed, size, 0))
    depth = jnp.minimum(quantity, available) + own
    return Taken(available, depth, own, total(passed.astype(jnp.int32)), never)


def sweep(book: Book, other: jax.Array, depth: jax.Array) -> Swept:
    """Takes `depth` shares off the side `other`, best first."""
    if book.hidden is not None:
        return _sweep_icebergs(book, other, depth)
    capacity = book.rank.shape[-1]
    at = jnp.arange(capacity, dtype=jnp.int32)
    rank, ahead, shares = (pick(row, other) for row in (book.rank, book.ahead, book.shares))
    touched = (ahead - shares < depth) & (rank > 0)
    last = largest(jnp.where(touched, rank * capacity + at, 0))
    count = last // capacity
    partly = book.ahead[other, last - count * capacity] > depth
    removed = count - ((count > 0) & partly).astype(jnp.int32)
    here = jnp.arange(2, dtype=jnp.int32) == other
    left = jnp.maximum(book.ahead - jnp.where(here, depth, 0)[:, None], 0)
    return Swept(
        shares=jnp.minimum(book.shares, left),
        ahead=left,
        rank=jnp.maximum(book.rank - jnp.where(here, removed, 0)[:, None], 0),
        hidden=None,
        count=count,
    )


def _sweep_icebergs(book: Book, other: jax.Array, depth: jax.Array) -> Swept:
    """As above, where the last level reached is traded in rounds.

    All levels before it go whole. On it, a first round takes what is shown; every further round
    takes, in the same order, what icebergs show next. With R whole rounds known (a search, as the
    shares taken by R rounds grow with R), one more round is cut short at some order, and the
    orders behind that one now stand before those in front of it.
    """
    assert book.hidden is not None and book.peak is not None
    rows = (book.rank, book.ahead, book.shares, book.hidden, book.peak, book.labels[KEY])
    rank, ahead, shares, hidden, peak, key = (pick(row, other) for row in rows)
    touched = (ahead - shares < depth) & (rank > 0)
    frontier = largest(jnp.where(touched, key, -NEVER), -NEVER)
    level = (rank > 0) & (key == frontier)
    size = jnp.where(level, shares, 0)
    start = largest(jnp.where(level, ahead, 0)) - total(size)
    left = depth - start
    show = jnp.where(level, shares - hidden, 0)
    rounds = _whole_rounds(show, size, peak, left)
    taken = _by_rounds(rounds, show, size, peak)
    left = left - total(taken)
    tranche = jnp.minimum(jnp.where(rounds < 0, show, peak), size - taken)
    before = (rank[None] <= rank[:, None]) & level[None] & level[:, None]
    up_to = _up_to(before, tranche)
    part = jnp.clip(left - (up_to - tranche), 0, tranche)
    size_after = size - taken - part
    back = (part == tranche) & (tranche > 0)  # shows more, behind the others
    rest_shown = jnp.where(back, jnp.minimum(peak, size_after), tranche - part)
    stays, first = size_after > 0, jnp.where(back, 0, size_after)
    ahead_after = jnp.where(
        back, total(first) + _up_to(before, size_after - first), _up_to(before, first)
    )
    ones, firsts = stays.astype(jnp.int32), (stays & ~back).astype(jnp.int32)
    rank_after = jnp.where(
        back, total(firsts) + _up_to(before, ones - firsts), _up_to(before, firsts)
    )
    ends = largest(jnp.where(level, rank, 0))
    removed = ends - total(ones)
    beyond = ahead > depth
    one = Swept(
        shares=jnp.where(level, size_after, jnp.where(beyond, shares, 0)),
        ahead=jnp.where(stays, ahead_after, jnp.where(level, 0, jnp.maximum(ahead - depth, 0))),
        rank=jnp.where(stays, rank_after, jnp.where(level | ~beyond, 0, rank - removed)),
        hidden=jnp.where(level, size_after - rest_shown, jnp.where(beyond, hidden, 0)),
        count=ends - total((level & (size_after == size)).astype(jnp.int32)),
    )
    here = (jnp.arange(2, dtype=jnp.int32) == other)[:, None] & (depth > 0)
    return Swept(
        shares=jnp.where(here, one.shares, book.shares),
        ahead=jnp.where(here, one.ahead, book.ahead),
        rank=jnp.where(here, one.rank, book.rank),
        hidden=jnp.where(here, one.hidden, book.hidden),
        count=jnp.where(depth > 0, one.count, 0),
    )


NEVER = 2**31 - 1


def _by_rounds(rounds: jax.Array, show: jax.Array, size: jax.Array, peak: jax.Array) -> jax.Array:
    """The shares that the first round and `rounds` more take of each order; none if below 0."""
    whole = rounds >= -(-(size - show) // jnp.maximum(peak, 1))
    return jnp.where(rounds < 0, 0, jnp.where(whole, size, show + rounds * peak))


def _whole_rounds(show: jax.Array, size: jax.Array, peak: jax.Array, left: jax.Array) -> jax.Array:
    """The most rounds behind the first that take `left` shares or fewer; -1: not even the first."""

    def halve(i: jax.Array, known: jax.Array) -> jax.Array:
        more = known + (jnp.int32(1) << (jnp.int32(29) - i))
        fits = total(_by_rounds(more, show, size, peak)) <= left
        return jnp.where(fits, more, known)

    return jax.lax.fori_loop(jnp.int32(0), jnp.int32(30), halve, jnp.full((), -1, jnp.int32))


def _up_to(before: jax.Array, numbers: jax.Array) -> jax.Array:
    """For every order, the sum over those `before` it and itself."""
    return total(jnp.where(before, numbers[None], 0))
