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
    capacity = sizes.capacity
    up_to = jnp.cumsum(counts, axis=1, dtype=jnp.int32)
    total = jnp.minimum(up_to[:, -1], np.int32(capacity))
    head = np.int32(capacity) - total
    # Orders end with the array: its last `total` slots are taken, the best order first.
    rank = jnp.arange(capacity, dtype=jnp.int32) - head[:, None]
    taken = rank >= 0
    level = (up_to[:, None, :] <= rank[..., None]).sum(axis=2, dtype=jnp.int32)
    first = jnp.stack([bid, bid + np.int32(1)])[:, None]
    price = first + np.array([[-1], [1]], np.int32) * level
    resting = jnp.where(taken, jnp.take_along_axis(quantities, jnp.maximum(rank, 0), axis=1), 0)
    before = jnp.stack([jnp.int32(0), total[0]])[:, None]
    rows = [price, jnp.cumsum(resting, axis=1, dtype=jnp.int32), FIRST_ID + before + rank]
    rows = [jnp.where(taken, row, 0) for row in (*rows, jnp.zeros_like(price))]
    slots = jnp.stack(rows)
    blank = empty(sizes)
    missing = blank.slots.shape[0] - len(rows)  # of icebergs, of which there are none
    slots = jnp.pad(slots, ((0, missing), (0, 0), (0, 0))).astype(jnp.int32)
    return blank.replace(slots=slots, head=head), FIRST_ID + total.sum(dtype=jnp.int32)
