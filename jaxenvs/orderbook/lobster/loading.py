"""Files of one or more days and symbols, as one flow."""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxenvs.orderbook.lobster.convert import Converted, Options, convert
from jaxenvs.orderbook.lobster.faults import FlowError
from jaxenvs.orderbook.lobster.flow import Day, Flow, Tape
from jaxenvs.orderbook.lobster.initial import Resting
from jaxenvs.orderbook.lobster.rows import CROSS, HIDDEN, Rows, find_files, read_rows
from jaxenvs.orderbook.records import Kind, Message

_FIELDS = ("kind", "side", "price", "quantity", "order_id", "owner", "display")
_LARGEST = 2**31 - 1


def load(files: Path | str | Iterable[Path | str], options: Options | None = None) -> Flow:
    """Reads LOBSTER's files: one of messages, several, or a folder of them.

    The order book of a file of messages is found by its name, which has `_orderbook_` for
    `_message_`; both may be packed (.gz). Days come in the order given, those of a folder in the
    order of their names, that is by symbol, then date.

    Raises `FlowError` that names file, row and column.
    """
    places = [files] if isinstance(files, Path | str) else list(files)
    paths = [path for place in places for path in find_files(place)]
    if not paths:
        raise FlowError("files: expected one file of messages or more, got none")
    return to_flow([read_rows(path) for path in paths], options)


def to_flow(days: Sequence[Rows], options: Options | None = None) -> Flow:
    """Converts days that were read before, in their order. Raises as `load`."""
    options = Options() if options is None else options
    return assembled(days, [convert(rows, options) for rows in days], options.tick_size)


def assembled(days: Sequence[Rows], parts: Sequence[Converted], tick_size: int) -> Flow:
    """One flow of several days that were converted. Raises `FlowError` if they are too many."""
    before = np.cumsum([0, *(len(part.row) for part in parts)])
    if before[-1] > _LARGEST:
        raise FlowError(f"files: expected fewer than {_LARGEST:,} messages, got {before[-1]:,}")
    table = np.zeros((len(_FIELDS), before[-1]), np.int32)
    for part, at in zip(parts, before[:-1], strict=True):
        table[: len(part.columns), at : at + len(part.row)] = part.columns
    numbers = range(len(days))
    return Flow(
        messages=_message(table),
        seconds=_joined([d.seconds[p.row] for d, p in zip(days, parts, strict=True)]),
        nanoseconds=_joined([d.nanoseconds[p.row] for d, p in zip(days, parts, strict=True)]),
        row=_joined([p.row for p in parts]),
        halted=_joined([p.halted for p in parts], np.bool_),
        start=_joined([p.start + at for p, at in zip(parts, before, strict=False)]),
        stop=_joined([p.stop + at for p, at in zip(parts, before, strict=False)]),
        day=_joined([np.full(len(p.start), i) for i, p in zip(numbers, parts, strict=True)]),
        opened=_joined([p.opened for p in parts]),
        first_row=_joined([p.first_row for p in parts]),
        initial=initial_orders([book for part in parts for book in part.books]),
        tape=_tape(days, tick_size),
        days=tuple(_day(d, p, tick_size) for d, p in zip(days, parts, strict=True)),
    )


def initial_orders(books: Sequence[Sequence[Resting]]) -> Message:
    """Limit orders [W, I] that make these books in an empty one, padded with NOTHING."""
    most = max((len(book) for book in books), default=0)
    most = max(8, 1 << max(most - 1, 0).bit_length())  # few lengths, so that programs are reused
    table = np.zeros((len(_FIELDS), len(books), most), np.int32)
    for w, book in enumerate(books):
        for i, order in enumerate(book):
            one = (order.side, order.price, order.quantity, order.order_id, order.owner)
            table[:6, w, i] = Kind.LIMIT, *one
    return _message(table)


def _message(table: np.ndarray) -> Message:
    return Message(**dict(zip(_FIELDS, table, strict=True)))


def _joined(parts: Sequence[np.ndarray], dtype: type = np.int32) -> Any:
    """One array of numpy's, which stands where records have arrays of JAX."""
    return np.concatenate(parts).astype(dtype)


def _tape(days: Sequence[Rows], tick_size: int) -> Tape:
    columns: dict[str, list[np.ndarray]] = {field.name: [] for field in dataclasses.fields(Tape)}
    for i, rows in enumerate(days):
        at = np.flatnonzero((rows.kind == HIDDEN) | (rows.kind == CROSS))
        price = rows.price[at]
        columns["day"].append(np.full(len(at), i))
        columns["row"].append(at)
        columns["seconds"].append(rows.seconds[at])
        columns["nanoseconds"].append(rows.nanoseconds[at])
        columns["kind"].append(rows.kind[at])
        # Prices of more ticks than int32 holds can only be those of auctions.
        columns["price"].append(np.minimum(price // tick_size, _LARGEST))
        columns["part"].append(price % tick_size)
        columns["quantity"].append(rows.size[at])
    return Tape(**{name: _joined(parts) for name, parts in columns.items()})


def _day(rows: Rows, part: Converted, tick_size: int) -> Day:
    return Day(
        symbol=rows.symbol,
        date=rows.date,
        begin=rows.begin,
        end=rows.end,
        levels=rows.levels,
        tick_size=tick_size,
        first_id=part.first_id,
        largest_id=part.largest_id,
        rows=tuple(int((rows.kind == kind).sum()) for kind in range(1, 8)),
        **part.counts,
    )
