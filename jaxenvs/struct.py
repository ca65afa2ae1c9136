"""Frozen dataclasses that are JAX pytrees, and arrays that are values."""

import dataclasses
from collections.abc import Callable
from typing import Any, Self, dataclass_transform

import jax
import numpy as np


def static(*, default: Any = dataclasses.MISSING) -> Any:
    """A field that is hashable and no leaf of the tree: programs compile anew for a new value."""
    return dataclasses.field(default=default, metadata={"static": True})


def array(default: Callable[[], Any]) -> Any:
    """A field whose default is the array that `default()` gives, as a read-only numpy copy."""
    return dataclasses.field(default_factory=lambda: frozen(default()))


def frozen(array: Any) -> np.ndarray:
    """A read-only numpy copy of an array."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(static, array))
class PyTree:
    """Base of every record: subclasses become frozen, keyword-only dataclasses and pytrees.

    Fields are children of the tree unless declared with `static()`.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        jax.tree_util.register_dataclass(dataclasses.dataclass(frozen=True, kw_only=True)(cls))

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; an unknown name raises `TypeError`."""
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]


class ByValue:
    """A tree of arrays that compares and hashes by its entries, as static data has to.

    The arrays are copied, so that nobody can change them. Two are equal if they have the same
    structure and their arrays have the same shapes, dtypes and bits.
    """

    def __init__(self, tree: Any) -> None:
        self.tree = jax.tree.map(frozen, tree)
        """The arrays, read-only numpy."""
        leaves, structure = jax.tree.flatten(self.tree)
        bits = tuple((leaf.shape, leaf.dtype, leaf.tobytes()) for leaf in leaves)
        self._identity = structure, bits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByValue) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return repr(self.tree)

    def __reduce__(self) -> tuple[Any, ...]:
        return ByValue, (self.tree,)
