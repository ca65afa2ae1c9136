"""Random orders, cheaply."""

import jax
import jax.numpy as jnp
import numpy as np

_PACKED_SIZE = 2**14  # up to here, 18 random bits and more are left for the order


def permutations(key: jax.Array, num: int, size: int) -> jax.Array:
    """`num` random permutations of `0..size-1`, `[num, size]` int32; the key is consumed.

    Small ones are made by sorting words that hold a random number above the index: sorting one
    array of integers is several times faster on a CPU than sorting indices by random keys.
    """
    if size > _PACKED_SIZE:
        keys = jax.random.split(key, num)
        return jax.vmap(lambda k: jax.random.permutation(k, size))(keys).astype(jnp.int32)
    index_bits = np.uint32((1 << max(size - 1, 1).bit_length()) - 1)
    words = jax.random.bits(key, (num, size), jnp.uint32) & ~index_bits
    order = jnp.sort(words | jnp.arange(size, dtype=jnp.uint32), axis=-1)
    return (order & index_bits).astype(jnp.int32)
