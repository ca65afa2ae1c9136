"""A hold on XLA's fusion, where it would repeat work."""

import jax
import jax.numpy as jnp
import numpy as np


def settled(numbers: jax.Array) -> jax.Array:
    """The same integers, all below the greatest of their dtype, worked out only once.

    XLA on CPUs works cheap things out again for each value that depends on them: every cell of a
    board would repeat what led to it, and LLVM may take minutes or for ever to compile that. A
    remainder, which changes nothing here, counts as dear: it is stored. (`optimization_barrier` is
    gone by the time things are fused.)
    """
    return jax.lax.rem(numbers, jnp.full_like(numbers, np.iinfo(numbers.dtype).max))
