"""FourRooms: four rooms joined by four gaps, agent and goal anywhere.

Source: MiniGrid 3.2 `envs/fourrooms.py`; Sutton, Precup & Singh, "Between MDPs and semi-MDPs"
(1999). Differs from it in: the mission is a number.
"""

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State

_SIZE, _MIDDLE = 19, 9


class FourRooms(GridEnv):
    """Find the goal in one of four rooms."""

    agent_place: tuple[int, int] | None = None
    """Column and row where the agent starts; None: anywhere."""
    goal_place: tuple[int, int] | None = None
    """Column and row of the goal; None: anywhere."""

    missions: ClassVar[tuple[str, ...]] = ("reach the goal",)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("agent_place", "goal_place"):
            place = getattr(self, name)
            if place is not None and not all(0 < x < _SIZE - 1 for x in place):
                raise ValueError(f"{name}: expected column and row from 1 to 17, got {place}")

    @property
    def time_limit(self) -> int:
        return 100

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        gap_key, agent_key, turn_key, goal_key = jax.random.split(key, 4)
        grid = _rooms(gap_key)
        if self.agent_place is not None:
            col, row = self.agent_place
            grid = layout.put(grid, row, col, tiles.EMPTY)
        else:
            row, col = layout.pick_cell(agent_key, grid == tiles.EMPTY)
        if self.goal_place is not None:
            goal_col, goal_row = self.goal_place
        else:
            free = (grid == tiles.EMPTY) & ~layout.at(grid, row, col)
            goal_row, goal_col = layout.pick_cell(goal_key, free)
        grid = layout.put(grid, goal_row, goal_col, tiles.GOAL)
        return self.start(grid, row, col, layout.integers(turn_key, 0, 4))


def _rooms(key: jax.Array) -> jax.Array:
    """The walls with one gap in each of their four arms."""
    rows, cols = layout.indices(_SIZE, _SIZE)
    walls = layout.border(_SIZE, _SIZE) | (rows == _MIDDLE) | (cols == _MIDDLE)
    # An arm has eight cells between its ends; the second arm of each pair lies one room further.
    offset = jax.random.randint(key, (4,), 1, _MIDDLE, dtype=jnp.int32)
    gaps = (cols == _MIDDLE) & ((rows == offset[0]) | (rows == _MIDDLE + offset[1]))
    gaps |= (rows == _MIDDLE) & ((cols == offset[2]) | (cols == _MIDDLE + offset[3]))
    return jnp.where(jnp.asarray(walls) & ~gaps, tiles.WALL, tiles.EMPTY).astype(np.uint16)
