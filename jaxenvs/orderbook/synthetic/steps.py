"""The laws on the host: from a book to the time of the next event, and what it is."""

import abc
import itertools
import math
from typing import NamedTuple, Protocol

import numpy as np

from jaxenvs.orderbook import laws
from jaxenvs.orderbook.records import BUY, SELL
from jaxenvs.orderbook.reference import Order
from jaxenvs.orderbook.synthetic.market import Market

_SIDES = (BUY, SELL)
_NEVER = 1e9  # seconds


class Event(NamedTuple):
    """What happens next: a limit order if it has a price, a cancel if an order, else a market."""

    side: int = 0
    """Of a limit order; of a market order, the side that takes."""
    price: int | None = None
    """Ticks."""
    order: Order | None = None


class Step(Protocol):
    """A law at work."""

    def __call__(self, market: Market, rng: np.random.Generator) -> tuple[float, Event | None]:
        """Seconds until the next event, and the event; None for one that cannot be."""
        ...


def step_of(law: laws.Law) -> Step:
    """A law at work, at the start of a day."""
    if isinstance(law, laws.ZeroIntelligence):
        return _ZeroIntelligence(law)
    if isinstance(law, laws.ContStoikovTalreja):
        return _ContStoikovTalreja(law)
    if isinstance(law, laws.QueueReactive):
        return _QueueReactive(law)
    return _Hawkes(law)


def wait(rate: float, rng: np.random.Generator) -> float:
    """Seconds until the first event of a Poisson process."""
    return -math.log1p(-rng.random()) / rate if rate > 0 else _NEVER


def choose(rates: list[float], rng: np.random.Generator) -> int:
    """One of the places, by their rates."""
    up_to = list(itertools.accumulate(rates))
    mark = rng.random() * up_to[-1]
    return min(sum(1 for one in up_to if one <= mark), len(rates) - 1)


class _Poisson(abc.ABC):
    """A law whose rates depend on the book as it is, and are listed event by event."""

    def __call__(self, market: Market, rng: np.random.Generator) -> tuple[float, Event | None]:
        events = self.events(market)
        rates = [rate for rate, _ in events]
        seconds = wait(math.fsum(rates), rng)
        if seconds >= _NEVER:
            return seconds, None
        event = events[choose(rates, rng)][1]
        self.after(market, event, rng)
        return seconds, event

    @abc.abstractmethod
    def events(self, market: Market) -> list[tuple[float, Event]]:
        """Everything that can happen, with its rate."""

    def after(self, market: Market, event: Event, rng: np.random.Generator) -> None:
        """Called before an event takes place; most laws have nothing to do."""
        del market, event, rng


class _ZeroIntelligence(_Poisson):
    def __init__(self, law: laws.ZeroIntelligence) -> None:
        self.law = law

    def events(self, market: Market) -> list[tuple[float, Event]]:
        law, found = self.law, []
        for side in _SIDES:
            other = market.best(-side)
            orders = market.orders(side)
            found += [(law.limit, Event(side, other - side * i)) for i in range(1, law.depth + 1)]
            found += [(law.cancel, Event(order=order)) for order in orders]
            if orders:
                found.append((law.market, Event(-side)))
        return found


class _ContStoikovTalreja(_Poisson):
    def __init__(self, law: laws.ContStoikovTalreja) -> None:
        self.law = law
        self.limit = law.limit()

    def events(self, market: Market) -> list[tuple[float, Event]]:
        law, found = self.law, []
        for side in _SIDES:
            other = market.best(-side)
            orders = market.orders(side)
            found += [(rate, Event(side, other - side * i)) for i, rate in enumerate(self.limit, 1)]
            for order in orders:
                away = min(max(side * (other - order.price), 1), len(law.cancel))
                found.append((law.cancel[away - 1], Event(order=order)))
            if orders:
                found.append((law.market, Event(-side)))
        return found


class _QueueReactive(_Poisson):
    def __init__(self, law: laws.QueueReactive) -> None:
        self.law = law
        self.reference: int | None = None
        """The price of the first queue of bids; asks begin a tick above."""
        self.middle = 0
        self.follows = False

    def events(self, market: Market) -> list[tuple[float, Event]]:
        law, found = self.law, []
        reference = self._moved(market)
        for side in _SIDES:
            queues: dict[int, list[Order]] = {}
            for order in market.orders(side):
                queues.setdefault(order.price, []).append(order)
            first = reference if side == BUY else reference + 1
            for i, rate in enumerate(law.limit):
                price = first - side * i
                if side * (market.best(-side) - price) > 0:
                    q = len(queues.get(price, ()))
                    found.append((rate * math.exp(-law.limit_decay * q), Event(side, price)))
            for price, queue in queues.items():
                i = min(max(side * (first - price), 0), len(law.cancel) - 1)
                rate = law.cancel[i] * min(len(queue), law.saturation) ** law.cancel_power
                found += [(rate / len(queue), Event(order=order)) for order in queue]
            if queues:
                q = len(queues[market.best(side)])
                found.append((law.market * math.exp(-law.market_decay * (q - 1)), Event(-side)))
        return found

    def after(self, market: Market, event: Event, rng: np.random.Generator) -> None:
        self.follows = rng.random() < self.law.follow

    def _moved(self, market: Market) -> int:
        """The reference price, after it may have followed the middle by a tick."""
        middle = market.best(BUY) + market.best(SELL)
        if self.reference is None:
            self.reference, self.middle = market.best(BUY), middle
        way = (middle > self.middle) - (middle < self.middle)
        self.middle = middle
        if way and self.follows:
            there = self.reference + way
            # Bids end there and asks begin above: the queue it passes has to be empty.
            if market.best(BUY) <= there < market.best(SELL):
                self.reference = there
        return self.reference


class _Hawkes:
    def __init__(self, law: laws.Hawkes) -> None:
        self.law = law
        count = len(law.base)
        self.base = np.tile(np.array(law.base), 2)
        blocks = [[law.same, law.opposite], [law.opposite, law.same]]
        self.children = np.block([[np.array(block) for block in row] for row in blocks])
        self.excited = np.zeros(2 * count)  # rates beyond the base: of bids, then of asks

    def __call__(self, market: Market, rng: np.random.Generator) -> tuple[float, Event | None]:
        law, seconds = self.law, 0.0
        while True:  # Ogata's thinning: between events rates only fall
            bound = float(self.base.sum() + self.excited.sum())
            passed = wait(bound, rng)
            seconds += passed
            if seconds >= _NEVER:
                return seconds, None
            self.excited = self.excited * math.exp(-law.decay * passed)
            rates = self.base + self.excited
            if rng.random() * bound < float(rates.sum()):
                break
        which = choose(rates.tolist(), rng)
        self.excited = self.excited + law.decay * self.children[:, which]
        side = _SIDES[which // len(law.base)]
        return seconds, self._event(which % len(law.base), side, market, rng)

    def _event(
        self, kind: int, side: int, market: Market, rng: np.random.Generator
    ) -> Event | None:
        """An event of `laws.HAWKES_EVENTS`; at the touch where there is no room inside."""
        orders, best, other = market.orders(side), market.best(side), market.best(-side)
        if side * (other - best) <= 0:  # the side is empty, and the other one has come past it
            best = other - side
        room = side * (other - best) - 1
        if kind == 0 and room > 0:
            return Event(side, best + side * (1 + int(rng.random() * room)))
        if kind <= 1:
            return Event(side, best)
        if kind == 2:
            back = 1 + int(math.log1p(-rng.random()) / math.log1p(-min(self.law.deeper, 1 - 1e-9)))
            return Event(side, best - side * min(back, self.law.depth))
        if kind == 3:
            return Event(-side) if orders else None
        if rng.random() * self.law.crowd >= len(orders):
            return None
        near = [order for order in orders if (order.price == best) == (kind == 4)]
        return Event(order=near[int(rng.random() * len(near))]) if near else None
