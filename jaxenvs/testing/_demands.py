"""What the laws demand, in words that start with the environment's class."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env


def demand(env: Env[Any, Any], held: bool, law: str) -> None:
    """The law, in words, held."""
    if not held:
        raise AssertionError(f"{type(env).__name__}: expected: {law}")


def demand_same_types(env: Env[Any, Any], what: str, before: Any, after: Any) -> None:
    """Two trees of arrays have one structure, equal shapes and dtypes, and no weak types."""
    same = jax.tree.structure(before) == jax.tree.structure(after)
    demand(env, same, f"{what}: one tree structure")
    paths = jax.tree_util.tree_leaves_with_path(before)
    for (path, a), b in zip(paths, jax.tree.leaves(after), strict=True):
        types = [(leaf.shape, leaf.dtype, getattr(leaf, "weak_type", False)) for leaf in (a, b)]
        name = jax.tree_util.keystr(path)
        demand(env, types[0] == types[1], f"{what}{name}: one type, not {types[0]}, {types[1]}")
        demand(env, not types[0][2], f"{what}{name}: no weak type")


def _demand_pairs(
    env: Env[Any, Any], what: str, a: Any, b: Any, agree: Callable[[Any, Any], bool]
) -> None:
    """The leaves of two trees of one structure agree; keys by their words."""
    for (path, x), y in zip(
        jax.tree_util.tree_leaves_with_path(a), jax.tree.leaves(b), strict=True
    ):
        if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
            x, y = jax.random.key_data(x), jax.random.key_data(y)
        name = jax.tree_util.keystr(path)
        demand(env, agree(np.asarray(x), np.asarray(y)), f"{what} agree in {name}")


def demand_equal(env: Env[Any, Any], what: str, a: Any, b: Any) -> None:
    """All leaves are equal; of floats, NaN equals NaN."""
    _demand_pairs(env, what, a, b, lambda x, y: np.array_equal(x, y, equal_nan=True))


def demand_close(env: Env[Any, Any], what: str, a: Any, b: Any) -> None:
    """Floats may differ by rounding, since compilers fuse differently; all else is equal."""

    def agree(x: np.ndarray, y: np.ndarray) -> bool:
        if np.issubdtype(x.dtype, np.floating):
            return np.allclose(x, y, rtol=1e-4, atol=1e-5, equal_nan=True)
        return np.array_equal(x, y)

    _demand_pairs(env, what, a, b, agree)
