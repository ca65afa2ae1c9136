"""Frozen dataclasses that are JAX pytrees."""

import dataclasses
from typing import Any, Self, dataclass_transform

import jax


def static(*, default: Any = dataclasses.MISSING) -> Any:
    """A field of the tree's structure: hashable, no leaf, a new value compiles anew."""
    return dataclasses.field(default=default, metadata={"static": True})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(static,))
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
