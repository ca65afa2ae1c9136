"""From a command line to a record, with errors of one line."""

import contextlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import tyro

from jaxenvs import extras

T = TypeVar("T")


class UsageError(Exception):
    """The command line asks for something that is not possible; the message is one line."""


def parse(
    kind: type[T], argv: Sequence[str], prog: str, default: T | None = None, **options: Any
) -> T:
    """A record of the dataclass `kind` from the flags in `argv`.

    `default` gives the values of flags that are left out; `options` go to `tyro.cli`.
    Raises `UsageError` for flags or values that do not fit; `--help` prints and exits.
    """
    options = {"config": (tyro.conf.FlagCreatePairsOff,)} | options
    if default is not None:
        options["default"] = default
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.cli(kind, args=list(argv), prog=prog, **options)
    except SystemExit as exit_:
        if exit_.code in (0, None):
            raise
        raise UsageError(_one_line(complaint.getvalue())) from None


def _one_line(box: str) -> str:
    """What tyro's box of several lines says, in one."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", box)
    rows = [line.strip("│┃| \t") for line in plain.splitlines()[1:]]  # without the title
    parts = "\n".join("" if set(row) <= set("─━-╰╯+") else row for row in rows)
    blocks = [block.splitlines() for block in parts.split("\n\n") if block.strip()]
    message, *others = blocks or [plain.split("\n")]
    message, rest = " ".join(message).strip(), [row for block in others for row in block]
    bad_value = re.match(r"Error parsing (--\S+): .*['\"](.*)['\"]", message)
    if bad_value:
        flag, value = bad_value.groups()
        described = [row for row in rest if row.startswith(f"{flag} ")]
        if described:
            wanted = described[0].removeprefix(flag).strip()
            wanted = re.sub(r"\[(\w+) \[\w+ \.\.\.\]\]", r"\1 ...", wanted)
            return f"{flag}: expected {wanted}, got {value!r}"
    missing = re.match(r"Missing from [^:]*: (\S+)", message)
    if missing:
        return f"{missing.group(1)} is missing"
    if message.startswith("Unrecognized options"):
        near = [row.split()[0].rstrip(",") for row in rest if row.startswith("--")]
        message += f"; did you mean {near[0]}?" if near else ""
    return message


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
