"""How far a replay follows the file: what truncation to a few levels costs."""

import dataclasses
import functools

import jax
import numpy as np

from jaxenvs.orderbook.lobster.convert import Options
from jaxenvs.orderbook.lobster.faults import FlowError
from jaxenvs.orderbook.lobster.flow import Flow
from jaxenvs.orderbook.lobster.loading import to_flow
from jaxenvs.orderbook.lobster.rows import Rows
from jaxenvs.orderbook.matching import process
from jaxenvs.orderbook.records import NUM_COUNTERS, Book, Counter, Message, Sizes
from jaxenvs.orderbook.views import depth


@dataclasses.dataclass(frozen=True)
class Replay:
    """A day's replay beside its file of order books."""

    matched: np.ndarray
    """[2, levels]: the share of messages after which price and shares of a level are those of the
    file; row 0 is bids. Levels deeper than the file's last one come into sight without a row,
    so that a file of few levels is followed near the touch alone."""
    compared: int
    """Messages."""
    counters: dict[str, int]
    """What the engine counted, by the names of `Counter`; an overflow asks for larger `sizes`."""
    traded: int
    """Shares."""
    last: np.ndarray
    """int32 [2, levels, 2]: ticks and shares of the levels at the end of the last window."""

    @property
    def exact(self) -> bool:
        """Whether every level is as in the file after every message."""
        return bool((self.matched == 1).all())


def replay(rows: Rows, options: Options | None = None, sizes: Sizes | None = None) -> Replay:
    """Plays a day through the engine, window by window, and compares the books.

    `sizes` has to hold the book; by default 512 orders a side. Raises `FlowError` if the day has
    no file of order books, `ValueError` if a window starts with more orders than fit.
    """
    if rows.book_price is None or rows.book_size is None:
        raise FlowError(f"{rows.file}: expected a file of order books beside it")
    sizes = Sizes(capacity=512, fills=0) if sizes is None else sizes
    flow = to_flow([rows], options)
    tick = flow.days[0].tick_size
    wanted = np.stack([rows.book_price // tick, rows.book_size], axis=-1)
    most = int((flow.stop - flow.start).max(initial=1))
    length = 1 << (most - 1).bit_length()  # few lengths, so that programs are used again
    equal = np.zeros((2, rows.levels))
    compared, traded, counters = 0, 0, np.zeros(NUM_COUNTERS, np.int64)
    last = np.zeros((2, rows.levels, 2), np.int32)
    for window in range(len(flow.start)):
        book, (levels, shares) = _play(
            flow.book(window, sizes), _padded(flow, window, length), sizes, rows.levels
        )
        count = int(flow.stop[window] - flow.start[window])
        found = np.asarray(levels)[:count]
        at = np.asarray(flow.row[int(flow.start[window]) : int(flow.stop[window])])
        equal += (found == wanted[at]).all(axis=-1).sum(axis=0)
        compared, traded = compared + count, traded + int(np.asarray(shares).sum())
        counters = counters + np.asarray(book.counters)
        last = found[-1] if count else last
    names = {value: name for name, value in vars(Counter).items() if name.isupper()}
    told = {names[i]: int(value) for i, value in enumerate(counters)}
    return Replay(equal / max(compared, 1), compared, told, traded, last)


def _padded(flow: Flow, window: int, length: int) -> Message:
    """A window's messages with NOTHING behind them, so that one program serves all windows."""
    return jax.tree.map(lambda column: np.pad(column, (0, length - len(column))), flow.part(window))


@functools.partial(jax.jit, static_argnames=("sizes", "levels"))
def _play(
    book: Book, messages: Message, sizes: Sizes, levels: int
) -> tuple[Book, tuple[jax.Array, jax.Array]]:
    """The book after all messages; after each its levels, [T, 2, levels, 2], and shares traded."""

    def one(now: Book, message: Message) -> tuple[Book, tuple[jax.Array, jax.Array]]:
        now, trades = process(now, message, sizes)
        return now, (depth(now, levels), trades.quantity)

    return jax.lax.scan(one, book, messages)
