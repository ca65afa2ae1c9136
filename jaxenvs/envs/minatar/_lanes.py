"""Eight lanes in one word: rows 1 to 8 of the board, 4 bits for each.

What happens in eight rows at once is a few operations on a uint32, which a batch of games does in
registers, where eight-element arrays would be written and read again between the steps of the
rules. Lane `i` is row `i + 1` and lies in bits `4 i` to `4 i + 3`. A *flag* word holds 0 or 1 in
each lane.
"""

import jax
import jax.numpy as jnp
import numpy as np

NUM_LANES = 8
_BITS = 4
_ALL = np.uint32(0x11111111)  # the flag that is set in every lane
_SHIFTS = np.arange(NUM_LANES, dtype=np.uint32) * np.uint32(_BITS)
# For the 100 cells of the board, row by row: where their row's lane lies, and which bits of it to
# keep.
_CELL_SHIFTS = np.repeat(np.array([0, *_SHIFTS, 0], np.uint32), 10)
_CELL_BITS = np.repeat(np.array([0, *[15] * NUM_LANES, 0], np.uint32), 10)


def every(value: jax.Array | int) -> jax.Array:
    """The same value, 0 to 15, in each lane."""
    return jnp.asarray(value).astype(jnp.uint32) * _ALL


def only(row: jax.Array) -> jax.Array:
    """The flag of one row of the board, 1 to 8; of none for rows 0 and 9."""
    inside = (row >= 1) & (row <= NUM_LANES)
    shift = jnp.where(inside, (row - 1) * _BITS, 0).astype(jnp.uint32)
    return jnp.where(inside, np.uint32(1) << shift, np.uint32(0))


def equal(a: jax.Array, b: jax.Array) -> jax.Array:
    """The flag of lanes with the same value in both."""
    differ = a ^ b
    differ |= differ >> np.uint32(2)
    differ |= differ >> np.uint32(1)
    return inverted(differ & _ALL)


def inverted(flag: jax.Array) -> jax.Array:
    """The opposite flag."""
    return flag ^ _ALL


def when(condition: jax.Array, flag: jax.Array) -> jax.Array:
    """The flag where the scalar condition holds, else none."""
    return jnp.where(condition, flag, np.uint32(0))


def chosen(flag: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
    """Lanes of `a` where the flag is set, of `b` elsewhere."""
    mask = flag * np.uint32(15)
    return (a & mask) | (b & ~mask)


def count(flag: jax.Array) -> jax.Array:
    """In how many lanes the flag is set, int32."""
    return jax.lax.population_count(flag).astype(jnp.int32)


def nth(flag: jax.Array, n: jax.Array) -> jax.Array:
    """The flag of the `n`-th lane, from 1, of those where `flag` is set; none beyond the last."""
    place = flag * _ALL  # how many lanes are set up to each: the product adds them up
    return flag & equal(place, every(n))


def pack(values: jax.Array) -> jax.Array:
    """`(8,)` values from 0 to 15 as one word."""
    return jnp.sum(values.astype(jnp.uint32) << _SHIFTS, dtype=jnp.uint32)


def by_cell(word: jax.Array) -> jax.Array:
    """For each cell of the board the value of its row, `(100,)` uint32; 0 in rows 0 and 9."""
    return (word >> _CELL_SHIFTS) & _CELL_BITS
