"""Battleship: find and sink the ships on a board that is never shown.

Source: popgym 1.0.7 `envs/battleship.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: ships that might not fit are refused, where popgym would search for ever.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces


class State(core.State):
    """The board, and what happened to it."""

    ships: jax.Array  # (board_size, board_size) bool
    shots: jax.Array  # (board_size, board_size) bool
    hit: jax.Array  # () bool, whether the last shot hit something new


class Battleship(core.Env[State, core.Params]):
    """Actions: row and column to shoot at. Observation: 1 if the last shot was a hit, else 0.

    A ship's square that was hit before counts as a miss. Reward: 1 / (squares with ships) for a
    hit, -1 / (squares without) for a miss. Ends when all ships are sunk; truncated after as many
    steps as there are squares. The action has to be remembered too, it is not shown.
    """

    board_size: int = 10
    """Squares along each side."""

    ship_sizes: tuple[int, ...] = (2, 3, 3, 4)
    """Squares in a line that each ship takes; they are placed in this order."""

    reset_cost = "dear"

    def __post_init__(self) -> None:
        squares = 0
        for size in self.ship_sizes:
            # Blocking a row takes a square in every stretch of the ship's size.
            if size < 1 or squares >= self.board_size * (self.board_size // size):
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
        water = jnp.zeros((self.board_size, self.board_size), jnp.bool_)
        bits = jax.random.bits(key, (len(self.ship_sizes),), jnp.uint32)
        sizes = jnp.array(self.ship_sizes, jnp.int32)
        ships, _ = jax.lax.scan(self._place, water, (bits, sizes))
        return State(time=jnp.int32(0), ships=ships, shots=water, hit=jnp.bool_(False))

    def _place(self, ships: jax.Array, draw: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        """Puts a ship anywhere it fits, all places alike. `draw`: random uint32, squares."""
        bits, size = draw
        across = np.arange(self.board_size, dtype=np.int32)
        fits = room_for(ships, size, max(self.ship_sizes)).ravel()
        num_places = fits.sum(dtype=jnp.int32).astype(jnp.uint32)
        place = (bits % num_places).astype(jnp.int32)
        place = (jnp.cumsum(fits, dtype=jnp.int32) <= place).sum(dtype=jnp.int32)
        vertical, row, column = jnp.unravel_index(place, (2, self.board_size, self.board_size))
        along = (across >= column) & (across < column + size)
        ship = (across == row)[:, None] & along
        return ships | jnp.where(vertical == 1, ship.T, ship), None

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params  # deterministic
        across = np.arange(self.board_size, dtype=np.int32)
        target = (across == action[0])[:, None] & (across == action[1])
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


def room_for(ships: jax.Array, size: jax.Array, longest: int) -> jax.Array:
    """Where a ship of `size` squares, at most `longest`, can begin, `(2, n, n)` bool.

    The first board is of ships that lie from left to right, `[row, column]`; the second one of
    ships that lie from top to bottom, `[column, row]`.
    """
    board_size = ships.shape[0]
    boards = jnp.stack([ships, ships.T])
    # Beyond the edge all is taken; `taken[..., i]` counts the taken squares before square `i`.
    boards = jnp.pad(boards, ((0, 0), (0, 0), (0, longest)), constant_values=True)
    taken = jnp.pad(jnp.cumsum(boards, axis=-1, dtype=jnp.int32), ((0, 0), (0, 0), (1, 0)))
    ahead = jax.lax.dynamic_slice_in_dim(taken, size, board_size, axis=-1)
    return ahead == taken[..., :board_size]
