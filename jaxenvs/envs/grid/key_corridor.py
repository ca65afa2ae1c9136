"""KeyCorridor: find the key in some room, unlock the room with the ball, pick the ball up.

Source: MiniGrid 3.2 `envs/keycorridor.py`. Differs from it in: the mission is a number; the object
to fetch is a ball or a box.
"""

from typing import ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.grid import layout, rooms, tiles
from jaxenvs.envs.grid.game import Action, GridEnv, Params, State
from jaxenvs.envs.grid.tiles import NUM_COLORS, Color, Door, Kind

_NUM_COLS = 3
_COLORS = [color.name.lower() for color in Color]


class KeyCorridor(GridEnv):
    """Fetch the object behind the locked door; the key is in a room on the left."""

    room_size: int = 6
    """Cells across a room, walls included."""
    num_rows: int = 3
    """Rooms on top of each other; three lie side by side."""
    object_kind: Literal["ball", "box"] = "ball"

    missions: ClassVar[tuple[str, ...]] = tuple(
        f"pick up the {color} {kind}" for kind in ("ball", "box") for color in _COLORS
    )
    reset_cost = "dear"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, least in (("room_size", 3), ("num_rows", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}: expected at least {least}, got {getattr(self, name)}")
        if self.object_kind not in ("ball", "box"):
            raise ValueError(f"object_kind: expected 'ball' or 'box', got {self.object_kind!r}")

    @property
    def time_limit(self) -> int:
        return 30 * self.room_size**2

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        (wall_key, edge_key, row_key, color_key, object_key, item_key, key_row_key, key_key,
         agent_key) = jax.random.split(key, 9)  # fmt: skip
        size, num_rows = self.room_size, self.num_rows
        locked_row = layout.integers(row_key, 0, num_rows)
        colors = jax.random.randint(color_key, (2,), 0, NUM_COLORS, dtype=jnp.int32)
        grid, doors = self._walls(wall_key, locked_row, colors[0])
        kind = Kind.BALL if self.object_kind == "ball" else Kind.BOX
        target = rooms.inside(grid, 2, locked_row, size) & (grid == tiles.EMPTY)
        grid = layout.put(grid, *layout.pick_cell(item_key, target), tiles.tile(kind, colors[1]))
        key_row = layout.integers(key_row_key, 0, num_rows)
        source = rooms.inside(grid, 0, key_row, size) & (grid == tiles.EMPTY)
        grid = layout.put(grid, *layout.pick_cell(key_key, source), tiles.tile(Kind.KEY, colors[0]))
        start = rooms.inside(grid, 1, num_rows // 2, size)
        agent = rooms.place_agent(agent_key, grid, start)
        opened = self._connect(edge_key, locked_row)
        door_colors = jax.random.randint(object_key, opened.shape, 0, NUM_COLORS, dtype=jnp.int32)
        for edge in range(len(opened)):
            row, col = doors[edge]
            door = tiles.tile(Kind.DOOR, door_colors[edge], Door.CLOSED)
            grid = jnp.where(opened[edge] & layout.at(grid, row, col), door, grid)
        mission = colors[1] + (NUM_COLORS if self.object_kind == "box" else 0)
        return self.start(grid, *agent, mission=mission)

    @property
    def _edges(self) -> np.ndarray:
        """Pairs of rooms that a door may join, `(num_edges, 2)`; room `(i, j)` is `3 j + i`."""
        sideways = [(3 * j + i, 3 * j + i + 1) for j in range(self.num_rows) for i in range(2)]
        downwards = [(3 * j + i, 3 * j + 3 + i) for j in range(self.num_rows - 1) for i in (0, 2)]
        return np.array(sideways + downwards, np.int32)

    def _walls(
        self, key: jax.Array, locked_row: jax.Array, color: jax.Array
    ) -> tuple[jax.Array, list[tuple[jax.Array, jax.Array]]]:
        """The grid with the hallway and the locked door, and where each edge's door would be."""
        size, step = self.room_size, self.room_size - 1
        edges = self._edges
        offsets = jax.random.randint(key, (len(edges),), 1, step, dtype=jnp.int32)
        places = []
        for (room, other), offset in zip(edges.tolist(), offsets, strict=True):
            j, i = divmod(room, _NUM_COLS)
            if other == room + 1:  # side by side: the door is in the right wall
                places.append((j * step + offset, jnp.int32((i + 1) * step)))
            else:
                places.append((jnp.int32((j + 1) * step), i * step + offset))
        grid = jnp.asarray(rooms.lattice(self.num_rows, _NUM_COLS, size))
        rows, cols = layout.indices(*grid.shape)
        hallway = (cols > step) & (cols < 2 * step) & (rows > 0) & (rows < grid.shape[0] - 1)
        grid = jnp.where(hallway, tiles.EMPTY, grid)
        locked = tiles.tile(Kind.DOOR, color, Door.LOCKED)
        for j in range(self.num_rows):
            row, col = places[2 * j + 1]
            grid = jnp.where((locked_row == j) & layout.at(grid, row, col), locked, grid)
        return grid, places

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
        order = jax.random.permutation(key, np.arange(len(edges), dtype=np.int32))

        def add(step: jax.Array, carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            groups, opened = carry
            edge = order[step]
            a, b = groups[jnp.asarray(edges)[edge, 0]], groups[jnp.asarray(edges)[edge, 1]]
            adds = allowed[edge] & (groups != groups[0]).any()
            groups = jnp.where(adds & (groups == b), a, groups)
            return groups, opened | (adds & (np.arange(len(edges)) == edge))

        nothing = jnp.zeros(len(edges), jnp.bool_)
        return jax.lax.fori_loop(0, len(edges), add, (groups, nothing))[1]

    def success(self, before: State, after: State, action: jax.Array) -> jax.Array:
        del before
        kind = Kind.BALL if self.object_kind == "ball" else Kind.BOX
        return (action == Action.PICKUP) & tiles.is_any(after.carrying, kind)
