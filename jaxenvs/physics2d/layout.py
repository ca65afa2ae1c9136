"""How the engine reads and writes bodies without gathers and scatters.

Inside the engine the batch axis is last or absent: `*N` below. A body's number is an array [B, *N],
a pair's in one round [L, *N]. In round r the first bodies of the pairs are rows r to r + L - 1 of
the ring (slots 1 to B - 1) laid out twice, the second bodies rows r + L to r + 2L - 1 in reverse:
both are windows that move by one row a round.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

_WINDOW = {"allow_negative_indices": False}  # a tenth fewer lines of program


def window(rows: jax.Array, start: jax.Array, size: int) -> jax.Array:
    """`size` rows from `start` on."""
    return lax.dynamic_slice_in_dim(rows, start, size, 0, **_WINDOW)


def write(rows: jax.Array, new: jax.Array, start: jax.Array) -> jax.Array:
    """The rows with `new` from `start` on."""
    return lax.dynamic_update_slice_in_dim(rows, new, start, 0, **_WINDOW)


def doubled(slots: jax.Array) -> jax.Array:
    """The ring twice, [2B - 2, ...], of [B, ...]."""
    return jnp.concatenate([slots[1:], slots[1:]])


def firsts(rows: jax.Array, turn: jax.Array, lanes: int) -> jax.Array:
    """What belongs to the first bodies of a round, [L, ...]."""
    return window(rows, turn, lanes)


def seconds(rows: jax.Array, turn: jax.Array, lanes: int) -> jax.Array:
    """What belongs to the second bodies of a round, [L, ...]; lane 0 is not slot 0's but junk."""
    return lax.rev(window(rows, turn + lanes, lanes), (0,))


def lane0(rows: jax.Array) -> jax.Array:
    """Whether an entry of [L, ...] is in lane 0, which meets slot 0."""
    return lax.broadcasted_iota(jnp.int32, rows.shape, 0) == 0


def rounds(lanes: int) -> jax.Array:
    """The numbers of the rounds, int32 [R]."""
    return jnp.arange(2 * lanes - 1, dtype=jnp.int32)


def pick(slots: jax.Array, index: jax.Array) -> jax.Array:
    """Rows `index` int32 [K, *N] of [B, *N]; scenes differ in their indices."""
    return jnp.take_along_axis(slots, index, axis=0, mode="promise_in_bounds")


def add_at(slots: Any, index: jax.Array, values: Any) -> Any:
    """Trees of [B, *N] with trees of [K, *N] added to rows `index`, which may repeat.

    One after the other: a sum over K of one-hot products would be a library's reduction, which is
    slow for few entries.
    """

    def add(slots: Any, entry: Any) -> tuple[Any, None]:
        at, values = entry
        return jax.tree.map(lambda s, v: s + jnp.where(is_row(s, at), v, 0.0), slots, values), None

    return lax.scan(add, slots, (index, values))[0]


def is_row(slots: jax.Array, index: jax.Array) -> jax.Array:
    """Whether an entry of [B, *N] is in row `index` [*N]."""
    return lax.broadcasted_iota(jnp.int32, slots.shape, 0) == index[None]
