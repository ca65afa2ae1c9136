import dataclasses
import sys
from typing import Literal

import pytest

from jaxenvs.cli.arguments import UsageError, extra, parse, usage_errors


@dataclasses.dataclass(frozen=True)
class Flags:
    """A few flags."""

    count: int = 1
    """How many."""

    widths: tuple[int, ...] = (1, 2)
    """How wide."""

    mode: Literal["fast", "slow"] = "fast"
    """In which way."""

    loud: bool = False
    """Whether to shout."""


class Stdout:
    """A standard output of some encoding, which decides how tyro draws its boxes."""

    def __init__(self, encoding):
        self.encoding = encoding

    def isatty(self):
        return False

    def write(self, text):
        return len(text)

    def flush(self):
        pass


def test_flags_are_read():
    flags = parse(Flags, ["--count", "3", "--widths", "5", "--loud"], "prog")
    assert flags == Flags(count=3, widths=(5,), loud=True)
    assert parse(Flags, [], "prog", default=Flags(count=9)).count == 9


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--count", "x"], "--count: expected INT, got 'x'"),
        (["--widths", "1", "x"], "--widths: expected INT ..., got 'x'"),
        (["--cuont", "1"], "unknown flag --cuont; did you mean --count?"),
        (["--mode", "odd"], "--mode: expected fast, slow; got 'odd'"),
        (["--count"], "Missing value for argument '--count'"),
    ],
)
def test_a_mistake_is_one_line_in_any_encoding(argv, message, encoding, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Stdout(encoding))
    with pytest.raises(UsageError) as error:
        parse(Flags, argv, "prog")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_errors_of_other_kinds_pass():
    with pytest.raises(UsageError, match="a b"), usage_errors():
        raise ValueError("a\n b")
    with pytest.raises(KeyError), usage_errors():
        raise KeyError("a")


def test_a_missing_package_names_its_extra():
    with pytest.raises(UsageError, match=r"needs no_such.*jaxenvs\[render\]"), extra("render"):
        import no_such_package  # type: ignore[import-not-found] # noqa: F401
    with pytest.raises(ModuleNotFoundError), extra("render"):
        import jaxenvs.no_such_module  # type: ignore[import-not-found] # noqa: F401
