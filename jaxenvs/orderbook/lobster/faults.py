"""The one error of files that cannot be read."""

from typing import Any, NoReturn


class FlowError(ValueError):
    """A file of messages that cannot be read; the message names file, row (from 1) and column."""


def refuse(file: str, expected: str, found: Any, row: int = 0, column: str = "") -> NoReturn:
    """Raises `FlowError`. Rows count from 1, as lines do; 0: the fault is of the whole file."""
    where = ", ".join([f"row {row}"] * (row > 0) + [f"column {column}"] * (column != ""))
    raise FlowError(f"{file}: {where + ': ' if where else ''}expected {expected}, got {shown(found)}")


def shown(value: Any) -> str:
    """A value in few words, however long it is."""
    text = value if isinstance(value, str) and value.startswith("a ") else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
