"""Matrix game: players choose to cooperate or to defect, again and again.

Source: pax `iterated_matrix_game.py` and `iterated_tensor_game_n_player.py` (Willi et al., 2022).
"""

import abc
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Range

Table = tuple[tuple[float, ...], ...]

_NUM_AGENTS = 3  # of the tensor game


def public_good(num_agents: int) -> Table:
    """By the number of defectors, what those who cooperate get and what those who defect get."""
    shares = [2 * (num_agents - defectors) / num_agents for defectors in range(num_agents + 1)]
    return tuple((share - 1.0, share) for share in shares)


_Agents = Annotated[int, Range(1, 16)]


class State(core.State):
    """What was played last."""

    outcome: (
        jax.Array
    )  # () int32, the actions as binary digits, the first player's highest; 2**n at the start


class Params(core.Params):
    """The payoffs, and how long a round lasts."""

    payoff: Table = ((-1.0, -1.0), (-3.0, 0.0), (0.0, -3.0), (-2.0, -2.0))  # see the class
    round_steps: int = 0  # until the past is forgotten; 0 or less: never
    max_steps: int = 100


class TensorParams(Params):
    """The payoffs of a tensor game, by default for three players."""

    payoff: Table = public_good(_NUM_AGENTS)  # see the class


class Repeated(MultiAgentEnv[State, Params]):
    """A stage game that is played again and again; subclasses say what an outcome pays."""

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"agent_{i}" for i in range(self.num_agents))

    @abc.abstractmethod
    def payoffs(self, action: jax.Array, params: Params) -> jax.Array:
        """`(num_agents,)` float32, for `(num_agents,)` int32 actions, 0 or 1."""

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(time=jnp.int32(0), outcome=jnp.int32(2**self.num_agents))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        action = jnp.clip(action, 0, 1)
        over = (params.round_steps > 0) & (
            jax.lax.rem(state.time + 1, jnp.maximum(params.round_steps, 1)) == 0
        )
        played = (action * _digits(self.num_agents)).sum(dtype=jnp.int32)
        outcome = jnp.where(over, np.int32(2**self.num_agents), played)
        left = jnp.zeros(self.num_agents, jnp.bool_)
        reward = self.payoffs(action, params)
        return state.replace(outcome=outcome), reward, left, {"round_over": over}

    def observe(self, state: State, params: Params) -> jax.Array:
        n = self.num_agents
        # As if all sat in a circle: oneself first, then on to the next.
        rows = []
        for i in range(n):
            seat = [(i + k) % n for k in range(n)]
            bits = [(np.arange(2**n) >> (n - 1 - k)) & 1 for k in range(n)]
            seen = sum(bits[s] << (n - 1 - k) for k, s in enumerate(seat))
            rows.append([*np.asarray(seen).tolist(), 2**n])
        table = np.array(rows, np.int32)
        chosen = np.arange(2**n + 1, dtype=np.int32) == state.outcome
        place = jnp.where(chosen, table, 0).sum(axis=1, dtype=jnp.int32)
        return (place[:, None] == np.arange(2**n + 1, dtype=np.int32)).astype(jnp.uint8)

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        shape = (2**self.num_agents + 1,)
        return {agent: spaces.Box(0, 1, shape, np.uint8) for agent in self.agents}

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Discrete(2) for agent in self.agents}

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(2**n + 1,)` float32: the first player's observation."""
        return self.observe(state, params)[0].astype(jnp.float32)


class MatrixGame(Repeated):
    """Two players; actions: 0 cooperate, 1 defect.

    Observation `(5,)`, one-hot: CC, CD, DC, DD, one's own action first, or nothing played yet.
    Rewards: the row of `payoff` that was played, in the same order, one number for each player; by
    default the prisoner's dilemma. Truncated after 100 steps.

    Differs from pax in nothing.
    """

    @property
    def num_agents(self) -> int:
        return 2

    def original_params(self) -> Params:
        return Params()

    def payoffs(self, action: jax.Array, params: Params) -> jax.Array:
        played = np.arange(4, dtype=np.int32) == 2 * action[0] + action[1]
        table = jnp.stack([jnp.stack([jnp.float32(x) for x in row]) for row in params.payoff])
        return jnp.where(played[:, None], table, np.float32(0)).sum(axis=0)


class TensorGame(Repeated):
    """`num_agents` players; actions: 0 cooperate, 1 defect.

    Observation, one-hot over what all played, oneself first and on around the circle, or nothing
    played yet. Rewards: `payoff[d]` when `d` players defect, its first number for those who
    cooperate and its second for those who defect; by default a public good: a cooperator pays 1,
    which is doubled and shared by all. Truncated after 100 steps.

    Differs from pax in: the default payoffs are a public good's.
    """

    num_agents: _Agents = _NUM_AGENTS  # pyright: ignore[reportIncompatibleMethodOverride]
    """Players."""

    def original_params(self) -> TensorParams:
        return TensorParams(payoff=public_good(self.num_agents))

    def payoffs(self, action: jax.Array, params: Params) -> jax.Array:
        row = np.arange(self.num_agents + 1, dtype=np.int32) == action.sum(dtype=jnp.int32)
        table = jnp.stack([jnp.stack([jnp.float32(x) for x in pair]) for pair in params.payoff])
        pair = jnp.where(row[:, None], table, np.float32(0)).sum(axis=0)
        return jnp.where(action == 0, pair[0], pair[1])


def _digits(n: int) -> np.ndarray:
    return 2 ** np.arange(n - 1, -1, -1, dtype=np.int32)
