"""KeyCorridor: find the key in some room, unlock the room with the ball, pick the ball up.

Source: MiniGrid's `envs/keycorridor.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists; the object to fetch is a ball or a box.
"""

from typing import Annotated, Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _room_grid as rooms
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import Action, GridEnv, Params, State
from jaxenvs.envs.grid._tiles import NUM_COLORS, Color, Door, Kind
from jaxenvs.ranges import Range

_NUM_COLS = 3
_COLORS = [color.name.lower() for color in Color]


class KeyCorridor(GridEnv):
    """Fetch the object behind the locked door; the key is in a room on the left."""

    room_size: Annotated[int, Range(3, 32)] = 6
    """Cells across a room, walls included."""
    num_rows: Annotated[int, Range(1, 16)] = 3
    """Rooms on top of each other; three lie side by side."""
    object_kind: Literal["ball", "box"] = "ball"

    missions: ClassVar[tuple[str, ...]] = tuple(
        f"pick up the {color} {kind}" for kind in ("ball", "box") for color in _COLORS
    )

    @property
    def time_limit(self) -> int:
        return 30 * self.room_size**2

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        wall_key, edge_key, room_key, color_key, place_key, agent_key = jax.random.split(key, 6)
        size, edges = self.room_size, self._edges
        locked_row, key_row = jax.random.randint(room_key, (2,), 0, self.num_rows, dtype=jnp.int32)
        colors = jax.random.randint(color_key, (len(edges) + 2,), 0, NUM_COLORS, dtype=jnp.int32)
        door_color, target_color, colors = colors[0], colors[1], colors[2:]
        rows, cols = self._door_places(wall_key)
        # The first edges join neighbours, left and middle, middle and right, row by row.
        is_locked = np.arange(len(edges), dtype=np.int32) == 2 * locked_row + 1
        locked = tiles.tile(Kind.DOOR, door_color, Door.LOCKED)
        grid = layout.put_all(jnp.asarray(self._walls), rows, cols, locked, is_locked)
        target_key, key_key = jax.random.split(place_key)
        grid = self._put_in(target_key, grid, 2, locked_row, tiles.tile(self._kind, target_color))
        grid = self._put_in(key_key, grid, 0, key_row, tiles.tile(Kind.KEY, door_color))
        start = rooms.inside(grid, 1, self.num_rows // 2, size)
        agent = rooms.place_agent(agent_key, grid, start)
        doors = tiles.tile(Kind.DOOR, colors, Door.CLOSED)
        grid = layout.put_all(grid, rows, cols, doors, self._connect(edge_key, locked_row))
        mission = target_color + (NUM_COLORS if self.object_kind == "box" else 0)
        return self.start(grid, *agent, mission=mission)

    @property
    def _kind(self) -> Kind:
        return Kind.BALL if self.object_kind == "ball" else Kind.BOX

    @property
    def _edges(self) -> np.ndarray:
        """Pairs of rooms that a door may join, `(num_edges, 2)`; room `(i, j)` is `3 j + i`."""
        sideways = [(3 * j + i, 3 * j + i + 1) for j in range(self.num_rows) for i in range(2)]
        downwards = [(3 * j + i, 3 * j + 3 + i) for j in range(self.num_rows - 1) for i in (0, 2)]
        return np.array(sideways + downwards, np.int32)

    @property
    def _walls(self) -> np.ndarray:
        """The rooms, those in the middle joined to a hallway."""
        grid = rooms.lattice(self.num_rows, _NUM_COLS, self.room_size)
        step = self.room_size - 1
        grid[1:-1, step + 1 : 2 * step] = tiles.EMPTY
        return grid

    def _door_places(self, key: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The row and the column of each edge's door, somewhere along the wall."""
        edges, step = self._edges, np.int32(self.room_size - 1)
        offset = jax.random.randint(key, (len(edges),), 1, step, dtype=jnp.int32)
        top, left = edges[:, 0] // _NUM_COLS * step, edges[:, 0] % _NUM_COLS * step
        sideways = edges[:, 1] == edges[:, 0] + 1
        rows = jnp.where(sideways, top + offset, top + step)
        return rows, jnp.where(sideways, left + step, left + offset)

    def _put_in(
        self, key: jax.Array, grid: jax.Array, i: int, j: jax.Array, cell: Any
    ) -> jax.Array:
        """The grid with an object at a random free place of a room."""
        free = rooms.inside(grid, i, j, self.room_size) & (grid == tiles.EMPTY)
        return layout.put(grid, *layout.pick_cell(key, free), cell)

    def _connect(self, key: jax.Array, locked_row: jax.Array) -> jax.Array:
        """Which edges get an unlocked door, `(num_edges,)` bool.

        Doors are added in random order until every room can be reached, never to the locked room.
        """
        edges = self._edges
        num_rooms = _NUM_COLS * self.num_rows
        locked_room = 3 * locked_row + 2
        room_ids = np.arange(num_rooms, dtype=np.int32)
        # Rooms of one group are joined: the hallway is one group, with the locked room.
        groups = jnp.where((room_ids % 3 == 1) | (room_ids == locked_room), np.int32(1), room_ids)
        allowed = (edges != locked_room).all(axis=1)
        order = layout.shuffle(key, len(edges))

        def add(step: jax.Array, carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            groups, opened = carry
            edge = order[step]
            a, b = groups[jnp.asarray(edges)[edge, 0]], groups[jnp.asarray(edges)[edge, 1]]
            adds = allowed[edge] & (groups != groups[0]).any()
            groups = jnp.where(adds & (groups == b), a, groups)
            return groups, opened | (adds & (np.arange(len(edges), dtype=np.int32) == edge))

        nothing = jnp.zeros(len(edges), jnp.bool_)
        return jax.lax.fori_loop(np.int32(0), np.int32(len(edges)), add, (groups, nothing))[1]

    def success(self, before: State, after: State, action: jax.Array) -> jax.Array:
        del before
        return (action == Action.PICKUP) & tiles.is_any(after.carrying, self._kind)
