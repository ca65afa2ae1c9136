"""The book as price levels."""

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.records import AHEAD, PRICE, RESERVE, Book


def best(book: Book) -> tuple[jax.Array, jax.Array]:
    """Bid and ask: prices in ticks and the shares shown there, each int32 [..., 2]; 0 if none."""
    levels = depth(book, 1)
    return levels[..., 0, 0], levels[..., 0, 1]


def depth(book: Book, levels: int) -> jax.Array:
    """The best price levels, int32 [..., 2, levels, 2]: ticks and the shares shown there.

    Row 0 is bids, row 1 asks, best level first; levels that are not there are zeros. Raises
    `ValueError` for less than one level.
    """
    if levels < 1:
        raise ValueError(f"levels: expected 1 or more, got {levels}")
    capacity = book.slots.shape[-1]
    price = book.slots[..., PRICE, :, :]
    ahead = book.slots[..., AHEAD, :, :]
    at = jnp.arange(capacity, dtype=jnp.int32)
    first, found, before = book.head, [], jnp.zeros_like(book.head)
    for _ in range(levels):
        there = first < capacity
        one = _read(price, jnp.minimum(first, capacity - 1))
        same = (at >= first[..., None]) & (price == one[..., None])
        first = first + same.sum(axis=-1, dtype=jnp.int32)
        up_to = jnp.where(there, _read(ahead, jnp.maximum(first - 1, 0)), before)
        shown = up_to - before
        if book.slots.shape[-3] > RESERVE:
            hidden = jnp.where(same, book.slots[..., RESERVE, :, :], 0)
            shown = shown - hidden.sum(axis=-1, dtype=jnp.int32)
        found.append(jnp.where(there[..., None], jnp.stack([one, shown], axis=-1), 0))
        before = up_to
    return jnp.stack(found, axis=-2)


def _read(row: jax.Array, at: jax.Array) -> jax.Array:
    """Entry `at` of the last axis."""
    return jnp.take_along_axis(row, at[..., None], axis=-1)[..., 0]
