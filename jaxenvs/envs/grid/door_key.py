"""DoorKey: fetch the key, unlock the door, reach the goal behind it.

Source: MiniGrid's `envs/doorkey.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.envs.grid._tiles import Color, Door, Kind
from jaxenvs.ranges import Range


class DoorKey(GridEnv):
    """Use the key to open the door and then get to the goal."""

    size: Annotated[int, Range(5, 255)] = 8
    """Cells across and down, walls included."""

    missions: ClassVar[tuple[str, ...]] = ("use the key to open the door and then get to the goal",)

    @property
    def time_limit(self) -> int:
        return 10 * self.size**2

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        split_key, door_key, agent_key, turn_key, key_key = jax.random.split(key, 5)
        size = self.size
        _, cols = layout.indices(size, size)
        split = layout.integers(split_key, 2, size - 2)
        grid = layout.put(layout.walled(size, size), size - 2, size - 2, tiles.GOAL)
        grid = jnp.where(cols == split, tiles.WALL, grid)
        row, col = layout.pick_cell(agent_key, (grid == tiles.EMPTY) & (cols < split))
        door_row = layout.integers(door_key, 1, size - 2)
        grid = layout.put(grid, door_row, split, tiles.tile(Kind.DOOR, Color.YELLOW, Door.LOCKED))
        free = (grid == tiles.EMPTY) & (cols < split) & ~layout.at(grid, row, col)
        key_row, key_col = layout.pick_cell(key_key, free)
        grid = layout.put(grid, key_row, key_col, tiles.tile(Kind.KEY, Color.YELLOW))
        return self.start(grid, row, col, layout.integers(turn_key, 0, 4))
