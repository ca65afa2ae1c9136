"""Random numbers of a generator of levels: by name, from words, and choices by weight."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng

DrawsT = TypeVar("DrawsT")


def words_for(key: jax.Array, count: int) -> jax.Array:
    """Numbers from 0 to just below 1, `(count,)` float32; `key` is consumed."""
    return prng.unit(jax.random.bits(prng.fast_key(key), (count,), jnp.uint32))


def named(kind: type[DrawsT], numbers: jax.Array) -> DrawsT:
    """Numbers `(f, ...)` under the names of the `f` fields of `kind`, a named tuple."""
    record = cast(Any, kind)
    return record._make(numbers[i] for i in range(len(record._fields)))


def between(number: jax.Array, low: Any, high: Any) -> jax.Array:
    """A number from `low` to `high` for one from 0 to 1."""
    return number * (high - low) + low


def choose(number: jax.Array, weights: jax.Array) -> jax.Array:
    """An index of `weights`, `(n,)`, by weight, for numbers from 0 to below 1; int32.

    Where all weights are 0 it is 0.
    """
    return chosen(number, list(jnp.cumsum(weights)))


def chosen(number: jax.Array, totals: Sequence[jax.Array]) -> jax.Array:
    """As `choose`, for the sums of the first 1, 2, ... weights."""
    threshold = (np.float32(1) - number) * totals[-1]  # above 0: what weighs nothing is not met
    index = jnp.zeros(jnp.shape(threshold), jnp.int32)
    for total in totals[:-1]:
        index = index + (total < threshold).astype(jnp.int32)
    return index
