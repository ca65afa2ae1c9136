"""Pieces of which the grids are built: masks over cells, and random choices among them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _tiles as tiles


def indices(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The row and the column of every cell, int32, shapes `(height, 1)` and `(1, width)`."""
    rows = np.arange(height, dtype=np.int32)[:, None]
    return rows, np.arange(width, dtype=np.int32)[None, :]


def border(height: int, width: int) -> np.ndarray:
    """The outermost cells, `(height, width)` bool."""
    rows, cols = indices(height, width)
    return (rows == 0) | (rows == height - 1) | (cols == 0) | (cols == width - 1)


def walled(height: int, width: int) -> np.ndarray:
    """An empty grid in a wall, `(height, width)` uint16."""
    return np.where(border(height, width), tiles.WALL, tiles.EMPTY)


def at(grid: jax.Array | np.ndarray, row: jax.Array | int, col: jax.Array | int) -> jax.Array:
    """The cells at one place, `(height, width)` bool."""
    rows, cols = indices(*grid.shape)
    return jnp.asarray((rows == row) & (cols == col))


def put(
    grid: jax.Array | np.ndarray,
    row: jax.Array | int,
    col: jax.Array | int,
    cell: jax.Array | np.uint16,
) -> jax.Array:
    """The grid with one cell changed."""
    return jnp.where(at(grid, row, col), cell, grid)


def put_all(grid: jax.Array, rows: Any, cols: Any, cells: Any, used: Any = True) -> jax.Array:
    """The grid with several cells changed, at distinct places: `(n,)` each; only those `used`."""
    all_rows, all_cols = indices(*grid.shape)
    here = (all_rows[..., None] == rows) & (all_cols[..., None] == cols) & used
    changed = jnp.where(here, cells, np.uint16(0)).sum(axis=-1, dtype=jnp.uint16)
    return jnp.where(here.any(axis=-1), changed, grid)


def within(
    grid: jax.Array | np.ndarray,
    top: jax.Array | int,
    left: jax.Array | int,
    height: jax.Array | int,
    width: jax.Array | int,
) -> jax.Array:
    """The cells of a rectangle, `(height, width)` of the grid, bool."""
    rows, cols = indices(*grid.shape)
    inside = (rows >= top) & (rows < top + height) & (cols >= left) & (cols < left + width)
    return jnp.asarray(inside)


def pick(key: jax.Array, allowed: jax.Array) -> jax.Array:
    """The flat index of a cell drawn uniformly from those allowed, any shape, () int32."""
    flat = allowed.reshape(-1)
    count = jnp.cumsum(flat, dtype=jnp.int32)
    draw = jax.random.uniform(key, (), jnp.float32) * count[-1].astype(jnp.float32)
    # Rounding may reach the count itself, which no cell has.
    rank = jnp.minimum(draw.astype(jnp.int32), count[-1] - 1)
    return jnp.argmax(count > rank).astype(jnp.int32)


def pick_cell(key: jax.Array, allowed: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The row and the column of a cell drawn uniformly from `allowed`, `(height, width)` bool."""
    place = pick(key, allowed)
    width = np.int32(allowed.shape[1])
    return place // width, place % width


def shuffle(key: jax.Array, size: int) -> jax.Array:
    """A random order of `0..size - 1`, `(size,)` int32: the ranks of random words."""
    words = jax.random.bits(key, (size,), jnp.uint32)
    # Compared pair by pair: for a few numbers, cheaper to compile and to run than sorting.
    ties = np.tri(size, k=-1, dtype=np.bool_)
    before = (words[None, :] < words[:, None]) | ((words[None, :] == words[:, None]) & ties)
    return before.sum(axis=1, dtype=jnp.int32)


def integers(key: jax.Array, low: jax.Array | int, high: jax.Array | int) -> jax.Array:
    """A random integer from `low` to `high - 1`, () int32."""
    return jax.random.randint(key, (), low, high, dtype=jnp.int32)
