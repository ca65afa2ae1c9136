"""Cheap random keys for batches of environments.

The batch engine gives every environment a key of its own at every step. JAX's own generator is then
the largest cost of a small game: on a CPU its rounds run in a loop that XLA cannot fuse with the
code around it. The keys made here are ordinary typed keys, good for all of `jax.random`, whose
generator is written out so that it fuses: Threefry-2x32 with 13 rounds, the smallest number that
passes BigCrush (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
2011, table 2). It is counter-based, so keys need only differ to be independent.
"""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.random import define_prng_impl

_ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
_PARITY = np.uint32(0x1BD11BDA)
_NUM_ROUNDS = 13
_MAX_UNROLLED = 4  # blocks of a draw; more take longer to compile and are no faster
_FEW, _MOST = 256, 65_536  # limits of `below`
# The second counter word tells the uses of a key apart, so that they never share a block.
_BITS, _SPLIT, _FOLD = np.uint32(0), np.uint32(1), np.uint32(2)


def fast_key(key: jax.Array) -> jax.Array:
    """A key of the cheap generator that is a function of `key`, which is consumed."""
    data = jax.random.key_data(key)
    if data.shape == (4,):  # rbg keys, whose halves may be equal
        data = jnp.stack(_threefry(data[:2], (data[2], data[3])))
    return jax.random.wrap_key_data(data, impl=_IMPL)


def keys_for(key: jax.Array, ids: jax.Array) -> jax.Array:
    """One cheap key for each id, `(n,)`, distinct and independent; `key` is consumed.

    The key of an id does not depend on which other ids are asked for.
    """
    # Kept out of the loop over ids, where XLA would repeat the rounds that made the key for each.
    words = jax.lax.optimization_barrier(jax.random.key_data(fast_key(key)))
    first = words[0] + ids.astype(jnp.uint32)
    data = jnp.stack([first, jnp.broadcast_to(words[1], first.shape)], axis=-1)
    return jax.random.wrap_key_data(data, impl=_IMPL)


def unit(word: jax.Array) -> jax.Array:
    """A number from 0 to just below 1 for a random uint32 word, from its high 24 bits; float32."""
    return (word >> np.uint32(8)).astype(jnp.float32) * np.float32(2**-24)


def below(word: jax.Array, limit: jax.Array | np.ndarray | int) -> jax.Array:
    """A number from 0 to `limit - 1` for a random uint32 word; int32.

    Args:
      word: uint32 of any shape.
      limit: integers from 0 to 65,536 that broadcast with `word`; where it is 0, so is the number.
        Up to 256 the word's high 24 bits decide, above that all 32.

    Raises:
      ValueError: the limit is out of range. That of a JAX array, which may be traced, is not
        checked.
    """
    _check_limit(limit, _MOST)
    if not isinstance(limit, jax.Array) and np.all(limit <= np.int64(_FEW)):
        return below_256(word, limit)
    limit = jnp.asarray(limit)
    used = jnp.where(limit <= _FEW, word & np.uint32(0xFFFFFF00), word)
    # The product has up to 48 bits; with halves of the word, each part of it has up to 32.
    high, low = used >> np.uint32(16), used & np.uint32(0xFFFF)
    wide = limit.astype(jnp.uint32)
    return ((high * wide + ((low * wide) >> np.uint32(16))) >> np.uint32(16)).astype(jnp.int32)


def below_256(word: jax.Array, limit: jax.Array | np.ndarray | int) -> jax.Array:
    """As `below`, for limits up to 256: the same numbers by a third of the work where it is traced.

    Raises `ValueError` as `below` does.
    """
    _check_limit(limit, _FEW)
    limit = jnp.asarray(limit).astype(jnp.uint32)
    return (((word >> np.uint32(8)) * limit) >> np.uint32(24)).astype(jnp.int32)


def _check_limit(limit: jax.Array | np.ndarray | int, most: int) -> None:
    if not isinstance(limit, jax.Array):
        known = np.asarray(limit, np.int64)
        if np.any((known < 0) | (known > most)):
            raise ValueError(f"limit: expected 0 to {most}, got {limit}")


def _threefry(
    key: jax.Array, counter: tuple[jax.Array | np.uint32, jax.Array | np.uint32]
) -> tuple[jax.Array, jax.Array]:
    """Encrypts the counter words, any shape, under the `(2,)` key."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    left, right = counter[0] + schedule[0], counter[1] + schedule[1]
    for i in range(_NUM_ROUNDS):
        rotation = np.uint32(_ROTATIONS[i % 8])
        left = left + right
        right = (right << rotation) | (right >> (np.uint32(32) - rotation))
        right = left ^ right
        if i % 4 == 3:
            injection = i // 4 + 1
            left = left + schedule[injection % 3]
            right = right + schedule[(injection + 1) % 3] + np.uint32(injection)
    return left, right


def _seed(seed: jax.Array) -> jax.Array:
    low = jnp.asarray(seed).astype(jnp.uint32)
    return jnp.stack(_threefry(jnp.zeros(2, jnp.uint32), (low, jnp.zeros_like(low))))


def _split(key: jax.Array, shape: Sequence[int]) -> jax.Array:
    ids = jax.lax.iota(jnp.uint32, math.prod(shape))
    words = _threefry(key, (ids, jnp.full_like(ids, _SPLIT)))
    return jnp.stack(words, axis=-1).reshape(*shape, 2)


def _fold_in(key: jax.Array, data: jax.Array | int) -> jax.Array:
    word = jnp.asarray(data).astype(jnp.uint32)
    return jnp.stack(_threefry(key, (word, jnp.full_like(word, _FOLD))))


def _random_bits(key: jax.Array, bit_width: int, shape: Sequence[int]) -> jax.Array:
    size = math.prod(shape)
    if bit_width == 64:
        halves = _words(key, 2 * size).reshape(2, *shape).astype(jnp.uint64)
        return (halves[0] << np.uint64(32)) | halves[1]
    words = _words(key, size).reshape(shape)
    # Narrow draws take the high bits of a word each: simple, and small draws dominate in games.
    narrow = (words >> np.uint32(32 - bit_width)) if bit_width < 32 else words
    return narrow.astype({8: jnp.uint8, 16: jnp.uint16, 32: jnp.uint32}[bit_width])


def _words(key: jax.Array, size: int) -> jax.Array:
    """`(size,)` random uint32 words."""
    num_blocks = -(-size // 2)
    if 0 < num_blocks <= _MAX_UNROLLED:
        # Word by word, a small draw fuses with the code that takes it apart; the bits are the same.
        blocks = [_threefry(key, (np.uint32(i), _BITS)) for i in range(num_blocks)]
        return jnp.stack([word for half in zip(*blocks, strict=True) for word in half][:size])
    ids = jax.lax.iota(jnp.uint32, num_blocks)
    words = _threefry(key, (ids, jnp.full_like(ids, _BITS)))
    return jnp.concatenate(words)[:size]


_IMPL = define_prng_impl(
    key_shape=(2,),
    seed=_seed,
    split=_split,
    random_bits=_random_bits,
    fold_in=_fold_in,
    name="jaxenvs_threefry13",
    tag="jx13",
)
