"""The book that a window starts with, from the order book file and the rows before it."""

from typing import NamedTuple

import numpy as np

from jaxenvs.orderbook.lobster.rows import ADD, DELETED, EXECUTED, REDUCED, Rows

_SIDES = (1, -1)  # the rows of a book: bids, asks


class Orders(NamedTuple):
    """The orders that a day names."""

    dense: np.ndarray
    """int64 [rows]: which order a row is of, from 0; -1 for rows without one."""
    born: np.ndarray
    """int64 [orders]: the row of its submission; -1 if the day does not have it."""
    ticks: np.ndarray
    """int64 [rows]: prices."""
    number: int
    first_id: int
    """The id of order 0; smaller ones stand for the unknown rest of a level."""


class Resting(NamedTuple):
    """An order in the book at the start of a window."""

    side: int
    price: int
    quantity: int
    order_id: int
    is_rest: bool
    """Whether it stands for all that nobody knows the orders of, at its level."""
    owner: int = 0


def by_level(rows: Rows, tick_size: int, row: int) -> list[Resting]:
    """One order for each level of the book before a row."""
    levels = book_before(rows, row)
    return [
        Resting(side, price // tick_size, size, _rest_id(rows, side, level), True)
        for side, listed in zip(_SIDES, levels, strict=True)
        for level, (price, size) in enumerate(listed)
    ]


class Ledger:
    """What is left of each order a day names, row after row."""

    def __init__(self, rows: Rows, orders: Orders) -> None:
        self.rows, self.orders = rows, orders
        self._left = np.zeros(orders.number, np.int64)  # below 0: of an order from before the day
        self._row = 0

    def advance(self, row: int) -> None:
        """Goes on to the state before a row, which must not lie behind."""
        span = slice(self._row, row)
        dense, kind = self.orders.dense[span], self.rows.kind[span]
        size = self.rows.size[span].astype(np.int64)
        added, gone = kind == ADD, kind == DELETED
        less = (kind == REDUCED) | (kind == EXECUTED)
        self._left[dense[added]] = size[added]
        np.subtract.at(self._left, dense[less], size[less])
        self._left[dense[gone]] = 0
        self._row = row

    def alive(self, visible: list[int] | None) -> list[tuple[Resting, int]]:
        """The orders that rest, best first, then first come, with their prices in the file.

        `visible` are the levels to look at, as direction x price; None: all.
        """
        rows, orders = self.rows, self.orders
        mine = np.flatnonzero(self._left > 0)
        if visible is not None:
            born = orders.born[mine]
            mine = mine[np.isin(rows.direction[born] * rows.price[born], visible)]
        born = orders.born[mine]
        side, price = rows.direction[born], rows.price[born]
        table = np.stack(
            [side, orders.ticks[born], self._left[mine], mine + orders.first_id, price]
        )
        listed = table[:, np.lexsort((born, -side * price, -side))].T.tolist()
        return [(Resting(a, b, c, d, False), price) for a, b, c, d, price in listed]


def orders_before(ledger: Ledger, tick_size: int, row: int) -> tuple[list[Resting], int]:
    """The known orders before a row in their places, and an order for the rest of each level.

    The rest is older than the day or came while out of sight, and goes first. Orders deeper than
    the file's last level are left out, as the file would not tell of their end. The second value
    counts levels whose known orders are more than the file shows: they are one order.
    """
    rows = ledger.rows
    ledger.advance(row)
    if not rows.levels:
        return [order for order, _ in ledger.alive(None)], 0
    levels = book_before(rows, row)
    pairs = [(side, price) for side, one in zip(_SIDES, levels, strict=True) for price, _ in one]
    known = ledger.alive([side * price for side, price in pairs])
    found: list[Resting] = []
    overfull = 0
    at: dict[tuple[int, int], list[Resting]] = {}
    for order, price in known:
        at.setdefault((order.side, price), []).append(order)
    for side, listed in zip(_SIDES, levels, strict=True):
        for level, (price, size) in enumerate(listed):
            there = at.get((side, price), [])
            rest = size - sum(order.quantity for order in there)
            if rest < 0:
                overfull += 1
                there, rest = [], size
            if rest:
                one = _rest_id(rows, side, level)
                found.append(Resting(side, price // tick_size, rest, one, True))
            found += there
    return found, overfull


def _rest_id(rows: Rows, side: int, level: int) -> int:
    """1, 2, ... for bids, and levels + 1, ... for asks."""
    return level + 1 + (rows.levels if side < 0 else 0)


def book_before(rows: Rows, row: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Bids and asks before a row, as (price, size), best first.

    Before the first row it is the first book with that row undone; a level that the row pushed
    out of sight is not found again.
    """
    assert rows.book_price is not None
    assert rows.book_size is not None
    at = max(row - 1, 0)
    sides = []
    for prices, sizes in zip(rows.book_price[at], rows.book_size[at], strict=True):
        sides.append({int(p): int(s) for p, s in zip(prices, sizes, strict=True) if s > 0})
    if row == 0 and rows.kind[0] <= EXECUTED:
        side = sides[0 if rows.direction[0] > 0 else 1]
        price, size = int(rows.price[0]), int(rows.size[0])
        side[price] = side.get(price, 0) + (-size if rows.kind[0] == ADD else size)
    bids = sorted(((p, s) for p, s in sides[0].items() if s > 0), reverse=True)
    asks = sorted((p, s) for p, s in sides[1].items() if s > 0)
    return bids[: rows.levels], asks[: rows.levels]
