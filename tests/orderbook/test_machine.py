"""Hypothesis looks for short runs of messages after which engine and rules differ."""

import jax
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jaxenvs import orderbook
from jaxenvs.orderbook import BUY, SELL, Kind, Sizes
from jaxenvs.orderbook.reference import ReferenceBook

SIZES = Sizes(capacity=4, owners=2, fills=4, icebergs=True)
STEP = jax.jit(orderbook.process, static_argnums=2)

prices = st.integers(1, 4)
quantities = st.integers(0, 9)
ids = st.integers(0, 6)
sides = st.sampled_from([BUY, SELL])
kinds = st.sampled_from([Kind.LIMIT, Kind.MARKET, Kind.IOC, Kind.FOK, Kind.POST_ONLY, Kind.ICEBERG])


class Books(RuleBasedStateMachine):
    """The same messages for both."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = ReferenceBook(SIZES.capacity, owners=SIZES.owners)
        self.book = orderbook.empty(SIZES)

    def both(self, kind: int, **fields: int) -> None:
        report = self.rules.process(kind, **fields)
        self.book, trades = STEP(self.book, orderbook.message(kind, **fields), SIZES)
        trades = jax.tree.map(np.asarray, trades)
        makers: dict[tuple[int, int], int] = {}
        for fill in report.fills:
            name = (fill.maker_id, fill.price)
            makers[name] = makers.get(name, 0) + fill.quantity
        there = trades.fill_quantity > 0
        names = zip(trades.maker_id[there].tolist(), trades.fill_price[there].tolist(), strict=True)
        assert dict(zip(names, trades.fill_quantity[there].tolist(), strict=True)) == makers
        assert int(trades.quantity) == report.quantity
        assert int(trades.rested) == report.rested
        assert int(trades.removed) == report.removed

    @rule(
        kind=kinds,
        side=sides,
        price=prices,
        quantity=quantities,
        order_id=ids,
        owner=st.integers(0, 1),
        display=st.integers(0, 3),
    )
    def add(self, kind: int, **fields: int) -> None:
        self.both(kind, **fields)

    @rule(order_id=ids)
    def cancel(self, order_id: int) -> None:
        self.both(Kind.CANCEL, order_id=order_id)

    @rule(order_id=ids, quantity=quantities)
    def reduce(self, order_id: int, quantity: int) -> None:
        self.both(Kind.REDUCE, order_id=order_id, quantity=quantity)

    @rule(order_id=ids, quantity=quantities, price=prices)
    def modify(self, order_id: int, quantity: int, price: int) -> None:
        self.both(Kind.MODIFY, order_id=order_id, quantity=quantity, price=price)

    @invariant()
    def books_are_the_same(self) -> None:
        book = self.book
        rows = (book.price, book.quantity, book.reserve, book.display, book.order_id, book.owner)
        rows = np.stack([np.asarray(row) for row in rows], axis=-1)
        for listed, side in zip(rows, (BUY, SELL), strict=True):
            wanted = [
                [one.price, one.shown, one.hidden, one.display, one.order_id, one.owner]
                for one in self.rules.orders(side)
            ]
            assert listed[listed[:, 1] > 0].tolist() == wanted
        assert book.counters.tolist() == self.rules.counters


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
