"""Messages a second through order books, beside other engines on the same messages.

python -m benchmarks.orderbook --json benchmarks/orderbook.json
    Rows in the file that are not measured again are kept; the page gets all of them.
    --books, --capacities: of ours; none: --capacities without numbers.
    --jax-lob DIR: a checkout of KangOxford/jax-lob that runs on today's JAX, where match_bid_order
        and match_ask_order look up the next order on the side after the fill (as they stand, a
        sweep stops behind the first order).
    --engines DIR: where pip --target installed limit-order-book and lightmatchingengine.

Half of the messages are limit orders, two fifths cancels, the rest marketable orders that take some
two resting orders each. Every figure is the best of several runs.
"""

import argparse
import importlib
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.pages import placed
from jaxenvs import orderbook
from jaxenvs.orderbook import Kind, Message, Sizes
from jaxenvs.orderbook.reference import ReferenceBook

PAGE = pathlib.Path(__file__).parents[1] / "docs" / "performance.md"
MARKS = ("<!-- orderbook: begin -->", "<!-- orderbook: end -->")
LENGTHS = {1: 2000, 256: 100, 2048: 20}  # messages of each book, by the number of books
CAPACITIES = (32, 64, 128, 256, 512, 1024)
PEER_CAPACITY = 128
REPEATS = 7


def flow(books: int, length: int) -> dict[str, np.ndarray]:
    """Messages, [books, length]."""
    rng = np.random.default_rng(0)
    shape = books, length
    draw, side = rng.random(shape), rng.choice([1, -1], shape)
    kind = np.where(draw < 0.5, Kind.LIMIT, np.where(draw < 0.92, Kind.CANCEL, Kind.IOC))
    crosses = kind == Kind.IOC
    price = np.where(crosses, 10_000 + side * 20, 10_000 - side * rng.geometric(0.25, shape))
    quantity = rng.integers(1, 100, shape) * np.where(crosses, 2, 1)
    number = np.arange(length) + 1
    order_id = np.where(
        kind == Kind.CANCEL, np.maximum(number - 1 - rng.geometric(0.03, shape), 1), number
    )
    side = np.where(kind == Kind.CANCEL, np.take_along_axis(side, order_id - 1, axis=1), side)
    names = ("kind", "side", "price", "quantity", "order_id")
    return dict(zip(names, (kind, side, price, quantity, order_id), strict=True))


def measured(
    name: str, program: Callable[..., Any], arguments: Any, messages: int, repeats: int = REPEATS
) -> dict:
    """Compiles a program and runs it on `arguments`; rates are messages a second."""
    started = time.process_time()
    run = jax.jit(program).lower(*arguments).compile()
    compiled = time.process_time() - started
    jax.block_until_ready(run(*arguments))
    cpu, wall = [], []
    for _ in range(repeats):
        start = time.process_time(), time.perf_counter()
        jax.block_until_ready(run(*arguments))
        cpu.append(time.process_time() - start[0])
        wall.append(time.perf_counter() - start[1])
    row = {"name": name, "cpu": messages / min(cpu), "wall": messages / min(wall)}
    print(row | {"compile": compiled}, flush=True)
    return row | {"compile": compiled}


def ours(books: int, capacity: int) -> dict:
    """This engine with `books` books."""
    sizes, length = Sizes(capacity=capacity), LENGTHS[books]
    messages = orderbook.message(**flow(books, length))
    start = jax.tree.map(
        lambda row: jnp.broadcast_to(row, (books, *row.shape)), orderbook.empty(sizes)
    )

    def play(book: orderbook.Book, rows: Message) -> Any:
        return orderbook.run(book, rows, sizes)

    many = jax.vmap(play)
    if books == 1:  # without the axis
        many, start, messages = play, *jax.tree.map(lambda row: row[0], (start, messages))
    row = measured("jaxenvs", many, (start, messages), books * length)
    return row | {"books": books, "capacity": capacity}


def jax_lob(books: int, folder: str) -> dict:
    """JAX-LOB on the same messages; its marketable orders are limit orders."""
    sys.path.insert(0, folder)
    theirs = importlib.import_module("gymnax_exchange.jaxob.JaxOrderBookArrays")
    one, length = flow(books, LENGTHS[books]), LENGTHS[books]
    kind = np.where(one["kind"] == Kind.CANCEL, 2, 1)
    number = np.broadcast_to(np.arange(length), kind.shape)
    columns = [kind, one["side"], one["quantity"], one["price"], one["order_id"]]
    columns += [one["order_id"], number, 0 * number]
    rows = jnp.asarray(np.stack(columns, axis=-1), jnp.int32)
    empty = jnp.full((books, PEER_CAPACITY, 6), -1, jnp.int32)
    many, arguments = jax.vmap(theirs.scan_through_entire_array), (rows, (empty, empty, empty))
    if books == 1:
        many = theirs.scan_through_entire_array
        arguments = jax.tree.map(lambda row: row[0], arguments)
    with jax.numpy_dtype_promotion("standard"):
        row = measured("JAX-LOB, its sweep corrected", many, arguments, books * length, 2)
    return row | {"books": books, "capacity": PEER_CAPACITY}


def on_the_host(name: str, make: Callable[[], Callable[[dict[str, int]], Any]]) -> dict:
    """An engine that takes one message after the other from Python."""
    one = flow(1, LENGTHS[1])
    rows = [{field: int(row[0, i]) for field, row in one.items()} for i in range(LENGTHS[1])]
    rates = []
    for _ in range(REPEATS):
        take, start = make(), time.process_time()
        for row in rows:
            take(row)
        rates.append(len(rows) / (time.process_time() - start))
    print(name, max(rates), flush=True)
    return {"name": name, "cpu": max(rates), "wall": max(rates), "books": 1, "capacity": None}


def reference() -> Callable[[dict[str, int]], Any]:
    """Our rules in plain Python."""
    book = ReferenceBook()
    return lambda row: book.process(**row)


def limit_order_book() -> Callable[[dict[str, int]], Any]:
    """limit-order-book; it has no IOC orders, so these are market orders."""
    book = importlib.import_module("limit_order_book").LimitOrderBook()

    def take(row: dict[str, int]) -> None:
        buys = row["side"] > 0
        if row["kind"] == Kind.CANCEL:
            if book.has(row["order_id"]):
                book.cancel(row["order_id"])
        elif row["kind"] == Kind.IOC:
            (book.market_buy if buys else book.market_sell)(row["order_id"], row["quantity"])
        else:
            add = book.limit_buy if buys else book.limit_sell
            add(row["order_id"], row["quantity"], row["price"])

    return take


def lightmatchingengine() -> Callable[[dict[str, int]], Any]:
    """lightmatchingengine; it fails on cancels of filled orders, so these are left out."""
    package = importlib.import_module("lightmatchingengine.lightmatchingengine")
    engine, orders = package.LightMatchingEngine(), {}

    def take(row: dict[str, int]) -> None:
        if row["kind"] == Kind.CANCEL:
            order = orders.pop(row["order_id"], None)
            if order is not None and order.leaves_qty > 0:
                engine.cancel_order(order.order_id, "X")
            return
        side = 1 if row["side"] > 0 else 2
        order, _ = engine.add_order("X", row["price"], row["quantity"], side)
        if row["kind"] == Kind.LIMIT:
            orders[row["order_id"]] = order
        elif order.leaves_qty > 0:
            engine.cancel_order(order.order_id, "X")

    return take


def table(rows: list[dict]) -> str:
    """The figures as two tables: engines by books, and ours by capacity."""

    def rate(row: dict | None) -> str:
        return "" if row is None else f"{row['cpu'] / 1e3:,.1f}"

    names = list(dict.fromkeys(row["name"] for row in rows))
    by = {(row["name"], row["books"], row["capacity"]): row for row in rows}
    head = " | ".join(f"{books:,} books" if books > 1 else "1 book" for books in LENGTHS)
    lines = [
        f"| thousand messages per CPU-second | {head} | compile CPU-s |",
        "| --- " + "| ---: " * 4 + "|",
    ]
    for name in names:
        mine = [by.get((name, books, PEER_CAPACITY)) for books in LENGTHS]
        if not any(mine):
            mine = [by.get((name, books, None)) for books in LENGTHS]
        seconds = [row["compile"] for row in mine if row and "compile" in row]
        spent = f"{min(seconds):.1f} to {max(seconds):.1f}" if seconds else ""
        lines.append(f"| {name} | {' | '.join(map(rate, mine))} | {spent} |")
    lines += ["", f"| jaxenvs, orders a side | {head} |", "| --- " + "| ---: " * 3 + "|"]
    for capacity in CAPACITIES:
        mine = [by.get(("jaxenvs", books, capacity)) for books in LENGTHS]
        if any(mine):
            lines.append(f"| {capacity:,} | {' | '.join(map(rate, mine))} |")
    return "\n".join(lines)


def main() -> None:
    """Measures, writes the figures, and puts them on the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=pathlib.Path, required=True)
    parser.add_argument("--jax-lob")
    parser.add_argument("--engines")
    parser.add_argument("--books", type=int, nargs="*", default=list(LENGTHS))
    parser.add_argument("--capacities", type=int, nargs="*", default=CAPACITIES)
    options = parser.parse_args()
    rows = [ours(books, capacity) for capacity in options.capacities for books in options.books]
    if options.jax_lob:
        rows += [jax_lob(books, options.jax_lob) for books in options.books]
    if options.engines:
        sys.path.insert(0, options.engines)
        rows.append(on_the_host("rules in plain Python", reference))
        rows.append(on_the_host("limit-order-book (C++)", limit_order_book))
        rows.append(on_the_host("lightmatchingengine (Python)", lightmatchingengine))
    before = json.loads(options.json.read_text()) if options.json.exists() else []
    known = {(row["name"], row["books"], row["capacity"]): row for row in before + rows}
    rows = list(known.values())
    options.json.write_text(json.dumps(rows, indent=1) + "\n")
    PAGE.write_text(placed(PAGE.read_text(), MARKS, table(rows)))


if __name__ == "__main__":
    main()
