"""Reading values of JSON, with the path of the field in every error."""

import dataclasses
import math
from collections.abc import Collection, Mapping
from typing import Any, NoReturn, Protocol

import numpy as np

from jaxenvs.ranges import Range

Path = tuple[str, ...]

_LARGEST = {int: 2**31 - 1, float: float(np.finfo(np.float32).max)}  # that 32 bits hold


class LevelError(ValueError):
    """A level that cannot be played; the message begins with the path of the field."""


def refuse(path: Path, expected: str, found: Any) -> NoReturn:
    """Raises `LevelError`."""
    raise LevelError(f"{'.'.join(path)}: expected {expected}, got {_shown(found)}")


def _shown(value: Any) -> str:
    """A value in few words, however long it is."""
    if isinstance(value, dict):
        return f"an object of {len(value)} fields"
    if isinstance(value, list):
        return f"a list of {len(value)} entries"
    if isinstance(value, int) and abs(value) > 2**64:
        return f"a whole number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


class Kind(Protocol):
    """What a field may hold."""

    def read(self, value: Any, path: Path, strict: bool) -> Any:
        """The value, checked; its range too if `strict`. Raises `LevelError`."""
        ...


@dataclasses.dataclass(frozen=True)
class Number:
    """A finite number, rounded to float32; whole ones may be written without a point."""

    range: Range = Range()  # noqa: RUF009 (frozen)

    def read(self, value: Any, path: Path, strict: bool) -> float:
        """As of `Kind`."""
        largest = _LARGEST[float]
        if type(value) not in (int, float) or not -largest <= value <= largest:
            bounded = math.isfinite(self.range.low) and math.isfinite(self.range.high)
            refuse(path, self._words() + ("" if bounded else ", finite in 32 bits"), value)
        rounded = float(np.float32(value))
        if strict and rounded not in self.range:
            refuse(path, self._words(), value)
        return rounded

    def _words(self) -> str:
        return f"a number {self.range}".strip()


@dataclasses.dataclass(frozen=True)
class Whole:
    """A whole number of 32 bits."""

    low: int = -(2**31)
    high: int = 2**31 - 1

    def read(self, value: Any, path: Path, strict: bool) -> int:
        """As of `Kind`."""
        low, high = (self.low, self.high) if strict else (-(2**31), 2**31 - 1)
        if type(value) is not int or not low <= value <= high:
            unbounded = low == -(2**31)
            refuse(path, "a whole number" + ("" if unbounded else f" from {low} to {high}"), value)
        return value


@dataclasses.dataclass(frozen=True)
class Flag:
    """True or false."""

    def read(self, value: Any, path: Path, strict: bool) -> bool:
        """As of `Kind`."""
        if type(value) is not bool:
            refuse(path, "true or false", value)
        return value


@dataclasses.dataclass(frozen=True)
class Vector:
    """Entries of one kind, in an object whose keys are "0", "1", ..."""

    length: int
    kind: Kind

    def read(self, value: Any, path: Path, strict: bool) -> list[Any]:
        """As of `Kind`."""
        names = [str(i) for i in range(self.length)]
        found = fields(value, path, names)
        return [self.kind.read(found[name], (*path, name), strict) for name in names]


def fields(
    value: Any, path: Path, names: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, Any]:
    """The fields of an object that has all of `names`, maybe `optional` ones, and no other."""
    if not isinstance(value, dict):
        refuse(path, "an object", value)
    for name in names:
        if name not in value:
            raise LevelError(f"{'.'.join((*path, name))}: expected a value, the field is missing")
    if len(value) > len(names):
        for name in value:
            if name not in names and name not in optional:
                where = ".".join((*path, _key(name)))
                raise LevelError(f"{where}: expected no such field, but it is there")
    return value


def _key(name: Any) -> str:
    return str(name) if len(str(name)) <= 40 else f"{str(name)[:37]}..."


def record(
    value: Any,
    path: Path,
    kinds: Mapping[str, Kind],
    strict: bool | None = None,
    optional: Collection[str] = (),
) -> dict[str, Any]:
    """An object of these fields. Ranges count if `strict`; by default, if its `active` is true."""
    found = fields(value, path, [name for name in kinds if name not in optional], optional)
    if strict is None:
        strict = Flag().read(found["active"], (*path, "active"), True)
    return {
        name: kind.read(found[name], (*path, name), strict)
        for name, kind in kinds.items()
        if name in found
    }


def entries(value: Any, path: Path, count: int, said_by: str) -> list[Any]:
    """A list of so many entries."""
    if not isinstance(value, list):
        refuse(path, "a list", value)
    if len(value) != count:
        refuse(path, f"{count} entries, as {said_by}", value)
    return value
