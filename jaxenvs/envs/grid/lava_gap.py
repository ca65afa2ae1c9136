"""LavaGap: pass the gap in a wall of lava.

Source: MiniGrid's `envs/lavagap.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.ranges import Range


class LavaGap(GridEnv):
    """Pass the gap and get to the goal; touching lava ends the episode without reward."""

    size: Annotated[int, Range(5, 255)] = 7
    """Cells across and down, walls included."""
    obstacle: Literal["lava", "wall"] = "lava"

    missions: ClassVar[tuple[str, ...]] = (
        "avoid the lava and get to the green goal square",
        "find the opening and get to the green goal square",
    )

    @property
    def time_limit(self) -> int:
        return 4 * self.size**2

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        col_key, row_key = jax.random.split(key)
        size = self.size
        rows, cols = layout.indices(size, size)
        gap_col = layout.integers(col_key, 2, size - 2)
        gap_row = layout.integers(row_key, 1, size - 1)
        grid = layout.put(layout.walled(size, size), size - 2, size - 2, tiles.GOAL)
        strip = (cols == gap_col) & (rows != gap_row) & (rows > 0) & (rows < size - 1)
        lava = self.obstacle == "lava"
        grid = jnp.where(strip, tiles.LAVA if lava else tiles.WALL, grid)
        return self.start(grid, 1, 1, 0, mission=0 if lava else 1)
