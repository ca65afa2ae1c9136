"""Small files in LOBSTER's format, and what a reader that takes its time thinks of them."""

import pathlib
import re

MESSAGES = """\
34200.004241176,1,16113575,18,5853300,1
34200.025551909,1,16113584,18,5853200,1
34200.025551909,1,16113594,18,5855300,-1
34200.2,5,0,40,5854450,1
34201,2,16113575,8,5853300,1
34201.000000001,4,16113594,5,5855300,-1
34201.5,6,-1,300,5853300,1
34202.5,7,0,0,-1,-1
34202.6,7,0,0,0,-1
34202.7,7,0,0,1,-1
34203.123456789,3,16113584,18,5853200,1
34203.2,1,16113600,50,5853400,1
"""
BOOK = """\
9999999999,0,5853300,18,9999999999,0,-9999999999,0
9999999999,0,5853300,18,9999999999,0,5853200,18
5855300,18,5853300,18,9999999999,0,5853200,18
5855300,18,5853300,18,9999999999,0,5853200,18
5855300,18,5853300,10,9999999999,0,5853200,18
5855300,13,5853300,10,9999999999,0,5853200,18
5855300,13,5853300,10,9999999999,0,5853200,18
5855300,13,5853300,10,9999999999,0,5853200,18
5855300,13,5853300,10,9999999999,0,5853200,18
5855300,13,5853300,10,9999999999,0,5853200,18
5855300,13,5853300,10,9999999999,0,-9999999999,0
5855300,13,5853400,50,9999999999,0,5853300,10
"""
NAME = "TEST_2012-06-21_34200000_37800000_{}_2.csv"
MISSING = 9_999_999_999

Faults = set[tuple[int, int]]
"""Row and column from 1; column 0: any of the row."""


def put(folder: pathlib.Path, messages: str | bytes, book: str | bytes) -> pathlib.Path:
    """Writes both files; the path of the messages."""
    for name, text in (("message", messages), ("orderbook", book)):
        data = text.encode() if isinstance(text, str) else text
        (folder / NAME.format(name)).write_bytes(data)
    return folder / NAME.format("message")


def _split(data: bytes, low: int, high: int, faults: Faults) -> list[list[str]]:
    lines = data.replace(b"\r\n", b"\n").decode("latin-1").split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    rows = [line.split(",") for line in lines]
    for i, row in enumerate(rows, 1):
        if not low <= len(row) <= high or len(row) != len(rows[0]):
            faults.add((i, 0))
    if not rows:
        faults.add((0, 0))
    return rows


def message_faults(data: bytes) -> Faults:
    """Every place of a file of messages that is wrong by itself."""
    faults: Faults = set()
    rows = _split(data, 6, 7, faults)
    before, known = -1, set()
    for i, row in enumerate(rows, 1):
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", row[0]) or int(float(row[0])) >= 86_400:
            faults.add((i, 1))
            continue
        whole, _, part = row[0].partition(".")
        time = int(whole) * 10**9 + int(part.ljust(9, "0"))
        if time < before:
            faults.add((i, 1))
        before = time
        for at, text in enumerate(row[1:6], 2):
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                faults.add((i, at))
        if any((i, at) in faults for at in range(7)):
            continue
        faults |= {(i, at) for at in _wrong([int(text) for text in row[1:6]], known)}
    return faults


def _wrong(row: list[int], known: set[int]) -> set[int]:
    """The columns of one row that hold what they must not."""
    kind, one, size, price, direction = row
    if not 1 <= kind <= 7:
        return {2}
    wrong = set()
    if kind <= 4 and one < 1:
        wrong.add(3)
    if kind == 1:
        wrong |= {3} if one in known else set()
        known.add(one)
    if not (0 if kind > 5 else 1) <= size < 2**31:
        wrong.add(4)
    lowest = {6: 0, 7: -1}.get(kind, 1)
    if not lowest <= price <= (1 if kind == 7 else MISSING - 1):
        wrong.add(5)
    if direction not in ((1, -1) if kind <= 4 else (1, 0, -1)):
        wrong.add(6)
    return wrong


def book_faults(data: bytes, count: int) -> Faults:
    """Every place of a file of order books that is wrong, beside `count` messages."""
    faults: Faults = set()
    rows = _split(data, 1, 10**6, faults)
    if rows and len(rows[0]) % 4:
        faults.add((1, 0))
    if len(rows) != count:
        faults.add((min(len(rows), count) + 1, 0))
    for i, row in enumerate(rows, 1):
        wrong = {at for at, text in enumerate(row, 1) if not re.fullmatch(r"-?[0-9]{1,18}", text)}
        faults |= {(i, at) for at in wrong}
        if wrong or len(row) % 4:
            continue
        for side, dummy in ((0, MISSING), (2, -MISSING)):
            faults |= {(i, at) for at in _wrong_side([int(text) for text in row], side, dummy)}
    return faults


def _wrong_side(row: list[int], side: int, dummy: int) -> set[int]:
    wrong, before = set(), None
    for at in range(side, len(row), 4):
        price, size = row[at : at + 2]
        if not 0 <= size < 2**31 or (price == dummy) != (size == 0):
            wrong.add(at + 2)
        if price != dummy and not 0 < price < MISSING:
            wrong.add(at + 1)
        if before is not None:
            deeper = price > before if dummy > 0 else price < before
            if not (deeper or price == before == dummy):
                wrong.add(at + 1)
        before = price
    return wrong
