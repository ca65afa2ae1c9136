"""Event rows in the manner of ITCH: add, cancel a part, delete, execute, replace."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from jaxenvs.orderbook.lobster.convert import LARGEST
from jaxenvs.orderbook.lobster.named import MOST_IDS, SIDES, Line, as_rows, timed
from jaxenvs.orderbook.lobster.rows import ADD, DELETED, EXECUTED, REDUCED, Rows

_EVENTS = {letter.lower(): letter for letter in "AXDEU"}


class _Order(NamedTuple):
    side: int
    price: int
    left: int


def read_events(path: Path | str, *, symbol: str = "", date: str = "") -> Rows:
    """Reads event rows as a day without a file of order books; see docs/orderbook_data.md.

    The header names the columns time, event, id, side, price, quantity and new_id; an event's
    other columns may be empty:

        A  id, side, price, quantity   a new order
        X  id, quantity                some shares are canceled, not all
        D  id                          the order is deleted
        E  id, quantity                shares are executed at the order's price
        U  id, new_id, price, quantity the order is replaced, and loses its place

    X, D and E of an order that the file does not add need side and price too, and D the quantity.
    A row U becomes two, so that rows of the result are not those of the file. Raises `FlowError`.
    """
    book: dict[int, _Order] = {}
    found: list[tuple[int, ...]] = []
    seen: set[int] = set()
    for line, time in timed(path, ("time", "event", "id", "side", "price", "quantity")):
        for row in _rows(line, line.choice("event", _EVENTS), book, seen):
            found.append((time // 10**9, time % 10**9, *row))
    return as_rows(path, symbol, date, np.array(found, np.int64).T.copy())


def _rows(
    line: Line, event: str, book: dict[int, _Order], seen: set[int]
) -> list[tuple[int, int, int, int, int]]:
    """An event as LOBSTER's type, id, size, price and direction."""
    one = line.whole("id", 1, MOST_IDS)
    if event == "A":
        side = line.choice("side", SIDES)
        return [_add(line, "id", one, side, book, seen)]
    order = book.get(one)
    if order is None:
        if one in seen or event == "U":
            line.refuse("id", "the id of an order that rests")
        size = line.whole("quantity", 1, LARGEST - 1)
        kind = {"X": REDUCED, "D": DELETED, "E": EXECUTED}[event]
        return [(kind, one, size, line.price("price"), line.choice("side", SIDES))]
    if event in "DU":
        del book[one]
        gone = (DELETED, one, order.left, order.price, order.side)
        if event == "D":
            return [gone]
        new = line.whole("new_id", 1, MOST_IDS)
        return [gone, _add(line, "new_id", new, order.side, book, seen)]
    most = order.left - (event == "X")
    if most < 1:
        line.refuse("event", "D, as the order has one share")
    size = line.whole("quantity", 1, most)
    book[one] = order._replace(left=order.left - size)
    if size == order.left:
        del book[one]
    kind = REDUCED if event == "X" else EXECUTED
    return [(kind, one, size, order.price, order.side)]


def _add(
    line: Line, column: str, order_id: int, side: int, book: dict[int, _Order], seen: set[int]
) -> tuple[int, int, int, int, int]:
    if order_id in seen:
        line.refuse(column, "an id that no order had before")
    size, price = line.whole("quantity", 1, LARGEST - 1), line.price("price")
    seen.add(order_id)
    book[order_id] = _Order(side, price, size)
    return ADD, order_id, size, price, side
