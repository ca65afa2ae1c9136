"""Battleship: find and sink the ships on a board that is never shown.

Source: popgym's `envs/battleship.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: ships that might not fit are refused, where popgym would search for ever.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _bitboard as bitboard
from jaxenvs.ranges import Count, Range


class State(core.State):
    """The board, and what happened to it; see `bitboard` for rows."""

    ships: jax.Array  # (board_size,) uint32, rows of squares
    shots: jax.Array  # (board_size,) uint32, rows of squares
    hit: jax.Array  # () bool, whether the last shot hit something new


class Battleship(core.Env[State, core.Params]):
    """Actions: row and column to shoot at. Observation: 1 if the last shot was a hit, else 0.

    A ship's square that was hit before counts as a miss. Reward: 1 / (squares with ships) for a
    hit, -1 / (squares without) for a miss. Ends when all ships are sunk; truncated after as many
    steps as there are squares. The action has to be remembered too, it is not shown.
    """

    board_size: Annotated[int, Range(1, bitboard.MAX_SIZE)] = 10
    """Squares along each side, at most 32."""

    ship_sizes: tuple[Count, ...] = (2, 3, 3, 4)
    """Squares in a line that each ship takes; they are placed in this order."""

    reset_cost = "expensive"

    def __post_init__(self) -> None:
        squares = 0
        for size in self.ship_sizes:
            # Blocking a row takes a square in every stretch of the ship's size.
            if squares >= self.board_size * (self.board_size // size):
                raise ValueError(
                    f"ship_sizes: {self.ship_sizes} do not always fit on {self.board_size} squares"
                    " a side"
                )
            squares += size
        if not 0 < squares < self.board_size**2:
            raise ValueError("ship_sizes: expected ships and, between them, water")

    @property
    def needed_hits(self) -> int:
        """Squares with ships."""
        return sum(self.ship_sizes)

    def original_params(self) -> core.Params:
        return core.Params(max_steps=self.board_size**2)

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params

        def place(ships: jax.Array, draw: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
            bits, size = draw
            return ships | draw_ship(bits, ships, size, max(self.ship_sizes)), None

        nothing = jnp.zeros(self.board_size, jnp.uint32)
        bits = jax.random.bits(key, (len(self.ship_sizes),), jnp.uint32)
        ships, _ = jax.lax.scan(place, nothing, (bits, jnp.array(self.ship_sizes, jnp.int32)))
        return State(time=jnp.int32(0), ships=ships, shots=nothing, hit=jnp.bool_(False))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params  # deterministic
        target = bitboard.square(self.board_size, action[0], action[1])
        hit = (target & state.ships & ~state.shots).any()
        shots = state.shots | target
        num_water = self.board_size**2 - self.needed_hits
        reward = jnp.where(hit, np.float32(1 / self.needed_hits), np.float32(-1 / num_water))
        return state.replace(shots=shots, hit=hit), reward, ~(state.ships & ~shots).any(), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.hit.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)

    def action_space(self, params: core.Params | None = None) -> spaces.MultiDiscrete:
        del params
        return spaces.MultiDiscrete([self.board_size, self.board_size])


def draw_ship(bits: jax.Array, ships: jax.Array, size: jax.Array, longest: int) -> jax.Array:
    """A ship of `size` squares, at most `longest`, anywhere between the `ships`, as a board.

    All places are alike. `bits` is a random uint32; there must be a place.
    """
    board_size = ships.shape[0]
    begins = room_for(ships, size, longest)
    num_places = bitboard.count(begins).astype(jnp.uint32)
    # The remainder favours some places by less than one in 10^6.
    line, column = bitboard.nth(begins, (bits % num_places).astype(jnp.int32))
    rows, row = np.arange(board_size, dtype=np.int32), line % board_size
    one, length = np.uint32(1), size.astype(jnp.uint32)
    across = jnp.where(rows == row, (one << length) - one, np.uint32(0))
    down = jnp.where((rows >= row) & (rows < row + size), one, np.uint32(0))
    return jnp.where(line < board_size, across, down) << column.astype(jnp.uint32)


def room_for(ships: jax.Array, size: jax.Array, longest: int) -> jax.Array:
    """The squares where a ship of `size` squares, at most `longest`, can begin.

    Two boards in one, `(2 * board_size,)` uint32: of ships that reach to the right, and down.
    """
    board_size = ships.shape[0]
    edge = np.uint32(2**board_size - 1)
    water = ~ships & edge
    across, down = water, water
    below = jnp.pad(water, (0, longest))
    for ahead in range(1, longest):
        is_shorter = jnp.where(size <= ahead, edge, np.uint32(0))
        across = across & ((water >> np.uint32(ahead)) | is_shorter)
        down = down & (below[ahead : ahead + board_size] | is_shorter)
    return jnp.concatenate([across, down])
