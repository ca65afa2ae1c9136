"""Laws of order flow: their parameters, shared by the generator on the host and by JAX.

Rates are per second, distances in ticks. A law is symmetric: bids and asks have the same rates.

Sources:
  zero intelligence (the Santa Fe model): Smith, Farmer, Gillemot, Krishnamurthy, "Statistical
    theory of the continuous double auction", Quantitative Finance 3 (2003).
  Cont, Stoikov, Talreja, "A stochastic model for order book dynamics", Operations Research 58
    (2010); its rates are those of table 1.
  queue-reactive: Huang, Lehalle, Rosenbaum, "Simulating and analyzing order book data: the
    queue-reactive model", JASA 110 (2015). The shapes of its rates, not its tables.
  Hawkes: after Bacry, Jaisson, Muzy, "Estimation of slowly decreasing Hawkes kernels: application
    to high-frequency order book dynamics", Quantitative Finance 16 (2016).
  sizes: ABIDES, abides_markets/models/order_size_model.py.
"""

import dataclasses
import math
from typing import Annotated

from jaxenvs import ranges
from jaxenvs.ranges import Count, NonNegative, Positive, Range, Share

Distance = Annotated[int, Range(1, 256)]
Rates = tuple[NonNegative, ...]
Matrix = tuple[tuple[NonNegative, ...], ...]

HAWKES_EVENTS = (
    "limit inside the spread",
    "limit at the touch",
    "limit deeper",
    "market",
    "cancel at the touch",
    "cancel deeper",
)
"""What the rows and columns of `Hawkes` stand for, of one side."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Law:
    """Base: fields are checked by their ranges. Raises `ValueError` or `TypeError` by name."""

    def __post_init__(self) -> None:
        ranges.check(self)
        self._check()

    def _check(self) -> None:
        """What the ranges of single fields do not say."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sizes(_Law):
    """Shares of an order: lognormal, or a round lot of 100 to 1,000 shares.

    ABIDES adds noise of a standard deviation of 0.15 to a lot and rounds: 99.9% are the lot itself.
    `lots` are the weights of 100, 200, ... shares; what they leave of 1 is that of the lognormal,
    which is rounded, 1 at least and `largest` at most.
    """

    mean: Annotated[float, Range(0, 10)] = 2.9
    """Of the logarithm."""
    deviation: Annotated[float, Range(0, 5)] = 1.2
    """Of the logarithm."""
    lots: tuple[Share, ...] = (
        0.7, 0.06, 0.004, 0.0329, 0.001, 0.0006, 0.0004, 0.0005, 0.0003, 0.0003,
    )  # fmt: skip
    largest: Annotated[int, Range(1, 1_000_000)] = 10_000

    def _check(self) -> None:
        if sum(self.lots) > 1 + 1e-9:
            raise ValueError(f"lots: expected weights that sum to 1 at most, got {sum(self.lots)}")


UNIT = Sizes(lots=(), mean=0.0, deviation=0.0, largest=1)
"""Every order is of one share, as the papers on the first two laws have it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ZeroIntelligence(_Law):
    """Limit orders fall evenly on prices, market orders and cancels come at random."""

    limit: Positive = 1.0
    """Of limit orders, at each price from 1 to `depth` ticks from the best opposite price."""
    market: Positive = 2.0
    """Of market orders, on each side."""
    cancel: Positive = 0.2
    """Of the cancel of each order, so that it lives 1 / cancel seconds if it is not filled."""
    depth: Distance = 10
    sizes: Sizes = Sizes()  # noqa: RUF009 (frozen)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContStoikovTalreja(_Law):
    """Limit orders fall off with the distance by a power law, cancels depend on the distance."""

    scale: Positive = 1.92
    """Limit orders come at scale / i ** decay, i ticks from the best opposite price."""
    decay: NonNegative = 0.52
    market: Positive = 0.94
    """Of market orders, on each side."""
    cancel: Rates = (0.71, 0.81, 0.68, 0.56, 0.47)
    """Of the cancel of each order 1, 2, ... ticks from the best opposite price; the last one holds
    for all that are farther."""
    depth: Distance = 10
    sizes: Sizes = UNIT

    def limit(self) -> tuple[float, ...]:
        """The rates of limit orders 1 to `depth` ticks from the best opposite price."""
        return tuple(self.scale / i**self.decay for i in range(1, self.depth + 1))

    def _check(self) -> None:
        _some("cancel", self.cancel)


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueueReactive(_Law):
    """Rates of each of the first queues depend on how long it is, around a reference price.

    Queue i is i - 1/2 ticks from the reference price. A queue of q orders has

        limit[i] * exp(-limit_decay * q)            limit orders
        cancel[i] * min(q, saturation) ** cancel_power       cancels
        market * exp(-market_decay * (q - 1))       market orders, of the best queue alone

    a second. When the middle of the book moves, the reference price follows by one tick with
    probability `follow` (the paper's theta; its redraw of the whole book is left out).
    """

    limit: Rates = (1.9, 2.2, 2.0, 1.6, 1.2)
    limit_decay: NonNegative = 0.03
    cancel: Rates = (0.45, 0.33, 0.27, 0.24, 0.22)
    cancel_power: Annotated[float, Range(0, 2)] = 0.8
    saturation: Count = 40
    market: Positive = 1.3
    market_decay: NonNegative = 0.12
    follow: Share = 0.7
    sizes: Sizes = UNIT

    def _check(self) -> None:
        _some("limit", self.limit)
        if len(self.cancel) != len(self.limit):
            raise ValueError(
                f"cancel: expected {len(self.limit)} rates, one a queue, got {len(self.cancel)}"
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hawkes(_Law):
    """Events call forth more events, which die out exponentially.

    Of each side there are six kinds, `HAWKES_EVENTS`. The rate of kind a is base[a] plus, for each
    earlier event of kind b, the time t ago,

        same[a][b] * decay * exp(-decay * t)        if it was on the same side
        opposite[a][b] * decay * exp(-decay * t)    otherwise

    so that same and opposite are mean numbers of direct children. The side of a market order is
    the one it takes from: after a market order at the asks come cancels of asks.
    """

    base: Rates = (0.06, 0.45, 0.55, 0.12, 0.22, 0.42)
    same: Matrix = (
        (0.05, 0.02, 0.01, 0.06, 0.04, 0.01),
        (0.12, 0.25, 0.08, 0.10, 0.15, 0.06),
        (0.08, 0.08, 0.25, 0.06, 0.06, 0.18),
        (0.02, 0.01, 0.01, 0.45, 0.04, 0.01),
        (0.18, 0.16, 0.06, 0.08, 0.22, 0.06),
        (0.06, 0.05, 0.20, 0.08, 0.05, 0.22),
    )
    opposite: Matrix = (
        (0.01, 0.01, 0.00, 0.10, 0.02, 0.00),
        (0.04, 0.05, 0.02, 0.15, 0.04, 0.02),
        (0.03, 0.03, 0.05, 0.08, 0.02, 0.04),
        (0.04, 0.01, 0.00, 0.03, 0.01, 0.00),
        (0.03, 0.03, 0.01, 0.03, 0.03, 0.02),
        (0.02, 0.02, 0.04, 0.04, 0.02, 0.05),
    )
    decay: Positive = 5.0
    """Per second."""
    deeper: Annotated[float, Range(0, 1, above=True)] = 0.35
    """Orders deeper than the touch lie 1 + geometric(deeper) ticks behind it, `depth` at most."""
    depth: Distance = 10
    sizes: Sizes = Sizes()  # noqa: RUF009 (frozen)

    def branching(self) -> float:
        """The mean number of direct children in the direction that grows most; below 1.

        It is the spectral radius of same + opposite, by which both sides together grow.
        """
        vector, size = [1.0] * len(self.base), 1.0
        rows = [
            [a + b for a, b in zip(*pair, strict=True)]
            for pair in zip(self.same, self.opposite, strict=True)
        ]
        for _ in range(200):  # power iteration: entries are not negative
            vector = [sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows]
            size = max(vector)
            if size == 0:
                return 0.0
            vector = [value / size for value in vector]
        return size

    def _check(self) -> None:
        count = len(HAWKES_EVENTS)
        if len(self.base) != count:
            raise ValueError(f"base: expected {count} rates, got {len(self.base)}")
        for name in ("same", "opposite"):
            rows = getattr(self, name)
            if len(rows) != count or any(len(row) != count for row in rows):
                raise ValueError(f"{name}: expected {count} rows of {count} numbers")
        _some("base", self.base)
        if not self.branching() < 1:
            raise ValueError(
                f"same, opposite: expected a branching ratio below 1, got {self.branching():.3f}"
            )


Law = ZeroIntelligence | ContStoikovTalreja | QueueReactive | Hawkes
LAWS: dict[str, type[Law]] = {
    "zi": ZeroIntelligence,
    "cst": ContStoikovTalreja,
    "queue_reactive": QueueReactive,
    "hawkes": Hawkes,
}


def _some(name: str, rates: Rates) -> None:
    if not math.fsum(rates) > 0:
        raise ValueError(f"{name}: expected one rate above 0 at least, got {rates}")
