"""Pictures put together from square tiles: boards, grids, maps."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def tiled(table: Any, grid: jax.Array) -> jax.Array:
    """The picture `(h * t, w * t, c)` of a grid `(h, w)` of numbers of tiles.

    Args:
        table: `(num_tiles, t, t, c)`, of any dtype, which is the picture's too.
        grid: int32, 0 to `num_tiles - 1`, row by row from the top.

    Rows of tiles are looked up, in the order in which they lie in the picture.

    Raises:
        ValueError: the table or the grid has another shape.
    """
    if len(table.shape) != 4 or table.shape[1] != table.shape[2]:
        raise ValueError(f"table: expected (num_tiles, t, t, c), got {tuple(table.shape)}")
    if len(grid.shape) != 2:
        raise ValueError(f"grid: expected (h, w), got {tuple(grid.shape)}")
    num_tiles, side, _, channels = table.shape
    height, width = grid.shape
    strips = jnp.asarray(table).reshape(num_tiles * side, side * channels)
    rows = np.arange(side, dtype=np.int32)[:, None]
    strip = jnp.asarray(grid, jnp.int32)[:, None, :] * np.int32(side) + rows  # h, t, w
    parts = strips.at[strip].get(mode="promise_in_bounds")
    return parts.reshape(height * side, width * side, channels)
