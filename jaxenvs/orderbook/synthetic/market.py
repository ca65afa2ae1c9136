"""A book on the host that writes down what happens to it, as the rows of LOBSTER."""

import numpy as np

from jaxenvs.orderbook.lobster.rows import ADD, DELETED, EXECUTED, REDUCED, Rows
from jaxenvs.orderbook.records import BUY, SELL, Kind
from jaxenvs.orderbook.reference import Order, ReferenceBook, Report

Levels = list[tuple[int, int]]
"""Price in ticks and shares, best first."""
_ALL = 1_000_000


class Market:
    """The reference engine, with a clock and a record of rows.

    Nothing is written down until `recording` is set. Prices are ticks, `time` is nanoseconds after
    midnight.
    """

    def __init__(self, levels: int, tick_size: int, first_price: int) -> None:
        self.book = ReferenceBook()
        self.recording = False
        self.time = 0
        self._levels = levels
        self._tick_size = tick_size
        self._last = {BUY: first_price, SELL: first_price + 1}
        self._next_id = 1
        self._rows: list[tuple[int, int, int, int, int, int]] = []
        self._books: list[tuple[Levels, Levels]] = []

    def __len__(self) -> int:
        """Rows written down."""
        return len(self._rows)

    def orders(self, side: int) -> list[Order]:
        """The orders of a side, best first."""
        return self.book.orders(side)

    def best(self, side: int) -> int:
        """The best price of a side, ticks; the last one it had while it is empty."""
        best = self.book.best(side)
        if best is not None:
            self._last[side] = best[0]
        return self._last[side]

    def limit(self, side: int, price: int, quantity: int) -> None:
        """A limit order; what of it trades becomes rows of executions, the rest one of type 1."""
        self._enter(Kind.LIMIT, side, price, quantity)

    def market(self, side: int, quantity: int) -> None:
        """A market order of `side`, BUY or SELL."""
        self._enter(Kind.MARKET, side, 0, quantity)

    def cancel(self, order: Order, quantity: int | None = None) -> None:
        """Takes an order out, or some of its shares, fewer than it has."""
        side, price = order.side, order.price
        if quantity is None:
            report = self.book.process(Kind.CANCEL, order_id=order.order_id)
            kind = DELETED
        else:
            report = self.book.process(Kind.REDUCE, order_id=order.order_id, quantity=quantity)
            kind = REDUCED
        self.note(kind, order.order_id, report.removed, price * self._tick_size, side)

    def note(self, kind: int, order_id: int, size: int, price: int, direction: int) -> None:
        """A row with the book as it is; `price` is in the file's unit."""
        sides = self.book.levels(BUY, self._levels), self.book.levels(SELL, self._levels)
        self._write(kind, order_id, size, price, direction, sides)

    def rows(self, *, symbol: str, date: str, begin: int, end: int) -> Rows:
        """What was written down."""
        time, kind, order_id, size, price, direction = np.array(self._rows, np.int64).T.copy()
        book_price = np.zeros((len(self._rows), 2, self._levels), np.int64)
        book_size = np.zeros(book_price.shape, np.int32)
        for i, sides in enumerate(self._books):
            for row, levels in enumerate(sides):
                for level, (ticks, shares) in enumerate(levels):
                    book_price[i, row, level] = ticks * self._tick_size
                    book_size[i, row, level] = shares
        return Rows(
            file=f"{symbol}_{date}",
            symbol=symbol,
            date=date,
            begin=begin,
            end=end,
            seconds=(time // 10**9).astype(np.int32),
            nanoseconds=(time % 10**9).astype(np.int32),
            kind=kind.astype(np.int32),
            order_id=order_id,
            size=size.astype(np.int32),
            price=price,
            direction=direction.astype(np.int32),
            book_price=book_price,
            book_size=book_size,
        )

    def _enter(self, kind: int, side: int, price: int, quantity: int) -> None:
        order_id, self._next_id = self._next_id, self._next_id + 1
        before = self.book.levels(-side, _ALL) if self.recording else []
        report = self.book.process(
            kind, side=side, price=price, quantity=quantity, order_id=order_id
        )
        if self.recording:
            self._executions(report, side, before)
        if report.rested:
            self.note(ADD, order_id, report.rested, price * self._tick_size, side)

    def _executions(self, report: Report, side: int, there: Levels) -> None:
        """A row for each order that an order of `side` traded with, and the book after each."""
        own = self.book.levels(side, self._levels + 1)
        if report.rested:  # it comes in after its trades: not to be seen yet
            own = _without(own, report.rested)
        own = own[: self._levels]
        for fill in report.fills:
            price, shares = there[0]
            there = [(price, shares - fill.quantity), *there[1:]]
            there = there if there[0][1] else there[1:]
            other = there[: self._levels]
            sides = (own, other) if side == BUY else (other, own)
            ticks = fill.price * self._tick_size
            self._write(EXECUTED, fill.maker_id, fill.quantity, ticks, -side, sides)

    def _write(
        self,
        kind: int,
        order_id: int,
        size: int,
        price: int,
        direction: int,
        sides: tuple[Levels, Levels],
    ) -> None:
        if self.recording:
            self._rows.append((self.time, kind, order_id, size, price, direction))
            self._books.append(sides)


def _without(levels: Levels, shares: int) -> Levels:
    """A side before the rest of an order that traded came in, alone at its best price."""
    price, there = levels[0]
    return [(price, there - shares), *levels[1:]] if there > shares else levels[1:]
