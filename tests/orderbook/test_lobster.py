"""LOBSTER's files become the messages they mean."""

import gzip

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.orderbook import Kind, Sizes, depth
from jaxenvs.orderbook.lobster import Options, load, read_rows, replay, to_flow, write_rows
from tests.orderbook.lobster_files import BOOK, MESSAGES, put
from tests.orderbook.lobster_play import SIZES, played


def columns(flow):
    """Kind, side, price, quantity and id of every message."""
    names = ("kind", "side", "price", "quantity", "order_id")
    return np.stack([getattr(flow.messages, name) for name in names], axis=1).tolist()


def row(time, kind, order_id, size, price, direction=1):
    return f"{time},{kind},{order_id},{size},{price},{direction}\n"


def alone(folder, text, options=None):
    """The flow of a file of messages without order books."""
    path = folder / "a.csv"
    path.write_text(text)
    return load(path, options)


def test_every_type_of_row(tmp_path):
    flow = load(put(tmp_path, MESSAGES, BOOK))
    day = flow.days[0]
    assert (day.symbol, day.date, day.begin, day.end) == ("TEST", "2012-06-21", 34200, 37800)
    assert day.rows == (4, 1, 1, 1, 1, 1, 3)
    assert (day.levels, day.first_id, day.largest_id) == (2, 5, 8)
    assert columns(flow) == [
        [Kind.LIMIT, 1, 58533, 18, 5],
        [Kind.LIMIT, 1, 58532, 18, 6],
        [Kind.LIMIT, -1, 58553, 18, 7],
        [Kind.REDUCE, 1, 58533, 8, 5],
        [Kind.IOC, 1, 58553, 5, 0],  # sold by a resting order, hence bought by the incoming one
        [Kind.CANCEL, 1, 58532, 18, 6],
        [Kind.LIMIT, 1, 58534, 50, 8],
    ]
    assert flow.row.tolist() == [0, 1, 2, 4, 5, 10, 11]
    assert all(leaf.dtype in (np.int32, np.bool_) for leaf in jax.tree.leaves(flow))


def test_times_are_exact_to_the_nanosecond(tmp_path):
    rng = np.random.default_rng(0)
    seconds = np.sort(rng.integers(0, 86_400, 3000))
    parts = rng.integers(0, 10**9, 3000)
    order = np.lexsort((parts, seconds))
    seconds, parts = seconds[order], parts[order]
    decimals = rng.integers(1, 10, 3000)
    parts -= parts % 10 ** (9 - decimals)
    parts = parts[order := np.lexsort((parts, seconds))]
    texts = [f"{s}.{p:09d}".rstrip("0").rstrip(".") for s, p in zip(seconds, parts, strict=True)]
    text = "".join(row(t, 1, i + 1, 1, 100) for i, t in enumerate(texts))
    flow = alone(tmp_path, text)
    np.testing.assert_array_equal(flow.seconds, seconds[order])
    np.testing.assert_array_equal(flow.nanoseconds, parts)


def test_the_tape_has_what_never_was_in_the_book(tmp_path):
    tape = load(put(tmp_path, MESSAGES, BOOK)).tape
    assert tape.kind.tolist() == [5, 6]
    assert tape.row.tolist() == [3, 6]
    assert (tape.price.tolist(), tape.part.tolist()) == ([58544, 58533], [50, 0])
    assert tape.quantity.tolist() == [40, 300]


def test_nothing_matches_while_trading_is_halted(tmp_path):
    text = (
        row(1, 1, 1, 5, 1000, -1)
        + row(2, 7, 0, 0, -1, -1)
        + row(3, 1, 2, 5, 1100, 1)
        + row(3, 4, 1, 5, 1000, -1)
        + row(4, 7, 0, 0, 0, -1)
        + row(5, 3, 2, 5, 1100, 1)
        + row(6, 7, 0, 0, 1, -1)
        + row(7, 1, 3, 5, 900, 1)
    )
    flow = alone(tmp_path, text)
    assert flow.messages.kind.tolist() == [Kind.LIMIT, Kind.POST_ONLY, Kind.CANCEL, Kind.LIMIT]
    assert flow.halted.tolist() == [False, True, True, False]
    assert flow.days[0].halted == 1
    _, trades = played(flow)
    assert trades.quantity.sum() == 0


@pytest.mark.parametrize("merge", [True, False])
def test_executions_of_one_time_are_one_order(tmp_path, merge):
    text = (
        row(1, 1, 1, 5, 1000, -1)
        + row(1, 1, 2, 6, 1100, -1)
        + row(1, 1, 3, 7, 900, 1)
        + row(2, 4, 1, 5, 1000, -1)
        + row(2, 5, 0, 3, 1050)
        + row(2, 4, 2, 4, 1100, -1)
        + row(2, 4, 3, 1, 900, 1)
        + row(3, 4, 3, 1, 900, 1)
    )
    flow = alone(tmp_path, text, Options(merge=merge))
    sweep = [[Kind.IOC, 1, 11, 9, 0]] if merge else [[3, 1, 10, 5, 0], [3, 1, 11, 4, 0]]
    sells = [[Kind.IOC, -1, 9, 1, 0]] * 2
    assert columns(flow)[3:] == sweep + sells
    assert flow.days[0].merged == (1 if merge else 0)
    book, _ = played(flow)
    assert depth(book, 1)[:, 0].tolist() == [[9, 5], [11, 2]]


@pytest.mark.parametrize(
    ("policy", "kinds", "left", "counts"),
    [
        ("strict", [6, 7, 6], 18, (3, 0, 0)),
        ("initial", [7, 0, 7], 9, (3, 2, 1)),
        ("drop", [0, 0, 0], 18, (3, 0, 3)),
    ],
)
def test_cancels_of_orders_that_nobody_knows(tmp_path, policy, kinds, left, counts):
    """Of a level that was there before: its aggregate; elsewhere: none. Never another order."""
    messages = row(1, 5, 0, 1, 1000) + row(2, 3, 77, 4, 900) + row(3, 2, 78, 4, 800)
    messages += row(4, 3, 79, 5, 900)
    book = "".join(f"1100,7,900,{size}\n" for size in (18, 14, 14, 9))
    flow = load(put(tmp_path, messages, book), Options(unknown=policy))
    day = flow.days[0]
    assert flow.messages.kind.tolist() == kinds
    assert (day.unknown, day.redirected, day.dropped) == counts
    after, trades = played(flow)
    assert depth(after, 1)[:, 0].tolist() == [[9, left], [11, 7]]
    assert int(after.counters[1]) == (3 if policy == "strict" else 0)
    assert trades.count.sum() == 0


def test_the_first_book_is_the_one_before_the_first_row(tmp_path):
    """JAX-LOB plays the first message into the book that already has it."""
    flow = load(
        put(tmp_path, row(1, 1, 5, 3, 900) + row(2, 3, 5, 3, 900), "1100,7,900,4\n1100,7,900,1\n")
    )
    assert depth(flow.book(0, SIZES), 1)[:, 0].tolist() == [[9, 1], [11, 7]]


def test_known_orders_keep_their_places_at_the_start_of_a_window(tmp_path):
    messages = row(1, 5, 0, 1, 1000) + row(2, 1, 1, 3, 900) + row(2, 1, 2, 4, 900)
    messages += row(3, 2, 1, 1, 900) + row(61, 3, 2, 4, 900)
    book = "".join(f"1100,7,900,{size}\n" for size in (10, 13, 17, 16, 12))
    path = put(tmp_path, messages, book)
    flow = load(path, Options(window_seconds=60))
    assert flow.start[:2].tolist() == [0, 3]
    ids, sizes = flow.initial.order_id[1, :4], flow.initial.quantity[1, :4]
    assert [ids.tolist(), sizes.tolist()] == [[1, 3, 4, 2], [10, 2, 4, 7]]
    flow = load(path, Options(window_messages=3, initial="aggregate"))
    assert flow.start.tolist() == [0, 3]
    assert flow.initial.quantity[1, :2].tolist() == [16, 7]
    assert flow.messages.kind[3] == Kind.REDUCE  # from the one order that the level is now


def test_windows_cover_the_day_to_its_end(tmp_path):
    text = "".join(row(t, 1, i + 1, 1, 100) for i, t in enumerate(range(34_200, 57_600, 100)))
    text += row(57_600, 6, -2, 10, 100)
    path = tmp_path / "A_2020-01-02_34200000_57600000_message_0.csv"
    path.write_text(text)
    flow = load(path, Options(window_seconds=1800))
    assert flow.opened.tolist() == list(range(34_200, 57_600, 1800))
    assert len(flow.start) == 13
    assert (flow.stop - flow.start).tolist() == [18] * 13
    assert flow.start[0] == 0
    assert flow.stop[-1] == len(flow.row) == 234
    flow = load(path, Options(window_messages=100))
    assert (flow.stop - flow.start).tolist() == [100, 100, 34]


def test_prices_off_the_tick_are_counted(tmp_path):
    flow = alone(tmp_path, row(1, 1, 1, 5, 1050) + row(1, 1, 2, 5, 1100) + row(1, 5, 0, 5, 1150))
    assert flow.days[0].off_tick == 1
    assert flow.messages.price.tolist() == [10, 11]
    assert alone(tmp_path, row(1, 1, 1, 5, 1050), Options(tick_size=50)).messages.price[0] == 21


def test_several_days_and_symbols_in_one_array(tmp_path):
    texts = {
        "B_2020-01-02": row(34_200, 1, 9, 5, 1000),
        "A_2020-01-03": row(34_200, 1, 8, 5, 1000) + row(34_201, 3, 8, 5, 1000),
        "A_2020-01-02": row(34_200, 1, 7, 5, 1000) + row(34_200.5, 5, 0, 1, 1000),
    }
    for name, text in texts.items():
        path = tmp_path / f"{name}_34200000_34260000_message_5.csv.gz"
        path.write_bytes(gzip.compress(text.encode()))
    flow = load(tmp_path, Options(window_seconds=30))
    names = [(day.symbol, day.date) for day in flow.days]
    assert names == [("A", "2020-01-02"), ("A", "2020-01-03"), ("B", "2020-01-02")]
    assert flow.day.tolist() == [0, 0, 1, 1, 2, 2]
    assert flow.start.tolist() == [0, 1, 1, 3, 3, 4]
    assert flow.stop.tolist() == [1, 1, 3, 3, 4, 4]
    assert flow.messages.order_id.tolist() == [1, 1, 1, 1]
    assert flow.tape.day.tolist() == [0]
    on_device = jax.tree.map(jnp.asarray, flow)
    assert on_device.days == flow.days


def test_a_book_that_is_too_large_is_said_so(tmp_path):
    flow = load(put(tmp_path, row(1, 5, 0, 1, 1000), "1100,7,900,1,1200,1,800,1\n"))
    assert flow.largest_book() == 2
    small = Sizes(capacity=2, fills=0)
    assert flow.book(0, small).count.tolist() == [2, 2]
    flow = load(
        put(tmp_path, row(1, 5, 0, 1, 9), "11,7,9,1,12,1,8,1,13,1,7,1\n"), Options(tick_size=1)
    )
    with pytest.raises(ValueError, match=r"sizes\.capacity: expected 3 or more"):
        flow.book(0, small)
    with pytest.raises(IndexError, match="window: expected 0 to 0, got 1"):
        flow.book(1, small)


def test_files_are_written_as_they_were_read(tmp_path):
    path = put(tmp_path, MESSAGES, BOOK)
    rows = read_rows(path)
    (tmp_path / "packed").mkdir()
    for packed in (True, False):
        first, second = write_rows(tmp_path / "packed", rows, packed=packed)
        unpack = gzip.decompress if packed else bytes
        assert second is not None
        assert unpack(first.read_bytes()).decode() == MESSAGES
        assert unpack(second.read_bytes()).decode() == BOOK


def test_a_replay_says_where_it_leaves_the_file(tmp_path):
    rows = read_rows(put(tmp_path, MESSAGES, BOOK))
    assert replay(rows, sizes=SIZES).exact
    # A level that came into sight without a row, as files of few levels have it.
    lines = BOOK.splitlines()
    lines[-1] = lines[-1].replace("5853300,10", "5853300,17")
    played = replay(read_rows(put(tmp_path, MESSAGES, "\n".join(lines))), sizes=SIZES)
    assert played.compared == 7
    np.testing.assert_allclose(played.matched, [[1, 6 / 7], [1, 1]])
    assert to_flow([rows]).days[0].crossed == 0
