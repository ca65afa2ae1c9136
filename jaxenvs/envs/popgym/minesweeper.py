"""MineSweeper: look under the tiles of a board that is never shown, and under no mine.

Source: popgym's `envs/minesweeper.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: a game decided at the last step allowed is truncated as well as terminated.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _bitboard as bitboard
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.ranges import Count, Range


class State(core.State):
    """The board, and what was seen of it; see `bitboard` for rows."""

    mines: jax.Array  # (board_size,) uint32, rows of tiles
    viewed: jax.Array  # (board_size,) uint32, rows of tiles looked under
    count: jax.Array  # () uint8, what the last tile said


class MineSweeper(core.Env[State, core.Params]):
    """Actions: row and column of a tile. Observation: the mines under it and its 8 neighbours.

    Reward: 1 / `num_clear` for a clear tile, -0.5 / (`num_clear` - 2) for one viewed before, -0.5 -
    1 / `num_clear` for a mine. Ends on a mine and when all clear tiles have been viewed; truncated
    after `num_clear` steps. The action has to be remembered too, it is not shown.
    """

    board_size: Annotated[int, Range(2, bitboard.MAX_SIZE)] = 4
    """Tiles along each side, at most 32."""

    num_mines: Count = 2
    """Tiles with a mine."""

    reset_cost = "expensive"

    def __post_init__(self) -> None:
        if self.num_clear < 3:
            raise ValueError(
                f"num_mines: expected 1 to {self.board_size**2 - 3}, got {self.num_mines}"
            )

    @property
    def num_clear(self) -> int:
        """Tiles without a mine."""
        return self.board_size**2 - self.num_mines

    def original_params(self) -> core.Params:
        return core.Params(max_steps=self.num_clear)

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        mines = cards.permutation(key, self.board_size**2) < self.num_mines
        return State(
            time=jnp.int32(0),
            mines=bitboard.pack(mines.reshape(self.board_size, self.board_size)),
            viewed=jnp.zeros(self.board_size, jnp.uint32),
            count=jnp.uint8(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params  # deterministic
        tile = bitboard.square(self.board_size, action[0], action[1])
        mine = (tile & state.mines).any()
        again = (tile & state.viewed).any()
        viewed = state.viewed | tile

        clear = 1 / self.num_clear
        reward = jnp.where(again, np.float32(-0.5 / (self.num_clear - 2)), np.float32(clear))
        reward = jnp.where(mine, np.float32(-0.5 - clear), reward)
        won = bitboard.count(viewed & ~state.mines) == self.num_clear
        count = mines_near(state.mines, action[0], action[1])
        return state.replace(viewed=viewed, count=count), reward, mine | won, {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.count.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(min(self.num_mines, 9) + 1)

    def action_space(self, params: core.Params | None = None) -> spaces.MultiDiscrete:
        del params
        return spaces.MultiDiscrete([self.board_size, self.board_size])


def mines_near(mines: jax.Array, row: jax.Array, column: jax.Array) -> jax.Array:
    """How many of a tile and its neighbours are mines, () uint8."""
    middle = np.uint32(1) << column.astype(jnp.uint32)
    columns = middle | (middle << np.uint32(1)) | (middle >> np.uint32(1))
    rows = jnp.abs(np.arange(mines.shape[0], dtype=np.int32) - row) <= 1
    return bitboard.count(jnp.where(rows, mines & columns, np.uint32(0))).astype(jnp.uint8)
