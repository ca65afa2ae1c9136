"""DynamicObstacles: walk to the goal between balls that move about at random.

Source: MiniGrid's `envs/dynamicobstacles.py`.
Differs from it in: what `jaxenvs.envs.grid._game` lists; a ball moves whenever a neighbouring cell
is free, where the original gives up after 100 random tries.
"""

from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.grid import _game as game
from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import Action, GridEnv
from jaxenvs.envs.grid._tiles import Color, Kind
from jaxenvs.ranges import Range

_BALL = np.uint16(Kind.BALL | Color.BLUE << 4)


class State(game.State):
    """The shared state and where the balls are."""

    ball_rows: jax.Array  # (num_obstacles,) int32
    ball_cols: jax.Array  # (num_obstacles,) int32


class Params(game.Params):
    """The shared numbers and the price of a collision."""

    collision_reward: float = -1.0


class DynamicObstacles(GridEnv):
    """Get to the goal; walking into a ball or a wall costs 1 and ends the episode.

    Actions: 0 left, 1 right, 2 forward.
    """

    size: Annotated[int, Range(4, 255)] = 8
    """Cells across and down, walls included."""
    num_obstacles: Annotated[int, Range(0, 255)] = 4
    """Balls; as in the original, at most `size / 2 + 1`, beyond that `size / 2` are used."""
    random_start: bool = False
    """Start anywhere, looking anywhere, not in the top left corner looking right."""
    see_through_walls: bool = True

    missions: ClassVar[tuple[str, ...]] = ("get to the green goal square",)
    num_actions: ClassVar[int] = 3

    @property
    def num_balls(self) -> int:
        """The balls that there are."""
        fits = self.num_obstacles <= self.size / 2 + 1
        return self.num_obstacles if fits else self.size // 2

    @property
    def time_limit(self) -> int:
        return 4 * self.size**2

    def original_params(self) -> Params:
        return Params(max_steps=self.time_limit, horizon=self.time_limit)

    def initial(self, key: jax.Array, params: game.Params) -> State:
        del params
        place_key, turn_key, ball_key = jax.random.split(key, 3)
        size = self.size
        grid = layout.put(layout.walled(size, size), size - 2, size - 2, tiles.GOAL)
        row, col, direction = jnp.int32(1), jnp.int32(1), jnp.int32(0)
        if self.random_start:
            row, col = layout.pick_cell(place_key, grid == tiles.EMPTY)
            direction = layout.integers(turn_key, 0, 4)

        def add_ball(grid: jax.Array, key: jax.Array) -> tuple[jax.Array, tuple[jax.Array, ...]]:
            free = (grid == tiles.EMPTY) & ~layout.at(grid, row, col)
            place = layout.pick_cell(key, free)
            return layout.put(grid, *place, _BALL), place

        keys = jax.random.split(ball_key, self.num_balls)
        grid, (ball_rows, ball_cols) = jax.lax.scan(add_ball, grid, keys)
        start = self.start(grid, row, col, direction)
        shared = {name: getattr(start, name) for name in game.State.__dataclass_fields__}
        return State(**shared, ball_rows=ball_rows, ball_cols=ball_cols)

    def transition(
        self, key: jax.Array, state: game.State, action: jax.Array, params: game.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        assert isinstance(state, State)
        assert isinstance(params, Params)
        front = game.front_of(state)
        # What was ahead before the balls moved counts, as in the original.
        collides = (action == Action.FORWARD) & ~tiles.is_any(front, Kind.EMPTY, Kind.GOAL)
        state = move_balls(key, state)
        after, reward, terminated, info = super().transition(key, state, action, params)
        assert isinstance(after, State)
        reward = jnp.where(collides, params.collision_reward, reward).astype(jnp.float32)
        return after, reward, terminated | collides, info


def move_balls(key: jax.Array, state: State) -> State:
    """Every ball in turn to a random free cell around it, if there is one."""

    def move(
        grid: jax.Array, ball: tuple[jax.Array, jax.Array, jax.Array]
    ) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        key, row, col = ball
        top, left_most = row - 1, col - 1  # in the grid, since its border is walls
        around = jax.lax.dynamic_slice(grid, (top, left_most), (3, 3))
        agent = layout.at(around, state.row - top, state.col - left_most)
        free = (around == tiles.EMPTY) & ~agent
        new_row, new_col = layout.pick_cell(key, free)
        can_move = free.any()
        row = jnp.where(can_move, top + new_row, row)
        col = jnp.where(can_move, left_most + new_col, col)
        left = can_move & layout.at(grid, ball[1], ball[2])
        return layout.put(jnp.where(left, tiles.EMPTY, grid), row, col, _BALL), (row, col)

    keys = jax.random.split(key, state.ball_rows.shape[0])
    grid, (rows, cols) = jax.lax.scan(move, state.grid, (keys, state.ball_rows, state.ball_cols))
    return state.replace(grid=grid, ball_rows=rows, ball_cols=cols)
