"""Trees of arrays that travel between host and device as one buffer.

Every array that a jitted function takes or returns costs microseconds, which is more than a small
game's whole step. Small trees are therefore laid end to end in one array of 32-bit words; large
ones, where copying would cost more, stay as they are.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

PACK_LIMIT = 1 << 16  # bytes; on a CPU the two ways cost the same near this size

Packed = Any  # a uint32 array, or the tuple of the tree's arrays


class Leaf(NamedTuple):
    """Where an array lies in the buffer, and what it is."""

    start: int  # in words
    stop: int
    size: int  # in elements
    shape: tuple[int, ...]
    dtype: np.dtype
    impl: Any  # for random keys, which are held as their raw words: their kind


class Packing:
    """The layout of the trees that `function(*args)` gives, found by tracing it."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        impls: list[Any] = []
        structures: list[Any] = []

        def raw_leaves(*args: Any) -> list[jax.Array]:
            leaves, structure = jax.tree.flatten(function(*args))
            impls.extend(jax.random.key_impl(leaf) if _is_key(leaf) else None for leaf in leaves)
            structures.append(structure)
            return [_raw(leaf) for leaf in leaves]

        self.leaves: list[Leaf] = []
        start = 0
        for shaped, impl in zip(jax.eval_shape(raw_leaves, *args), impls, strict=True):
            size, dtype = math.prod(shaped.shape), np.dtype(shaped.dtype)
            stop = start - (-size * dtype.itemsize // 4)
            self.leaves.append(Leaf(start, stop, size, shaped.shape, dtype, impl))
            start = stop
        (self.structure,) = structures
        self.num_words = start
        self.as_words = 4 * start <= PACK_LIMIT

    def pack(self, tree: Any) -> Packed:
        """The buffer that holds the tree; on the device."""
        leaves = [_raw(leaf) for leaf in jax.tree.leaves(tree)]
        if not self.as_words:
            return tuple(leaves)
        # One after the other, because a concatenation would be computed element by element, with
        # everything that leads to it, where these are loops that vectorize.
        words = jnp.zeros(self.num_words, jnp.uint32)
        for array, leaf in zip(leaves, self.leaves, strict=True):
            words = jax.lax.dynamic_update_slice(words, _to_words(array), (leaf.start,))
        return words

    def unpack(self, packed: Packed) -> Any:
        """The tree in a buffer; on the device."""
        if self.as_words:
            arrays = [_from_words(packed[leaf.start : leaf.stop], leaf) for leaf in self.leaves]
        else:
            arrays = packed
        wrapped = [
            array if leaf.impl is None else jax.random.wrap_key_data(array, impl=leaf.impl)
            for array, leaf in zip(arrays, self.leaves, strict=True)
        ]
        return jax.tree.unflatten(self.structure, wrapped)

    def read(self, packed: Packed) -> Any:
        """The tree in a buffer as writable numpy arrays that share nothing with the device.

        Random keys come out as their raw words.
        """
        if self.as_words:
            words = np.array(packed)
            arrays = [
                np.ndarray(leaf.shape, leaf.dtype, words, 4 * leaf.start) for leaf in self.leaves
            ]
        else:
            arrays = [np.array(array) for array in jax.device_get(packed)]
        return jax.tree.unflatten(self.structure, arrays)


def _is_key(leaf: jax.Array) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _raw(leaf: jax.Array) -> jax.Array:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _to_words(array: jax.Array) -> jax.Array:
    if array.dtype == jnp.bool_:
        array = array.astype(jnp.uint8)
    flat = array.reshape(-1)
    per_word = 4 // array.dtype.itemsize
    if per_word > 1:
        flat = jnp.pad(flat, (0, -flat.size % per_word)).reshape(-1, per_word)
    return jax.lax.bitcast_convert_type(flat, jnp.uint32).reshape(-1)


def _from_words(words: jax.Array, leaf: Leaf) -> jax.Array:
    stored = np.dtype(np.uint8) if leaf.dtype == np.bool_ else leaf.dtype
    if stored.itemsize == 8:
        words = words.reshape(-1, 2)
    flat = jax.lax.bitcast_convert_type(words, stored).reshape(-1)
    return flat[: leaf.size].reshape(leaf.shape).astype(leaf.dtype)
