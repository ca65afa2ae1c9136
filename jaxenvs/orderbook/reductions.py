"""Sums and maxima over the slots of a book, which XLA's CPU compiler can turn into vectors.

A plain `sum` over the last axis runs entry by entry. Here eight rows are added to each other
first, which is elementwise work, and only an eighth is reduced: 6 ns instead of 28 for 128 entries.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

_ROWS = 8  # more of them and XLA repeats what leads to the entries


def total(numbers: jax.Array) -> jax.Array:
    """The sum over the last axis, int32."""
    return _folded(numbers, jnp.add, 0).sum(axis=-1, dtype=jnp.int32)


def largest(numbers: jax.Array, least: int = 0) -> jax.Array:
    """The maximum over the last axis, where no entry is below `least`."""
    return _folded(numbers, jnp.maximum, least).max(axis=-1)


def _folded(
    numbers: jax.Array, combine: Callable[[jax.Array, jax.Array], jax.Array], neutral: int
) -> jax.Array:
    """The last axis cut into 8 rows that are combined with each other."""
    if over := -numbers.shape[-1] % _ROWS:
        ends = [(0, 0)] * (numbers.ndim - 1) + [(0, over)]
        numbers = jnp.pad(numbers, ends, constant_values=neutral)
    length = numbers.shape[-1] // _ROWS
    rows = numbers.reshape(*numbers.shape[:-1], _ROWS, length)
    for half in (4, 2, 1):
        rows = combine(rows[..., :half, :], rows[..., half:, :])
    return rows[..., 0, :]
