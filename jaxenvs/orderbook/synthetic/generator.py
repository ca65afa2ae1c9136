"""Days of synthetic flow, on the host."""

import dataclasses
from statistics import NormalDist
from typing import Annotated

import numpy as np

from jaxenvs import ranges
from jaxenvs.orderbook import laws
from jaxenvs.orderbook.lobster.rows import CROSS, DAY, HALT, HIDDEN, Rows
from jaxenvs.orderbook.records import BUY, SELL
from jaxenvs.orderbook.synthetic.market import Market
from jaxenvs.orderbook.synthetic.steps import Event, step_of
from jaxenvs.ranges import Count, Range, Share, Whole

_LOT = 100
_HALT = 20  # messages of a halt before quotes, and as many between quotes and trades


@dataclasses.dataclass(frozen=True, kw_only=True)
class Session:
    """A day on the host. Raises `ValueError` or `TypeError` that names the field."""

    messages: Count = 10_000
    """Rows at least: what happens at one time is written whole, and the close may follow."""
    before: Whole = 0
    """Events before the file begins, whose orders nobody knows; 0: it begins with an empty book,
    so that the file is complete."""
    levels: Annotated[int, Range(1, 200)] = 10
    """Of the file of order books."""
    first_price: Annotated[int, Range(1000, 10_000_000)] = 10_000
    """Ticks, of the best bid at first."""
    tick_size: Annotated[int, Range(1, 1_000_000)] = 100
    """In the file's unit, 1/10000 of a dollar."""
    begin: Annotated[int, Range(0, DAY - 1)] = 34_200
    """Seconds after midnight."""
    end: Annotated[int, Range(1, DAY)] = 57_600
    """Nothing happens after it."""
    symbol: str = "SYNTH"
    date: str = "2000-01-03"
    partial: Share = 0.2
    """Cancels that take only a part of an order of two shares or more."""
    limits: Share = 0.3
    """Market orders that are limit orders up to the second price instead; the rest stays."""
    sweeps: Share = 0.0
    """Market orders that take the whole best price and go on behind it, their size on top."""
    together: Share = 0.0
    """Events at the very time of the one before."""
    hidden: Share = 0.0
    """Events after which a hidden order is executed inside the spread, a row of type 5."""
    auctions: bool = False
    """Whether the day opens and closes with an auction, rows of type 6."""
    halt: bool = False
    """Whether trading is halted once, in the middle of the day, rows of type 7."""

    def __post_init__(self) -> None:
        ranges.check(self)
        if self.end <= self.begin:
            raise ValueError(f"end: expected more than begin, {self.begin}, got {self.end}")


def generate(law: laws.Law, session: Session | None = None, *, seed: int = 0) -> Rows:
    """A day of a law: the same law, session and seed make the same rows.

    It ends early where the session's end comes first. Ids count up from 1, so that those of the
    orders before the file begins are lower than all others.
    """
    day = _Day(law, Session() if session is None else session, np.random.default_rng(seed))
    day.open()
    while len(day.market) < day.session.messages and day.advance():
        pass
    day.close()
    at = day.session
    return day.market.rows(symbol=at.symbol, date=at.date, begin=at.begin, end=at.end)


class _Day:
    """A day that is being made."""

    def __init__(self, law: laws.Law, session: Session, rng: np.random.Generator) -> None:
        self.law, self.session, self.rng = law, session, rng
        self.market = Market(session.levels, session.tick_size, session.first_price)
        self.step = step_of(law)
        self.halted = False
        self.marks = [session.messages // 2 + i * _HALT for i in range(3 * session.halt)]

    def open(self) -> None:
        """The first orders, an order a price, then what happens before the file begins."""
        session, market = self.session, self.market
        market.time = session.begin * 10**9
        market.recording = session.before == 0
        depth = len(self.law.limit) if isinstance(self.law, laws.QueueReactive) else self.law.depth
        for i in range(depth):
            market.limit(BUY, session.first_price - i, self.quantity())
            market.limit(SELL, session.first_price + 1 + i, self.quantity())
        for _ in range(session.before):
            _, event = self.step(market, self.rng)
            self.happen(event)
        market.recording = True
        if session.auctions:
            self._auction(-1)

    def close(self) -> None:
        """The closing auction."""
        if self.session.auctions:
            self.market.time = min(self.session.end * 10**9 - 1, self.market.time + 10**6)
            self._auction(-2)

    def advance(self) -> bool:
        """The next event; False if the session ends before it."""
        session, market = self.session, self.market
        seconds, event = self.step(market, self.rng)
        if self.rng.random() >= session.together or not len(market):
            later = market.time + round(seconds * 1e9)
            if later >= session.end * 10**9:
                return False
            market.time = later
        self._mark_halt()
        self.happen(event)
        if session.hidden and self.rng.random() < session.hidden and not self.halted:
            self._hidden()
        return True

    def happen(self, event: Event | None) -> None:
        """Does to the market what an event says; market orders not while trading is halted."""
        market = self.market
        if event is None:
            return
        if event.order is not None:
            self._cancel(event)
        elif event.price is not None:
            market.limit(event.side, max(event.price, 1), self.quantity())
        elif not self.halted:
            quantity = self.quantity()
            levels = market.book.levels(-event.side, 2)
            if levels and self.rng.random() < self.session.sweeps:
                quantity += levels[0][1]
            if levels and self.rng.random() < self.session.limits:
                market.limit(event.side, levels[-1][0], quantity)
            else:
                market.market(event.side, quantity)

    def quantity(self) -> int:
        """Shares of a new order."""
        sizes, mark = self.law.sizes, float(self.rng.random())
        for lot, weight in enumerate(sizes.lots, 1):
            if mark < weight:
                return min(lot * _LOT, sizes.largest)
            mark -= weight
        normal = NormalDist().inv_cdf(min(max(float(self.rng.random()), 1e-12), 1 - 1e-12))
        shares = round(float(np.exp(sizes.mean + sizes.deviation * normal)))
        return min(max(shares, 1), sizes.largest)

    def _cancel(self, event: Event) -> None:
        order = event.order
        assert order is not None
        if order.shown > 1 and self.rng.random() < self.session.partial:
            self.market.cancel(order, 1 + int(self.rng.random() * (order.shown - 1)))
        else:
            self.market.cancel(order)

    def _hidden(self) -> None:
        """An execution halfway between bid and ask, which may be between two ticks."""
        market, tick = self.market, self.session.tick_size
        middle = (market.best(BUY) + market.best(SELL)) * tick // 2
        market.note(HIDDEN, 0, self.quantity(), middle, 1)

    def _auction(self, order_id: int) -> None:
        price = self.market.best(BUY) * self.session.tick_size
        self.market.note(CROSS, order_id, 50 * self.quantity(), price, 1)

    def _mark_halt(self) -> None:
        """A row where trading ends, where quotes come again, and where trades do."""
        if self.marks and len(self.market) >= self.marks[0]:
            price = 2 - len(self.marks)  # -1, 0, 1
            self.market.note(HALT, 0, 0, price, -1)
            self.marks, self.halted = self.marks[1:], price < 1
