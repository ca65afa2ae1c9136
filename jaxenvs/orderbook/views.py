"""The book as price levels."""

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.records import KEY, Book
from jaxenvs.orderbook.reductions import largest, total

_NONE = 2**31 - 1  # a key behind all others


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
    sign = jnp.array([-1, 1], jnp.int32)
    key, rank = book.labels[..., KEY, :, :], book.rank
    found, before, passed = [], jnp.zeros_like(rank[..., 0]), jnp.zeros_like(rank[..., 0])
    for level in range(levels):
        here = -largest(jnp.where(rank > passed[..., None], -key, -_NONE), -_NONE)
        there = here < _NONE
        same = (key == here[..., None]) & (rank > 0)
        up_to = largest(jnp.where(same, book.ahead, 0))
        shown = jnp.where(there, up_to - before, 0)
        if book.hidden is not None:
            shown = shown - total(jnp.where(same, book.hidden, 0))
        found.append(jnp.stack([jnp.where(there, here * sign, 0), shown], axis=-1))
        if level + 1 < levels:
            before = jnp.where(there, up_to, before)
            last = largest(jnp.where(same, rank, 0))
            passed = jnp.where(there, last, passed)
    return jnp.stack(found, axis=-2)
