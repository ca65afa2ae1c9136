"""From the rows of a day to messages and windows."""

import dataclasses
from typing import Annotated, Literal, NamedTuple

import numpy as np

from jaxenvs import ranges
from jaxenvs.orderbook.lobster.faults import refuse
from jaxenvs.orderbook.lobster.initial import Ledger, Orders, Resting, by_level, orders_before
from jaxenvs.orderbook.lobster.rows import ADD, DELETED, EXECUTED, HALT, Rows
from jaxenvs.orderbook.records import Kind
from jaxenvs.ranges import Count, Range

LARGEST = 2**30
"""Prices and sums of shares that the engine takes are below it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """How rows become messages. Raises `ValueError` or `TypeError` that names the field."""

    tick_size: Annotated[int, Range(1, 1_000_000)] = 100
    """A tick in the file's unit, 1/10000 of a dollar: 100 is a cent."""
    window_seconds: Count | None = None
    """The length of windows; the last one of a day may be shorter. None: the day is one."""
    window_messages: Count | None = None
    """The length of windows in messages, in place of seconds."""
    unknown: Literal["strict", "initial", "drop"] = "initial"
    """What becomes of a cancel whose order is neither in the window nor in its first book.

    "strict": it stays, and the engine counts it. "initial": it takes from what was in the book at
    that price at the start, if the file does not say whose that was; else it is dropped. "drop":
    it becomes NOTHING."""
    initial: Literal["orders", "aggregate"] = "orders"
    """The book that windows start with: "orders" has those the day's earlier rows know, in their
    places, behind one order a level for the rest; "aggregate" has one order a level."""
    merge: bool = True
    """Whether executions of the same time and direction are one incoming order."""

    def __post_init__(self) -> None:
        ranges.check(self)
        if self.window_seconds is not None and self.window_messages is not None:
            raise ValueError("window_seconds, window_messages: expected one of them at most")


class Converted(NamedTuple):
    """A day's messages and windows, numpy."""

    columns: np.ndarray
    """int32 [5 or 7, M]: kind, side, price, quantity, order id, and owner and display if any."""
    row: np.ndarray
    """int64 [M]: the last row of each message."""
    halted: np.ndarray
    """bool [M]."""
    start: np.ndarray
    """int64 [W]."""
    stop: np.ndarray
    opened: np.ndarray
    first_row: np.ndarray
    books: list[list[Resting]]
    counts: dict[str, int]
    first_id: int
    largest_id: int


def convert(rows: Rows, options: Options) -> Converted:
    """Converts a day. Raises `FlowError` for prices or sizes that the engine cannot hold."""
    halted = _halted(rows)
    stopped = halted & (rows.kind == EXECUTED)
    kept = np.flatnonzero((rows.kind <= EXECUTED) & ~stopped)
    ticks = rows.price // options.tick_size
    orders = _orders(rows, ticks)
    # A message is one row, or several executions behind each other.
    starts = _run_starts(rows, kept) if options.merge else np.ones(len(kept), bool)
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(kept))[: len(first)] - 1
    columns = _columns(rows, ticks, orders, kept, first, last, halted)
    row = kept[last]
    start, stop, opened, first_row = windows(rows, kept[first], options)
    counts = {
        "merged": len(kept) - len(first),
        "halted": int(stopped.sum()),
        "off_tick": int(((rows.price % options.tick_size != 0) & (rows.kind <= EXECUTED)).sum()),
        "crossed": _crossed(rows),
        "overfull": 0,
        "unknown": 0,
        "redirected": 0,
        "dropped": 0,
    }
    books, ledger = [], Ledger(rows, orders)
    for span in zip(start, stop, first_row, strict=True):
        if options.initial == "aggregate" and rows.levels:
            book, overfull = by_level(rows, options.tick_size, int(span[2])), 0
        else:
            book, overfull = orders_before(ledger, options.tick_size, int(span[2]))
        counts["overfull"] += overfull
        _resolve(columns, orders, row, book, span, options.unknown, counts)
        books.append(book)
    largest = orders.first_id + orders.number - 1
    return Converted(
        columns, row, halted[row], start, stop, opened, first_row, books, counts,
        orders.first_id, largest,
    )  # fmt: skip


def _halted(rows: Rows) -> np.ndarray:
    """[rows]: whether no trade can happen, from a row of type 7 and price -1 to price 1."""
    marks = np.flatnonzero(rows.kind == HALT)
    if not len(marks):
        return np.zeros(len(rows), bool)
    which = np.searchsorted(marks, np.arange(len(rows)), side="right") - 1
    return (which >= 0) & (rows.price[marks[np.maximum(which, 0)]] != 1)


def _orders(rows: Rows, ticks: np.ndarray) -> Orders:
    """Dense ids, in the order in which a day names its orders, and what is known of each."""
    named = np.flatnonzero(rows.kind <= EXECUTED)
    far = np.flatnonzero(ticks[named] >= LARGEST)
    if len(far):
        row = int(named[far[0]])
        refuse(rows.file, f"below {LARGEST:,} ticks", int(ticks[row]), row + 1, "5 (price)")
    big = np.flatnonzero(rows.size[named] >= LARGEST)
    if len(big):
        row = int(named[big[0]])
        refuse(rows.file, f"below {LARGEST:,} shares", int(rows.size[row]), row + 1, "4 (size)")
    _, first, inverse = np.unique(rows.order_id[named], return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    dense = np.full(len(rows), -1, np.int64)
    dense[named] = rank[inverse]
    count = len(first)
    added = np.flatnonzero(rows.kind == ADD)
    born = np.full(count, -1, np.int64)
    born[dense[added]] = added
    return Orders(dense=dense, born=born, ticks=ticks, number=count, first_id=2 * rows.levels + 1)


def _run_starts(rows: Rows, kept: np.ndarray) -> np.ndarray:
    """[kept]: whether a message starts with the row; not with a further execution."""
    before = np.concatenate([kept[:1], kept[:-1]])
    same = (rows.kind[kept] == EXECUTED) & (rows.kind[before] == EXECUTED)
    for column in (rows.seconds, rows.nanoseconds, rows.direction):
        same &= column[kept] == column[before]
    same[:1] = False
    return ~same


def _columns(
    rows: Rows,
    ticks: np.ndarray,
    orders: Orders,
    kept: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    halted: np.ndarray,
) -> np.ndarray:
    """int32 [5, M]: the messages, before cancels of unknown orders are looked at."""
    if not len(first):
        return np.zeros((5, 0), np.int32)
    head = kept[first]
    kind, side = rows.kind[head], rows.direction[head]
    quantity = np.add.reduceat(rows.size[kept].astype(np.int64), first)
    if quantity.max() >= LARGEST:
        row = int(kept[last[int(np.argmax(quantity >= LARGEST))]])
        what = f"executions of one time below {LARGEST:,} shares in all"
        refuse(rows.file, what, int(quantity.max()), row + 1, "4 (size)")
    executed = kind == EXECUTED
    # The incoming order goes as far as the worst price it got, on the other side.
    worst = np.where(
        side == 1, np.minimum.reduceat(ticks[kept], first), np.maximum.reduceat(ticks[kept], first)
    )
    new = np.where(halted[head], Kind.POST_ONLY, Kind.LIMIT)
    kinds = np.select(
        [kind == ADD, executed, kind == DELETED], [new, Kind.IOC, Kind.CANCEL], Kind.REDUCE
    )
    ids = np.where(executed, 0, orders.dense[head] + orders.first_id)
    sides = np.where(executed, -side, side)
    return np.stack([kinds, sides, worst, quantity, ids]).astype(np.int32)


def windows(rows: Rows, head: np.ndarray, options: Options) -> tuple[np.ndarray, ...]:
    """Where windows start and stop in messages, the second they begin, and their first row."""
    if options.window_messages is not None:
        start = np.arange(0, max(len(head), 1), options.window_messages)
        stop = np.minimum(start + options.window_messages, len(head))
        first_row = head[start] if len(head) else np.zeros(1, np.int64)
        return start, stop, rows.seconds[first_row].astype(np.int64), first_row
    begin = min(rows.begin, int(rows.seconds[0]))
    length = options.window_seconds or max(rows.end, int(rows.seconds[-1]) + 1) - begin
    # Rows at the very end, as closing auctions are, belong to the last window.
    opened = np.arange(begin, max(rows.end, begin + 1), length)
    first_row = np.searchsorted(rows.seconds, opened)
    start = np.searchsorted(head, first_row)
    return start, np.append(start[1:], len(head)), opened, first_row


def _crossed(rows: Rows) -> int:
    if rows.book_price is None:
        return 0
    bid, ask = rows.book_price[:, 0, 0], rows.book_price[:, 1, 0]
    return int(((bid >= ask) & (ask > 0)).sum())


def _resolve(
    columns: np.ndarray,
    orders: Orders,
    row: np.ndarray,
    book: list[Resting],
    span: tuple[int, int, int],
    policy: str,
    counts: dict[str, int],
) -> None:
    """Changes the cancels of a window whose orders are not in it, in place."""
    start, stop, first_row = (int(value) for value in span)
    kind, side, price, _, ids = columns[:, start:stop]
    cancels = (kind == Kind.CANCEL) | (kind == Kind.REDUCE)
    born = orders.born[np.where(cancels, ids - orders.first_id, 0)] if orders.number else kind
    inside = (born >= first_row) & (born < row[start:stop])
    inside |= np.isin(ids, [order.order_id for order in book])
    unknown = np.flatnonzero(cancels & ~inside)
    counts["unknown"] += len(unknown)
    if policy == "strict":
        return
    rest = {(order.side, order.price): order.order_id for order in book if order.is_rest}
    for at in unknown:
        target = rest.get((int(side[at]), int(price[at]))) if policy == "initial" else None
        if target is None:
            columns[:, start + at] = 0
            counts["dropped"] += 1
        else:
            kind[at], ids[at] = Kind.REDUCE, target
            counts["redirected"] += 1
