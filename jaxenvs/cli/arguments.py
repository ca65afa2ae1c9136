"""From a command line to a record, with errors of one line."""

import contextlib
import dataclasses
import io
import os
import sys
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, TypeVar

import tyro

from jaxenvs import extras, ranges
from jaxenvs.cli.complaints import one_line
from jaxenvs.cli.faults import UsageError as UsageError

T = TypeVar("T")


def parse(
    kind: type[T], argv: Sequence[str], prog: str, default: T | None = None, **options: Any
) -> T:
    """A record of the dataclass `kind` from the flags in `argv`.

    `default` gives the values of flags that are left out; `options` go to `tyro.cli`.
    Raises `UsageError` for flags or values that do not fit, and for those outside the ranges that
    `kind` declares; `--help` prints and exits.
    """
    shown = ranged(kind)
    options = {"config": (tyro.conf.FlagCreatePairsOff,)} | options
    if default is not None:
        options["default"] = convert(default, shown)
    complaint, answer = io.StringIO(), _Uncolored() if os.environ.get("NO_COLOR") else sys.stdout
    try:
        with contextlib.redirect_stderr(complaint), contextlib.redirect_stdout(answer):
            read = convert(tyro.cli(shown, args=list(argv), prog=prog, **options), kind)
    except SystemExit as exit_:
        if isinstance(answer, _Uncolored):
            sys.stdout.write(answer.getvalue())
        if exit_.code in (0, None):
            raise
        raise UsageError(one_line(complaint.getvalue(), argv, set(_flags(kind)))) from None
    for name, annotation in ranges.annotations(kind).items():
        with usage_errors():
            ranges.check_value(f"--{name.replace('_', '-')}", getattr(read, name), annotation)
    return read


class _Uncolored(io.StringIO):
    """Collects what goes to stdout; it is no terminal, so that nobody colors it."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of stdout, by which the frames are chosen."""
        return getattr(sys.__stdout__, "encoding", None) or "utf-8"


def ranged(kind: type[T]) -> type[T]:
    """A dataclass like `kind`, whose help also says which numbers its fields may hold."""
    declared = {
        name: Annotated[annotation, tyro.conf.arg(help_behavior_hint=_hint_of(words))]
        for name, annotation in ranges.annotations(kind).items()
        if (words := words_of(annotation)) and not _has_hint(annotation)
    }
    if not declared:
        return kind
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    content: dict[str, Any] = {
        name: dataclasses.field(
            default=fields[name].default,
            default_factory=fields[name].default_factory,
            metadata=fields[name].metadata,
        )
        for name in declared
    }
    content |= {
        "__annotations__": declared,
        "__module__": kind.__module__,
        "__doc__": kind.__doc__,
    }
    shown = types.new_class(kind.__name__, (kind,), exec_body=lambda ns: ns.update(content))
    return dataclasses.dataclass(frozen=True)(shown)


def convert(record: Any, kind: type[T]) -> T:
    """The same fields as a record of another dataclass."""
    if type(record) is kind:
        return record
    fields = dataclasses.fields(record)
    return kind(**{field.name: getattr(record, field.name) for field in fields})


def _hint_of(words: str) -> Callable[[str], str]:
    return lambda default: f"(default: {default}; {words})"


def words_of(annotation: Any) -> str:
    """Which numbers an annotation allows, in words; empty where it does not say."""
    found = [ranges.range_of(annotation), *map(ranges.range_of, typing.get_args(annotation))]
    words = [str(one).removeprefix("of ").removeprefix("from ") for one in found if one]
    return words[0] if words else ""


def _has_hint(annotation: Any) -> bool:
    """Whether the flag already says something else about its default."""
    notes = getattr(annotation, "__metadata__", ())
    return any(getattr(note, "help_behavior_hint", None) is not None for note in notes)


def _flags(kind: type[Any], prefix: str = "--") -> Iterator[str]:
    """The flags of a dataclass; those of its parts stand with the part's name and without."""
    for name, annotation in ranges.annotations(kind).items():
        flag = f"{prefix}{name.replace('_', '-')}"
        part = typing.get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
        if dataclasses.is_dataclass(part):
            yield from _flags(part, f"{flag}." if name == "sweep" else prefix)  # type: ignore[arg-type]
        else:
            yield flag


@contextlib.contextmanager
def usage_errors(
    kinds: tuple[type[Exception], ...] = (ValueError, TypeError),
) -> Iterator[None]:
    """Turns errors of these kinds, by default those of bad values, into `UsageError`."""
    try:
        yield
    except kinds as error:
        raise UsageError(" ".join(str(error).split())) from error


@contextlib.contextmanager
def extra(name: str) -> Iterator[None]:
    """Turns a missing package into a `UsageError` that says how to install the extra `name`."""
    try:
        with extras.needs(name):
            yield
    except extras.MissingExtra as error:
        raise UsageError(str(error)) from error


def note(text: str) -> None:
    """A line for people on stderr, so that stdout stays clean for what was asked for."""
    print(text, file=sys.stderr, flush=True)
