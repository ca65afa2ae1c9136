"""MineSweeper: look under the tiles of a board that is never shown, and under no mine.

Source: popgym 1.0.7 `envs/minesweeper.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: a game decided at the last moment allowed is truncated as well as terminated.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import cards


class State(core.State):
    """The board, and what was seen of it."""

    mines: jax.Array  # (board_size, board_size) bool
    viewed: jax.Array  # (board_size, board_size) bool, tiles looked under, mines apart
    count: jax.Array  # () uint8, what the last tile said


class MineSweeper(core.Env[State, core.Params]):
    """Actions: row and column of a tile. Observation: the mines under it and its 8 neighbours.

    Reward: 1 / `num_clear` for a clear tile, -0.5 / (`num_clear` - 2) for one viewed before, -0.5 -
    1 / `num_clear` for a mine. Ends on a mine and when all clear tiles have been viewed; truncated
    after `num_clear` steps. The action has to be remembered too, it is not shown.
    """

    board_size: int = 4
    """Tiles along each side."""

    num_mines: int = 2
    """Tiles with a mine."""

    reset_cost = "dear"

    def __post_init__(self) -> None:
        if not (self.num_mines >= 1 and self.num_clear >= 3):
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
        shape = (self.board_size, self.board_size)
        tiles = np.arange(self.board_size**2) < self.num_mines
        return State(
            time=jnp.int32(0),
            mines=cards.shuffle(key, tiles).reshape(shape),
            viewed=jnp.zeros(shape, jnp.bool_),
            count=jnp.uint8(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params  # deterministic
        across = np.arange(self.board_size, dtype=np.int32)
        rows, columns = jnp.abs(across - action[0]), jnp.abs(across - action[1])
        tile = (rows == 0)[:, None] & (columns == 0)
        near = (rows <= 1)[:, None] & (columns <= 1)
        mine = (tile & state.mines).any()
        again = (tile & state.viewed).any()
        viewed = state.viewed | (tile & ~state.mines)

        clear = 1 / self.num_clear
        reward = jnp.where(again, np.float32(-0.5 / (self.num_clear - 2)), np.float32(clear))
        reward = jnp.where(mine, np.float32(-0.5 - clear), reward)
        terminated = mine | (viewed | state.mines).all()
        count = (near & state.mines).sum(dtype=jnp.uint8)
        return state.replace(viewed=viewed, count=count), reward, terminated, {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.count.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(min(self.num_mines, 9) + 1)

    def action_space(self, params: core.Params | None = None) -> spaces.MultiDiscrete:
        del params
        return spaces.MultiDiscrete([self.board_size, self.board_size])
