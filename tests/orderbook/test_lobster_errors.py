"""Files that are broken on purpose: refused with row and column, or read as they say."""

import gzip
import pathlib
import random
import re

import numpy as np
import pytest

from jaxenvs.orderbook.lobster import FlowError, Options, load, read_rows
from tests.orderbook.lobster_files import BOOK, MESSAGES, book_faults, message_faults, put

TOKENS = (
    "", " 5", "5 ", "x", "-1", "0", "1", "1e5", "9999999999", "-9999999999", "9" * 20, "1.5", "+3",
    "nan", "1_0", "-", "--1", "1.", ".5", "34200.1234567891", "86400", "2147483648", "3", "1.2.3",
    '"1"', "\x00", "٣", "7", "8",
)  # fmt: skip


def mutated(text: str, rng: random.Random) -> bytes:
    """A file with one or two faults, or what may be one."""
    data = text.encode()
    for _ in range(rng.choice((1, 1, 2))):
        lines = data.split(b"\n")
        at = rng.randrange(len(lines))
        what = rng.randrange(9)
        if what <= 2:
            fields = lines[at].split(b",")
            fields[rng.randrange(len(fields))] = rng.choice(TOKENS).encode()
            lines[at] = b",".join(fields)
        elif what == 3:
            lines[at : at + 1] = rng.choice(([], [lines[at]] * 2, [b"", lines[at]]))
        elif what == 4:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        data = b"\n".join(lines)
        if what == 5 and data:
            data = data[: rng.randrange(len(data))]
        elif what == 6 and data:
            place = rng.randrange(len(data))
            data = data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]
        elif what == 7 and data:
            place = rng.randrange(len(data))
            data = data[:place] + rng.choice((b",", b"", b"\n", b"\r\n", b"-")) + data[place:]
        elif what == 8:
            data = data.replace(b"\n", b"\r\n") if rng.random() < 0.5 else data.replace(b",", b";")
    return data


def check(folder: pathlib.Path, messages: bytes, book: bytes) -> bool:
    """Reads both files and compares with the slow reader; whether they were taken."""
    path = put(folder, messages, book)
    wrong = message_faults(messages)
    count = messages.count(b"\n") + (not messages.endswith(b"\n"))
    wrong_book = book_faults(book, count)
    try:
        rows = read_rows(path)
    except FlowError as error:
        text = str(error)
        there = wrong_book if "_orderbook_" in text.split(":")[0] else wrong
        found = re.match(r"[^:]*_2\.csv(?:: row (\d+)(?:, column (\d+))?)?", text)
        assert found, text
        row, column = int(found[1] or 0), int(found[2] or 0)
        assert (row, column) in there or (row, 0) in there, (text, there)
        assert column or (row, 0) in there, text
        return False
    assert not wrong
    assert not wrong_book
    fields = [line.split(",") for line in messages.decode().replace("\r", "").split("\n") if line]
    for at, column in enumerate(
        (rows.kind, rows.order_id, rows.size, rows.price, rows.direction), 1
    ):
        assert column.tolist() == [int(row[at]) for row in fields]
    return True


def fuzz(folder: pathlib.Path, number: int, seed: int) -> tuple[int, int]:
    rng = random.Random(seed)
    taken = 0
    for _ in range(number):
        first = rng.random() < 0.5
        messages = mutated(MESSAGES, rng) if first else MESSAGES.encode()
        book = BOOK.encode() if first else mutated(BOOK, rng)
        taken += check(folder, messages, book)
    return taken, number - taken


def test_broken_files_are_refused_at_the_right_place(tmp_path):
    taken, refused = fuzz(tmp_path, 400, seed=0)
    assert taken > 10
    assert refused > 200


@pytest.mark.slow
def test_broken_files_by_the_ten_thousand(tmp_path):
    taken, refused = fuzz(tmp_path, 12_000, seed=1)
    print(f"taken {taken}, refused {refused}")
    assert refused > 6000


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("34201,2", "34201.,2", "row 5, column 1 (time): expected seconds"),
        ("34201,2", "34200.1,2", "row 5, column 1 (time): expected a time not before"),
        ("34201,2,", "34201,9,", "row 5, column 2 (type): expected a type from 1 to 7, got 9"),
        ("16113600", "16113575", "row 12, column 3 (order id): expected an id that no order"),
        (",8,5853300", ",,5853300", "row 5, column 4 (size): expected a whole number, got ''"),
        (",-1,-1", ",-2,-1", "row 8, column 5 (price): expected -1, 0 or 1"),
        ("5853400,1", "5853400,2", "row 12, column 6 (direction): expected 1 (buy) or -1"),
        ("5853400,1\n", "5853400\n", "row 12, column 6 (direction): expected 6 to 7 columns"),
    ],
)
def test_errors_name_row_column_and_what_was_expected(tmp_path, old, new, where):
    assert old in MESSAGES
    with pytest.raises(FlowError, match=re.escape(where)) as caught:
        read_rows(put(tmp_path, MESSAGES.replace(old, new), BOOK))
    assert str(caught.value).startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("5855300,13,5853400,50", "5855300,0,5853400,50", "row 12, column 2 (ask size 1)"),
        ("50,9999999999,0,5853300", "50,9999999999,0,5853500", "row 12, column 7 (bid price 2)"),
        ("5853400,50,", "5853400,50,1,", "row 12, column 9: expected 8 columns"),
    ],
)
def test_errors_of_order_books(tmp_path, old, new, where):
    assert old in BOOK
    with pytest.raises(FlowError, match=re.escape(where)):
        read_rows(put(tmp_path, MESSAGES, BOOK.replace(old, new)))


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(FlowError, match="cannot be read"):
        load(tmp_path / "none_message_1.csv")
    with pytest.raises(FlowError, match="expected files named"):
        load(tmp_path)
    packed = tmp_path / "a_message_1.csv.gz"
    packed.write_bytes(gzip.compress(MESSAGES.encode())[:-9])
    with pytest.raises(FlowError, match=r"a_message_1\.csv\.gz: cannot be read"):
        load(packed)
    packed.write_bytes(b"34200,1,1,1,1,1\n")
    with pytest.raises(FlowError, match="cannot be read"):
        load(packed)


def test_values_that_the_engine_cannot_hold(tmp_path):
    path = put(tmp_path, MESSAGES.replace(",50,5853400", f",{2**30},5853400"), BOOK)
    with pytest.raises(FlowError, match=r"row 12, column 4 \(size\)"):
        load(path)
    path = put(tmp_path, MESSAGES.replace("5853400", "5000000000"), BOOK)
    assert load(path).messages.price[-1] == 50_000_000
    with pytest.raises(FlowError, match=r"row 12, column 5 \(price\)"):
        load(path, Options(tick_size=1))


def test_options_are_checked():
    with pytest.raises(ValueError, match="tick_size"):
        Options(tick_size=0)
    with pytest.raises(ValueError, match="window_seconds, window_messages"):
        Options(window_seconds=10, window_messages=10)
    with pytest.raises(ValueError, match="unknown: expected 'strict'"):
        Options(unknown="guess")  # type: ignore[arg-type]


def test_long_files_are_read_in_pieces(tmp_path, monkeypatch):
    whole = read_rows(put(tmp_path, MESSAGES, BOOK))
    monkeypatch.setattr("jaxenvs.orderbook.lobster.table._PIECE", 64)
    pieces = read_rows(put(tmp_path, MESSAGES, BOOK))
    for name in ("seconds", "nanoseconds", "kind", "price", "book_price", "book_size"):
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name))
