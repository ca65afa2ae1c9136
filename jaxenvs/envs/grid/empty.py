"""Empty: walk to the goal in the corner of an empty room.

Source: MiniGrid's `envs/empty.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.ranges import Range


class Empty(GridEnv):
    """Walk to the green goal in the bottom right corner."""

    size: Annotated[int, Range(4, 255)] = 8
    """Cells across and down, walls included."""
    random_start: bool = False
    """Start anywhere, looking anywhere, not in the top left corner looking right."""
    see_through_walls: bool = True

    missions: ClassVar[tuple[str, ...]] = ("get to the green goal square",)

    @property
    def time_limit(self) -> int:
        return 4 * self.size**2

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        grid = layout.put(
            layout.walled(self.size, self.size), self.size - 2, self.size - 2, tiles.GOAL
        )
        if not self.random_start:
            return self.start(grid, 1, 1, 0)
        place_key, turn_key = jax.random.split(key)
        row, col = layout.pick_cell(place_key, jnp.asarray(grid == tiles.EMPTY))
        return self.start(grid, row, col, layout.integers(turn_key, 0, 4))
