"""Plain files of orders: what was sent to an exchange, with nothing said of what it traded."""

from pathlib import Path

import numpy as np

from jaxenvs.orderbook.lobster.convert import LARGEST, Converted, Options, windows
from jaxenvs.orderbook.lobster.faults import FlowError
from jaxenvs.orderbook.lobster.flow import Flow
from jaxenvs.orderbook.lobster.initial import Resting
from jaxenvs.orderbook.lobster.loading import assembled
from jaxenvs.orderbook.lobster.named import MOST_IDS, SIDES, Line, as_rows, timed
from jaxenvs.orderbook.records import BUY, SELL, Kind
from jaxenvs.orderbook.reference import ReferenceBook

_ACTIONS = {name.lower(): kind for name, kind in vars(Kind).items() if name.isupper() and kind}
_PRICED = (Kind.LIMIT, Kind.IOC, Kind.FOK, Kind.POST_ONLY, Kind.MODIFY, Kind.ICEBERG)
_BY_ID = (Kind.CANCEL, Kind.REDUCE, Kind.MODIFY)
_RESTING = (Kind.LIMIT, Kind.POST_ONLY, Kind.ICEBERG)
_OWNERS = 1023


def read_orders(
    path: Path | str, options: Options | None = None, *, symbol: str = "", date: str = ""
) -> Flow:
    """Reads a file of orders as a flow that starts with an empty book; see docs/orderbook_data.md.

    The header names the columns time, action, side, price, quantity and id, and owner and display
    if they are used. Actions are limit, market, ioc, fok, post_only, iceberg, cancel, reduce and
    modify; an action's other columns may be empty. Prices are in units of 1 with up to 4
    decimals and have to be multiples of the tick.

    Of `options` only tick and windows are used. Raises `FlowError`, also for windows in a file with
    icebergs, whose hidden parts a window could not start with.
    """
    options = Options() if options is None else options
    found, ids = [], {}
    for line, time in timed(path, ("time", "action", "side", "price", "quantity", "id")):
        found.append((time // 10**9, time % 10**9, *_message(line, ids, options.tick_size)))
    table = np.array(found, np.int64).T.copy()
    columns = table[2:].astype(np.int32)
    nothing = np.zeros((5, table.shape[1]), np.int64)  # there are no rows of LOBSTER's
    rows = as_rows(path, symbol, date, np.concatenate([table[:2], nothing]))
    at = np.arange(len(rows))
    start, stop, opened, first_row = windows(rows, at, options)
    counts = ("merged", "off_tick", "unknown", "redirected", "dropped", "halted", "crossed")
    part = Converted(
        columns=columns,
        row=at,
        halted=np.zeros(len(rows), bool),
        start=start,
        stop=stop,
        opened=opened,
        first_row=first_row,
        books=_books(str(path), columns, start),
        counts=dict.fromkeys((*counts, "overfull"), 0),
        first_id=1,
        largest_id=len(ids),
    )
    return assembled([rows], [part], options.tick_size)


def _message(line: Line, ids: dict[int, int], tick_size: int) -> tuple[int, ...]:
    """Kind, side, ticks, shares, dense id, owner and display."""
    kind = line.choice("action", _ACTIONS)
    side = 0 if kind in _BY_ID else line.choice("side", SIDES)
    price = line.price("price") if kind in _PRICED else 0
    if price % tick_size or price // tick_size >= LARGEST:
        line.refuse("price", f"a multiple of the tick, {tick_size} / 10000, below {LARGEST:,}")
    quantity = 0 if kind == Kind.CANCEL else line.whole("quantity", 1, LARGEST - 1)
    order_id = 0
    if kind in _BY_ID or kind in _RESTING:
        given = line.whole("id", 1, MOST_IDS)
        if kind in _BY_ID and given not in ids:
            line.refuse("id", "the id of an order in a row above")
        order_id = ids.setdefault(given, len(ids) + 1)
    owner = line.whole("owner", 0, _OWNERS) if line["owner"] else 0
    display = line.whole("display", 1, LARGEST - 1) if kind == Kind.ICEBERG else 0
    return kind, side, price // tick_size, quantity, order_id, owner, display


def _books(file: str, columns: np.ndarray, start: np.ndarray) -> list[list[Resting]]:
    """The resting orders at the start of each window, by the reference engine."""
    if len(start) == 1:
        return [[]]
    if (columns[0] == Kind.ICEBERG).any():
        raise FlowError(f"{file}: expected no windows for a file with icebergs, got {len(start)}")
    book, found, done = ReferenceBook(owners=_OWNERS + 1), [], 0
    names = ("side", "price", "quantity", "order_id", "owner")
    for end in start.tolist():
        for kind, *fields in columns[:6, done:end].T.tolist():
            book.process(kind, **dict(zip(names, fields, strict=True)))
        done = end
        found.append([
            Resting(side, order.price, order.shown, order.order_id, False, order.owner)
            for side in (BUY, SELL)
            for order in book.orders(side)
        ])  # fmt: skip
    return found
