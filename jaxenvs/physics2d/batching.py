"""A rule for `vmap`: the batch axis goes last, however often a function is mapped."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp


def batch_last(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; under `vmap` it gets arrays with one batch axis, the last.

    `function` takes and returns trees of arrays whose batch axis is last or absent. Under nested
    `vmap`s all their axes are merged into one. JAX cannot differentiate the result.
    """
    single = jax.custom_batching.custom_vmap(function)

    @jax.custom_batching.custom_vmap
    def batched(*args: Any) -> Any:
        return function(*args)

    @single.def_vmap
    def _(size: int, mapped: Any, *args: Any) -> Any:
        out = batched(*jax.tree.map(lambda x, m: _last(x, m, size), args, tuple(mapped)))
        return jax.tree.map(lambda x: jnp.moveaxis(x, -1, 0), out), _everywhere(out)

    @batched.def_vmap
    def _(size: int, mapped: Any, *args: Any) -> Any:
        """Merges another axis with the one that is last already."""

        def merged(x: jax.Array, is_mapped: bool) -> jax.Array:
            x = _last(x, is_mapped, size)
            return x.reshape(*x.shape[:-2], -1)

        def split(x: jax.Array) -> jax.Array:
            return jnp.moveaxis(x.reshape(*x.shape[:-1], -1, size), -1, 0)

        out = batched(*jax.tree.map(merged, args, tuple(mapped)))
        return jax.tree.map(split, out), _everywhere(out)

    return single


def _last(x: jax.Array, mapped: bool, size: int) -> jax.Array:
    """The array with its mapped axis, or a new one, last."""
    return jnp.moveaxis(x, 0, -1) if mapped else jnp.broadcast_to(x[..., None], (*x.shape, size))


def _everywhere(out: Any) -> Any:
    return jax.tree.map(lambda _: True, out)
