"""LockedRoom: six rooms off a hallway; the key to the locked one lies in another.

Source: MiniGrid's `envs/lockedroom.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.envs.grid._tiles import NUM_COLORS, Color, Door, Kind
from jaxenvs.ranges import Range

_NUM_ROOMS = 6
_COLORS = [color.name.lower() for color in Color]


class LockedRoom(GridEnv):
    """Find the room with the key, unlock the locked room and get to the goal in it."""

    size: Annotated[int, Range(13, 255)] = 19
    """Cells across and down, walls included."""

    missions: ClassVar[tuple[str, ...]] = tuple(
        f"get the {locked} key from the {source} room, unlock the {locked} door and go to the goal"
        for locked in _COLORS
        for source in _COLORS
    )

    @property
    def time_limit(self) -> int:
        return 10 * self.size

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        room_key, color_key, source_key, goal_key, key_key, agent_key, turn_key = jax.random.split(
            key, 7
        )
        size = self.size
        left, right = size // 2 - 2, size // 2 + 2
        locked = layout.integers(room_key, 0, _NUM_ROOMS)
        source = (locked + layout.integers(source_key, 1, _NUM_ROOMS)) % _NUM_ROOMS
        colors = layout.shuffle(color_key, NUM_COLORS)
        grid = jnp.asarray(self._walls())
        goal = self._cell_in(goal_key, locked)
        grid = layout.put(grid, *goal, tiles.GOAL)
        room_ids = np.arange(_NUM_ROOMS, dtype=np.int32)
        grid = layout.put_all(
            grid,
            room_ids // 2 * (size // 3) + 3,
            np.where(room_ids % 2 == 0, left, right),
            tiles.tile(Kind.DOOR, colors, jnp.where(locked == room_ids, Door.LOCKED, Door.CLOSED)),
        )
        lies = self._cell_in(key_key, source)
        grid = layout.put(grid, *lies, tiles.tile(Kind.KEY, colors[locked]))
        hallway = layout.within(grid, 0, left, size, right - left)
        row, col = layout.pick_cell(agent_key, (grid == tiles.EMPTY) & hallway)
        mission = NUM_COLORS * colors[locked] + colors[source]
        return self.start(grid, row, col, layout.integers(turn_key, 0, 4), mission=mission)

    def _walls(self) -> np.ndarray:
        """The hallway down the middle and three rooms on each side of it."""
        size = self.size
        left, right, height = size // 2 - 2, size // 2 + 2, size // 3
        rows, cols = layout.indices(size, size)
        beside = (cols < left) | (cols >= right)
        floors = beside & ((rows == 0) | (rows == height) | (rows == 2 * height))
        walls = layout.border(size, size) | (cols == left) | (cols == right) | floors
        return np.where(walls, tiles.WALL, tiles.EMPTY)

    def _cell_in(self, key: jax.Array, room: jax.Array) -> tuple[jax.Array, jax.Array]:
        """A random cell between the walls of a room; rooms count left, right, next row."""
        row_key, col_key = jax.random.split(key)
        left, right, height = self.size // 2 - 2, self.size // 2 + 2, self.size // 3
        row = room // 2 * height + layout.integers(row_key, 1, height)
        col = jnp.where(room % 2 == 0, 0, right) + layout.integers(col_key, 1, left)
        return row, col.astype(jnp.int32)
