"""FrozenLake: cross a frozen lake from start to goal without falling into a hole.

Source: Gymnasium's `envs/toy_text/frozen_lake.py`.
Differs from it in: a random map (`map_name=None`) is drawn from `map_seed`, not from the clock; a
map without a start, or with letters other than S, F, H and G, is refused.
"""

import functools
from collections.abc import Sequence
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, ranges
from jaxenvs.envs.toy_text import _tabular as tabular
from jaxenvs.ranges import Range, Share

MAPS = {
    "4x4": ("SFFF", "FHFH", "FFFH", "HFFG"),
    "8x8": (
        "SFFFFFFF",
        "FFFFFFFF",
        "FFFHFFFF",
        "FFFFFHFF",
        "FFFHFFFF",
        "FHHFFFHF",
        "FHFFHFHF",
        "FFFHFFFG",
    ),
}  # fmt: skip

LEFT, DOWN, RIGHT, UP = range(4)
_STEPS = np.array([[0, -1], [1, 0], [0, 1], [-1, 0]])  # rows, columns of an action
_GOAL, _HOLE, _ICE = range(3)  # as in `reward_schedule`


class State(tabular.State):
    """Where the player stands: `number` is row times the map's width plus column."""


class Params(core.Params):
    """Gymnasium's defaults."""

    success_rate: Share = 1 / 3  # to move as meant on slippery ice; else to either side alike
    reward_schedule: tuple[float, float, float] = (1.0, 0.0, 0.0)  # at the goal, hole, elsewhere
    max_steps: int = 100


class FrozenLake(tabular.Tabular[State, Params]):
    """Actions: 0 left, 1 down, 2 right, 3 up. Observation: the player's cell, row by row.

    Reward: 1 at the goal. Ends at the goal or in a hole; truncated after 100 steps (8x8: 200). On
    slippery ice two moves out of three go to a side. `info["prob"]`: the chance of what happened.
    """

    desc: tuple[str, ...] | list[str] | None = None
    """The map, a string a row of S (start), F (frozen), H (hole) and G (goal)."""

    map_name: Literal["4x4", "8x8"] | None = "4x4"
    """`4x4` or `8x8`, where `desc` is None; if this is None too, a random 8 by 8 map."""

    map_seed: Annotated[int, Range(0, 2**32 - 1)] = 0
    """What the random map is drawn from."""

    is_slippery: bool = True
    """Whether moves may go astray."""

    def __post_init__(self) -> None:
        if self.desc is not None:
            # A list would do in Gymnasium; here the map is part of what is hashed.
            object.__setattr__(self, "desc", tuple(self.desc))
            ranges.check_value("desc", self.desc, tuple[str, ...])
        _lake(self.board)

    @property
    def board(self) -> tuple[str, ...]:
        """The map that is played on."""
        if self.desc is not None:
            return tuple(self.desc)
        return _random_board(self.map_seed) if self.map_name is None else MAPS[self.map_name]

    @property
    def num_states(self) -> int:
        return len(self.board) * len(self.board[0])

    @property
    def num_actions(self) -> int:
        return 4

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        starts = _lake(self.board)[2]
        if len(starts) == 1:
            return State(time=jnp.int32(0), number=jnp.int32(starts[0]))
        index = jax.random.randint(key, (), 0, len(starts), dtype=jnp.int32)
        return State(time=jnp.int32(0), number=jnp.asarray(starts)[index])

    def chances(self, number: jax.Array, action: jax.Array, params: Params) -> jax.Array:
        del action
        if not self.is_slippery:
            return jnp.ones(1, jnp.float32)
        astray = (1 - params.success_rate) / 2
        chances = jnp.stack([jnp.asarray(p) for p in (astray, params.success_rate, astray)])
        # Nobody slips out of a hole, or off the goal.
        over = jnp.asarray(_lake(self.board)[1])[number] != _ICE
        return jnp.where(over, np.array([0, 1, 0], np.float32), chances)

    def outcome(
        self, number: jax.Array, action: jax.Array, choice: jax.Array, params: Params
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        reached, tiles, _ = _lake(self.board)
        slip = choice - 1 if self.is_slippery else 0
        after = jnp.asarray(reached)[number, (action + slip) % 4]
        tile = jnp.asarray(tiles)[after]
        rewards = jnp.stack([jnp.asarray(r, jnp.float32) for r in params.reward_schedule])
        over_already = jnp.asarray(tiles)[number] != _ICE
        reward = jnp.where(over_already, np.float32(0), tabular.at(rewards, tile))
        return after, reward, tile != _ICE


def random_map(seed: int, size: int = 8, frozen: float = 0.8) -> tuple[str, ...]:
    """A square map with a way from the start, top left, to the goal, bottom right.

    Each other cell is frozen with probability `frozen`, else a hole; drawn until there is a way.
    Raises `ValueError` where an argument is out of range.
    """
    if size < 2:
        raise ValueError(f"size: expected at least 2, got {size}")
    if not 0 < frozen <= 1:
        raise ValueError(f"frozen: expected above 0 and up to 1, got {frozen}")
    random = np.random.default_rng(seed)
    while True:
        board = np.where(random.random((size, size)) < frozen, "F", "H")
        board[0, 0], board[-1, -1] = "S", "G"
        if has_way(rows := tuple("".join(row) for row in board)):
            return rows


def has_way(board: Sequence[str]) -> bool:
    """Whether some goal can be reached from some start without stepping into a hole."""
    cells = np.array([list(row) for row in board])
    reached, open_cells = cells == "S", cells != "H"
    while True:
        wider = np.pad(reached, 1)
        wider = wider[1:-1, :-2] | wider[1:-1, 2:] | wider[:-2, 1:-1] | wider[2:, 1:-1] | reached
        wider &= open_cells
        if (wider == reached).all():
            return bool((reached & (cells == "G")).any())
        reached = wider


_random_board = functools.lru_cache(maxsize=64)(random_map)


@functools.lru_cache(maxsize=64)
def _lake(board: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cell that a cell and an action lead to, `(n, 4)`; what cells are, `(n,)`; the starts."""
    if not board or not board[0]:
        raise ValueError("desc: expected at least one row of at least one cell")
    for i, row in enumerate(board):
        if len(row) != len(board[0]):
            raise ValueError(f"desc: expected rows of {len(board[0])} cells, row {i} is {row!r}")
        if strange := set(row) - set("SFHG"):
            raise ValueError(f"desc: expected S, F, H and G, row {i} has {min(strange)!r}")
    letters = np.array([list(row) for row in board]).ravel()
    height, width = len(board), len(board[0])
    places = np.stack(np.divmod(np.arange(height * width), width), axis=-1)
    rows, columns = np.moveaxis(places[:, None] + _STEPS, -1, 0)
    reached = np.clip(rows, 0, height - 1) * width + np.clip(columns, 0, width - 1)
    tiles = np.select([letters == "G", letters == "H"], [_GOAL, _HOLE], _ICE)
    reached[tiles != _ICE] = np.flatnonzero(tiles != _ICE)[:, None]
    (starts,) = np.nonzero(letters == "S")
    if not len(starts):
        raise ValueError("desc: expected a start, S")
    return reached.astype(np.int32), tiles.astype(np.int32), starts.astype(np.int32)
