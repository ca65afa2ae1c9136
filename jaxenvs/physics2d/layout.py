"""How the engine reads and writes bodies without gathers and scatters.

Inside the engine the batch axis is last or absent: `*N` below. A body's number is an array [B, *N],
a pair's in one round [L, *N]. All slots of an odd number of bodies, and all but slot 0 of an even
one, sit in a ring, which is laid out twice. The first bodies of a round's pairs are a window of L
rows, the second ones the window behind it in reverse; both move by one row a round. Slot 0 of an
even number stays outside and meets lane 0.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

_WINDOW = {"allow_negative_indices": False}  # a tenth fewer lines of program


def window(rows: jax.Array, start: jax.Array, size: int, axis: int = 0) -> jax.Array:
    """`size` rows from `start` on; an axis of rows may come after others."""
    return lax.dynamic_slice_in_dim(rows, start, size, axis, **_WINDOW)


def write(rows: jax.Array, new: jax.Array, start: jax.Array) -> jax.Array:
    """The rows with `new` from `start` on."""
    return lax.dynamic_update_slice_in_dim(rows, new, start, 0, **_WINDOW)


def ring(slots: jax.Array, axis: int = 0) -> jax.Array:
    """The slots that sit in the ring, of [B, ...]."""
    size = slots.shape[axis]
    return lax.slice_in_dim(slots, 1 - size % 2, size, axis=axis)


def lone(slots: jax.Array, axis: int = 0) -> jax.Array:
    """The slot outside the ring, [1, ...]; [0, ...] of an odd number of slots."""
    return lax.slice_in_dim(slots, 0, 1 - slots.shape[axis] % 2, axis=axis)


def doubled(slots: jax.Array, axis: int = 0) -> jax.Array:
    """The ring twice, of [B, ...]."""
    return lax.concatenate([ring(slots, axis), ring(slots, axis)], axis)


def firsts(rows: jax.Array, turn: jax.Array, lanes: int, axis: int = 0) -> jax.Array:
    """What belongs to the first bodies of a round, [L, ...]."""
    return window(rows, turn + _skipped(rows, lanes, axis), lanes, axis)


def seconds(
    rows: jax.Array, lone: jax.Array, turn: jax.Array, lanes: int, axis: int = 0
) -> jax.Array:
    """What belongs to the second bodies of a round, [L, ...]."""
    start = turn + lanes + _skipped(rows, lanes, axis)
    found = lax.rev(window(rows, start, lanes, axis), (axis,))
    # Written, not selected: XLA stores the result instead of choosing anew wherever it is used.
    return lax.dynamic_update_slice_in_dim(found, lone, 0, axis) if lone.shape[axis] else found


def stored(rows: jax.Array, axis: int) -> jax.Array:
    """The same rows, stored: one of them is written once more, which XLA does not see through.

    LLVM does not vectorize what reads a window of corners, [V, L, ...], at several corners: it
    loads the window's start again for every entry.
    """
    if not rows.shape[axis]:  # a lone body has no pairs
        return rows
    row = lax.slice_in_dim(rows, 0, 1, axis=axis)
    return lax.dynamic_update_slice_in_dim(rows, row, 0, axis)


def tape(slots: jax.Array) -> jax.Array:
    """The ring, the lone slot, and room for the ring's next turn: [2 B, ...] or [2 B - 1, ...].

    In round r the lone slot is in the row behind the ring's last, where lane 0 looks for it.
    """
    around = ring(slots)
    return jnp.concatenate([around, lone(slots), jnp.zeros_like(around)])


def moved_on(tape: jax.Array, first: jax.Array, second: jax.Array, turn: jax.Array) -> jax.Array:
    """A tape after a round; `first` and `second` [L, ...] are the new values.

    The row that the window leaves is copied to the end: the ring's next turn.
    """
    lanes, skipped = first.shape[0], _skipped(tape, first.shape[0])
    left = window(tape, turn, 1) if skipped else first[:1]
    end = turn + tape.shape[0] // 2
    tape = write(tape, first, turn + skipped)
    tape = write(tape, lax.rev(second, (0,)), turn + lanes + skipped)
    tape = write(tape, left, end)
    return tape if skipped else write(tape, second[:1], end + 1)


def wound_up(tape: jax.Array) -> jax.Array:
    """The slots [B, ...] of a tape after the last round."""
    size = tape.shape[0] // 2
    return jnp.concatenate([tape[2 * size :], tape[size : 2 * size]])


def summed(
    total: jax.Array, first: jax.Array, second: jax.Array, turn: jax.Array, lone: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Sums over a doubled ring and of the lone slot, with those of a round [L, ...] added."""
    lanes, skipped = first.shape[0], _skipped(total, first.shape[0])
    total = write(total, window(total, turn + skipped, lanes) + first, turn + skipped)
    if lone.shape[0]:
        lone, second = lone + second[:1], jnp.where(lane0(second), 0.0, second)
    below = window(total, turn + lanes + skipped, lanes) + lax.rev(second, (0,))
    return write(total, below, turn + lanes + skipped), lone


def _skipped(rows: jax.Array, lanes: int, axis: int = 0) -> int:
    """Whether the first row of a round has no partner: 1 with an odd number of bodies, else 0."""
    return (rows.shape[axis] // 2 + 1 - 2 * lanes) // 2


def lane0(rows: jax.Array) -> jax.Array:
    """Whether an entry of [L, ...] is in lane 0."""
    return lax.broadcasted_iota(jnp.int32, rows.shape, 0) == 0


def pick(slots: jax.Array, index: jax.Array) -> jax.Array:
    """Rows `index` int32 [K, *N] of [B, *N]; scenes differ in their indices. Row B holds zeros."""
    last = slots.shape[0] - 1
    found = jnp.take_along_axis(slots, jnp.minimum(index, last), axis=0, mode="promise_in_bounds")
    return jnp.where(index > last, jnp.zeros_like(found), found)


def add_at(slots: Any, index: jax.Array, values: Any) -> Any:
    """Trees of [B, *N] with trees of [K, *N] added to rows `index`, which may repeat or be B: none.

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
