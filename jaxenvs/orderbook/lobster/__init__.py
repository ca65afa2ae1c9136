"""LOBSTER's files, and other records of orders, as messages for the engine.

flow = load("data/")  # a folder of *_message_*.csv[.gz] with *_orderbook_*.csv[.gz] beside them
book = flow.book(0, sizes)
book, trades = run(book, flow.part(0), sizes)
"""

from jaxenvs.orderbook.lobster.convert import Options
from jaxenvs.orderbook.lobster.events import read_events
from jaxenvs.orderbook.lobster.faults import FlowError
from jaxenvs.orderbook.lobster.flow import Day, Flow, Tape
from jaxenvs.orderbook.lobster.loading import load, to_flow
from jaxenvs.orderbook.lobster.orders import read_orders
from jaxenvs.orderbook.lobster.report import Replay, replay
from jaxenvs.orderbook.lobster.rows import Rows, read_rows
from jaxenvs.orderbook.lobster.writing import write_rows

__all__ = [
    "Day",
    "Flow",
    "FlowError",
    "Options",
    "Replay",
    "Rows",
    "Tape",
    "load",
    "read_events",
    "read_orders",
    "read_rows",
    "replay",
    "to_flow",
    "write_rows",
]
