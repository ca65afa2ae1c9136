"""Limit order books: matching by price and time, for one book or thousands; no RL in here.

sizes = Sizes(capacity=128)
book, trades = process(empty(sizes), message(Kind.LIMIT, side=BUY, price=100, quantity=5), sizes)
book, trades = run(book, messages, sizes)  # a scan
"""

from jaxenvs.orderbook.checks import check_messages
from jaxenvs.orderbook.matching import process, run
from jaxenvs.orderbook.records import (
    BUY,
    SELL,
    Book,
    Counter,
    Kind,
    Message,
    Sizes,
    Trades,
    empty,
    message,
)
from jaxenvs.orderbook.views import best, depth

__all__ = [
    "BUY",
    "SELL",
    "Book",
    "Counter",
    "Kind",
    "Message",
    "Sizes",
    "Trades",
    "best",
    "check_messages",
    "depth",
    "empty",
    "message",
    "process",
    "run",
]
