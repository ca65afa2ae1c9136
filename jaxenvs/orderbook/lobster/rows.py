"""A day of LOBSTER: its two files as arrays, checked, nothing converted yet."""

import dataclasses
import re
from pathlib import Path

import numpy as np

from jaxenvs.orderbook.lobster.faults import FlowError, refuse
from jaxenvs.orderbook.lobster.table import Table, book_columns, read_table

ADD, REDUCED, DELETED, EXECUTED, HIDDEN, CROSS, HALT = range(1, 8)
"""The types of LOBSTER's rows."""
MISSING = 9_999_999_999
"""The price of a level that is not there: this for asks, its negative for bids."""
COLUMNS = ["time", "type", "order id", "size", "price", "direction"]
DAY = 86_400  # seconds

_LARGEST = 2**31 - 1
_NAME = re.compile(r"(?P<symbol>.+)_(?P<date>\d{4}-\d\d-\d\d)_(?P<begin>\d+)_(?P<end>\d+)_message")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a day, numpy; what LOBSTER calls direction is that of the resting order."""

    file: str
    """The file of messages, for errors."""
    symbol: str
    date: str
    """As in the file's name, 2012-06-21; empty if that does not say."""
    begin: int
    """Seconds after midnight from which rows were written."""
    end: int
    seconds: np.ndarray
    """int32 [rows]: after midnight."""
    nanoseconds: np.ndarray
    """int32 [rows]."""
    kind: np.ndarray
    """int32 [rows]: LOBSTER's type, 1 to 7."""
    order_id: np.ndarray
    """int64 [rows]."""
    size: np.ndarray
    """int32 [rows]: shares."""
    price: np.ndarray
    """int64 [rows]: in the file's unit, which is 1/10000 of a dollar."""
    direction: np.ndarray
    """int32 [rows]: +1 buy, -1 sell."""
    book_price: np.ndarray | None = None
    """int64 [rows, 2, levels]: after each row, bids then asks, best first; 0 for no level."""
    book_size: np.ndarray | None = None
    """int32 [rows, 2, levels]: shares; 0 for no level."""

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def levels(self) -> int:
        """Levels of the order book; 0 without one."""
        return 0 if self.book_size is None else self.book_size.shape[-1]


def read_rows(message: Path | str, book: Path | str | None = None, *, symbol: str = "") -> Rows:
    """Reads a file of messages and, beside it, the one of the order book; .gz or plain.

    Without `book` it is the file whose name has `_orderbook_` for `_message_`, if there is one.
    Symbol, date and hours come from the name, TICKER_YYYY-MM-DD_34200000_57600000_message_10.csv;
    of a file with another name they are `symbol`, "" and the hours of its rows.

    Raises `FlowError`, which names file, row and column.
    """
    path = Path(message)
    if book is None and "_message_" in path.name:
        beside = path.with_name(path.name.replace("_message_", "_orderbook_"))
        book = beside if beside.exists() else None
    table = read_table(path, COLUMNS, timed=True, ignored=1)
    seconds, nanoseconds = table.seconds, table.nanoseconds
    assert seconds is not None
    assert nanoseconds is not None
    kind, order_id, size, price, direction = table.columns
    named = _NAME.match(path.name)
    begin, end = int(seconds[0]), min(int(seconds[-1]) + 1, DAY)
    if named:
        begin, end = _hours(path, named)
    found = Rows(
        file=str(path),
        symbol=symbol or (named["symbol"] if named else ""),
        date=named["date"] if named else "",
        begin=begin,
        end=end,
        seconds=seconds,
        nanoseconds=nanoseconds,
        kind=kind,
        order_id=order_id,
        size=size,
        price=price,
        direction=direction,
    )
    check_rows(found, COLUMNS)
    narrow = ("seconds", "nanoseconds", "kind", "size", "direction")
    found = dataclasses.replace(
        found, **{name: getattr(found, name).astype(np.int32) for name in narrow}
    )
    if book is None:
        return found
    prices, sizes = _read_book(Path(book), found)
    return dataclasses.replace(found, book_price=prices, book_size=sizes)


def _hours(path: Path, named: re.Match[str]) -> tuple[int, int]:
    """The hours in a file's name, in milliseconds there, as whole seconds."""
    begin, end = int(named["begin"]) // 1000, -(-int(named["end"]) // 1000)
    if not 0 <= begin < end <= DAY:
        what = "hours in the file's name, in milliseconds, the first before the second"
        refuse(str(path), what, f"a name with {named['begin']} and {named['end']}")
    return begin, end


def check_rows(rows: Rows, columns: list[str]) -> None:
    """Refuses values that no such file holds; `columns` names the file's, as COLUMNS does."""
    kind, price, direction = rows.kind, rows.price, rows.direction
    resting, halt = kind <= EXECUTED, kind == HALT

    def demand(at: int, values: np.ndarray, fine: np.ndarray, expected: str) -> None:
        if not fine.all():
            row = int(np.argmin(fine))
            column = f"{at + 1} ({columns[at]})"
            refuse(rows.file, expected, _plain(values[row]), row + 1, column)

    demand(0, rows.seconds, rows.seconds < DAY, f"seconds after midnight, below {DAY:,}")
    demand(0, rows.seconds, _ordered(rows), "a time not before that of the row above")
    demand(1, kind, (kind >= ADD) & (kind <= HALT), "a type from 1 to 7")
    demand(2, rows.order_id, ~resting | (rows.order_id > 0), "the id of an order, above 0")
    demand(2, rows.order_id, _new(rows), "an id that no order had before")
    least = (kind <= HIDDEN).astype(np.int64)
    demand(3, rows.size, (rows.size >= least) & (rows.size <= _LARGEST), "shares, 1 or more")
    demand(4, price, ~halt | (abs(price) <= 1), "-1, 0 or 1 as the price of a halt")
    fine = halt | ((price < MISSING) & ((price > 0) | ((kind == CROSS) & (price == 0))))
    demand(4, price, fine, f"a price above 0, below {MISSING:,}")
    fine = (abs(direction) == 1) | (~resting & (direction == 0))
    demand(5, direction, fine, "1 (buy) or -1 (sell)")


def _plain(value: np.generic) -> int:
    return int(value)


def _ordered(rows: Rows) -> np.ndarray:
    """[rows]: whether time does not go back there."""
    time = rows.seconds.astype(np.int64) * 10**9 + rows.nanoseconds
    return np.concatenate([[True], time[1:] >= time[:-1]])


def _new(rows: Rows) -> np.ndarray:
    """[rows]: whether it is no order whose id was there before."""
    added = np.flatnonzero(rows.kind == ADD)
    _, first = np.unique(rows.order_id[added], return_index=True)
    fine = np.ones(len(rows), bool)
    fine[added] = False
    fine[added[first]] = True
    return fine


def _read_book(path: Path, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Prices and sizes [rows, 2, levels] of a file of order books; bids are row 0."""
    table = read_table(path, None, timed=False)
    width, count = table.columns.shape
    if width % 4:
        refuse(str(path), "four columns a level", f"a row of {width}", 1, str(width))
    if count != len(rows):
        what = f"{len(rows)} rows, as in {Path(rows.file).name}"
        refuse(str(path), what, count, min(count, len(rows)) + 1)
    by_level = table.columns.reshape(-1, 4, count)
    price = np.stack([by_level[:, 2], by_level[:, 0]]).transpose(2, 0, 1)
    size = np.stack([by_level[:, 3], by_level[:, 1]]).transpose(2, 0, 1)
    _check_book(path, price, size)
    there = size > 0
    return np.where(there, price, 0), size.astype(np.int32)


def _check_book(path: Path, price: np.ndarray, size: np.ndarray) -> None:
    """Refuses what is no book: sizes below 0, prices out of order, levels behind missing ones."""
    names = book_columns(4 * price.shape[-1])

    def demand(values: np.ndarray, fine: np.ndarray, expected: str, first: int) -> None:
        if not fine.all():
            row, side, level = (int(i) for i in np.argwhere(~fine)[0])
            at = 4 * level + 2 * (1 - side) + first
            refuse(str(path), expected, int(values[row, side, level]), row + 1, f"{at + 1} ({names[at]})")

    dummy = np.array([-MISSING, MISSING])[:, None]
    missing = price == dummy
    demand(size, (size >= 0) & (size <= _LARGEST), "shares, 0 or more", 1)
    demand(size, missing == (size == 0), "0 shares where the price says that there is no level, and only there", 1)
    demand(price, missing | ((price > 0) & (price < MISSING)), f"a price above 0, below {MISSING:,}", 0)
    worse = np.ones_like(missing)
    worse[:, 0, 1:] = price[:, 0, 1:] < price[:, 0, :-1]
    worse[:, 1, 1:] = price[:, 1, 1:] > price[:, 1, :-1]
    both = missing.copy()
    both[..., 1:] &= missing[..., :-1]
    demand(price, worse | both, "a price worse than that of the level before", 0)


def find_files(where: Path | str) -> list[Path]:
    """The files of messages in a folder, by name; or the one file. Raises `FlowError` if none."""
    path = Path(where)
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.glob("*_message_*.csv*") if one.suffix in (".csv", ".gz"))
    if not found:
        raise FlowError(f"{path}: expected files named *_message_*.csv or *_message_*.csv.gz")
    return found
