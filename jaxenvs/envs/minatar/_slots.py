"""Up to 32 things of a kind, each in a slot: a bit that is the same in all words about them.

A word of flags, uint32, tells which of them something holds for. *Numbers*, `(4,)` uint32, hold a
number from 0 to 15 for each slot: word `k` has their binary digits of weight `2^k`. What happens to
all things at once is then a few operations on words, where arrays with an entry for each thing take
a loop over the entries.

Slots are taken in turn, round and round, so the order of slots from the next one on is the order in
which things came.
"""

import jax
import jax.numpy as jnp
import numpy as np

NUM_DIGITS = 4
_DIGITS = np.arange(NUM_DIGITS, dtype=np.uint32)
# Entry [k, j]: no flags where digit `j` is lower than digit `k`, else all.
_NOT_LOWER = np.where(_DIGITS[:, None] > _DIGITS, 0, 2**32 - 1).astype(np.uint32)


def digits(value: jax.Array | np.ndarray | int) -> jax.Array:
    """Numbers with the same value, 0 to 15, in every slot; `(..., 4)` for a value with a shape."""
    bits = jnp.asarray(value).astype(jnp.uint32)[..., None] >> _DIGITS
    return -(bits & np.uint32(1))


def equal(numbers: jax.Array, value: jax.Array | int) -> jax.Array:
    """Where the number is `value`: flags, of the shape of `value`."""
    differ = numbers ^ digits(value)
    return ~jax.lax.reduce_or(differ, (differ.ndim - 1,))


def cells_with(numbers: jax.Array, values: np.ndarray) -> jax.Array:
    """`equal` for an array of constants, one for each cell of the board."""
    differ = jnp.zeros(values.shape, jnp.uint32)
    # Digit by digit, which fuses into the painting, as a reduction would not.
    for k in range(NUM_DIGITS):
        differ |= numbers[k] ^ np.where(values >> k & 1, 2**32 - 1, 0).astype(np.uint32)
    return ~differ


def put(numbers: jax.Array, flags: jax.Array, value: jax.Array | int) -> jax.Array:
    """`value` where the flag is set."""
    return chosen(flags, digits(value), numbers)


def chosen(flags: jax.Array, numbers: jax.Array, others: jax.Array) -> jax.Array:
    """`numbers` where the flag is set, `others` elsewhere."""
    return (numbers & flags) | (others & ~flags)


def stepped(numbers: jax.Array, flags: jax.Array, down: jax.Array) -> jax.Array:
    """One more where the flag is set, or one less where `down` is too; 0 follows 15."""
    # A digit changes if all lower ones are 1 on the way up, or 0 on the way down.
    lower = (numbers ^ down) | _NOT_LOWER
    return numbers ^ (flags & jax.lax.reduce_and(lower, (1,)))


def everywhere(condition: jax.Array) -> jax.Array:
    """All flags where the scalar condition holds, else none."""
    return -condition.astype(jnp.uint32)


def when(condition: jax.Array, flags: jax.Array) -> jax.Array:
    """The flags where the scalar condition holds, else none."""
    return jnp.where(condition, flags, np.uint32(0))


def either(flags: jax.Array, others: jax.Array) -> jax.Array:
    """The flags, or where none is set, the others."""
    return jnp.where(flags != 0, flags, others)


def slot(index: jax.Array) -> jax.Array:
    """The flag of one slot, 0 to 31."""
    return np.uint32(1) << index.astype(jnp.uint32)


def first(flags: jax.Array, following: jax.Array) -> jax.Array:
    """Of the things flagged, that which came first; `following` is the slot to be taken next."""
    flags = either(flags & ~(slot(following) - 1), flags)
    return flags & (~flags + 1)


def last(flags: jax.Array, following: jax.Array) -> jax.Array:
    """Of the things flagged, that which came last."""
    flags = either(flags & (slot(following) - 1), flags)
    return flags & (np.uint32(2**31) >> jax.lax.clz(flags))
