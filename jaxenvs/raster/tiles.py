"""Pictures put together from square tiles: boards, grids, maps."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def tiled(table: Any, grid: jax.Array | np.ndarray) -> jax.Array:
    """The picture `(h * t, w * t, c)` of a grid `(h, w)` of numbers of tiles.

    Args:
        table: `(num_tiles, t, t, c)`, of any dtype, which is the picture's too.
        grid: int32, 0 to `num_tiles - 1`, row by row from the top.

    Raises:
        ValueError: the table or the grid has another shape.
    """
    if len(table.shape) != 4 or table.shape[1] != table.shape[2]:
        raise ValueError(f"table: expected (num_tiles, t, t, c), got {tuple(table.shape)}")
    if len(grid.shape) != 2:
        raise ValueError(f"grid: expected (h, w), got {tuple(grid.shape)}")
    height, width = grid.shape
    side, channels = table.shape[2:]
    parts = jnp.asarray(table)[jnp.asarray(grid, jnp.int32)]  # height, width, side, side, channels
    return parts.transpose(0, 2, 1, 3, 4).reshape(height * side, width * side, channels)
