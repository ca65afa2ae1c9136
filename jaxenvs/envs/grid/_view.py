"""What the agent sees: a square ahead of it, turned so that it looks up, with shadows."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import fusion
from jaxenvs.envs.grid import _tiles as tiles


def ahead(direction: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The step `(row, column)` in a direction: 0 right, 1 down, 2 left, 3 up; int32."""
    direction = direction.astype(jnp.int32)
    row = (direction == 1).astype(jnp.int32) - (direction == 3).astype(jnp.int32)
    col = (direction == 0).astype(jnp.int32) - (direction == 2).astype(jnp.int32)
    return row, col


def view_cells(
    grid: jax.Array, row: jax.Array, col: jax.Array, direction: jax.Array, size: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The cells of the view, `(size, size)` indexed `[across, down]`, and their rows and columns.

    The agent is in the middle of the last line down. Beyond the grid there are walls.
    """
    height, width = grid.shape
    forward_row, forward_col = ahead(direction)
    right_row, right_col = forward_col, -forward_row
    across = np.arange(size, dtype=np.int32)[:, None] - size // 2
    depth = np.int32(size - 1) - np.arange(size, dtype=np.int32)[None, :]
    rows = row + forward_row * depth + right_row * across
    cols = col + forward_col * depth + right_col * across
    inside = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
    place = jnp.where(inside, rows * width + cols, 0)
    cells = jnp.where(inside, grid.reshape(-1)[place], tiles.WALL)
    return cells, rows, cols


def visible(cells: jax.Array | np.ndarray) -> jax.Array:
    """Which cells of the view the agent sees, `(size, size)` bool, indexed `[across, down]`.

    MiniGrid's rule (`Grid.process_vis`): from the agent's line away from it, sight spreads along
    a line over whatever can be seen through, to the right and then to the left, and from each
    such cell to the next line: straight and, in the direction of the sweep, diagonally. A line is
    a bit field here, so that a sweep is a few shifts.
    """
    size = cells.shape[0]
    weights = np.left_shift(np.uint32(1), np.arange(size, dtype=np.uint32))
    clear = (tiles.can_see_behind(cells).astype(jnp.uint32) * weights[:, None]).sum(
        axis=0, dtype=jnp.uint32
    )
    all_bits, last = np.uint32(2**size - 1), np.uint32(2 ** (size - 1))
    one = np.uint32(1)
    seen = jnp.uint32(2 ** (size // 2))
    lines = [seen] * size
    for line in reversed(range(size)):
        for _ in range(size - 1):
            seen = seen | ((seen & clear[line]) << one & all_bits)
        rightward = seen & clear[line] & ~last
        for _ in range(size - 1):
            seen = seen | ((seen & clear[line]) >> one)
        leftward = seen & clear[line] & ~one
        lines[line] = seen
        seen = rightward | rightward << one | leftward | leftward >> one
    return (fusion.settled(jnp.stack(lines))[None, :] & weights[:, None]) != 0


def seen_from_above(
    grid: jax.Array,
    row: jax.Array,
    col: jax.Array,
    direction: jax.Array,
    size: int,
    through_walls: bool,
) -> jax.Array:
    """Which cells of the whole grid the agent sees, `(height, width)` bool."""
    height, width = grid.shape
    forward_row, forward_col = ahead(direction)
    off_row = jnp.arange(height, dtype=jnp.int32)[:, None] - row
    off_col = jnp.arange(width, dtype=jnp.int32)[None, :] - col
    depth = off_row * forward_row + off_col * forward_col
    across = off_row * forward_col - off_col * forward_row + np.int32(size // 2)
    inside = (depth >= 0) & (depth < size) & (across >= 0) & (across < size)
    if through_walls:
        return inside
    cells, _, _ = view_cells(grid, row, col, direction, size)
    place = jnp.where(inside, across * size + np.int32(size - 1) - depth, 0)
    return inside & visible(cells).reshape(-1)[place]
