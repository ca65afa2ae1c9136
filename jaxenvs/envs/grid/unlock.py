"""Unlock: open a locked door with the key that lies about.

Source: MiniGrid 3.2 `envs/unlock.py`. Differs from it in: the mission is a number.
"""

from typing import ClassVar

import jax

from jaxenvs.envs.grid import _game as game
from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _room_grid as rooms
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import Action, GridEnv, Params, State
from jaxenvs.envs.grid._tiles import Door, Kind

_ROOM_SIZE = 6


class Unlock(GridEnv):
    """Fetch the key and open the door to the next room."""

    missions: ClassVar[tuple[str, ...]] = ("open the door",)

    @property
    def time_limit(self) -> int:
        return 8 * _ROOM_SIZE**2

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        door_key, color_key, key_key, agent_key = jax.random.split(key, 4)
        grid = rooms.lattice(1, 2, _ROOM_SIZE)
        room = rooms.inside(grid, 0, 0, _ROOM_SIZE)
        color = rooms.random_color(color_key)
        door_row = layout.integers(door_key, 1, _ROOM_SIZE - 1)
        door = tiles.tile(Kind.DOOR, color, Door.LOCKED)
        grid = layout.put(grid, door_row, _ROOM_SIZE - 1, door)
        key_place = layout.pick_cell(key_key, (grid == tiles.EMPTY) & room)
        grid = layout.put(grid, *key_place, tiles.tile(Kind.KEY, color))
        return self.start(grid, *rooms.place_agent(agent_key, grid, room))

    def success(self, before: State, after: State, action: jax.Array) -> jax.Array:
        del before
        front = game.front_of(after)
        # There is one door, which opens only when it is toggled.
        opened = tiles.is_any(front, Kind.DOOR) & (tiles.door_of(front) == Door.OPEN)
        return (action == Action.TOGGLE) & opened
