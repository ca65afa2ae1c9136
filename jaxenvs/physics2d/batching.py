"""A rule for `vmap`: the batch axis goes last, however often a function is mapped."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


def batch_last(function: Callable[..., Any], tile: int) -> Callable[..., Any]:
    """The same function; under `vmap` it gets arrays with one batch axis, the last.

    `function` takes and returns trees of arrays whose batch axis is last or absent. Under nested
    `vmap`s all their axes are merged into one. JAX cannot differentiate the result.

    On CPUs batches of more than `tile` entries are cut into equal parts of at most so many, which
    follow each other, so that what a part needs stays in the caches. (Not if the parts would be
    less than half of that, as those of a prime number of entries.)
    """
    single = jax.custom_batching.custom_vmap(function)

    @jax.custom_batching.custom_vmap
    def batched(*args: Any) -> Any:
        return function(*args)

    def part(size: int, mapped: Any, *args: Any) -> Any:
        out = batched(*jax.tree.map(lambda x, m: _last(x, m, size), args, tuple(mapped)))
        return jax.tree.map(lambda x: jnp.moveaxis(x, -1, 0), out)

    @single.def_vmap
    def _(size: int, mapped: Any, *args: Any) -> Any:
        count = _parts(size, tile)
        if count == 1:
            out = part(size, mapped, *args)
            return out, _everywhere(out)
        leaves, tree = jax.tree.flatten(args)
        flags = jax.tree.leaves(tuple(mapped))
        cut = [x.reshape(count, -1, *x.shape[1:]) for x, m in zip(leaves, flags, strict=True) if m]

        def one_part(some: list[jax.Array]) -> Any:
            rest = iter(some)
            merged = [next(rest) if m else x for x, m in zip(leaves, flags, strict=True)]
            return part(size // count, mapped, *jax.tree.unflatten(tree, merged))

        out = jax.tree.map(lambda x: x.reshape(size, *x.shape[2:]), lax.map(one_part, cut))
        return out, _everywhere(out)

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


def _parts(size: int, tile: int) -> int:
    """Into how many parts of one size a batch is cut."""
    if size <= tile or jax.default_backend() != "cpu":
        return 1
    count = next(n for n in range(-(-size // tile), size + 1) if size % n == 0)
    return count if 2 * (size // count) > tile else 1


def _last(x: jax.Array, mapped: bool, size: int) -> jax.Array:
    """The array with its mapped axis, or a new one, last."""
    return jnp.moveaxis(x, 0, -1) if mapped else jnp.broadcast_to(x[..., None], (*x.shape, size))


def _everywhere(out: Any) -> Any:
    return jax.tree.map(lambda _: True, out)
