"""Files as LOBSTER writes them."""

import gzip
import io
from pathlib import Path

import numpy as np

from jaxenvs.files import replacing
from jaxenvs.orderbook.lobster.rows import MISSING, Rows


def write_rows(folder: Path | str, rows: Rows, *, packed: bool = False) -> tuple[Path, Path | None]:
    """Writes a day's files of messages and, if `rows` has one, of the order book.

    Names are LOBSTER's; with `packed` .gz follows. The same rows make the same bytes. Files that
    are there are replaced. Returns the two paths; None without an order book.
    """
    where = Path(folder)
    hours = f"{rows.begin * 1000}_{rows.end * 1000}"
    stem = f"{rows.symbol}_{rows.date}_{hours}"
    end = f"_{rows.levels}.csv" + (".gz" if packed else "")
    message = where / f"{stem}_message{end}"
    _write(message, _messages(rows), packed)
    if rows.book_price is None:
        return message, None
    book = where / f"{stem}_orderbook{end}"
    _write(book, _book(rows), packed)
    return message, book


def time_text(seconds: int, nanoseconds: int) -> str:
    """Seconds with as many decimals as they need, as LOBSTER has them."""
    return f"{seconds}.{nanoseconds:09d}".rstrip("0").rstrip(".") if nanoseconds else f"{seconds}"


def _messages(rows: Rows) -> str:
    columns = (rows.kind, rows.order_id, rows.size, rows.price, rows.direction)
    times = map(time_text, rows.seconds.tolist(), rows.nanoseconds.tolist())
    lines = zip(times, *(map(str, column.tolist()) for column in columns), strict=True)
    return "".join(",".join(line) + "\n" for line in lines)


def _book(rows: Rows) -> str:
    assert rows.book_price is not None
    assert rows.book_size is not None
    dummy = np.array([-MISSING, MISSING])[:, None]
    price = np.where(rows.book_size > 0, rows.book_price, dummy)
    # Of each level: ask price, ask size, bid price, bid size.
    table = np.stack([price[:, 1], rows.book_size[:, 1], price[:, 0], rows.book_size[:, 0]], -1)
    lines = table.reshape(len(rows), -1).tolist()
    return "".join(",".join(map(str, line)) + "\n" for line in lines)


def _write(path: Path, text: str, packed: bool) -> None:
    data = text.encode()
    if packed:
        buffer = io.BytesIO()
        # No name and no time inside, so that the bytes depend on the text alone.
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as file:
            file.write(data)
        data = buffer.getvalue()
    with replacing(path) as partial:
        partial.write_bytes(data)
