"""Zero intelligence: what it sends is what its rates say."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import core, orderbook
from jaxenvs.orderbook.flow import FIRST_ID, ZeroIntelligence, named, touch

SIZES = orderbook.Sizes(capacity=64, owners=2, fills=1)


@functools.cache
def _drawn() -> Any:
    """A book, its law, and 20,000 messages that it could get next."""
    flow = ZeroIntelligence()
    law = core.canonical(flow.law())
    book, memory = flow.initial(law, jax.random.key(0), SIZES)
    best = touch(*orderbook.best(book), jnp.array([1, 2], jnp.int32))
    words = jax.random.bits(jax.random.key(1), (20_000, flow.num_words), np.uint32)
    sent = jax.jit(jax.vmap(lambda one: flow.message(law, memory, book, best, one)[1:]))(words)
    return flow, law, book, np.asarray(best), jax.tree.map(np.asarray, sent)


def test_kinds_come_in_proportion_to_their_rates():
    flow, law, book, best, (messages, _) = _drawn()
    total = float(flow.total_rate(law, book))
    resting = int(book.count.sum())
    rates = {
        orderbook.Kind.LIMIT: 2 * 15 * 0.35,
        orderbook.Kind.MARKET: 2.0,
        orderbook.Kind.CANCEL: 0.1 * resting,
    }
    assert total == pytest.approx(sum(rates.values()), rel=1e-5)
    for kind, rate in rates.items():
        share = rate / total
        margin = 4 * np.sqrt(share * (1 - share) / 20_000)
        assert (messages.kind == kind).mean() == pytest.approx(share, abs=margin)
    limits = messages.kind == orderbook.Kind.LIMIT
    distance = np.where(messages.side > 0, best[1] - messages.price, messages.price - best[0])
    counts = np.bincount(distance[limits], minlength=16)
    assert counts[0] == 0
    assert len(counts) == 16
    expected = limits.sum() / 15
    assert (abs(counts[1:] - expected) < 5 * np.sqrt(expected)).all()


def test_times_between_events_are_exponential_with_the_summed_rate():
    flow, law, book, _, (_, seconds) = _drawn()
    scaled = np.sort(seconds) * float(flow.total_rate(law, book))
    cdf, steps = 1 - np.exp(-scaled), np.arange(1, 20_001) / 20_000
    assert abs(cdf - steps).max() < 1.95 / np.sqrt(20_000)  # Kolmogorov-Smirnov, 0.1 %


def test_sizes_are_geometric_and_every_order_may_leave():
    _, _, book, _, (messages, _) = _drawn()
    assert messages.quantity.min() == 1
    assert messages.quantity.mean() == pytest.approx(20, rel=0.03)
    cancels = messages.order_id[messages.kind == orderbook.Kind.CANCEL]
    resting = np.asarray(book.order_id)[np.asarray(book.quantity) > 0]
    assert set(cancels.tolist()) == set(resting.tolist())
    counts = np.unique(cancels, return_counts=True)[1]
    assert (abs(counts - counts.mean()) < 5 * np.sqrt(counts.mean())).all()


def test_orders_of_others_are_left_alone():
    flow, law, _, _, _ = _drawn()
    lone = orderbook.message(
        orderbook.Kind.LIMIT, side=1, price=10, quantity=3, order_id=7, owner=1
    )
    book = orderbook.process(orderbook.empty(SIZES), lone, SIZES)[0]
    memory = flow.initial(law, jax.random.key(0), SIZES)[1]
    words = jax.random.bits(jax.random.key(1), (2_000, flow.num_words), np.uint32)
    best = np.array([10, 11], np.int32)
    sent = jax.jit(jax.vmap(lambda one: flow.message(law, memory, book, best, one)[1]))(words)
    kinds = set(np.asarray(sent.kind).tolist())
    assert kinds == {orderbook.Kind.NOTHING, orderbook.Kind.LIMIT, orderbook.Kind.MARKET}
    assert np.asarray(sent.order_id)[np.asarray(sent.kind) == 1].min() >= FIRST_ID


def test_the_first_book_is_one_that_messages_could_have_made():
    _, _, book, _, _ = _drawn()
    rebuilt = orderbook.empty(SIZES)
    for side in (0, 1):
        count = int(book.count[side])
        orders = (np.asarray(getattr(book, name))[side, :count]
                  for name in ("price", "quantity", "order_id"))  # fmt: skip
        price, quantity, order_id = orders
        messages = orderbook.message(
            np.full(count, orderbook.Kind.LIMIT), side=1 - 2 * side, price=price,
            quantity=quantity, order_id=order_id,
        )  # fmt: skip
        pad = jax.tree.map(lambda leaf: np.pad(leaf, (0, 64 - len(leaf))), messages)
        rebuilt = jax.jit(orderbook.run, static_argnums=2)(rebuilt, pad, SIZES)[0]
    for name in ("price", "quantity", "order_id", "owner"):
        np.testing.assert_array_equal(getattr(rebuilt, name), getattr(book, name))
    assert np.asarray(rebuilt.counters).tolist() == [0] * 8


def test_an_empty_side_keeps_its_last_price():
    last = jnp.array([99, 103], jnp.int32)
    for price, quantity, expected in (
        ((0, 101), (0, 5), [99, 101]),
        ((0, 97), (0, 5), [96, 97]),
        ((104, 0), (5, 0), [104, 105]),
        ((0, 0), (0, 0), [99, 103]),
        ((100, 102), (1, 1), [100, 102]),
    ):
        prices, quantities = (jnp.array(pair, jnp.int32) for pair in (price, quantity))
        assert touch(prices, quantities, last).tolist() == expected


def test_names_are_checked():
    assert named("zi") == ZeroIntelligence()
    assert named(ZeroIntelligence()) == named("zi")
    with pytest.raises(ValueError, match="background: expected 'zi', or a Background, got 'x'"):
        named("x")  # pyright: ignore[reportArgumentType]
