"""Files with a header: whole numbers, prices and times by the names of their columns."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxenvs.orderbook.lobster.faults import FlowError, refuse
from jaxenvs.orderbook.lobster.rows import DAY, Rows
from jaxenvs.orderbook.lobster.table import read_bytes

UNIT = 10_000
"""Prices are kept in 1/10000, as LOBSTER has them."""

SIDES = {"b": 1, "s": -1, "buy": 1, "sell": -1, "bid": 1, "ask": -1}
MOST_IDS = 10**18 - 1

_TIME = re.compile(r"([0-9]{1,5})(?:\.([0-9]{1,9}))?", re.ASCII)
_PRICE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,4})0*)?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)


class Line:
    """A line of a file, whose fields are asked for by their columns' names."""

    def __init__(self, file: str, row: int, columns: Sequence[str], fields: Sequence[str]) -> None:
        self.file, self.row = file, row
        self._columns = columns
        self._fields = dict(zip(columns, fields, strict=True))

    def __getitem__(self, name: str) -> str:
        """The text of a field; empty if there is no such column."""
        return self._fields.get(name, "")

    def refuse(self, name: str, expected: str) -> Any:
        """Raises `FlowError` for the field of a column."""
        at = f"{self._columns.index(name) + 1} ({name})" if name in self._columns else name
        refuse(self.file, expected, self[name], self.row, at)

    def time(self, name: str) -> int:
        """Seconds after midnight with up to nine decimals, as nanoseconds."""
        found = _TIME.fullmatch(self[name])
        if not found or int(found[1]) >= DAY:
            return self.refuse(name, "seconds after midnight such as 34200.000000001")
        return int(found[1]) * 10**9 + int((found[2] or "").ljust(9, "0"))

    def price(self, name: str) -> int:
        """A price with up to four decimals, in 1/10000; above 0."""
        found = _PRICE.fullmatch(self[name])
        value = int(found[1]) * UNIT + int((found[2] or "").ljust(4, "0")) if found else 0
        return value or self.refuse(name, "a price above 0 with up to 4 decimals")

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number."""
        text = self[name]
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            return self.refuse(name, f"a whole number from {low:,} to {high:,}")
        return int(text)

    def choice(self, name: str, choices: dict[str, Any]) -> Any:
        """One of some words, however they are written."""
        text = self[name].lower()
        if text not in choices:
            return self.refuse(name, " or ".join(choices))
        return choices[text]


def lines(path: Path | str, needed: Sequence[str]) -> Iterator[Line]:
    """The lines of a file behind its header, which names the columns in any order.

    Columns that nobody asks for are skipped. Lines are counted with the header, from 1. Raises
    `FlowError` for a file without a needed column, or with a line that has too few or too many.
    """
    file = str(path)
    try:
        text = read_bytes(Path(path)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FlowError(f"{file}: expected text in UTF-8, got a byte at {error.start}") from error
    reader = csv.reader(io.StringIO(text), strict=True)
    columns: list[str] = []
    try:
        for fields in reader:
            if not columns:
                columns = [field.strip().lower() for field in fields]
                _check_header(file, columns, needed)
                continue
            if len(fields) != len(columns):
                at = str(min(len(fields), len(columns)) + 1)
                what = f"{len(columns)} columns, as in the header"
                refuse(file, what, f"a row of {len(fields)}", reader.line_num, at)
            yield Line(file, reader.line_num, columns, [field.strip() for field in fields])
    except csv.Error as error:
        raise FlowError(f"{file}: row {reader.line_num}: {error}") from error
    if not columns:
        refuse(file, "a header", "an empty file")


def _check_header(file: str, columns: list[str], needed: Sequence[str]) -> None:
    for name in needed:
        if name not in columns:
            refuse(file, f"a column {name}", ", ".join(columns), 1)
    for at, name in enumerate(columns):
        if name in columns[:at]:
            refuse(file, "every column once", name, 1, str(at + 1))


def timed(path: Path | str, needed: Sequence[str]) -> Iterator[tuple[Line, int]]:
    """The lines of a file with their times, which may not fall, in nanoseconds.

    Raises `FlowError`, also for a file that is a header alone.
    """
    before = None
    for line in lines(path, needed):
        time = line.time("time")
        if before is not None and time < before:
            line.refuse("time", "a time not before that of the row above")
        before = time
        yield line, time
    if before is None:
        refuse(str(path), "one row or more", "a header alone")


def as_rows(path: Path | str, symbol: str, date: str, columns: np.ndarray) -> Rows:
    """A day without a file of order books.

    `columns` are int64, [7, rows]: seconds and nanoseconds, and LOBSTER's type, id, size, price
    and direction.
    """
    seconds, nanoseconds, kind, order_id, size, price, direction = columns
    return Rows(
        file=str(path),
        symbol=symbol,
        date=date,
        begin=int(seconds[0]),
        end=min(int(seconds[-1]) + 1, DAY),
        seconds=seconds.astype(np.int32),
        nanoseconds=nanoseconds.astype(np.int32),
        kind=kind.astype(np.int32),
        order_id=order_id,
        size=size.astype(np.int32),
        price=price,
        direction=direction.astype(np.int32),
    )
