"""Files of numbers between commas, without a header: all of NumPy's speed, none of its leniency.

A file is read in pieces of whole rows. The places of all commas and line ends of a piece tell where
its fields are, and a column's digits are added up place by place. Whatever is not as it should be
is looked for again, line by line, by slower code that knows row and column.
"""

import gzip
import re
import zlib
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np

from jaxenvs.orderbook.lobster.faults import FlowError, refuse

_PIECE = 1 << 20  # bytes, so that the arrays of a column stay in a cache
_DIGITS = 18  # which int64 holds
_COMMA, _LINE, _MINUS, _POINT, _ZERO = (ord(letter) for letter in ",\n-.0")
_WHOLE = re.compile(rb"-?[0-9]{1,18}")
_TIME = re.compile(rb"[0-9]{1,9}(\.[0-9]{1,9})?")


class Table(NamedTuple):
    """The columns of a file, int64 [rows] each."""

    seconds: np.ndarray | None
    """Of the time in the first column; None for a file without one."""
    nanoseconds: np.ndarray | None
    columns: np.ndarray
    """[columns, rows]: the others, in their order."""


def read_bytes(path: Path) -> bytes:
    """What a file holds, unpacked if its name ends in .gz. Raises `FlowError`."""
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        raise FlowError(f"{path}: cannot be read: {error}") from error
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    return data if data.endswith(b"\n") or not data else data + b"\n"


def read_table(path: Path, names: list[str] | None, *, timed: bool, ignored: int = 0) -> Table:
    """Reads a file of whole numbers; with `timed`, the first column is a time in seconds.

    `names` are its columns, for errors; None: the book's, of which there are four a level. Up to
    `ignored` more columns may follow, of any content. Raises `FlowError`.
    """
    data = read_bytes(path)
    if not data:
        refuse(str(path), "one row or more", "an empty file")
    width = data.count(b",", 0, data.index(b"\n")) + 1
    names = book_columns(width) if names is None else names
    fits = len(names) <= width <= len(names) + ignored
    pieces = []
    start = 0
    while start < len(data) and fits:
        end = data.rfind(b"\n", start, start + _PIECE) + 1 or data.index(b"\n", start) + 1
        piece = _parsed(data[start:end], width, len(names), timed)
        if piece is None:
            break
        pieces.append(piece)
        start = end
    if start < len(data):
        _explain(path, data, width, names, timed=timed, ignored=ignored)
    joined = np.concatenate(pieces, axis=1)
    return Table(joined[0], joined[1], joined[2:]) if timed else Table(None, None, joined)


def book_columns(width: int) -> list[str]:
    """The names of an order book's columns; those of one level if `width` is not of levels."""
    levels = width // 4 if width % 4 == 0 else 1
    sorts = ("ask price", "ask size", "bid price", "bid size")
    return [f"{sort} {level + 1}" for level in range(levels) for sort in sorts]


def _parsed(data: bytes, width: int, count: int, timed: bool) -> np.ndarray | None:
    """The first `count` columns of whole rows, int64 [columns, rows]; None if there is a fault."""
    letters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero((letters == _COMMA) | (letters == _LINE))
    if len(ends) % width:
        return None
    starts = np.concatenate([[0], ends[:-1] + 1]).reshape(-1, width)
    ends = ends.reshape(-1, width)
    marks = letters[ends]
    if (marks[:, :-1] != _COMMA).any() or (marks[:, -1] != _LINE).any():
        return None
    columns = []
    for at in range(count):
        first, last = np.ascontiguousarray(starts[:, at]), np.ascontiguousarray(ends[:, at])
        if timed and at == 0:
            read = _times(letters, first, last)
        else:
            read = _wholes(letters, first, last)
        if read is None:
            return None
        columns += read
    return np.stack(columns)


def _wholes(letters: np.ndarray, first: np.ndarray, last: np.ndarray) -> list[np.ndarray] | None:
    """Numbers with or without a minus."""
    negative = letters[first] == _MINUS
    value = _digits(letters, first + negative, last, 1, _DIGITS)
    return None if value is None else [np.where(negative, -value, value)]


def _times(letters: np.ndarray, first: np.ndarray, last: np.ndarray) -> list[np.ndarray] | None:
    """Seconds and nanoseconds, with no float between."""
    points = np.append(np.flatnonzero(letters == _POINT), len(letters))
    point = points[np.searchsorted(points, first)]
    pointed = point < last
    point = np.where(pointed, point, last)
    seconds = _digits(letters, first, point, 1, 9)
    begin = np.where(pointed, point + 1, last)
    parts = _digits(letters, begin, last, 0, 9)
    if seconds is None or parts is None or (pointed & (begin == last)).any():
        return None
    return [seconds, parts * 10 ** (9 - (last - begin))]


def _digits(
    letters: np.ndarray, first: np.ndarray, last: np.ndarray, fewest: int, most: int
) -> np.ndarray | None:
    """The numbers written in letters[first:last], int64; None if one is not of digits alone."""
    length = last - first
    longest = int(length.max())
    if longest > most or int(length.min()) < fewest:
        return None
    total = np.zeros(len(first), np.int64)
    for place in range(longest):
        there = length > place
        digit = letters[np.maximum(last - 1 - place, 0)] - np.uint8(_ZERO)  # wraps if below "0"
        digit = np.where(there, digit, np.uint8(0))
        if int(digit.max()) > 9:
            return None
        total += digit.astype(np.int64) * 10**place
    return total


def _explain(
    path: Path, data: bytes, width: int, names: list[str], *, timed: bool, ignored: int
) -> NoReturn:
    """Finds the first fault of a file that has one, and raises `FlowError`."""
    file = str(path)
    for row, line in enumerate(data.split(b"\n")[:-1], 1):
        fields = line.split(b",")
        wanted = f"{len(names)}" + (f" to {len(names) + ignored}" if ignored else "")
        if not len(names) <= len(fields) <= len(names) + ignored:
            refuse(file, f"{wanted} columns", f"a row of {len(fields)}", row, _odd(fields, names))
        if len(fields) != width:
            what = f"{width} columns, as in row 1"
            refuse(file, what, f"a row of {len(fields)}", row, _odd(fields, names))
        for at, (field, name) in enumerate(zip(fields, names, strict=False)):
            is_time = timed and at == 0
            if not (_TIME if is_time else _WHOLE).fullmatch(field):
                kind = "seconds such as 34200.000000001" if is_time else "a whole number"
                found = field.decode("utf-8", "backslashreplace")
                refuse(file, kind, found, row, f"{at + 1} ({name})")
    raise AssertionError(f"{file}: refused, but no fault was found")


def _odd(fields: list[bytes], names: list[str]) -> str:
    """The first column that is missing or too many."""
    at = min(len(fields), len(names))
    return f"{at + 1} ({names[at]})" if at < len(names) else f"{at + 1}"
