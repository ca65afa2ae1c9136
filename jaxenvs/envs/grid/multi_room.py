"""MultiRoom: a chain of rooms of random sizes; the goal is in the last one.

Source: MiniGrid's `envs/multiroom.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists.
"""

from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import fusion, prng
from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import GridEnv, Params, State
from jaxenvs.envs.grid._tiles import NUM_COLORS, Door, Kind
from jaxenvs.ranges import Range
from jaxenvs.struct import PyTree

_MIN_SIZE = 4
_NUM_TRIES = 8  # places tried for a room
_NUM_CHAINS = 16  # chains tried at once
_NUM_WORDS = (
    5  # random words for a try: wall and place of the door, height, width, place of the room
)


class Chain(PyTree):
    """Rooms one after the other; rooms from `length` on are not there."""

    top: jax.Array  # (max_rooms,) int32
    left: jax.Array  # (max_rooms,) int32
    height: jax.Array  # (max_rooms,) int32, walls included
    width: jax.Array  # (max_rooms,) int32
    door_row: jax.Array  # (max_rooms,) int32, of the door by which one enters
    door_col: jax.Array  # (max_rooms,) int32
    entry: jax.Array  # (max_rooms,) int32, the wall of that door: 0 right, 1 bottom, 2 left, 3 top
    length: jax.Array  # () int32


class MultiRoom(GridEnv):
    """Open door after door and get to the goal in the last room."""

    min_rooms: Annotated[int, Range(1, 64)] = 6
    max_rooms: Annotated[int, Range(1, 64)] = 6
    max_room_size: Annotated[int, Range(_MIN_SIZE, 254)] = 10
    """Cells across a room at most, walls included; a room has at least 4."""
    size: Annotated[int, Range(_MIN_SIZE + 1, 255)] = 25
    """Cells across and down."""

    missions: ClassVar[tuple[str, ...]] = ("traverse the rooms to get to the goal",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_rooms > self.max_rooms:
            raise ValueError(
                f"min_rooms: expected 1 to max_rooms ({self.max_rooms}), got {self.min_rooms}"
            )
        if self.max_room_size >= self.size:
            raise ValueError(
                f"max_room_size: expected {_MIN_SIZE} to {self.size - 1}, got {self.max_room_size}"
            )

    @property
    def time_limit(self) -> int:
        return 20 * self.max_rooms

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        number_key, chain_key, color_key, agent_key, turn_key, goal_key = jax.random.split(key, 6)
        number = layout.integers(number_key, self.min_rooms, self.max_rooms + 1)
        chain = self._chain(chain_key, number)
        grid = self._draw(chain, number, _door_colors(color_key, self.max_rooms))
        first = layout.within(grid, chain.top[0], chain.left[0], chain.height[0], chain.width[0])
        row, col = layout.pick_cell(agent_key, (grid == tiles.EMPTY) & first)
        top, left, height, width = (
            part[number - 1] for part in (chain.top, chain.left, chain.height, chain.width)
        )
        last = layout.within(grid, top, left, height, width)
        free = (grid == tiles.EMPTY) & last & ~layout.at(grid, row, col)
        grid = layout.put(grid, *layout.pick_cell(goal_key, free), tiles.GOAL)
        return self.start(grid, row, col, layout.integers(turn_key, 0, 4))

    def _chain(self, key: jax.Array, number: jax.Array) -> Chain:
        """A chain of `number` rooms: tries, several at a time, until one is long enough."""

        def too_short(carry: tuple[jax.Array, Chain]) -> jax.Array:
            return carry[1].length < number

        def try_again(carry: tuple[jax.Array, Chain]) -> tuple[jax.Array, Chain]:
            key, try_key = jax.random.split(carry[0])
            # All at once: a key for each choice would be most of the work, and of the program.
            shape = (_NUM_CHAINS, self.max_rooms, _NUM_TRIES, _NUM_WORDS)
            words = jax.random.bits(try_key, shape, jnp.uint32)
            chains = jax.vmap(lambda w: self._try(w, number))(words)
            longest = jnp.argmax(chains.length)
            return key, jax.tree.map(lambda leaf: leaf[longest], chains)

        zeros = jnp.zeros(self.max_rooms, jnp.int32)
        names = ("top", "left", "height", "width", "door_row", "door_col", "entry")
        nothing = Chain(**dict.fromkeys(names, zeros), length=jnp.int32(0))
        return jax.lax.while_loop(too_short, try_again, (key, nothing))[1]

    def _try(self, words: jax.Array, number: jax.Array) -> Chain:
        """A chain grown room by room, each at the first of eight random places where it fits.

        `words`: `(max_rooms, 8, 5)` random uint32.
        """
        # The first room has no door before it, and leaves the words for one.
        corner = prng.below(words[0, 0, :2], self.size - 2)
        zeros = jnp.zeros(self.max_rooms, jnp.int32)
        names = ("top", "left", "height", "width", "door_row", "door_col", "entry")
        chain = Chain(**dict.fromkeys(names, zeros), length=jnp.int32(0))

        def grow(i: jax.Array, chain: Chain) -> Chain:
            rooms = jax.vmap(lambda w: self._propose(w, chain, i, corner))(words[i])
            fits = jax.vmap(lambda room: self._fits(room, chain, i))(rooms)
            # The first room has one try: it lies where the corner says.
            fits = fits & ((i > 0) | (np.arange(_NUM_TRIES, dtype=np.int32) == 0))
            room = {name: part[jnp.argmax(fits)] for name, part in rooms.items()}
            grows = fits.any() & (chain.length == i) & (i < number)
            here = grows & (np.arange(self.max_rooms, dtype=np.int32) == i)
            changed = {
                name: jnp.where(here, part, getattr(chain, name)) for name, part in room.items()
            }
            return chain.replace(**changed, length=chain.length + grows.astype(jnp.int32))

        return jax.lax.fori_loop(np.int32(0), np.int32(self.max_rooms), grow, chain)

    def _propose(
        self, words: jax.Array, chain: Chain, i: jax.Array, corner: jax.Array
    ) -> dict[str, jax.Array]:
        """A room of random size behind a random door of the room before it, or at the corner.

        `words`: `(5,)` random uint32.
        """
        before = jnp.maximum(i - 1, 0)
        top, left, height, width, entry = (
            part[before] for part in (chain.top, chain.left, chain.height, chain.width, chain.entry)
        )
        # Any wall but the one with the entry.
        exit_wall = (entry + 1 + prng.below(words[0], 3)) % 4
        sideways = (exit_wall == 0) | (exit_wall == 2)
        along = 1 + prng.below_256(words[1], jnp.where(sideways, height, width) - 2)
        door_row = jnp.where(
            sideways, top + along, jnp.where(exit_wall == 1, top + height - 1, top)
        )
        door_col = jnp.where(
            sideways, jnp.where(exit_wall == 0, left + width - 1, left), left + along
        )
        new_entry = (exit_wall + 2) % 4
        num_sizes = self.max_room_size + 1 - _MIN_SIZE
        new_height, new_width = _MIN_SIZE + prng.below(words[2:4], num_sizes)
        # The door may be anywhere in the new room's wall but in its corners.
        reach = jnp.where(sideways, new_height, new_width)
        slide = prng.below_256(words[4], reach - 2) - reach + 2
        new_top = jnp.where(
            sideways,
            door_row + slide,
            jnp.where(new_entry == 1, door_row - new_height + 1, door_row),
        )
        new_left = jnp.where(
            sideways,
            jnp.where(new_entry == 0, door_col - new_width + 1, door_col),
            door_col + slide,
        )
        first = i == 0
        room = {
            "top": jnp.where(first, corner[0], new_top),
            "left": jnp.where(first, corner[1], new_left),
            "height": new_height,
            "width": new_width,
            "door_row": jnp.where(first, corner[0], door_row),
            "door_col": jnp.where(first, corner[1], door_col),
            "entry": jnp.where(first, 2, new_entry),
        }
        return {name: fusion.settled(part) for name, part in room.items()}

    def _fits(self, room: dict[str, jax.Array], chain: Chain, i: jax.Array) -> jax.Array:
        """Whether a room lies in the grid and apart from all but the one before it.

        The comparisons are the original's, in which the two sides differ.
        """
        top, left, height, width = (room[name] for name in ("top", "left", "height", "width"))
        in_grid = (top >= 0) & (left >= 0)
        in_grid &= (left + width <= self.size) & (top + height < self.size)
        apart = (left + width < chain.left) | (chain.left + chain.width <= left)
        apart |= (top + height < chain.top) | (chain.top + chain.height <= top)
        return in_grid & (apart | (np.arange(self.max_rooms, dtype=np.int32) >= i - 1)).all()

    def _draw(self, chain: Chain, number: jax.Array, colors: jax.Array) -> jax.Array:
        """The rooms' walls and, from the second room on, their entry doors."""
        rows, cols = layout.indices(self.size, self.size)

        def add(i: jax.Array, grid: jax.Array) -> jax.Array:
            top, left = chain.top[i], chain.left[i]
            bottom, right = top + chain.height[i] - 1, left + chain.width[i] - 1
            inside = (rows >= top) & (rows <= bottom) & (cols >= left) & (cols <= right)
            edge = (rows == top) | (rows == bottom) | (cols == left) | (cols == right)
            door = layout.at(grid, chain.door_row[i], chain.door_col[i]) & (i > 0)
            walls = jnp.where(inside & edge, tiles.WALL, grid)
            drawn = jnp.where(door, tiles.tile(Kind.DOOR, colors[i], Door.CLOSED), walls)
            return jnp.where(i < number, drawn, grid)

        empty = jnp.full((self.size, self.size), tiles.EMPTY)
        return jax.lax.fori_loop(np.int32(0), np.int32(self.max_rooms), add, empty)


def _door_colors(key: jax.Array, num_rooms: int) -> jax.Array:
    """A random color for each door, never that of the door before, `(num_rooms,)` int32."""
    first_key, step_key = jax.random.split(key)
    first = layout.integers(first_key, 0, NUM_COLORS)
    steps = jax.random.randint(step_key, (num_rooms,), 1, NUM_COLORS, dtype=jnp.int32)
    return (first + jnp.cumsum(steps, dtype=jnp.int32)) % NUM_COLORS
