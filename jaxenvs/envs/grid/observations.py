"""Other observations of the grid: all of it, as numbers or in pixels, as wrappers of its games.

    env = FullObservation(env=jaxenvs.make("MiniGrid-DoorKey-5x5-v0"))
    env = ImageObservation(env=RGBObservation(env=jaxenvs.make("MiniGrid-Empty-8x8-v0")))

Each changes the entry `image` of the observation, `ImageObservation` leaves nothing else.

Source: MiniGrid's `wrappers.py`: FullyObsWrapper, SymbolicObsWrapper, RGBImgObsWrapper,
RGBImgPartialObsWrapper and ImgObsWrapper; the entries and pixels are equal to theirs. Differs from
them in: the entries of `SymbolicObservation` are int32, not int64.
"""

import abc
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _pixels as pixels
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid import _view as view
from jaxenvs.envs.grid._game import GridEnv, State
from jaxenvs.ranges import Range
from jaxenvs.raster import tiled
from jaxenvs.wrappers.base import MemoryState, Wrapper

AGENT = 10
"""The number of the agent where it stands in the grid, beside those of `Kind`."""

TileSize = Annotated[int, Range(1, 128)]
"""Pixels across and down a cell."""


class _GridObservation(Wrapper):
    """A game of the grid, or a wrapped one, with another `image`."""

    def __post_init__(self) -> None:
        if not isinstance(self.unwrapped, GridEnv):
            found = type(self.unwrapped).__name__
            raise TypeError(f"env: expected a game of MiniGrid, got {found}")

    @property
    def game(self) -> GridEnv:
        """The game under all wrappers."""
        assert isinstance(self.unwrapped, GridEnv)
        return self.unwrapped

    @property
    def grid_shape(self) -> tuple[int, int]:
        """Height and width of the grid, in cells."""
        start = jax.eval_shape(self.game.initial, jax.random.key(0), self.game.default_params)
        height, width = start.grid.shape
        return height, width

    @abc.abstractmethod
    def picture(self, state: State) -> jax.Array:
        """The new `image`, from the game's state."""

    @abc.abstractmethod
    def picture_space(self) -> spaces.Box:
        """Where it lies."""

    def observe(self, state: Any, params: Any) -> dict[str, jax.Array]:
        game_state = state
        while isinstance(game_state, MemoryState):
            game_state = game_state.inner
        return {**self.env.observe(state, params), "image": self.picture(game_state)}

    def wrap_observation_space(self, space: spaces.Space) -> spaces.Space:
        if not isinstance(space, spaces.Dict) or "image" not in space.spaces:
            raise TypeError(f"env: expected observations with an image, got {space}")
        return spaces.Dict({**space.spaces, "image": self.picture_space()})


class FullObservation(_GridObservation):
    """`image` is the whole grid, `(width, height, 3)` uint8, indexed across and down.

    As in the agent's view: kind, color and door state of each cell; where the agent stands 10, 0
    and its direction.
    """

    def picture(self, state: State) -> jax.Array:
        agent = jnp.stack([jnp.int32(AGENT), jnp.int32(0), state.direction]).astype(jnp.uint8)
        here = layout.at(state.grid, state.row, state.col)[..., None]
        return jnp.where(here, agent, tiles.encode(state.grid)).transpose(1, 0, 2)

    def picture_space(self) -> spaces.Box:
        height, width = self.grid_shape
        return spaces.Box(0, 255, (width, height, 3), np.uint8)


class SymbolicObservation(_GridObservation):
    """`image` names the object at every place, `(width, height, 3)` int32, indexed across and down.

    Column, row, and the object's kind: -1 where there is none, 10 where the agent stands.
    """

    def picture(self, state: State) -> jax.Array:
        kinds = tiles.kind_of(state.grid).astype(jnp.int32)
        kinds = jnp.where(state.grid == tiles.EMPTY, -1, kinds)
        kinds = jnp.where(layout.at(state.grid, state.row, state.col), AGENT, kinds).T
        places = np.indices(kinds.shape, np.int32)  # columns, then rows
        return jnp.concatenate([places, kinds[None]]).transpose(1, 2, 0)

    def picture_space(self) -> spaces.Box:
        height, width = self.grid_shape
        shape = (width, height, 3)
        low = np.broadcast_to(np.array([0, 0, -1], np.int32), shape)
        high = np.broadcast_to(np.array([width - 1, height - 1, AGENT], np.int32), shape)
        return spaces.Box(low, high, shape, np.int32)


class RGBObservation(_GridObservation):
    """`image` is a picture of the whole grid, `(height * tile_size, width * tile_size, 3)` uint8.

    What the agent sees is brighter where `highlight`.
    """

    tile_size: TileSize = 8
    """Pixels across and down a cell."""
    highlight: bool = True

    def picture(self, state: State) -> jax.Array:
        lit = np.zeros(state.grid.shape, np.bool_)
        if self.highlight:
            lit = view.seen_from_above(
                state.grid,
                state.row,
                state.col,
                state.direction,
                self.game.view_size,
                self.game.see_through_walls,
            )
        here = layout.at(state.grid, state.row, state.col)
        pose = jnp.where(here, state.direction + 1, 0)
        return _drawn(state.grid, pose, lit, self.tile_size)

    def picture_space(self) -> spaces.Box:
        height, width = (self.tile_size * cells for cells in self.grid_shape)
        return spaces.Box(0, 255, (height, width, 3), np.uint8)


class RGBPartialObservation(_GridObservation):
    """`image` is a picture of the agent's view, `(view_size * tile_size,) * 2 + (3,)` uint8.

    The agent is at the bottom and looks up; what it carries lies under it. What it sees is
    brighter, what it does not is left out.
    """

    tile_size: TileSize = 8
    """Pixels across and down a cell."""

    def picture(self, state: State) -> jax.Array:
        size = self.game.view_size
        cells, _, _ = view.view_cells(state.grid, state.row, state.col, state.direction, size)
        seen = np.ones((size, size), np.bool_)
        if not self.game.see_through_walls:
            seen = view.visible(cells)
        rows, cols = layout.indices(size, size)
        own = (rows == size // 2) & (cols == size - 1)
        cells = jnp.where(own, state.carrying, jnp.where(seen, cells, tiles.EMPTY))
        pose = np.where(own, 4, 0).astype(np.int32)
        return _drawn(cells.T, jnp.asarray(pose.T), jnp.asarray(seen).T, self.tile_size)

    def picture_space(self) -> spaces.Box:
        side = self.game.view_size * self.tile_size
        return spaces.Box(0, 255, (side, side, 3), np.uint8)


class ImageObservation(Wrapper):
    """The observation is its entry `image` alone: for networks that take nothing else.

    Works on any game whose observations are a dict with an `image`.
    """

    def observe(self, state: Any, params: Any) -> jax.Array:
        return self.env.observe(state, params)["image"]

    def wrap_observation_space(self, space: spaces.Space) -> spaces.Space:
        if not isinstance(space, spaces.Dict) or "image" not in space.spaces:
            raise TypeError(f"env: expected observations with an image, got {space}")
        return space.spaces["image"]


def _drawn(
    cells: jax.Array, pose: jax.Array, lit: jax.Array | np.ndarray, tile_size: int
) -> jax.Array:
    """A picture `(height * tile_size, width * tile_size, 3)` uint8 of cells `(height, width)`.

    `pose` says which of `pixels.NUM_POSES` the agent has in each cell, `lit` which are bright.
    """
    tile = jnp.asarray(pixels.tile_ids())[cells]
    row = (tile * np.int32(pixels.NUM_POSES) + pose) * 2 + jnp.asarray(lit).astype(jnp.int32)
    return tiled(pixels.table(tile_size), row)
