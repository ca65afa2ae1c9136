"""Event rows and plain files of orders."""

import re

import numpy as np
import pytest

from jaxenvs.orderbook import Kind, depth
from jaxenvs.orderbook.lobster import FlowError, Options, read_events, read_orders, to_flow
from tests.orderbook.lobster_play import SIZES, played

EVENTS = """\
time,event,id,side,price,quantity,new_id
34200.5,A,101,S,10.01,30,
34200.5,A,102,S,10.02,40,
34201,A,103,B,9.99,20,
34202,E,101,,,30,
34202,E,102,,,5,
34203,X,102,,,5,
34204,U,103,,10.00,25,104
34205,D,102,,,,
34206,D,50,B,9.98,7,
"""
ORDERS = """\
time,action,id,side,price,quantity,owner,display,remark
1,limit,7,sell,10.01,30,0,,
2,post_only,8,sell,10.02,40,3,,
3,limit,9,buy,9.99,20,,,"a, b"
4,ioc,,buy,10.01,35,,,
5,reduce,8,,,5,,,
6,modify,9,,9.98,10,,,
7,market,,sell,,4,,,
8,fok,,buy,10.02,99,,,
9,cancel,8,,,,,,
"""


def test_event_rows(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(EVENTS)
    rows = read_events(path, symbol="X", date="2020-01-02")
    assert rows.kind.tolist() == [1, 1, 1, 4, 4, 2, 3, 1, 3, 3]
    flow = to_flow([rows])
    kinds = [Kind.LIMIT] * 3 + [Kind.IOC, Kind.REDUCE, Kind.CANCEL, Kind.LIMIT, Kind.CANCEL, 0]
    assert flow.messages.kind.tolist() == kinds
    assert flow.messages.quantity.tolist() == [30, 40, 20, 35, 5, 20, 25, 30, 0]
    book, trades = played(flow)
    assert trades.quantity.sum() == 35
    assert depth(book, 1)[:, 0].tolist() == [[1000, 25], [0, 0]]
    assert (flow.days[0].symbol, flow.days[0].unknown) == ("X", 1)


def test_files_of_orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    flow = read_orders(path)
    assert flow.messages.kind.tolist() == [1, 5, 1, 3, 7, 8, 2, 4, 6]
    assert flow.messages.order_id.tolist() == [1, 2, 3, 0, 2, 3, 0, 0, 2]
    assert flow.messages.owner.tolist() == [0, 3, 0, 0, 0, 0, 0, 0, 0]
    book, trades = played(flow)
    assert trades.quantity.tolist() == [0, 0, 0, 30, 0, 0, 4, 0, 0]
    assert depth(book, 1)[:, 0].tolist() == [[998, 6], [0, 0]]
    windows = read_orders(path, Options(window_messages=5))
    ahead, _ = played(windows)
    first = windows.book(1, SIZES)
    for name in ("price", "quantity", "order_id", "owner"):
        np.testing.assert_array_equal(getattr(first, name), getattr(ahead, name))
    assert first.owner[1, 0] == 3


def test_icebergs_of_a_file(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("time,action,id,side,price,quantity,display\n1,ICEBERG,1,B,0.5,100,10\n")
    flow = read_orders(path)
    assert flow.messages.display.tolist() == [10]
    path.write_text(path.read_text() + "2,cancel,1,,,,\n")
    with pytest.raises(FlowError, match="no windows for a file with icebergs, got 2"):
        read_orders(path, Options(window_messages=1))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("34201,A", "34200,A", "row 4, column 1 (time): expected a time not before"),
        (",X,", ",Q,", "row 7, column 2 (event): expected a or x or d or e or u, got 'Q'"),
        ("A,103", "A,102", "row 4, column 3 (id): expected an id that no order had before"),
        ("D,102", "D,101", "row 9, column 3 (id): expected the id of an order that rests"),
        ("9.99", "9.99999", "row 4, column 5 (price): expected a price above 0 with up to 4"),
        ("E,102,,,5", "E,102,,,50", "row 6, column 6 (quantity): expected a whole number from 1"),
        ("D,50,B", "D,50,", "row 10, column 4 (side): expected b or s"),
        ("25,104", "25,101", "row 8, column 7 (new_id): expected an id that no order had before"),
        ("D,102,,,,", "D,102,,,", "row 9, column 7: expected 7 columns, as in the header"),
        ("time,", "when,", "row 1: expected a column time, got 'when, event"),
        ("new_id", "side", "row 1, column 7: expected every column once, got 'side'"),
    ],
)
def test_errors_of_event_rows(tmp_path, old, new, where):
    assert old in EVENTS
    path = tmp_path / "events.csv"
    path.write_text(EVENTS.replace(old, new))
    with pytest.raises(FlowError, match=re.escape(f"{path}: {where}")):
        read_events(path)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("fok", "foc", "row 9, column 2 (action): expected limit or market"),
        ("9.98", "9.985", "row 7, column 5 (price): expected a multiple of the tick, 100 / 10000"),
        ("cancel,8", "cancel,88", "row 10, column 3 (id): expected the id of an order in a row"),
        ("40,3", "40,-3", "row 3, column 7 (owner): expected a whole number from 0 to 1,023"),
    ],
)
def test_errors_of_files_of_orders(tmp_path, old, new, where):
    assert old in ORDERS
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS.replace(old, new))
    with pytest.raises(FlowError, match=re.escape(where)):
        read_orders(path)


def test_other_bytes_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    for data in (b"", b"time,\xff\n", b'time,action,side,price,quantity,id\n"1,2\n'):
        path.write_bytes(data)
        with pytest.raises(FlowError, match=r"a\.csv"):
            read_orders(path)
