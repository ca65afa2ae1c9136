"""Crossing: straight rivers of lava, or walls, each with an opening on the way to the goal.

Source: MiniGrid's `envs/crossing.py` (SimpleCrossing with walls, LavaCrossing with lava); Leike et
al., "AI safety gridworlds" (2017).
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.ranges import Count, Range


class Crossing(GridEnv):
    """Cross all rivers through their openings and get to the goal in the bottom right corner."""

    size: Annotated[int, Range(5, 255)] = 9
    """Cells across and down, walls included; odd."""
    num_crossings: Count = 1
    """Rivers, of both directions together."""
    obstacle: Literal["lava", "wall"] = "lava"

    missions: ClassVar[tuple[str, ...]] = (
        "avoid the lava and get to the green goal square",
        "find the opening and get to the green goal square",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size % 2 == 0:
            raise ValueError(f"size: expected an odd number, got {self.size}")
        if self.num_crossings > 2 * len(self._beds):
            raise ValueError(
                f"num_crossings: expected 1 to {2 * len(self._beds)}, got {self.num_crossings}"
            )

    @property
    def time_limit(self) -> int:
        return 4 * self.size**2

    @property
    def _beds(self) -> np.ndarray:
        """The rows, or columns, where a river may flow."""
        return np.arange(2, self.size - 2, 2, dtype=np.int32)

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        river_key, path_key, gap_key = jax.random.split(key, 3)
        down, across = self._rivers(river_key)
        gaps = self._openings(path_key, gap_key, down, across)
        size = self.size
        rows, cols = layout.indices(size, size)
        inner = ~layout.border(size, size)
        wet = (cols[..., None] == down).any(-1) | (rows[..., None] == across).any(-1)
        lava = self.obstacle == "lava"
        grid = layout.put(layout.walled(size, size), size - 2, size - 2, tiles.GOAL)
        cell = tiles.LAVA if lava else tiles.WALL
        grid = jnp.where(wet & inner & ~gaps, cell, jnp.where(gaps, tiles.EMPTY, grid))
        return self.start(grid, 1, 1, 0, mission=0 if lava else 1)

    def _rivers(self, key: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Columns of the rivers that flow down and rows of those across, in order.

        Both are `(num_beds,)` int32, filled up with `size - 1`, the far wall.
        """
        num_beds = len(self._beds)
        order = layout.shuffle(key, 2 * num_beds)
        # A bed is dug where its rank in the random order is among the first.
        chosen = order < self.num_crossings
        dug = jnp.where(chosen.reshape(2, num_beds), self._beds, np.int32(self.size - 1))
        return jnp.sort(dug[0]), jnp.sort(dug[1])

    def _openings(
        self, path_key: jax.Array, gap_key: jax.Array, down: jax.Array, across: jax.Array
    ) -> jax.Array:
        """The openings along a random path of steps right and down, `(size, size)` bool."""
        wall = jnp.full(1, self.size - 1, jnp.int32)
        limits_x = jnp.concatenate([jnp.zeros(1, jnp.int32), down, wall])
        limits_y = jnp.concatenate([jnp.zeros(1, jnp.int32), across, wall])
        num_down = (down < self.size - 1).sum(dtype=jnp.int32)
        ranks = layout.shuffle(path_key, self.num_crossings)
        goes_right = ranks < num_down
        rightward = goes_right.astype(jnp.int32)
        room_x = jnp.cumsum(rightward, dtype=jnp.int32) - rightward
        room_y = jnp.cumsum(1 - rightward, dtype=jnp.int32) - (1 - rightward)
        # Going right crosses the river at the room's right end, somewhere along its height.
        low = jnp.where(goes_right, limits_y[room_y], limits_x[room_x]) + 1
        high = jnp.where(goes_right, limits_y[room_y + 1], limits_x[room_x + 1])
        along = jax.random.randint(gap_key, low.shape, low, high, dtype=jnp.int32)
        gap_col = jnp.where(goes_right, limits_x[room_x + 1], along)
        gap_row = jnp.where(goes_right, along, limits_y[room_y + 1])
        rows, cols = layout.indices(self.size, self.size)
        return ((rows[..., None] == gap_row) & (cols[..., None] == gap_col)).any(-1)
