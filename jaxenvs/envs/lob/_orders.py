"""What agents have in the book, and the messages by which they get there what they want.

Every agent has a few places for orders, each with an order number that never changes. A message
compares what rests in a place with what is wanted there: what is right stays where it is in its
queue.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.orderbook import Book, Kind, Message
from jaxenvs.orderbook.records import KEY, ORDER_ID, OWNER
from jaxenvs.orderbook.reductions import largest, total
from jaxenvs.struct import PyTree


class Resting(PyTree):
    """An agent's own orders, (places,) each; zeros where nothing rests."""

    quantity: jax.Array  # int32 shares
    price: jax.Array  # int32 ticks
    ahead: jax.Array  # int32 shares that trade before it


class Wanted(PyTree):
    """What an agent wants in its places, (places,) each."""

    side: jax.Array  # int32, 1 buys, -1 sells
    price: jax.Array  # int32 ticks
    quantity: jax.Array  # int32 shares; 0: nothing
    kind: jax.Array  # int32, a `Kind`: what a new order is


def resting(book: Book, sides: Any, order_ids: Any) -> Resting:
    """The orders with these numbers; `sides` and `order_ids` are (places,) int32."""
    is_bid = jnp.asarray(sides)[:, None] > 0
    key, number, shares, ahead = (
        jnp.where(is_bid, leaf[0], leaf[1])
        for leaf in (book.labels[KEY], book.labels[ORDER_ID], book.shares, book.ahead)
    )
    mine = (number == order_ids[:, None]) & (shares > 0)
    quantity, key, up_to = (total(jnp.where(mine, leaf, 0)) for leaf in (shares, key, ahead))
    return Resting(
        quantity=quantity,
        price=jnp.where(is_bid[:, 0], -key, key),
        ahead=up_to - quantity,
    )


def others_touch(book: Book, touch: jax.Array, owner: jax.Array | int) -> jax.Array:
    """Best bid and ask without the orders of `owner`, (2,) int32 ticks.

    A side that nobody else is on has `touch` for its price. Agents set their prices by it: by the
    whole book's they would chase their own orders.
    """
    there = (book.shares > 0) & (book.labels[OWNER] != owner)
    none = 2**30
    found = largest(jnp.where(there, -book.labels[KEY], -none), -none)
    price = found * np.array([1, -1], np.int32)
    return jnp.where(found > -none, price, touch)


def requests(
    has: Resting,
    wanted: Wanted,
    order_ids: Any,
    owner: jax.Array | int,
    raises: bool,
) -> Message:
    """One message for each place: keep, lower, replace, cancel or place; (places,).

    An order at the price that is wanted keeps its place in the queue, and is lowered there if less
    is wanted. Where more is wanted it is replaced by a new one behind all others if `raises`,
    else it stays as it is. An order at another price is replaced.
    """
    rests = has.quantity > 0
    wants = wanted.quantity > 0
    same = rests & wants & (has.price == wanted.price)
    more = wanted.quantity > has.quantity
    enough = same & ((wanted.quantity == has.quantity) | (more & (not raises)))
    kind = jnp.where(wants, np.int32(Kind.MODIFY), np.int32(Kind.CANCEL))
    new = jnp.where(wants, wanted.kind, np.int32(Kind.NOTHING))
    kind = jnp.where(rests, kind, new)
    return Message(
        kind=jnp.where(enough, np.int32(Kind.NOTHING), kind),
        side=wanted.side,
        price=wanted.price,
        quantity=wanted.quantity,
        order_id=jnp.asarray(order_ids),
        owner=jnp.full_like(wanted.side, owner),
        display=jnp.zeros_like(wanted.side),
    )
