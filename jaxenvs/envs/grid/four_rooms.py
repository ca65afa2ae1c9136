"""FourRooms: four rooms joined by four gaps, agent and goal anywhere.

Source: MiniGrid's `envs/fourrooms.py`; Sutton, Precup & Singh, "Between MDPs and semi-MDPs" (1999).
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.ranges import Range

_SIZE, _MIDDLE = 19, 9
_Inside = Annotated[int, Range(1, _SIZE - 2)]


class FourRooms(GridEnv):
    """Find the goal in one of four rooms."""

    agent_place: tuple[_Inside, _Inside] | None = None
    """Column and row where the agent starts; None: anywhere."""
    goal_place: tuple[_Inside, _Inside] | None = None
    """Column and row of the goal; None: anywhere."""

    missions: ClassVar[tuple[str, ...]] = ("reach the goal",)

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
