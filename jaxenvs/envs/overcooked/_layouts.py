"""Kitchens as text: a letter for each place.

    X counter   P pot   O onions   T tomatoes   D dishes   S serving   1 to 9 a cook   space: floor

Places are numbered column by column, `x * height + y`, as the original lays out its arrays.
"""

import dataclasses
import functools

import numpy as np

FLOOR, COUNTER, POT, ONIONS, TOMATOES, DISHES, SERVING = range(7)
SIGNS = {" ": FLOOR, "X": COUNTER, "P": POT, "O": ONIONS, "T": TOMATOES, "D": DISHES, "S": SERVING}
COOKS = "123456789"
MOST_PLACES = 65_535
_NEEDED = {"a pot": "P", "dishes": "D", "a serving place": "S", "ingredients": "OT"}


class LayoutError(ValueError):
    """A text that is no kitchen; the message says where."""


@dataclasses.dataclass(frozen=True)
class Layout:
    """A kitchen; hashable."""

    rows: tuple[str, ...]  # without cooks
    cooks: tuple[tuple[int, int], ...]  # column and row where each one starts

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """Rows."""
        return len(self.rows)

    @property
    def num_places(self) -> int:
        """Columns times rows."""
        return self.width * self.height

    @property
    def terrain(self) -> np.ndarray:
        """`(num_places,)` uint8, FLOOR to SERVING."""
        return _terrain(self.rows)

    @property
    def pots(self) -> np.ndarray:
        """`(num_pots,)` int32 places, row by row, as the original lists them."""
        return self.places("P")

    def places(self, sign: str) -> np.ndarray:
        """`(n,)` int32, where a sign stands, row by row."""
        found = [
            self.place(x, y)
            for y, row in enumerate(self.rows)
            for x, letter in enumerate(row)
            if letter == sign
        ]
        return np.array(found, np.int32)

    def place(self, x: int, y: int) -> int:
        """The number of a place."""
        return x * self.height + y


@functools.cache
def _terrain(rows: tuple[str, ...]) -> np.ndarray:
    grid = np.array([[SIGNS[sign] for sign in row] for row in rows], np.uint8)
    flat = grid.T.reshape(-1)
    flat.flags.writeable = False
    return flat


@functools.cache
def parse(text: str) -> Layout:
    """The kitchen of a text.

    Raises `LayoutError` for a text that is none: rows of different lengths, unknown signs, floor or
    a cook at the border, cooks missing or there twice, or no pot, dishes, serving or ingredient. It
    names the row and the column, from 1, where there is one to name.
    """
    rows = tuple(text.strip("\n").split("\n"))
    for y, row in enumerate(rows):
        if len(row) != len(rows[0]):
            where = f"row {y + 1}, column {min(len(row), len(rows[0])) + 1}"
            raise LayoutError(f"{where}: expected {len(rows[0])} signs as in row 1, got {len(row)}")
        for x, sign in enumerate(row):
            _check_sign(sign, x, y, edge=x in (0, len(row) - 1) or y in (0, len(rows) - 1))
    if len(rows) * len(rows[0]) > MOST_PLACES:
        raise LayoutError(f"expected at most {MOST_PLACES} places, got {len(rows) * len(rows[0])}")
    cooks = _cooks(rows)
    letters = "".join(rows)
    for name, signs in _NEEDED.items():
        if not set(signs) & set(letters):
            raise LayoutError(f"expected {name}, {' or '.join(signs)}, somewhere")
    floor = str.maketrans(COOKS, " " * len(COOKS))
    return Layout(rows=tuple(row.translate(floor) for row in rows), cooks=cooks)


def _check_sign(sign: str, x: int, y: int, *, edge: bool) -> None:
    where = f"row {y + 1}, column {x + 1}"
    if sign not in SIGNS and sign not in COOKS:
        raise LayoutError(f"{where}: expected one of {''.join(SIGNS)!r} or 1 to 9, got {sign!r}")
    if edge and (sign == " " or sign in COOKS):
        raise LayoutError(f"{where}: expected no floor at the border, got {sign!r}")


def _cooks(rows: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    found: dict[str, tuple[int, int]] = {}
    for y, row in enumerate(rows):
        for x, sign in enumerate(row):
            if sign not in COOKS:
                continue
            if sign in found:
                first = found[sign]
                where = f"row {y + 1}, column {x + 1}"
                there = f"row {first[1] + 1}, column {first[0] + 1}"
                raise LayoutError(f"{where}: cook {sign} stands at {there} too")
            found[sign] = (x, y)
    if not found:
        raise LayoutError("expected a cook, 1")
    for sign in COOKS[: len(found)]:
        if sign not in found:
            raise LayoutError(f"expected cooks 1 to {len(found)}: there is no {sign}")
    return tuple(found[sign] for sign in COOKS[: len(found)])
