"""The rules beside engines of others, on the messages that both know.

limit-order-book 2.0.0 (C++) tells its best prices and volumes; lightmatchingengine 2019.1.4 (in
Python) its trades as well. Both are installed by hand; without them these tests are skipped.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from jaxenvs.orderbook import BUY, SELL, Kind
from jaxenvs.orderbook.reference import ReferenceBook

MESSAGES = 4000


def flow(seed: int, market: bool) -> Iterator[tuple[int, dict[str, int]]]:
    """Limit orders about a price that wanders, market orders, cancels of old and new ids."""
    rng, middle = random.Random(seed), 1000
    for number in range(1, MESSAGES + 1):
        middle += rng.choice((-1, 0, 0, 1))
        side, draw = rng.choice((BUY, SELL)), rng.random()
        quantity = rng.randint(1, 50)
        if draw < 0.35:
            yield Kind.CANCEL, {"order_id": rng.randint(max(1, number - 40), number)}
        elif draw < 0.45 and market:
            yield Kind.MARKET, {"side": side, "quantity": quantity, "order_id": number}
        else:
            price = middle - side * round(rng.gauss(2, 4))
            fields = {"side": side, "price": price, "quantity": quantity}
            yield Kind.LIMIT, {**fields, "order_id": number}


@pytest.mark.parametrize("seed", range(3))
def test_limit_order_book_has_the_same_prices_and_volumes(seed: int):
    package = pytest.importorskip("limit_order_book")
    theirs, ours = package.LimitOrderBook(), ReferenceBook()
    traded = 0
    for kind, fields in flow(seed, market=True):
        if kind == Kind.CANCEL:
            if theirs.has(fields["order_id"]):
                theirs.cancel(fields["order_id"])
        elif kind == Kind.MARKET:
            name = "market_buy" if fields["side"] == BUY else "market_sell"
            getattr(theirs, name)(fields["order_id"], fields["quantity"])
        else:
            name = "limit_buy" if fields["side"] == BUY else "limit_sell"
            getattr(theirs, name)(fields["order_id"], fields["quantity"], fields["price"])
        traded += ours.process(kind, **fields).quantity
        _same_volumes(theirs, ours)
    assert traded > MESSAGES


def _same_volumes(theirs: Any, ours: ReferenceBook) -> None:
    volumes = {BUY: theirs.volume_buy, SELL: theirs.volume_sell}
    bests = {BUY: theirs.best_buy, SELL: theirs.best_sell}
    for side, volume in volumes.items():
        assert volume() == sum(order.quantity for order in ours.orders(side))
        if best := ours.best(side):
            assert (bests[side](), volume(best[0])) == best


@pytest.mark.parametrize("seed", range(3))
def test_lightmatchingengine_makes_the_same_trades(seed: int):
    package = pytest.importorskip("lightmatchingengine.lightmatchingengine")
    theirs, ours = package.LightMatchingEngine(), ReferenceBook()
    names: dict[int, int] = {}  # theirs to ours
    numbers: dict[int, int] = {}
    traded = 0
    for kind, fields in flow(seed, market=False):
        order_id = fields["order_id"]
        if kind == Kind.CANCEL:
            if order_id in ours.by_id:  # theirs fails where an order is filled already
                theirs.cancel_order(numbers[order_id], "X")
            ours.process(kind, **fields)
            continue
        side = 1 if fields["side"] == BUY else 2
        order, trades = theirs.add_order("X", fields["price"], fields["quantity"], side)
        names[order.order_id], numbers[order_id] = order_id, order.order_id
        made = [
            (trade.trade_price, trade.trade_qty, names[trade.order_id])
            for trade in trades
            if trade.order_id != order.order_id
        ]
        report = ours.process(kind, **fields)
        assert made == [(one.price, one.quantity, one.maker_id) for one in report.fills]
        assert order.leaves_qty == report.rested
        traded += report.quantity
    assert traded > MESSAGES
