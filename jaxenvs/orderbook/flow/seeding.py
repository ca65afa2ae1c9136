"""Books to begin with: levels on both sides of a price, made at once instead of by messages."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.orderbook.flow.background import FIRST_ID
from jaxenvs.orderbook.records import Book, Sizes, empty


def seeded(
    bid: jax.Array, counts: jax.Array, quantities: jax.Array, sizes: Sizes
) -> tuple[Book, jax.Array]:
    """A book whose levels hold the background's orders, and the number of the next order.

    Args:
      bid: () int32, the price of the first level of bids; asks begin one tick above.
      counts: (2, levels) int32, orders on each level, one tick apart, from the inside out. What a
        side cannot hold is left out.
      quantities: (2, capacity) int32, shares of a side's orders, best first.
      sizes: of the book.
    """
    at = np.arange(sizes.capacity, dtype=np.int32)
    up_to = jnp.cumsum(counts, axis=1, dtype=jnp.int32)
    total = jnp.minimum(up_to[:, -1:], np.int32(sizes.capacity))
    level = (up_to[:, None, :] <= at[:, None]).sum(axis=2, dtype=jnp.int32)
    key = np.array([[-1], [1]], np.int32) * bid + np.array([[0], [1]], np.int32) + level
    before = jnp.stack([jnp.zeros_like(total[0]), total[0]])
    order_id = np.int32(FIRST_ID) + before + at
    taken = at < total
    shares = jnp.where(taken, quantities, 0)
    ahead = jnp.where(taken, jnp.cumsum(shares, axis=1, dtype=jnp.int32), 0)
    blank = empty(sizes)
    book = blank.replace(
        labels=jnp.stack([key, order_id, jnp.zeros_like(key)]),
        shares=shares,
        ahead=ahead,
        rank=jnp.where(taken, at + np.int32(1), 0),
        same_ahead=None if blank.same_ahead is None else ahead,  # all have one owner
    )
    return book, np.int32(FIRST_ID) + total.sum(dtype=jnp.int32)
