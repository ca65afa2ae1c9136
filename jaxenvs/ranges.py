"""What a field of a record may hold: declared once, in its annotation, and checked from there.

    @dataclasses.dataclass(frozen=True)
    class Config:
        num_envs: Count = 4
        gamma: Share = 0.99
        activation: Literal["tanh", "relu"] = "tanh"

    check(Config(gamma=1.5))  # ValueError: gamma: expected a number from 0 to 1, got 1.5

An annotation that says nothing about values (`Any`, an array, a class of another package) is
checked by `isinstance` where it can be, and not at all elsewhere.
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Union

import numpy as np

_INT32 = np.iinfo(np.int32)


@dataclasses.dataclass(frozen=True)
class Range:
    """The numbers that a field may hold: `low` to `high`, both included unless `above`."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # whether `low` itself is left out

    def __contains__(self, value: float) -> bool:
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    def __str__(self) -> str:
        """In words, as after "a number": "from 0 to 1", "of at least 1", "above 0"."""
        if self.above:
            return f"above {self.low:g}" + (f", {self.high:g} at most" if self._bounded else "")
        if self._bounded:
            return f"from {_plain(self.low)} to {_plain(self.high)}"
        return f"of at least {_plain(self.low)}" if self.low > -math.inf else ""

    @property
    def _bounded(self) -> bool:
        return self.high < math.inf


Count = Annotated[int, Range(1)]
"""1, 2, 3, ..."""
Whole = Annotated[int, Range(0)]
"""0, 1, 2, ..."""
Share = Annotated[float, Range(0, 1)]
"""0 to 1."""
Positive = Annotated[float, Range(0, above=True)]
"""Above 0 and finite."""
NonNegative = Annotated[float, Range(0)]
"""At least 0 and finite."""


def check(record: Any, names: Iterable[str] | None = None) -> None:
    """Checks the fields of a dataclass against their annotations, or those called `names`.

    Raises `TypeError` for a value of another kind, `ValueError` for one that is not allowed; the
    message starts with the field's name.
    """
    declared = annotations(type(record))
    for name in declared if names is None else names:
        check_value(name, getattr(record, name), declared[name])


def check_value(name: str, value: Any, annotation: Any) -> None:
    """Checks one value, called `name`, against an annotation. Raises as `check`."""
    base, ranges = _split(annotation)
    origin, choices = typing.get_origin(base), typing.get_args(base)
    if origin is Literal:
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            _refuse(ValueError, name, _listed(choices), value)
    elif origin in (Union, types.UnionType):
        _check_union(name, value, choices, ranges)
    elif base in (bool, int, float):
        _check_number(name, value, base, ranges)
    elif origin is tuple:
        _check_tuple(name, value, choices)
    elif _says_nothing(kind := origin or base) or isinstance(value, kind):
        return
    else:
        article = "an" if kind.__name__[0] in "AEIOUaeiou" else "a"
        _refuse(TypeError, name, f"{article} {kind.__name__}", value)


@functools.cache
def annotations(cls: type[Any]) -> Mapping[str, Any]:
    """The annotation of every field of a dataclass, with its ranges."""
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except NameError:  # a name that its module imports for type checkers only: nothing is known
        hints = {}
    return {field.name: hints.get(field.name, Any) for field in dataclasses.fields(cls)}


def range_of(annotation: Any) -> Range | None:
    """The range that an annotation declares for a number, or None."""
    ranges = _split(annotation)[1]
    return ranges[0] if ranges else None


def _split(annotation: Any) -> tuple[Any, tuple[Range, ...]]:
    """The type under `Annotated`, and the ranges it carries."""
    if typing.get_origin(annotation) is not Annotated:
        return annotation, ()
    base, *notes = typing.get_args(annotation)
    return base, tuple(note for note in notes if isinstance(note, Range))


def _says_nothing(kind: Any) -> bool:
    """Whether `isinstance` cannot ask for it; `Any` is a class since Python 3.11."""
    return kind is Any or not isinstance(kind, type) or getattr(kind, "_is_protocol", False)


def _check_number(name: str, value: Any, kind: type, ranges: tuple[Range, ...]) -> None:
    expected = {bool: "True or False", int: "a whole number", float: "a number"}[kind]
    expected = " ".join([expected, *(str(one) for one in ranges)]).strip()
    fits = {
        bool: bool | np.bool_,
        int: int | np.integer,
        float: int | float | np.integer | np.floating,
    }[kind]
    wrong_bool = kind is not bool and isinstance(value, bool | np.bool_)
    if wrong_bool or not isinstance(value, fits):
        _refuse(TypeError, name, expected, value)
    if kind is bool:
        return
    if not math.isfinite(value):
        bounded = any(one.high < math.inf for one in ranges)
        _refuse(ValueError, name, expected if bounded else f"{expected}, finite", value)
    if not all(float(value) in one for one in ranges):
        _refuse(ValueError, name, expected, value)
    if kind is int and not ranges and not _INT32.min <= value <= _INT32.max:
        _refuse(ValueError, name, "a whole number that 32 bits hold", value)


def _check_union(name: str, value: Any, choices: Any, ranges: tuple[Range, ...]) -> None:
    """One of the kinds has to fit; the message is that of the first that is not None."""
    if value is None and types.NoneType in choices:
        return
    faults = []
    for choice in choices:
        if choice is types.NoneType:
            continue
        try:
            return check_value(name, value, Annotated[choice, *ranges] if ranges else choice)
        except (TypeError, ValueError) as error:
            faults.append(error)
    raise faults[0]


def _check_tuple(name: str, value: Any, choices: Any) -> None:
    if not isinstance(value, tuple):
        _refuse(TypeError, name, "a tuple", value)
    if len(choices) == 2 and choices[1] is Ellipsis:
        choices = choices[:1] * len(value)
    if len(choices) != len(value):
        _refuse(ValueError, name, f"{len(choices)} values", value)
    for i, (one, choice) in enumerate(zip(value, choices, strict=True)):
        check_value(f"{name}[{i}]", one, choice)


def _refuse(kind: type[Exception], name: str, expected: str, value: Any) -> typing.NoReturn:
    raise kind(f"{name}: expected {expected}, got {value!r}")


def _listed(choices: tuple[Any, ...]) -> str:
    words = [repr(choice) for choice in choices]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"
