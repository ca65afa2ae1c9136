"""The engine beside its rules in plain Python: every book, fill and counter after every message."""

import numpy as np
import pytest

from jaxenvs.orderbook import Counter, Sizes
from tests.orderbook import flows

SMALL = Sizes(capacity=8, owners=3, fills=4)


def compare(seed: int, mix: str, sizes: Sizes) -> flows.Wanted:
    streams = flows.messages(seed, mix, sizes)
    wanted = flows.by_the_rules(streams, sizes)
    got, trades = flows.by_the_engine(streams, sizes)
    flows.assert_equal(got, wanted, streams)
    touch = wanted.books[:, :, :, 0, 0]  # the best price, and all that is shown there
    same = wanted.books[..., 0] == touch[..., None]
    np.testing.assert_array_equal(trades.best_price, touch)
    shown = np.where(same, wanted.books[..., 1], 0).sum(axis=-1)
    np.testing.assert_array_equal(trades.best_quantity, shown)
    return wanted


@pytest.mark.parametrize("mix", ["all", "takers", "modifies", "resting"])
def test_books_that_overflow_are_those_of_the_rules(mix: str):
    wanted = compare(0, mix, SMALL)
    assert wanted.counters[:, -1, : Counter.SELF_TRADE].all()  # each happened in every stream


@pytest.mark.parametrize("self_trade", ["cancel_resting", "cancel_incoming"])
def test_nobody_trades_with_themselves(self_trade: str):
    sizes = Sizes(capacity=16, owners=3, fills=4, self_trade=self_trade)
    wanted = compare(1, "all", sizes)
    assert wanted.counters[:, -1, Counter.SELF_TRADE].all()


def test_icebergs_show_more_as_the_rules_say():
    sizes = Sizes(capacity=16, owners=2, fills=4, icebergs=True)
    wanted = compare(2, "resting", sizes)
    assert (wanted.books[..., 4] > 0).any(axis=(1, 2, 3)).all()  # something is hidden


@pytest.mark.slow
@pytest.mark.parametrize("mix", list(flows.MIXES))
@pytest.mark.parametrize("capacity", [2, 31, 32, 100, 128])
def test_all_capacities_and_flows(capacity: int, mix: str):
    for sizes in (
        Sizes(capacity=capacity, owners=4, fills=min(capacity, 8)),
        Sizes(capacity=capacity, owners=2, fills=0, self_trade="cancel_resting"),
        Sizes(capacity=capacity, owners=2, fills=1, self_trade="cancel_incoming"),
        Sizes(capacity=capacity, owners=1, fills=2, icebergs=True),
    ):
        compare(3, mix, sizes)
