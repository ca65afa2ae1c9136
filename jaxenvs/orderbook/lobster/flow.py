"""Recorded flow for the engine: messages, windows into them, and the book each starts with."""

import dataclasses
import functools

import jax
import numpy as np

from jaxenvs.orderbook.matching import run
from jaxenvs.orderbook.records import Book, Message, Sizes, empty
from jaxenvs.struct import PyTree, static


@dataclasses.dataclass(frozen=True, kw_only=True)
class Day:
    """What is known of one day of one symbol."""

    symbol: str
    date: str
    """2012-06-21; empty if unknown."""
    begin: int
    """Seconds after midnight."""
    end: int
    levels: int
    """Levels in the file of order books; 0 without one."""
    tick_size: int
    """What a tick is in the file's unit; 100 is a cent."""
    first_id: int
    """The first id of orders of the file; those below stand for what was in the book before."""
    largest_id: int
    """The largest id there is, so that ids above it are free."""
    rows: tuple[int, ...]
    """Rows of the types 1 to 7."""
    merged: int
    """Executions that are part of a message with others."""
    off_tick: int
    """Rows of types 1 to 4 whose price is no multiple of the tick; it was rounded down."""
    unknown: int
    """Cancels of orders that are neither in the window nor in the book it starts with."""
    redirected: int
    """Those of them that now take from what was in the book at that price at the start."""
    dropped: int
    """Those that are messages of kind NOTHING now; with `strict`, none."""
    halted: int
    """Executions while trading was halted; they are left out."""
    crossed: int
    """Rows of the order book where the best bid is not below the best ask."""
    overfull: int
    """Levels at the start of windows with more in their orders than the file's book shows."""


@functools.partial(jax.jit, static_argnames="sizes")
def _made(orders: Message, sizes: Sizes) -> Book:
    return run(empty(sizes), orders, sizes)[0]


class Tape(PyTree):
    """Trades that never were in the visible book, of types 5 (hidden) and 6 (auctions), int32."""

    day: jax.Array
    """[T]: which of `Flow.days`."""
    row: jax.Array
    """[T]: of the file, from 0."""
    seconds: jax.Array
    """[T]."""
    nanoseconds: jax.Array
    """[T]."""
    kind: jax.Array
    """[T]: 5 or 6."""
    price: jax.Array
    """[T]: whole ticks, rounded down."""
    part: jax.Array
    """[T]: what was rounded off, in the file's unit; hidden trades are often between ticks."""
    quantity: jax.Array
    """[T]: shares. Hidden trades since 2014-07-14 do not tell who was the buyer."""


class Flow(PyTree):
    """Days of messages one after the other, with windows into them; numpy int32.

    Window w is messages[start[w] : stop[w]], of days[day[w]]. `jax.tree.map(jnp.asarray, flow)`
    puts it on a device.
    """

    messages: Message
    """[M]: of owner 0."""
    seconds: jax.Array
    """[M]: after midnight."""
    nanoseconds: jax.Array
    """[M]."""
    row: jax.Array
    """[M]: the file's row after which the book is as after this message, from 0."""
    halted: jax.Array
    """bool [M]: whether trading is halted; new orders are POST_ONLY then, as nothing matches."""
    start: jax.Array
    """[W]."""
    stop: jax.Array
    """[W]: behind the window's last message; equal to `start` if it has none."""
    day: jax.Array
    """[W]."""
    opened: jax.Array
    """[W]: the second at which the window begins."""
    first_row: jax.Array
    """[W]: the first row of the file in it; the window starts with the book before this row."""
    initial: Message
    """[W, I]: limit orders that make the book the window starts with, padded with NOTHING."""
    tape: Tape
    days: tuple[Day, ...] = static()

    def book(self, window: int, sizes: Sizes) -> Book:
        """The book that a window starts with.

        Raises `ValueError` if `sizes.capacity` is too small for it, `IndexError` if there is no
        such window.
        """
        if not 0 <= window < len(self.start):
            raise IndexError(f"window: expected 0 to {len(self.start) - 1}, got {window}")
        orders = jax.tree.map(lambda column: np.asarray(column)[window], self.initial)
        most = self.largest_book(window)
        if most > sizes.capacity:
            raise ValueError(
                f"sizes.capacity: expected {most} or more, the orders on one side of the book of "
                f"window {window}, got {sizes.capacity}"
            )
        return _made(orders, sizes)

    def largest_book(self, window: int | None = None) -> int:
        """The most orders on one side at the start of a window, or of any window."""
        side = np.asarray(self.initial.side)
        side = side if window is None else side[window : window + 1]
        counts = [(side == one).sum(axis=1).max(initial=0) for one in (1, -1)]
        return int(max(counts))

    def part(self, window: int) -> Message:
        """The messages of a window, [stop - start]."""
        span = slice(int(self.start[window]), int(self.stop[window]))
        return jax.tree.map(lambda column: column[span], self.messages)
