"""Sizes, messages and views, and what is refused before anything compiles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import orderbook
from jaxenvs.orderbook import BUY, SELL, Kind, Sizes
from jaxenvs.orderbook.reference import ReferenceBook

SIZES = Sizes(capacity=8, owners=2, fills=2)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"capacity": 1}, "capacity: expected a whole number from 2 to 8,192, got 1"),
        ({"owners": 0}, "owners: expected a whole number from 1 to 1,024, got 0"),
        ({"capacity": 4, "fills": 5}, "fills: expected at most the capacity of 4, got 5"),
        ({"self_trade": "no"}, "self_trade: expected 'allow', 'cancel_resting' or 'cancel_inc"),
        ({"icebergs": True, "self_trade": "cancel_resting"}, "icebergs: expected False where"),
    ],
)
def test_sizes_that_make_no_book_are_refused(fields: dict, said: str):
    with pytest.raises(ValueError, match=said):
        Sizes(**fields)


def test_messages_are_whole_numbers_and_broadcast():
    many = orderbook.message(Kind.LIMIT, side=BUY, price=np.arange(3), quantity=2)
    assert {(row.shape, row.dtype) for row in jax.tree.leaves(many)} == {((3,), jnp.int32)}
    with pytest.raises(TypeError, match="price: expected whole numbers, got float32"):
        orderbook.message(Kind.LIMIT, price=1.5)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (10, {}, "kind: expected a constant of Kind, 0 to 9, got 10"),
        (Kind.ICEBERG, {}, "kind: expected no ICEBERG, as sizes.icebergs is False, got 9"),
        (Kind.LIMIT, {"side": 0}, "side: expected BUY .1. or SELL .-1., got 0"),
        (Kind.REDUCE, {"quantity": 0}, "quantity: expected 1 to 1073741823 shares, got 0"),
        (Kind.IOC, {"price": 2**30}, "price: expected ticks below 1073741824"),
        (Kind.CANCEL, {"order_id": 0}, "order_id: expected a number above 0, got 0"),
        (Kind.LIMIT, {"owner": 2}, "owner: expected 0 to 1, as sizes.owners says, got 2"),
    ],
)
def test_messages_are_checked(kind: int, fields: dict, said: str):
    fine = {"side": SELL, "price": 5, "quantity": 3, "order_id": 1}
    orderbook.check_messages(orderbook.message(Kind.LIMIT, **fine), SIZES)
    with pytest.raises(ValueError, match=said):
        orderbook.check_messages(orderbook.message(kind, **{**fine, **fields}), SIZES)


def test_the_first_message_at_fault_is_named():
    many = orderbook.message(Kind.LIMIT, side=BUY, quantity=np.array([[1, 1], [0, 0]]), order_id=1)
    with pytest.raises(ValueError, match=r"got 0 [(]message 1, 0"):
        orderbook.check_messages(many, SIZES)


def test_a_book_of_other_sizes_is_refused():
    book, nothing = orderbook.empty(SIZES), orderbook.message(Kind.NOTHING)
    with pytest.raises(
        ValueError, match=r"book: expected labels of shape .3, 2, 4., got .3, 2, 8."
    ):
        orderbook.process(book, nothing, Sizes(capacity=4, fills=2))
    with pytest.raises(ValueError, match=r"book: expected one made by empty.. for the same iceb"):
        orderbook.process(book, nothing, Sizes(capacity=8, icebergs=True))


def test_depth_lists_price_levels():
    rules, orders = ReferenceBook(), []
    for i, (side, price, quantity) in enumerate(
        [(BUY, 9, 2), (BUY, 7, 3), (BUY, 9, 4), (BUY, -1, 1), (SELL, 11, 5), (SELL, 11, 1)], 1
    ):
        fields = {"side": side, "price": price, "quantity": quantity, "order_id": i}
        rules.process(Kind.LIMIT, **fields)
        orders.append(orderbook.message(Kind.LIMIT, **fields))
    many = jax.tree.map(lambda *rows: jnp.stack(rows), *orders)
    book, _ = orderbook.run(orderbook.empty(SIZES), many, SIZES)
    levels = orderbook.depth(book, 3)
    assert levels.tolist() == [[[9, 6], [7, 3], [-1, 1]], [[11, 6], [0, 0], [0, 0]]]
    for row, side in zip(levels.tolist(), (BUY, SELL), strict=True):
        wanted = [list(level) for level in rules.levels(side, 3)]
        assert row[: len(wanted)] == wanted
    price, quantity = orderbook.best(jax.tree.map(lambda row: row[None], book))  # a batch
    assert (price.tolist(), quantity.tolist()) == ([[9, 11]], [[6, 6]])
    with pytest.raises(ValueError, match="levels: expected 1 or more, got 0"):
        orderbook.depth(book, 0)
