"""The probes of flash1-dev/matching-engine-benchmark (docs/CONFORMANCE.md), class by class.

Messages are written by hand: `B3 10@100` is a limit order to buy, `b3` an IOC order, `S` and `s`
sell; `M3 5@101` modifies order 3 and `X3` cancels it. Expected fills and what rests are written as
shares@price#id.
"""

import re
from typing import NamedTuple

import jax
import numpy as np
import pytest

from jaxenvs import orderbook
from jaxenvs.orderbook import BUY, SELL, Counter, Kind, Sizes
from jaxenvs.orderbook.reference import ReferenceBook

SIZES = Sizes(capacity=8, owners=1, fills=8)
LENGTH = 12


class Case(NamedTuple):
    """Messages, and what they must lead to."""

    messages: str
    fills: str = ""
    bids: str = ""
    asks: str = ""
    unknown: int = 0


CASES = {
    "cancel_middle_then_sweep": Case("B1 7@50 B2 8@50 B3 9@50 X2 s4 16@50", "7@50#1 9@50#3"),
    "cancel_head_then_sweep": Case("B1 7@50 B2 8@50 B3 9@50 X1 s4 17@50", "8@50#2 9@50#3"),
    "deep_fifo_scattered_cancel": Case(
        "S1 1@50 S2 2@50 S3 3@50 S4 4@50 S5 5@50 S6 6@50 X2 X4 X5 b7 9@50",
        "1@50#1 3@50#3 5@50#6",
        asks="1@50#6",
    ),
    "multi_level_ioc_sweep": Case("S1 5@53 S2 5@51 S3 5@52 b4 15@53", "5@51#2 5@52#3 5@53#1"),
    "exact_multilevel_boundary": Case(
        "S1 5@51 S2 10@52 S3 15@53 b4 15@53", "5@51#1 10@52#2", asks="15@53#3"
    ),
    "sweep_residual_becomes_bbo": Case(
        "S1 5@51 S2 5@52 B3 14@52 s4 3@52", "5@51#1 5@52#2 3@52#3", bids="1@52#3"
    ),
    "modify_into_cross": Case("S1 9@50 B2 9@48 M2 9@50", "9@50#1"),
    "modify_into_cross_price_improvement": Case(
        "S1 4@50 B2 9@48 M2 9@53 S3 6@60 B4 2@40 M3 6@39",
        "4@50#1 5@53#2 1@40#4",
        bids="1@40#4",
    ),
    "modify_shared_level_sibling_survives": Case(
        "B1 6@50 B2 7@50 M1 6@49 s3 8@50", "7@50#2", bids="6@49#1"
    ),
    "partial_fill_then_cancel": Case("S1 9@50 B2 4@50 X1", "4@50#1"),
    "modify_partially_filled_residual": Case("S1 9@50 B2 4@50 M1 3@51 b3 5@51", "4@50#1 3@51#1"),
    "full_fill_then_stale_cancel": Case("S1 9@50 B2 9@50 X1", "9@50#1", unknown=1),
    "stale_modify_after_full_fill": Case("S1 9@50 B2 9@50 M1 4@51", "9@50#1", unknown=1),
    "fifo_priority": Case("S1 5@50 S2 5@50 B3 6@50", "5@50#1 1@50#2", asks="4@50#2"),
    "two_level_cancel_sell_priority": Case(
        "B1 3@50 B2 3@50 B3 3@51 B4 3@51 X3 s5 7@50", "3@51#4 3@50#1 1@50#2", bids="2@50#2"
    ),
    "reuse_id_after_cancel": Case("B1 5@50 X1 S1 5@60 b2 5@60", "5@60#1"),
    "taker_price_both_directions": Case("S1 5@50 b2 5@54 B3 5@40 s4 5@36", "5@50#1 5@40#3"),
    "same_level_full_double_consume": Case(
        "S1 3@50 S2 4@50 B3 9@50 s4 3@50", "3@50#1 4@50#2 2@50#3"
    ),
    "post_sweep_book_health": Case(
        "S1 3@50 S2 3@51 b3 6@51 S4 2@51 B5 2@49 b6 2@52", "3@50#1 3@51#2 2@51#4", bids="2@49#5"
    ),
    "price_priority_both_sides_reverse_arrival": Case(
        "S1 3@55 S2 3@50 b3 3@55 B4 3@40 B5 3@45 s6 3@40",
        "3@50#2 3@45#5",
        bids="3@40#4",
        asks="3@55#1",
    ),
    "cancel_best_level_minimal_reprobe": Case("B1 5@50 B2 3@49 X1 s3 4@49", "3@49#2"),
    "cancel_best_ask_minimal_reprobe": Case("S1 5@50 S2 3@51 X1 b3 4@51", "3@51#2"),
    "cancel_empties_entire_side_then_refill": Case("B1 5@50 X1 B2 4@45 s3 4@45", "4@45#2"),
    "ioc_partial_fill_must_not_rest": Case("S1 5@50 b2 8@50 S3 2@50", "5@50#1", asks="2@50#3"),
    "limit_order_stops_at_own_price": Case(
        "S1 5@50 S2 5@55 B3 9@52", "5@50#1", bids="4@52#3", asks="5@55#2"
    ),
    "partial_fill_exact_residual_drain": Case("S1 9@50 b2 4@50 b3 5@50 b4 1@50", "4@50#1 5@50#1"),
    "fifo_same_price_multi_aggressor": Case(
        "B1 5@50 B2 5@50 B3 5@50 s4 3@50 s5 4@50 s6 4@50",
        "3@50#1 2@50#1 2@50#2 3@50#2 1@50#3",
        bids="4@50#3",
    ),
    "reuse_id_after_full_fill": Case("B1 5@50 S2 5@50 S1 5@60 b3 5@60", "5@50#1 5@60#1"),
    "cancel_never_issued_id": Case("X77 M77 5@50", unknown=2),
    "stale_ops_after_cancel": Case("B1 5@50 X1 X1 M1 5@51", unknown=2),
    "wide_in_domain_price_ceiling": Case(
        "S1 5@1073741823 b2 5@1073741823 B3 1@-1073741823",
        "5@1073741823#1",
        bids="1@-1073741823#3",
    ),
    "large_order_id_ceiling": Case(
        "X2147483647 B2147483647 5@50", bids="5@50#2147483647", unknown=1
    ),
    "phantom_trade_exact_exhaust": Case("S1 5@50 S2 5@50 b3 5@50", "5@50#1", asks="5@50#2"),
}


def parsed(text: str) -> list[dict[str, int]]:
    """The messages of a case, as arguments of `ReferenceBook.process`."""
    rows = []
    for letter, order, shares, price in re.findall(r"([BSbsMX])(\d+)(?: (\d+)@(-?\d+))?", text):
        kind = {"M": Kind.MODIFY, "X": Kind.CANCEL}.get(letter)
        kind = kind or (Kind.LIMIT if letter.isupper() else Kind.IOC)
        side = {"B": BUY, "S": SELL}.get(letter.upper(), 0)
        numbers = {"price": int(price or 0), "quantity": int(shares or 0)}
        rows.append({"kind": kind, "side": side, "order_id": int(order), **numbers})
    return rows


def listed(text: str) -> list[tuple[int, ...]]:
    """Shares, price and id of each."""
    return [tuple(map(int, one)) for one in re.findall(r"(\d+)@(-?\d+)#(\d+)", text)]


@pytest.mark.parametrize("name", list(CASES))
def test_the_rules(name: str):
    case, book = CASES[name], ReferenceBook(8, owners=1)
    fills = [fill for one in parsed(case.messages) for fill in book.process(**one).fills]
    assert [(fill.quantity, fill.price, fill.maker_id) for fill in fills] == listed(case.fills)
    for side, rests in ((BUY, case.bids), (SELL, case.asks)):
        assert [(o.shown, o.price, o.order_id) for o in book.orders(side)] == listed(rests)
    assert book.counters[Counter.UNKNOWN] == case.unknown == sum(book.counters)


@pytest.fixture(scope="module")
def played() -> dict[str, tuple]:
    """Books and trades of all cases, from one program."""
    nothing = {"kind": 0, "side": 0, "order_id": 0, "price": 0, "quantity": 0}
    rows = [parsed(case.messages) for case in CASES.values()]
    assert max(map(len, rows)) <= LENGTH
    rows = [[*row, *[nothing] * (LENGTH - len(row))] for row in rows]
    fields = {name: np.array([[one[name] for one in row] for row in rows]) for name in nothing}

    def play(messages: orderbook.Message) -> tuple:
        book, trades = orderbook.run(orderbook.empty(SIZES), messages, SIZES)
        return book.price, book.quantity, book.order_id, book.counters, trades

    many = jax.tree.map(np.asarray, jax.jit(jax.vmap(play))(orderbook.message(**fields)))
    return {name: jax.tree.map(lambda row, i=i: row[i], many) for i, name in enumerate(CASES)}


@pytest.mark.parametrize("name", list(CASES))
def test_the_engine(name: str, played: dict[str, tuple]):
    case = CASES[name]
    price, quantity, ids, counters, trades = played[name]
    there = trades.fill_quantity > 0
    fills = zip(
        trades.fill_quantity[there], trades.fill_price[there], trades.maker_id[there], strict=True
    )
    assert [tuple(map(int, fill)) for fill in fills] == listed(case.fills)
    for row, rests in enumerate((case.bids, case.asks)):
        orders = zip(quantity[row], price[row], ids[row], strict=True)
        assert [tuple(map(int, one)) for one in orders if one[0] > 0] == listed(rests)
    assert counters[Counter.UNKNOWN] == case.unknown == counters.sum()


def test_deep_recursive_sweep_5000():
    sizes = Sizes(capacity=5000, owners=1, fills=0)
    number = np.arange(1, 5001, dtype=np.int32)
    shares = np.ones((2, 5000), np.int32) * np.array([[0], [1]], np.int32)
    labels = np.stack([0 * shares + 100, shares * number, 0 * shares])
    book = orderbook.Book(
        labels=labels, shares=shares, ahead=shares * number, rank=shares * number,
        counters=np.zeros(8, np.int32),
    )  # fmt: skip
    sweep = orderbook.message(Kind.IOC, side=BUY, price=100, quantity=5000)
    after, trades = jax.jit(orderbook.process, static_argnums=2)(book, sweep, sizes)
    assert (int(trades.quantity), int(trades.count)) == (5000, 5000)
    assert not after.count.any()
