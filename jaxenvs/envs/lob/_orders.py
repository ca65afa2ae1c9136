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


class Ladder(PyTree):
    """A book's orders as lists, best first: worked out once a step for all who look at it."""

    price: jax.Array  # (2, capacity) int32 ticks
    quantity: jax.Array  # (2, capacity) int32 shares; 0: no order
    order_id: jax.Array  # (2, capacity) int32
    owner: jax.Array  # (2, capacity) int32

    @classmethod
    def of(cls, book: Book) -> "Ladder":
        """The orders of a book."""
        return cls(
            price=book.price, quantity=book.quantity, order_id=book.order_id, owner=book.owner
        )


def resting(ladder: Ladder, sides: Any, order_ids: Any) -> Resting:
    """The orders with these numbers; `sides` and `order_ids` are (places,) int32."""
    row = (jnp.asarray(sides) < 0).astype(jnp.int32)
    quantity, price, number = (
        jnp.take(leaf, row, axis=0) for leaf in (ladder.quantity, ladder.price, ladder.order_id)
    )
    mine = (number == order_ids[:, None]) & (quantity > 0)
    at = jnp.arange(quantity.shape[1], dtype=jnp.int32)
    place = jnp.where(mine, at, 0).sum(axis=1, dtype=jnp.int32)
    before = jnp.where(at < place[:, None], quantity, 0).sum(axis=1, dtype=jnp.int32)
    return Resting(
        quantity=jnp.where(mine, quantity, 0).sum(axis=1, dtype=jnp.int32),
        price=jnp.where(mine, price, 0).sum(axis=1, dtype=jnp.int32),
        ahead=before,
    )


def others_touch(ladder: Ladder, touch: jax.Array, owner: jax.Array | int) -> jax.Array:
    """Best bid and ask without the orders of `owner`, (2,) int32 ticks.

    A side that nobody else is on has `touch` for its price. Agents set their prices by it: by the
    whole book's they would chase their own orders.
    """
    there = (ladder.quantity > 0) & (ladder.owner != owner)
    bid = jnp.where(there[0], ladder.price[0], np.int32(-(2**30))).max()
    ask = jnp.where(there[1], ladder.price[1], np.int32(2**30)).min()
    found = jnp.stack([bid, ask])
    return jnp.where(jnp.abs(found) < np.int32(2**30), found, touch)


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
