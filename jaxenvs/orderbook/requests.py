"""What a message asks of the book: which order it names, which side it is on, if it is sound."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.records import (
    BUY,
    KEY,
    ORDER_ID,
    OWNER,
    SELL,
    Book,
    Kind,
    Message,
    Sizes,
)
from jaxenvs.orderbook.reductions import largest

NO_LIMIT = 2**31 - 1  # a key that every order is as good as


class Target(NamedTuple):
    """The resting order that a message's id names; all [], zeros if there is none."""

    known: jax.Array
    side: jax.Array  # its row
    slot: jax.Array
    shares: jax.Array
    ahead: jax.Array
    rank: jax.Array
    key: jax.Array
    owner: jax.Array


class Request(NamedTuple):
    """A message in the engine's terms; all [] unless said."""

    names: jax.Array  # cancel, reduce or modify
    new: jax.Array  # an order that comes in, other than by modify
    keeps: jax.Array  # what does not trade stays
    side: jax.Array  # the row of its own side
    limit: jax.Array  # [2], the worst key it would trade with, and that it has, on either side
    owner: jax.Array
    invalid: jax.Array
    unknown: jax.Array
    duplicate: jax.Array
    fine: jax.Array  # none of these, and not nothing


def pick(pair: jax.Array, side: jax.Array) -> jax.Array:
    """Entry `side` of the first axis, of length 2."""
    return jnp.where(side == 0, pair[0], pair[1])


def find(book: Book, order_id: jax.Array) -> Target:
    """The order called `order_id`."""
    places = jnp.arange(1, book.rank.shape[-1] + 1, dtype=jnp.int32)
    match = (book.labels[ORDER_ID] == order_id) & (book.rank > 0)
    found = largest(jnp.where(match, places, 0))
    side = (found[1] > 0).astype(jnp.int32)
    at = found[0] + found[1]
    known, slot = at > 0, jnp.maximum(at - 1, 0)

    def read(row: jax.Array) -> jax.Array:
        return jnp.where(known, row[side, slot], 0)

    labels = jnp.where(known, book.labels[:, side, slot], 0)
    return Target(
        known=known,
        side=side,
        slot=slot,
        shares=read(book.shares),
        ahead=read(book.ahead),
        rank=read(book.rank),
        key=labels[KEY],
        owner=labels[OWNER],
    )


def read(message: Message, target: Target, sizes: Sizes) -> Request:
    """What a message asks for, and if it can be taken."""
    kind, quantity = message.kind, message.quantity
    names = (kind == Kind.CANCEL) | (kind == Kind.REDUCE) | (kind == Kind.MODIFY)
    new = (kind >= Kind.LIMIT) & (kind <= Kind.POST_ONLY)
    rests = (kind == Kind.LIMIT) | (kind == Kind.POST_ONLY)
    shows = kind != Kind.ICEBERG
    if sizes.icebergs:
        new, rests = new | (kind == Kind.ICEBERG), rests | (kind == Kind.ICEBERG)
        shows |= message.display > 0
    owned = (message.owner >= 0) & (message.owner < sizes.owners)
    sided = (message.side == BUY) | (message.side == SELL)
    sound = (names | (new & sided & owned & shows)) & ((quantity > 0) | (kind == Kind.CANCEL))
    sound &= ~rests | (message.order_id > 0)
    unknown = sound & names & ~target.known
    duplicate = sound & rests & target.known
    own = jnp.where(names, target.side, (message.side == SELL).astype(jnp.int32))
    limit = jnp.stack([-message.price, message.price])
    return Request(
        names=names,
        new=new,
        keeps=rests | (kind == Kind.MODIFY),
        side=own,
        limit=jnp.where(kind == Kind.MARKET, NO_LIMIT, limit),
        owner=jnp.where(names, target.owner, message.owner),
        invalid=(kind != Kind.NOTHING) & ~sound,
        unknown=unknown,
        duplicate=duplicate,
        fine=sound & ~unknown & ~duplicate,
    )
