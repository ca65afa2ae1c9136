"""The rules that all MiniGrid tasks share: turn, walk, pick up, drop, toggle.

Source: MiniGrid's `minigrid_env.py`, `core/grid.py`, `core/world_object.py`; Chevalier-Boisvert et
al., "Minigrid & Miniworld" (2023).
Differs from it in: the mission is an index into the environment's `missions`, not a text.
"""

import abc
import enum
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid import _view as view
from jaxenvs.envs.grid._tiles import Kind
from jaxenvs.ranges import Count, Range


class Action(enum.IntEnum):
    """MiniGrid's seven actions."""

    LEFT = 0
    RIGHT = 1
    FORWARD = 2
    PICKUP = 3
    DROP = 4
    TOGGLE = 5
    DONE = 6


class State(core.State):
    """The grid and the agent in it."""

    grid: jax.Array  # (height, width) uint16, packed cells, see tiles.py
    row: jax.Array  # () int32, of the agent
    col: jax.Array  # () int32
    direction: jax.Array  # () int32, 0 right, 1 down, 2 left, 3 up
    carrying: jax.Array  # () uint16, the packed object in hand, EMPTY for none
    mission: jax.Array  # () int32, an index into the environment's `missions`


class Params(core.Params):
    """Numbers of the rules."""

    horizon: Count = 100  # T of the reward 1 - time_cost t / T; the original's own limit
    time_cost: float = 0.9


class GridEnv(core.Env[State, Params]):
    """A task in the grid. Actions: 0 left, 1 right, 2 forward, 3 pick up, 4 drop, 5 toggle, 6 done.

    Observation: `image` `(view_size, view_size, 3)` uint8, what is ahead, indexed across and down,
    with kind, color and door state of each cell, 0 where unseen; `direction`; `mission`, an index
    into `missions`. Reward: `1 - 0.9 t / T` at success, 0 otherwise.
    """

    view_size: Annotated[int, Range(3, 31)] = 7
    """Cells across and ahead that are seen; odd, at least 3."""
    see_through_walls: bool = False

    reset_cost = "expensive"
    missions: ClassVar[tuple[str, ...]] = ()
    """What the agent may be told to do."""
    num_actions: ClassVar[int] = len(Action)

    def __post_init__(self) -> None:
        if self.view_size % 2 == 0:
            raise ValueError(f"view_size: expected an odd number, got {self.view_size}")

    @property
    @abc.abstractmethod
    def time_limit(self) -> int:
        """MiniGrid's own limit for this task, in steps."""

    def original_params(self) -> Params:
        return Params(max_steps=self.time_limit, horizon=self.time_limit)

    def start(
        self,
        grid: jax.Array | np.ndarray,
        row: jax.Array | int,
        col: jax.Array | int,
        direction: jax.Array | int,
        mission: jax.Array | int = 0,
    ) -> State:
        """The state at the start of an episode, with empty hands."""
        return State(
            time=jnp.int32(0),
            grid=jnp.asarray(grid, jnp.uint16),
            row=jnp.asarray(row, jnp.int32),
            col=jnp.asarray(col, jnp.int32),
            direction=jnp.asarray(direction, jnp.int32),
            carrying=jnp.asarray(tiles.EMPTY),
            mission=jnp.asarray(mission, jnp.int32),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # the rules are deterministic
        front = front_of(state)
        moved = act(state, action)
        walked = action == Action.FORWARD
        success = self.success(state, moved, action)
        terminated = success | (walked & tiles.is_any(front, Kind.LAVA))
        reward = jnp.where(success, self.success_reward(state, params), jnp.float32(0))
        return moved, reward, terminated, {}

    def success(self, before: State, after: State, action: jax.Array) -> jax.Array:
        """Whether this step solved the task, () bool: by default, stepping onto the goal."""
        del after
        return (action == Action.FORWARD) & tiles.is_any(front_of(before), Kind.GOAL)

    def success_reward(self, state: State, params: Params) -> jax.Array:
        """The reward of success at the step after `state`, () float32."""
        time = (state.time + 1).astype(jnp.float32)
        horizon = jnp.asarray(params.horizon).astype(jnp.float32)
        return jnp.float32(1) - params.time_cost * (time / horizon)

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        del params
        cells, _, _ = view.view_cells(
            state.grid, state.row, state.col, state.direction, self.view_size
        )
        seen = True if self.see_through_walls else view.visible(cells)
        rows, cols = layout.indices(*cells.shape)
        own = (rows == self.view_size // 2) & (cols == self.view_size - 1)
        cells = jnp.where(own, state.carrying, cells)
        image = jnp.where(jnp.asarray(seen)[..., None], tiles.encode(cells), np.uint8(0))
        return {"direction": state.direction, "image": image, "mission": state.mission}

    def observation_space(self, params: Params | None = None) -> spaces.Dict:
        del params
        return spaces.Dict(
            {
                "image": spaces.Box(0, 255, (self.view_size, self.view_size, 3), np.uint8),
                "direction": spaces.Discrete(4),
                "mission": spaces.Discrete(len(self.missions)),
            }
        )

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.num_actions)


def front_place(state: State) -> tuple[jax.Array, jax.Array]:
    """The row and the column of the cell ahead."""
    row, col = view.ahead(state.direction)
    return state.row + row, state.col + col


def front_of(state: State) -> jax.Array:
    """The packed cell ahead, () uint16; walls surround every grid, so there is one."""
    row, col = front_place(state)
    width = np.int32(state.grid.shape[1])
    return state.grid.reshape(-1)[row * width + col]


def act(state: State, action: jax.Array) -> State:
    """The agent and the grid after one action."""
    front, (row, col) = front_of(state), front_place(state)
    turn = (action == Action.RIGHT).astype(jnp.int32) - (action == Action.LEFT).astype(jnp.int32)
    walks = (action == Action.FORWARD) & tiles.can_enter(front)
    free_hands = state.carrying == tiles.EMPTY
    picks = (
        (action == Action.PICKUP) & free_hands & tiles.is_any(front, Kind.KEY, Kind.BALL, Kind.BOX)
    )
    drops = (action == Action.DROP) & ~free_hands & (front == tiles.EMPTY)
    left_behind = jnp.where(picks, tiles.EMPTY, jnp.where(drops, state.carrying, front))
    left_behind = jnp.where(action == Action.TOGGLE, toggled(front, state.carrying), left_behind)
    in_hand = jnp.where(picks, front, jnp.where(drops, tiles.EMPTY, state.carrying))
    return state.replace(
        grid=layout.put(state.grid, row, col, left_behind),
        row=jnp.where(walks, row, state.row),
        col=jnp.where(walks, col, state.col),
        direction=(state.direction + turn) % 4,
        carrying=in_hand,
    )


def toggled(cell: jax.Array, carrying: jax.Array) -> jax.Array:
    """A cell after being toggled: doors open and shut, locked ones with their key; boxes vanish."""
    color, door = tiles.color_of(cell), tiles.door_of(cell)
    key_fits = carrying == tiles.tile(Kind.KEY, color)
    opens = (door == tiles.Door.CLOSED) | ((door == tiles.Door.LOCKED) & key_fits)
    stays_locked = (door == tiles.Door.LOCKED) & ~key_fits
    new_door = jnp.where(opens, tiles.Door.OPEN, tiles.Door.CLOSED).astype(jnp.uint16)
    moved = tiles.tile(Kind.DOOR, color, jnp.where(stays_locked, door, new_door))
    cell = jnp.where(tiles.is_any(cell, Kind.DOOR), moved, cell)
    return jnp.where(tiles.is_any(cell, Kind.BOX), tiles.EMPTY, cell)
