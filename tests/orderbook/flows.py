"""Random messages, and what the rules in plain Python make of them, message by message."""

import functools
import random
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxenvs import orderbook
from jaxenvs.orderbook import BUY, SELL, Book, Kind, Message, Sizes, Trades
from jaxenvs.orderbook.reference import ReferenceBook

STREAMS, LENGTH = 8, 1500  # of every run, so that programs are compiled once for each `Sizes`
FIELDS = ("kind", "side", "price", "quantity", "order_id", "owner", "display")
# how often each kind comes, from NOTHING to ICEBERG
MIXES = {
    "all": (1, 40, 5, 8, 4, 8, 15, 6, 12, 8),
    "takers": (0, 40, 15, 15, 15, 2, 2, 2, 2, 5),
    "cancels": (0, 45, 1, 2, 1, 5, 30, 15, 0, 2),
    "modifies": (0, 30, 2, 2, 2, 4, 2, 2, 40, 10),
    "resting": (0, 70, 2, 2, 1, 10, 5, 2, 2, 20),
}


class Wanted(NamedTuple):
    """What the rules say, with axes [streams, length] in front."""

    numbers: Any  # quantity, notional, count, rested, removed
    counters: Any
    fills: Any  # [fills, 4]: price, quantity, id and owner
    books: Any  # [2, capacity, 5]: price, quantity, id, owner, reserve
    owners: Any  # [4, owners]: bought, sold, paid, received


def messages(seed: int, mix: str, sizes: Sizes) -> dict[str, np.ndarray]:
    """Streams of messages, [streams, length]; one in twenty is not sound."""
    rng = random.Random(f"{seed} {mix}")
    rows = [[_one(rng, MIXES[mix], sizes) for _ in range(LENGTH)] for _ in range(STREAMS)]
    return {field: np.array(rows)[..., i] for i, field in enumerate(FIELDS)}


def _one(rng: random.Random, weights: tuple[int, ...], sizes: Sizes) -> tuple[int, ...]:
    kind = rng.choices(range(10), weights)[0]
    side = rng.choice((BUY, SELL))
    odd = rng.random() < 0.05
    near = round(rng.gauss(100 - side, 2.5))
    return (
        rng.choice((-1, 10, kind)) if odd else kind,
        rng.choice((0, side, side)) if odd else side,
        near,
        rng.choice((0, -1, 3)) if odd else rng.randint(1, 40 if rng.random() < 0.2 else 12),
        rng.randint(-1 if odd else 1, 2 * sizes.capacity),
        rng.choice((-1, sizes.owners)) if odd else rng.randrange(sizes.owners),
        rng.randint(0 if odd else 1, 6),
    )


def by_the_rules(streams: dict[str, np.ndarray], sizes: Sizes) -> Wanted:
    """The same messages through `ReferenceBook`s."""
    shape = streams["kind"].shape
    wanted = Wanted(
        np.zeros((*shape, 5), np.int32),
        np.zeros((*shape, 8), np.int32),
        np.zeros((*shape, sizes.fills, 4), np.int32),
        np.zeros((*shape, 2, sizes.capacity, 5), np.int32),
        np.zeros((*shape, 4, sizes.owners), np.int32),
    )
    for stream in range(shape[0]):
        book = ReferenceBook(
            sizes.capacity,
            owners=sizes.owners,
            self_trade=sizes.self_trade,
            icebergs=sizes.icebergs,
        )
        for step in range(shape[1]):
            one = {field: int(streams[field][stream, step]) for field in FIELDS}
            _write(wanted, (stream, step), book, one, sizes)
    return wanted


def _write(
    wanted: Wanted, at: tuple[int, int], book: ReferenceBook, one: dict[str, int], sizes: Sizes
) -> None:
    target = book.by_id.get(one["order_id"])  # whom a modify trades for
    report = book.process(**one)
    makers: dict[int, list[int]] = {}
    side, owner = one["side"], one["owner"]
    if one["kind"] == Kind.MODIFY and target is not None:
        side, owner = target.side, target.owner
    for fill in report.fills:
        maker = makers.setdefault(fill.maker_id, [fill.price, 0, fill.maker_id, fill.maker_owner])
        maker[1] += fill.quantity
        money = fill.price * fill.quantity
        for who, way in ((owner, side), (fill.maker_owner, -side)):
            column = 0 if way == BUY else 1
            wanted.owners[at][column, who] += fill.quantity
            wanted.owners[at][2 + column, who] += money
    notional = sum(fill.price * fill.quantity for fill in report.fills)
    wanted.numbers[at] = (report.quantity, notional, len(makers), report.rested, report.removed)
    wanted.counters[at] = book.counters
    first = list(makers.values())[: sizes.fills]
    wanted.fills[at][: len(first)] = np.array(first, np.int32).reshape(-1, 4)
    for row, way in enumerate((BUY, SELL)):
        rows = [(o.price, o.shown, o.order_id, o.owner, o.hidden) for o in book.orders(way)]
        wanted.books[at][row, : len(rows)] = np.array(rows, np.int32).reshape(-1, 5)


def tree(streams: dict[str, np.ndarray]) -> Message:
    """Streams as the engine takes them."""
    return orderbook.message(**streams)


@functools.cache
def _program(sizes: Sizes) -> Any:
    def step(book: Book, message: Message) -> tuple[Book, tuple[Any, Any, Trades]]:
        book, trades = orderbook.process(book, message, sizes)
        return book, (_listed(book), book.counters, trades)

    def play(streams: Message) -> tuple[Any, Any, Trades]:
        return jax.lax.scan(step, orderbook.empty(sizes), streams)[1]

    return jax.jit(jax.vmap(play))


def _listed(book: Book) -> Any:
    rows = (book.price, book.quantity, book.order_id, book.owner, book.reserve)
    return jax.numpy.stack(rows, axis=-1)


def by_the_engine(streams: dict[str, np.ndarray], sizes: Sizes) -> tuple[Wanted, Trades]:
    """The same messages through the engine."""
    books, counters, trades = jax.tree.map(np.asarray, _program(sizes)(tree(streams)))
    t = trades
    got = Wanted(
        np.stack([t.quantity, t.notional, t.count, t.rested, t.removed], axis=-1),
        counters,
        np.stack([t.fill_price, t.fill_quantity, t.maker_id, t.maker_owner], axis=-1),
        books,
        np.stack([t.bought, t.sold, t.paid, t.received], axis=-2),
    )
    return got, trades


def assert_equal(got: Wanted, wanted: Wanted, streams: dict[str, np.ndarray]) -> None:
    """Every number of every message; names the first message that differs."""
    for name in Wanted._fields:
        mine, theirs = getattr(got, name), getattr(wanted, name)
        axes = tuple(range(2, mine.ndim))
        wrong = np.argwhere((mine != theirs).any(axis=axes))
        if len(wrong):
            at = tuple(wrong[0])
            one = {field: int(streams[field][at]) for field in FIELDS}
            raise AssertionError(f"{name} after {one}: got {mine[at]}, expected {theirs[at]}")
