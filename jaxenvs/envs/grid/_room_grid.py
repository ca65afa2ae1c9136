"""A lattice of equal rooms, for the tasks that MiniGrid builds on its `RoomGrid`.

Source: MiniGrid 3.2 `core/roomgrid.py`.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._tiles import NUM_COLORS


def lattice(num_rows: int, num_cols: int, room_size: int) -> np.ndarray:
    """Empty rooms that share their walls, uint16; `room_size` counts the walls of a room."""
    step = room_size - 1
    rows, cols = layout.indices(num_rows * step + 1, num_cols * step + 1)
    return np.where((rows % step == 0) | (cols % step == 0), tiles.WALL, tiles.EMPTY)


def inside(
    grid: jax.Array | np.ndarray, i: jax.Array | int, j: jax.Array | int, room_size: int
) -> jax.Array:
    """The cells of the room in column `i` and row `j` of the lattice, walls included, bool."""
    step = room_size - 1
    return layout.within(grid, j * step, i * step, room_size, room_size)


def place_agent(
    key: jax.Array, grid: jax.Array, room: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Row, column and direction in a room, uniform where nothing but a wall may be in front."""
    passable = (grid == tiles.EMPTY) | (grid == tiles.WALL)
    free = (grid == tiles.EMPTY) & room
    allowed = []
    for row, col in ((0, 1), (1, 0), (0, -1), (-1, 0)):  # right, down, left, up
        allowed.append(free & jnp.roll(passable, (-row, -col), axis=(0, 1)))
    place = layout.pick(key, jnp.stack(allowed))
    size, width = np.int32(grid.size), np.int32(grid.shape[1])
    return (place % size) // width, place % width, place // size


def random_color(key: jax.Array) -> jax.Array:
    """One of the six colours, () int32."""
    return layout.integers(key, 0, NUM_COLORS)
