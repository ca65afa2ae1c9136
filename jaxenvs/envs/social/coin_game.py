"""Coin Game: two players collect coins, and hurt each other by taking coins of the other's color.

Source: JaxMARL's `coin_game`, after Lu et al., "Model-free opponent shaping" (2022); with one coin,
LOLA's, after Lerer & Peysakhovich (2017) and Foerster et al., "Learning with opponent-learning
awareness" (2018).
Differs from it in nothing but what the rows of its ids list.
"""

from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, prng, spaces
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Range

MOVES = np.array([[0, 1], [0, -1], [1, 0], [-1, 0], [0, 0]], np.int32)  # row, column
RED, BLUE = range(2)


class State(core.State):
    """Where everything is: rows and columns."""

    players: jax.Array  # (2, 2) int32, of red and blue
    coins: jax.Array  # (2, 2) int32, of the red and the blue coin
    present: jax.Array  # (2,) bool, which coins there are


class Params(core.Params):
    """The rewards, and how long a round lasts."""

    coin_reward: float = 1.0  # for any coin
    theft_penalty: float = -2.0  # of whose color was taken by the other
    round_steps: int = 10  # until players and coins are put elsewhere; 0 or less: never
    max_steps: int = 100


class CoinGame(MultiAgentEnv[State, Params]):
    """Actions on a torus: 0 right, 1 left, 2 down, 3 up, 4 stay.

    Observation, uint8: four planes, oneself, the other, the coin of one's own color, that of the
    other's. Rewards: 1 for a coin, -2 when the other takes a coin of one's own color. A coin that
    was taken comes up somewhere at random. Every 10 steps everything is put elsewhere, which
    `info["round_over"]` tells. Truncated after 100 steps.
    """

    size: Annotated[int, Range(2, 16)] = 3
    """Rows and columns of the torus, 2 to 16."""

    one_coin: bool = False
    """LOLA's form: one coin, whose colors alternate.

    It never comes up under a player; nobody can stay where they are; if both reach it, red has it.
    """

    egocentric: bool = False
    """Whether planes are shifted so that oneself is at row and column 1."""

    flat: bool = True
    """Whether the planes are flattened; else the shape is `(size, size, 4)`."""

    shared_rewards: bool = False
    """Whether both get the sum of the rewards."""

    compat: Literal["", "jaxmarl"] = ""
    """`jaxmarl`: the step that ends a round has no reward, as there."""

    def original_params(self) -> Params:
        return Params()

    @property
    def agents(self) -> tuple[str, ...]:
        return "red_0", "blue_0"

    def initial(self, key: jax.Array, params: Params) -> State:
        players, coins, present = self._places(jax.random.bits(key, (self._num_words,), jnp.uint32))
        return State(time=jnp.int32(0), players=players, coins=coins, present=present)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        words = jax.random.bits(key, (self._num_words + 1,), jnp.uint32)
        moves = _chosen(action, MOVES)
        players = jax.lax.rem(state.players + moves + self.size, np.int32(self.size))
        # Who stands on which coin: (player, coin).
        takes = (players[:, None] == state.coins[None]).all(axis=2) & state.present[None]
        if self.one_coin:
            takes = takes & jnp.stack([jnp.ones(2, jnp.bool_), ~takes[RED]])
        gains = takes.astype(jnp.float32)
        stolen = jnp.stack([gains[BLUE, RED], gains[RED, BLUE]])
        reward = params.coin_reward * (gains[:, RED] + gains[:, BLUE])
        reward = reward + params.theft_penalty * stolen
        coins, present = self._renew(words[-1], players, state, takes.any(axis=0))
        over = (params.round_steps > 0) & (
            jax.lax.rem(state.time + 1, jnp.maximum(params.round_steps, 1)) == 0
        )
        fresh = self._places(words[:-1])
        players, coins, present = (
            jnp.where(over, new, old)
            for new, old in zip(fresh, (players, coins, present), strict=True)
        )
        if self.compat == "jaxmarl":
            reward = jnp.where(over, np.float32(0), reward)
        if self.shared_rewards:
            reward = jnp.broadcast_to(reward.sum(), (2,))
        state = state.replace(players=players, coins=coins, present=present)
        return state, reward, jnp.zeros(2, jnp.bool_), {"round_over": over}

    def observe(self, state: State, params: Params) -> jax.Array:
        shown = self._planes(jnp.stack([self._seen(state, own) for own in (RED, BLUE)]))
        return shown if self.flat else shown.reshape(2, self.size, self.size, 4)

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        shape = (4 * self.size**2,) if self.flat else (self.size, self.size, 4)
        return {agent: spaces.Box(0, 1, shape, np.uint8) for agent in self.agents}

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Discrete(4 if self.one_coin else 5) for agent in self.agents}

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(4 size**2,)` float32: red's planes from above."""
        things = jnp.concatenate([state.players, state.coins])
        return self._planes(self._there(things, state.present)).astype(jnp.float32)

    # -- inside --------------------------------------------------------------------------------

    def _seen(self, state: State, own: int) -> jax.Array:
        """`(4,)` int32: the cells of oneself, the other, one's own coin and the other's."""
        other = 1 - own
        players, coins = state.players, state.coins
        things = jnp.stack([players[own], players[other], coins[own], coins[other]])
        if self.egocentric:
            shift = 1 + self.size - players[own]
            things = jax.lax.rem(things + shift, np.int32(self.size))
        return self._there(things, jnp.stack([state.present[own], state.present[other]]))

    def _there(self, things: jax.Array, present: jax.Array) -> jax.Array:
        """`(4,)` int32: the cells of players and coins `(4, 2)`; of an absent coin, -1."""
        there = jnp.concatenate([jnp.ones(2, jnp.bool_), present])
        return jnp.where(there, self._cells(things), -1)

    def _cells(self, places: jax.Array | np.ndarray) -> Any:
        """`(...)`: the numbers, row by row, of the cells at `places` `(..., 2)`."""
        return places[..., 0] * self.size + places[..., 1]

    def _planes(self, cells: jax.Array) -> jax.Array:
        """`(..., 4 size**2)` uint8: planes, cell by cell, of four things `(..., 4)` each."""
        ids = np.arange(self.size**2, dtype=np.int32)
        planes = (ids[:, None] == cells[..., None, :]).astype(jnp.uint8)
        return planes.reshape(*cells.shape[:-1], -1)

    @property
    def _num_words(self) -> int:
        """How many random words it takes to put everything somewhere."""
        return 4 if self.one_coin else 2

    def _places(self, words: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Players, coins and which there are, by `_num_words` random words."""
        if not self.one_coin:
            return self._two_cells(words[0]), self._two_cells(words[1]), jnp.ones(2, jnp.bool_)
        red = self._free(words[0], np.zeros((0, 2), np.int32))
        blue = self._free(words[1], red[None])
        players = jnp.stack([red, blue])
        coin = self._free(words[2], players)
        is_red = prng.below(words[3], 2) == 0
        return players, jnp.stack([coin, coin]), jnp.stack([is_red, ~is_red])

    def _renew(
        self, word: jax.Array, players: jax.Array, state: State, taken: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Coins, and which there are, after some were taken."""
        if not self.one_coin:
            return jnp.where(taken[:, None], self._two_cells(word), state.coins), state.present
        coin = self._free(word, players)
        coins = jnp.where(taken.any(), jnp.stack([coin, coin]), state.coins)
        return coins, state.present ^ taken.any()

    def _two_cells(self, word: jax.Array) -> jax.Array:
        """`(2, 2)` int32: two independent cells, all four of their coordinates from one word."""
        number, size = prng.below(word, self.size**4), np.int32(self.size)
        coordinates = []
        for _ in range(4):
            coordinates.append(jax.lax.rem(number, size))
            number = jax.lax.div(number, size)
        return jnp.stack(coordinates).reshape(2, 2)

    def _free(self, word: jax.Array, occupied: jax.Array | np.ndarray) -> jax.Array:
        """`(2,)` int32: a cell at random where nobody of `occupied` `(n, 2)` is."""
        ids = np.arange(self.size**2, dtype=np.int32)
        free = (ids[:, None] != self._cells(occupied)).all(axis=1)
        nth = jnp.cumsum(free, dtype=jnp.int32)
        target = prng.below_256(word, nth[-1]) + 1
        cell = jnp.argmax(free & (nth == target)).astype(jnp.int32)
        return jnp.stack(
            [jax.lax.div(cell, np.int32(self.size)), jax.lax.rem(cell, np.int32(self.size))]
        )


def _chosen(index: jax.Array, table: np.ndarray) -> jax.Array:
    """`(n, k)`: the rows of `table` `(m, k)` that `index` `(n,)` names."""
    ids = np.arange(len(table), dtype=np.int32)
    chosen = index[:, None] == ids
    return jnp.where(chosen[..., None], table[None], 0).sum(axis=1, dtype=jnp.int32)
