"""The rules of the book in plain Python, order by order: what the engine is tested against.

It needs nothing but Python, and serves wherever messages are made or read on the host.

book = ReferenceBook()
report = book.process(Kind.LIMIT, side=BUY, price=100, quantity=5, order_id=1)
"""

import bisect
import dataclasses
from collections.abc import Iterator
from typing import NamedTuple

from jaxenvs.orderbook.records import BUY, NUM_COUNTERS, SELL, Counter, Kind, SelfTrade

_BY_ID = (Kind.CANCEL, Kind.REDUCE, Kind.MODIFY)
_RESTING = (Kind.LIMIT, Kind.POST_ONLY, Kind.ICEBERG)


class Fill(NamedTuple):
    """A trade with one resting order; an iceberg that shows more in a sweep has several."""

    price: int
    """Ticks, of the resting order."""
    quantity: int
    """Shares."""
    maker_id: int
    """The id of the resting order."""
    maker_owner: int
    """Its owner."""


@dataclasses.dataclass(slots=True)
class Order:
    """An order in the book."""

    order_id: int
    side: int  # BUY or SELL
    price: int  # ticks
    owner: int
    shown: int  # shares that all can see
    hidden: int = 0  # shares of an iceberg that nobody sees
    display: int = 0  # shares that an iceberg shows at a time; 0 for other orders

    @property
    def quantity(self) -> int:
        """Shares, shown or not."""
        return self.shown + self.hidden


@dataclasses.dataclass(slots=True)
class Report:
    """What a message did."""

    fills: list[Fill] = dataclasses.field(default_factory=list)
    rested: int = 0  # shares of this message that came to rest
    removed: int = 0  # shares that cancel, reduce or modify took out
    refused: int | None = None  # the `Counter` of a message that changed nothing
    dropped: list[Order] = dataclasses.field(default_factory=list)  # by overflow
    canceled: list[Order] = dataclasses.field(default_factory=list)  # so that nobody self-trades

    @property
    def quantity(self) -> int:
        """Shares traded."""
        return sum(fill.quantity for fill in self.fills)


class _Side:
    """The orders of one side: a queue for each price, and the prices from best to worst."""

    def __init__(self, side: int) -> None:
        self.sign = -side  # the best price has the lowest key
        self.keys: list[int] = []
        self.queues: dict[int, dict[int, Order]] = {}
        self.count = 0

    def add(self, order: Order) -> None:
        key = self.sign * order.price
        queue = self.queues.get(key)
        if queue is None:
            queue = self.queues[key] = {}
            bisect.insort(self.keys, key)
        queue[order.order_id] = order
        self.count += 1

    def take(self, order: Order) -> None:
        key = self.sign * order.price
        queue = self.queues[key]
        del queue[order.order_id]
        self.count -= 1
        if not queue:
            del self.queues[key]
            del self.keys[bisect.bisect_left(self.keys, key)]

    def worst(self) -> Order:
        return next(reversed(self.queues[self.keys[-1]].values()))

    def __iter__(self) -> Iterator[Order]:
        for key in self.keys:
            yield from self.queues[key].values()


class ReferenceBook:
    """A limit order book by price and time; docs/orderbook.md states its rules.

    `capacity`: orders a side can hold, or None for any number. Owners are 0 to `owners` - 1.
    `icebergs`: whether iceberg orders are taken; an order that is refused changes nothing but a
    counter. `self_trade`: as in `Sizes`.
    """

    def __init__(
        self,
        capacity: int | None = None,
        *,
        owners: int = 2,
        self_trade: SelfTrade = "allow",
        icebergs: bool = True,
    ) -> None:
        self.capacity = capacity
        self.owners = owners
        self.self_trade = self_trade
        self.icebergs = icebergs
        self.counters = [0] * NUM_COUNTERS
        """See `Counter`."""
        self.by_id: dict[int, Order] = {}
        """Every order that rests."""
        self._sides = {BUY: _Side(BUY), SELL: _Side(SELL)}

    def orders(self, side: int) -> list[Order]:
        """The orders of a side, best first, and first come first within a price."""
        return list(self._sides[side])

    def best(self, side: int) -> tuple[int, int] | None:
        """The best price of a side and the shares shown there, or None."""
        levels = self.levels(side, 1)
        return levels[0] if levels else None

    def levels(self, side: int, number: int) -> list[tuple[int, int]]:
        """Price and shares shown of the best levels, at most `number`."""
        here = self._sides[side]
        return [
            (here.sign * key, sum(order.shown for order in here.queues[key].values()))
            for key in here.keys[:number]
        ]

    def process(
        self,
        kind: int,
        *,
        side: int = 0,
        price: int = 0,
        quantity: int = 0,
        order_id: int = 0,
        owner: int = 0,
        display: int = 0,
    ) -> Report:
        """One message; its fields are those of `Message`."""
        report = Report()
        if kind == Kind.NOTHING:
            return report
        order = Order(order_id, side, price, owner, quantity)
        if kind == Kind.ICEBERG:
            order.display = display
        report.refused = self._refused(kind, order)
        if report.refused is None:
            if kind in _BY_ID:
                self._change(kind, self.by_id[order_id], price, quantity, report)
            else:
                self._enter(kind, order, report)
        if report.refused is not None:
            self.counters[report.refused] += 1
        return report

    def _refused(self, kind: int, order: Order) -> int | None:
        """The counter of a message that cannot be taken, whatever it would meet."""
        if kind in _BY_ID:
            if order.shown <= 0 and kind != Kind.CANCEL:
                return Counter.INVALID
            return None if order.order_id in self.by_id else Counter.UNKNOWN
        if not Kind.LIMIT <= kind <= Kind.ICEBERG or (kind == Kind.ICEBERG and not self.icebergs):
            return Counter.INVALID
        if order.shown <= 0 or order.side not in (BUY, SELL) or not 0 <= order.owner < self.owners:
            return Counter.INVALID
        if kind == Kind.ICEBERG and order.display <= 0:
            return Counter.INVALID
        if kind in _RESTING and order.order_id <= 0:
            return Counter.INVALID
        if kind in _RESTING and order.order_id in self.by_id:
            return Counter.DUPLICATE
        return None

    def _change(self, kind: int, order: Order, price: int, quantity: int, report: Report) -> None:
        """Cancel, reduce or modify an order that rests."""
        if kind == Kind.MODIFY and (price != order.price or quantity > order.quantity):
            report.removed = order.quantity
            self._take(order)
            entry = Order(order.order_id, order.side, price, order.owner, quantity)
            entry.display = order.display
            self._enter(Kind.LIMIT, entry, report)
            return
        less = {
            Kind.CANCEL: order.quantity,
            Kind.REDUCE: min(quantity, order.quantity),
            Kind.MODIFY: order.quantity - quantity,
        }[kind]
        report.removed = less
        if less == order.quantity:
            self._take(order)
            return
        unseen = min(less, order.hidden)  # what is hidden goes first
        order.hidden -= unseen
        order.shown -= less - unseen

    def _enter(self, kind: int, order: Order, report: Report) -> None:
        """A new order: what it trades, and what of it comes to rest."""
        limit = None if kind == Kind.MARKET else order.price
        if kind == Kind.POST_ONLY and self._reached(order.side, limit):
            report.refused = Counter.WOULD_TRADE
            return
        if kind == Kind.FOK and self._available(order, limit) < order.shown:
            report.refused = Counter.KILLED
            return
        left = self._sweep(order, limit, report)
        if left > 0 and kind in _RESTING:
            order.shown = min(left, order.display) if order.display else left
            order.hidden = left - order.shown
            self._rest(order, report)

    def _reached(self, side: int, limit: int | None) -> bool:
        """Whether an order of `side` up to `limit` meets a resting order."""
        other = self._sides[-side]
        return bool(other.keys) and (limit is None or other.keys[0] <= other.sign * limit)

    def _self(self, taker: Order, maker: Order) -> bool:
        """Whether these two must not trade."""
        return self.self_trade != "allow" and taker.owner == maker.owner > 0

    def _available(self, taker: Order, limit: int | None) -> int:
        """The shares that `taker` would trade if it had no end."""
        other = self._sides[-taker.side]
        total = 0
        for key in other.keys:
            if limit is not None and key > other.sign * limit:
                break
            shown = 0
            for maker in other.queues[key].values():
                if not self._self(taker, maker):
                    total += maker.quantity
                    shown += maker.shown
                elif self.self_trade == "cancel_incoming":  # what is hidden would queue behind
                    before = sum(one.quantity for one in _until(other.queues[key], maker))
                    return total - before + shown
        return total

    def _sweep(self, taker: Order, limit: int | None, report: Report) -> int:
        """Trades with the best order again and again; the shares left to come to rest."""
        other, left = self._sides[-taker.side], taker.shown
        while left > 0 and self._reached(taker.side, limit):
            maker = next(iter(other.queues[other.keys[0]].values()))
            if self._self(taker, maker):
                self.counters[Counter.SELF_TRADE] += 1
                if self.self_trade == "cancel_incoming":
                    report.canceled.append(taker)
                    return 0
                report.canceled.append(maker)
                self._take(maker)
                continue
            traded = min(left, maker.shown)
            report.fills.append(Fill(maker.price, traded, maker.order_id, maker.owner))
            left -= traded
            maker.shown -= traded
            if maker.shown == 0:
                self._take(maker)
                if maker.hidden > 0:  # shows more, behind all others at its price
                    maker.shown = min(maker.display, maker.hidden)
                    maker.hidden -= maker.shown
                    self._put(maker)
        return left

    def _rest(self, order: Order, report: Report) -> None:
        """Puts an order into the book; where its side is full, the worst order goes."""
        here = self._sides[order.side]
        if here.count == self.capacity:
            worst = here.worst()
            ahead = here.sign * order.price < here.sign * worst.price
            out = worst if ahead else order
            report.dropped.append(out)
            self.counters[Counter.OVERFLOW] += 1
            self.counters[Counter.DROPPED] += out.quantity
            if out is order:
                return
            self._take(out)
        report.rested = order.quantity
        self._put(order)

    def _put(self, order: Order) -> None:
        self._sides[order.side].add(order)
        self.by_id[order.order_id] = order

    def _take(self, order: Order) -> None:
        self._sides[order.side].take(order)
        del self.by_id[order.order_id]


def _until(queue: dict[int, Order], end: Order) -> Iterator[Order]:
    """The orders of a queue in front of `end`."""
    for order in queue.values():
        if order is end:
            return
        yield order
