"""Up to 32 things of a kind, each in a slot: a bit that is the same in all words about them.

A word of flags, uint32, tells which of them something holds for; `Numbers` are four words that hold
a number from 0 to 15 for each, a word a binary digit. What happens to all things at once is then a
few operations on scalars, which a batch of games does in registers, where arrays with an entry for
each thing would be written and read again between the steps of the rules.

Slots are taken in turn, round and round, so the order of slots from the next one on is the order in
which things came.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.struct import PyTree

_NUM_DIGITS = 4
_ALL = np.uint32(2**32 - 1)


class Numbers(PyTree):
    """A number from 0 to 15 for each slot."""

    digits: tuple[jax.Array, ...]  # four () uint32: the lowest binary digit of all, the next, ...


def zeros() -> Numbers:
    """0 for each slot."""
    return Numbers(digits=(jnp.uint32(0),) * _NUM_DIGITS)


def digits(value: jax.Array | np.ndarray | int) -> list[jax.Array]:
    """The digits of the same value in every slot: words of no or of all flags.

    `value` may have a shape, which is that of the words.
    """
    value = jnp.asarray(value).astype(jnp.uint32)
    return [-((value >> np.uint32(k)) & np.uint32(1)) for k in range(_NUM_DIGITS)]


def equal(numbers: Numbers, value: jax.Array | np.ndarray | int) -> jax.Array:
    """Where the number is `value`: flags, of the shape of `value`."""
    differ = jnp.uint32(0)
    for digit, other in zip(numbers.digits, digits(value), strict=True):
        differ = differ | (digit ^ other)
    return ~differ


def put(numbers: Numbers, flags: jax.Array, value: jax.Array | int) -> Numbers:
    """`value` where the flag is set."""
    pairs = zip(numbers.digits, digits(value), strict=True)
    return Numbers(digits=tuple((old & ~flags) | (new & flags) for old, new in pairs))


def more(numbers: Numbers, flags: jax.Array) -> Numbers:
    """One more where the flag is set; 0 after 15."""
    words, carry = [], flags
    for digit in numbers.digits:
        words.append(digit ^ carry)
        carry = carry & digit
    return Numbers(digits=tuple(words))


def less(numbers: Numbers, flags: jax.Array) -> Numbers:
    """One less where the flag is set; 15 after 0."""
    words, borrow = [], flags
    for digit in numbers.digits:
        words.append(digit ^ borrow)
        borrow = borrow & ~digit
    return Numbers(digits=tuple(words))


def everywhere(condition: jax.Array) -> jax.Array:
    """All flags where the scalar condition holds, else none."""
    return jnp.where(condition, _ALL, np.uint32(0))


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
    flags = either(flags & ~(slot(following) - np.uint32(1)), flags)
    return flags & (~flags + np.uint32(1))


def last(flags: jax.Array, following: jax.Array) -> jax.Array:
    """Of the things flagged, that which came last."""
    flags = either(flags & (slot(following) - np.uint32(1)), flags)
    highest = np.uint32(31) - jax.lax.clz(flags | np.uint32(1))
    return flags & (np.uint32(1) << highest)
