"""New values of params: checked against the original's, and held so that they can be hashed."""

import dataclasses
import math
import typing
from collections.abc import Mapping
from typing import Annotated, Any

import jax
import numpy as np
from jax.core import Tracer

from jaxenvs import ranges
from jaxenvs.struct import ByValue

_KINDS: Mapping[Any, type] = {"b": bool, "i": int, "u": int, "f": float}  # by dtype.kind


def checked(changes: Mapping[str, Any], original: Any, prefix: str = "") -> dict[str, Any]:
    """New values of some params by name, once they are known to be right.

    Args:
      changes: fields of `original` and their new values.
      original: a record of params with leaves of the right dtypes and shapes, whose annotations
        may declare ranges.
      prefix: what the names in messages begin with.

    Returns:
      The values: arrays in the original's dtype, numbers as they were given, but whole ones as
      floats where the param is one.

    Raises:
      TypeError: a value is traced or of another kind.
      ValueError: it is out of range, not finite, more than the dtype holds, or of another shape.
    """
    declared = ranges.annotations(type(original))
    return {
        name: _checked_param(prefix + name, value, getattr(original, name), declared[name])
        for name, value in changes.items()
    }


def by_value(value: Any) -> Any:
    """`value` as something hashable: trees of arrays as `ByValue`."""
    try:
        hash(value)
    except TypeError:
        return ByValue(value)
    return value


def _checked_param(name: str, value: Any, original: Any, annotation: Any) -> Any:
    """A new value of a param: a number, an array in the param's dtype, or a record of params."""
    if any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(value)):
        hint = "pass traced params to reset and step"
        raise TypeError(f"{name}: expected a known value; {hint}")
    if dataclasses.is_dataclass(original):
        return _checked_record(name, value, original)
    if np.ndim(original) > 0:
        return _checked_array(name, value, np.asarray(original), annotation)
    return _checked_number(name, value, original, annotation)


def _checked_record(name: str, value: Any, original: Any) -> Any:
    kind = type(original)
    if not isinstance(value, kind):
        raise TypeError(f"{name}: expected {kind.__qualname__}, got {value!r}")
    parts = {field.name: getattr(value, field.name) for field in dataclasses.fields(original)}
    return dataclasses.replace(value, **checked(parts, original, f"{name}."))


def _checked_number(name: str, value: Any, original: Any, annotation: Any) -> Any:
    if isinstance(value, np.ndarray | jax.Array) and value.ndim == 0:
        value = value.item()
    dtype = getattr(original, "dtype", None)
    kind = _KINDS.get(getattr(dtype, "kind", None))
    if dtype is None or kind is None:
        return value  # a param that is no number, of another package's game
    if isinstance(value, float | np.floating) and math.isinf(value) and value == original:
        return value
    declared = ranges.range_of(annotation)
    ranges.check_value(name, value, Annotated[kind, declared] if declared else kind)
    return float(value) if kind is float and isinstance(value, int | np.integer) else value


def _checked_array(name: str, value: Any, original: np.ndarray, annotation: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        expected = f"{original.dtype} of shape {original.shape}"
        raise TypeError(f"{name}: expected {expected}, got {value!r}") from None
    if array.shape != original.shape:
        raise ValueError(f"{name}: expected shape {original.shape}, got {array.shape}")
    if not np.can_cast(array.dtype, original.dtype, "same_kind"):
        raise TypeError(f"{name}: expected {original.dtype}, got {array.dtype}")
    with np.errstate(over="ignore"):
        cast = array.astype(original.dtype)
    held = np.isfinite(cast) if cast.dtype.kind == "f" else cast == array
    if not (held | (cast == original)).all():
        raise ValueError(f"{name}: expected numbers that {cast.dtype} holds, got {value!r}")
    if typing.get_origin(annotation) is tuple:
        ranges.check_value(name, _tuples(cast.tolist()), annotation)
    return cast


def _tuples(nested: Any) -> Any:
    return tuple(_tuples(part) for part in nested) if isinstance(nested, list) else nested
