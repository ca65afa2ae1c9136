"""The board's 100 cells as bits, in four words of three rows each.

Moving, joining and comparing whole layers of things is then a few operations on scalars, which a
batch of games does in registers. Row `y`, column `x` is bit `10 (y % 3) + x` of word `y // 3`; the
last word holds one row.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.struct import PyTree

SIZE = 10
_ROWS_PER_WORD = 3
_NUM_WORDS = 4
_ROW = np.uint32(2**SIZE - 1)
_WORD = np.uint32(2 ** (SIZE * _ROWS_PER_WORD) - 1)
_TOP = np.uint32(SIZE * (_ROWS_PER_WORD - 1))  # where the last row of a word lies
_COLUMN = np.uint32(sum(1 << SIZE * row for row in range(_ROWS_PER_WORD)))  # column 0 of a word
_CELL_WORDS = np.arange(SIZE * SIZE) // (SIZE * _ROWS_PER_WORD)
_CELL_SHIFTS = (np.arange(SIZE * SIZE) % (SIZE * _ROWS_PER_WORD)).astype(np.uint32)


class Bitmap(PyTree):
    """A set of cells."""

    words: tuple[jax.Array, ...]  # four () uint32

    def __and__(self, other: "Bitmap") -> "Bitmap":
        return _map(lambda a, b: a & b, self, other)

    def __or__(self, other: "Bitmap") -> "Bitmap":
        return _map(lambda a, b: a | b, self, other)

    def __xor__(self, other: "Bitmap") -> "Bitmap":
        return _map(lambda a, b: a ^ b, self, other)


def _map(function: Callable[..., jax.Array], *bitmaps: Bitmap) -> Bitmap:
    return Bitmap(words=tuple(map(function, *(bitmap.words for bitmap in bitmaps))))


def bitmap(rows: np.ndarray) -> Bitmap:
    """From a picture, `(10, 10)` bool."""
    words = np.zeros(_NUM_WORDS, np.uint32)
    for y, x in np.argwhere(rows):
        words[y // _ROWS_PER_WORD] |= np.uint32(1 << (SIZE * (y % _ROWS_PER_WORD) + x))
    return Bitmap(words=tuple(jnp.asarray(word) for word in words))


def where(condition: jax.Array, chosen: Bitmap, other: Bitmap) -> Bitmap:
    """`chosen` where the scalar condition holds."""
    return _map(lambda a, b: jnp.where(condition, a, b), chosen, other)


def when(condition: jax.Array, cells: Bitmap) -> Bitmap:
    """The cells where the scalar condition holds, else none."""
    return _map(lambda word: jnp.where(condition, word, np.uint32(0)), cells)


def single(y: int, x: jax.Array) -> Bitmap:
    """The cell of row `y`, which is static, and column `x`."""
    one = np.uint32(1) << (x + SIZE * (y % _ROWS_PER_WORD)).astype(jnp.uint32)
    home = y // _ROWS_PER_WORD
    return Bitmap(words=tuple(one if i == home else jnp.uint32(0) for i in range(_NUM_WORDS)))


def row(cells: Bitmap, y: int) -> jax.Array:
    """Row `y`, which is static, as 10 bits."""
    shift = np.uint32(SIZE * (y % _ROWS_PER_WORD))
    return (cells.words[y // _ROWS_PER_WORD] >> shift) & _ROW


def has(bits: jax.Array, x: jax.Array | int) -> jax.Array:
    """Whether column `x` is set in a row's bits."""
    return ((bits >> jnp.asarray(x).astype(jnp.uint32)) & np.uint32(1)) == 1


def columns(cells: Bitmap) -> jax.Array:
    """The columns with a cell in them, as 10 bits."""
    a, b, c, d = cells.words
    any_word = a | b | c | d
    return (any_word | (any_word >> np.uint32(SIZE)) | (any_word >> _TOP)) & _ROW


def only_column(cells: Bitmap, x: jax.Array) -> Bitmap:
    """The cells of column `x`."""
    column = _COLUMN << x.astype(jnp.uint32)
    return _map(lambda word: word & column, cells)


def last(cells: Bitmap) -> Bitmap:
    """Of all cells the last, row by row from the top: the lowest, where they share a column."""
    words, found = [], jnp.bool_(False)
    for word in reversed(cells.words):
        highest = np.uint32(31) - jax.lax.clz(word | np.uint32(1))
        is_last = ~found & (word != 0)
        words.append(jnp.where(is_last, np.uint32(1) << highest, np.uint32(0)))
        found |= word != 0
    return Bitmap(words=tuple(reversed(words)))


def count(cells: Bitmap) -> jax.Array:
    """How many cells, int32."""
    a, b, c, d = (jax.lax.population_count(word) for word in cells.words)
    return (a + b + c + d).astype(jnp.int32)


def left(cells: Bitmap) -> Bitmap:
    """All one column to the left; the first column leaves."""
    return _map(lambda word: (word & ~_COLUMN) >> np.uint32(1), cells)


def right(cells: Bitmap) -> Bitmap:
    """All one column to the right; the last column leaves."""
    return _map(lambda word: (word & ~(_COLUMN << np.uint32(SIZE - 1))) << np.uint32(1), cells)


def raised(cells: Bitmap) -> Bitmap:
    """All one row up; the top row leaves."""
    a, b, c, d = cells.words
    below = (b, c, d, np.uint32(0))
    return Bitmap(
        words=tuple(
            (word >> np.uint32(SIZE)) | ((under & _ROW) << _TOP)
            for word, under in zip((a, b, c, d), below, strict=True)
        )
    )


def lowered(cells: Bitmap) -> Bitmap:
    """All one row down; the bottom row leaves."""
    a, b, c, _ = cells.words
    words = tuple(
        ((word << np.uint32(SIZE)) & _WORD) | (over >> _TOP)
        for word, over in zip((a, b, c), (np.uint32(0), a, b), strict=True)
    )
    return Bitmap(words=(*words, c >> _TOP))


def by_cell(cells: Bitmap) -> jax.Array:
    """Whether each of the board's cells is in it, row by row, `(100,)` bool."""
    a, b, c, d = cells.words
    word = jnp.where(
        _CELL_WORDS < 2, jnp.where(_CELL_WORDS == 0, a, b), jnp.where(_CELL_WORDS == 2, c, d)
    )
    return ((word >> _CELL_SHIFTS) & np.uint32(1)) == 1
