"""A way to keep XLA's fusion from repeating work."""

import jax
import jax.numpy as jnp
import numpy as np


def settled(numbers: jax.Array) -> jax.Array:
    """The same integers, computed only once; all must be below the maximum of their dtype.

    On CPU, XLA recomputes cheap expressions at every use: every cell of a board would repeat what
    led to it, and LLVM may take minutes or for ever to compile that. XLA takes a remainder, which
    changes nothing here, for expensive, and stores it. (`optimization_barrier` is removed before
    fusion.)
    """
    return jax.lax.rem(numbers, jnp.full_like(numbers, np.iinfo(numbers.dtype).max))
