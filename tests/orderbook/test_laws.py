"""What must hold whatever the rules are: conservation, order, and what changes nothing."""

import jax
import numpy as np
import pytest

from jaxenvs import orderbook
from jaxenvs.orderbook import Kind, Sizes
from tests.orderbook import flows

SIZES = Sizes(capacity=8, owners=3, fills=4)  # as in test_engine: one program serves both
STREAMS = flows.messages(7, "all", SIZES)
GOT, TRADES = flows.by_the_engine(STREAMS, SIZES)


def changed(**fields: np.ndarray) -> flows.Wanted:
    return flows.by_the_engine({**STREAMS, **fields}, SIZES)[0]


def test_books_are_sorted_and_never_crossed():
    price, quantity = GOT.books[..., 0], GOT.books[..., 1]
    there = quantity > 0
    assert not (there[..., 1:] & ~there[..., :-1]).any()  # no gap
    steps = np.diff(price, axis=-1)[..., :] * np.array([[-1], [1]])
    assert (steps[there[..., 1:]] >= 0).all()
    both = there[..., 0].all(axis=-1)
    assert (price[..., 0, 0] < price[..., 1, 0])[both].all()
    assert both.any()


def test_shares_are_conserved():
    quantity, _, _, rested, removed = np.moveaxis(GOT.numbers, -1, 0)
    resting = GOT.books[..., 1].sum(axis=(-1, -2))
    dropped = GOT.counters[..., orderbook.Counter.DROPPED]
    # what is dropped was counted as rested, unless it was the new order itself
    before = np.pad(resting, ((0, 0), (1, 0)))[:, :-1]
    change = resting - before - (rested - quantity - removed)
    drops = np.diff(np.pad(dropped, ((0, 0), (1, 0))))
    assert (((change == -drops) & (rested > 0)) | (change == 0)).all()
    assert (np.minimum(change, 0) < 0).any()


def test_what_one_owner_pays_another_receives():
    bought, sold, paid, received = np.moveaxis(GOT.owners, -2, 0)
    for mine in (bought, sold):
        np.testing.assert_array_equal(mine.sum(axis=-1), GOT.numbers[..., 0])
    for mine in (paid, received):
        np.testing.assert_array_equal(mine.sum(axis=-1), GOT.numbers[..., 1])


def test_no_trade_is_worse_than_its_limit():
    price, quantity = GOT.fills[..., 0], GOT.fills[..., 1]
    limited = np.isin(STREAMS["kind"], (Kind.LIMIT, Kind.IOC, Kind.FOK))
    worse = (STREAMS["side"] * 1)[..., None] * (price - STREAMS["price"][..., None]) > 0
    assert not (worse & (quantity > 0))[limited].any()
    assert (quantity > 0)[limited].any()


def test_the_mirror_image_of_a_flow_makes_the_mirror_image_of_the_books():
    got = changed(side=-STREAMS["side"], price=-STREAMS["price"])
    wanted = GOT.books[:, :, ::-1] * np.array([-1, 1, 1, 1, 1])
    np.testing.assert_array_equal(got.books, wanted)
    np.testing.assert_array_equal(got.counters, GOT.counters)
    np.testing.assert_array_equal(got.fills, GOT.fills * np.array([-1, 1, 1, 1]))


def test_prices_may_be_shifted():
    got = changed(price=STREAMS["price"] + 1_000_000)
    there = GOT.books[..., 1:2] > 0
    shift = np.array([1_000_000, 0, 0, 0, 0])
    np.testing.assert_array_equal(got.books, GOT.books + there * shift)
    np.testing.assert_array_equal(got.counters, GOT.counters)


def test_ids_are_names_only():
    ids = STREAMS["order_id"]
    got = changed(order_id=np.where(ids > 0, 1_000_003 * ids % 2_000_003, ids))
    np.testing.assert_array_equal(got.books[..., :2], GOT.books[..., :2])
    np.testing.assert_array_equal(got.counters, GOT.counters)


def test_blocks_single_messages_and_batches_are_the_same():
    one = jax.tree.map(lambda row: row[0, :60], flows.tree(STREAMS))
    whole, trades = orderbook.run(orderbook.empty(SIZES), one, SIZES)
    step = jax.jit(orderbook.process, static_argnums=2)
    book, single = orderbook.empty(SIZES), []
    for i in range(60):
        book, done = step(book, jax.tree.map(lambda row, i=i: row[i], one), SIZES)
        single.append(done)
    jax.tree.map(np.testing.assert_array_equal, book, whole)
    jax.tree.map(lambda row, *ones: np.testing.assert_array_equal(row, ones), trades, *single)
    np.testing.assert_array_equal(trades.quantity, GOT.numbers[0, :60, 0])  # and vmap's


@pytest.mark.slow
def test_nothing_depends_on_the_compiler():
    one = jax.tree.map(lambda row: row[0, :60], flows.tree(STREAMS))
    step = jax.jit(orderbook.process, static_argnums=2)
    with jax.disable_jit():
        bare, _ = orderbook.process(
            orderbook.empty(SIZES), jax.tree.map(lambda row: row[0], one), SIZES
        )
    first, _ = step(orderbook.empty(SIZES), jax.tree.map(lambda row: row[0], one), SIZES)
    jax.tree.map(np.testing.assert_array_equal, bare, first)
