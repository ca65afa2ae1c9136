"""Square boards of bits: one uint32 for each row, whose bit `c` is the square in column `c`."""

import jax
import jax.numpy as jnp
import numpy as np

MAX_SIZE = 32
_ONE = np.uint32(1)
_COLUMNS = np.arange(MAX_SIZE, dtype=np.uint32)


def square(board_size: int, row: jax.Array, column: jax.Array) -> jax.Array:
    """The board of one square, `(board_size,)`."""
    here = np.arange(board_size, dtype=np.int32) == row
    return jnp.where(here, _ONE << column.astype(jnp.uint32), np.uint32(0))


def pack(squares: jax.Array) -> jax.Array:
    """The board, `(n,)`, of `(n, n)` bools."""
    bits = squares.astype(jnp.uint32) << _COLUMNS[: squares.shape[1]]
    return bits.sum(axis=1, dtype=jnp.uint32)


def unpack(board: jax.Array | np.ndarray) -> jax.Array:
    """The `(n, n)` bools of a board."""
    rows = jnp.asarray(board)[:, None]
    return (rows >> _COLUMNS[: board.shape[0]]) & _ONE > 0


def count(board: jax.Array) -> jax.Array:
    """How many squares are set, () int32."""
    return jax.lax.population_count(board).sum(dtype=jnp.int32)


def nth(words: jax.Array, n: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Word and bit, () int32 each, of the `n`-th bit that is set, counted from 0; there is one."""
    counts = jax.lax.population_count(words).astype(jnp.int32)
    # A sum for each word: a scan would take longer for so few.
    before = np.tri(len(counts), k=-1, dtype=np.bool_)
    before = jnp.where(before, counts, 0).sum(axis=1, dtype=jnp.int32)
    word_id = (before + counts <= n).sum(dtype=jnp.int32)
    upto = (np.uint32(2) << _COLUMNS) - _ONE
    ahead = jax.lax.population_count(words[word_id] & upto).astype(jnp.int32)
    return word_id, (before[word_id] + ahead <= n).sum(dtype=jnp.int32)
