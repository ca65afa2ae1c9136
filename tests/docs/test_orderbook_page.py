"""The tables of order books are those of what was measured."""

import json

from benchmarks import orderbook


def test_the_tables_are_those_of_the_figures():
    rows = json.loads((orderbook.PAGE.parents[1] / "benchmarks" / "orderbook.json").read_text())
    assert orderbook.table(rows) in orderbook.PAGE.read_text()
