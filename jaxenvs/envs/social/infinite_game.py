"""Infinite matrix game: players choose how to play a matrix game for ever, and see how it went.

Source: pax `infinite_matrix_game.py`; Lu et al., "Model-free opponent shaping" (2022).
Differs from it in: at the start everybody sees the same strategies from their own side.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Share

SWAPPED = np.array([0, 2, 1, 3, 4])  # CC, CD, DC, DD, start, seen from the other side


class State(core.State):
    """What was chosen last."""

    chances: jax.Array  # (2, 5) float32, of cooperating after each outcome, own action first


class Params(core.Params):
    """The game and how much the future counts."""

    payoff: tuple[tuple[float, ...], ...] = ((-1.0, -1.0), (-3.0, 0.0), (0.0, -3.0), (-2.0, -2.0))
    """By outcome, CC, CD, DC, DD: a number for each player."""

    gamma: Share = 0.96  # what a step later is worth
    max_steps: int = 100


class InfiniteGame(MultiAgentEnv[State, Params]):
    """Two players; action `(5,)`: logits of cooperating after CC, CD, DC, DD and at the start.

    One's own action is named first. Observation `(10,)`: one's own chances of cooperating, then the
    other's. Reward: the mean payoff, `1 - gamma` times the discounted sum, of playing like this for
    ever. Truncated after 100 steps.
    """

    def original_params(self) -> Params:
        return Params()

    @property
    def agents(self) -> tuple[str, ...]:
        return "agent_0", "agent_1"

    def initial(self, key: jax.Array, params: Params) -> State:
        chances = jax.nn.sigmoid(jax.random.uniform(key, (2, 5), jnp.float32))
        return State(time=jnp.int32(0), chances=chances)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        chances = jax.nn.sigmoid(action)
        reward = mean_payoffs(chances, params)
        return state.replace(chances=chances), reward, jnp.zeros(2, jnp.bool_), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        return jnp.stack([state.chances.reshape(-1), state.chances[::-1].reshape(-1)])

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Box(0, 1, (10,)) for agent in self.agents}

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Box(-np.inf, np.inf, (5,)) for agent in self.agents}

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(10,)` float32: all chances."""
        return state.chances.reshape(-1)


def mean_payoffs(chances: jax.Array, params: Params) -> jax.Array:
    """`(2,)`: what two memory-one strategies `(2, 5)` earn against each other, per step."""
    first, second = chances[0], chances[1][SWAPPED]
    outcomes = jnp.stack(
        [first * second, first * (1 - second), (1 - first) * second, (1 - first) * (1 - second)],
        axis=1,
    )
    moves, start = outcomes[:4], outcomes[4]
    unrolled = jnp.eye(4, dtype=jnp.float32) - params.gamma * moves
    visits = _solve(unrolled.T, start)
    table = jnp.stack([jnp.stack([jnp.float32(x) for x in row]) for row in params.payoff])
    return (1 - params.gamma) * (visits[:, None] * table).sum(axis=0)


def _solve(matrix: jax.Array, right: jax.Array) -> jax.Array:
    """`(n,)`: the solution of a small system `(n, n)` whose columns their diagonals dominate.

    Such a system needs no pivots, so this is elimination written out, which fuses.
    """
    rows = jnp.concatenate([matrix, right[:, None]], axis=1)
    ids = np.arange(len(right))[:, None]
    for i in range(len(right)):
        pivot = rows[i] / rows[i, i]
        rows = jnp.where(ids == i, pivot, rows - rows[:, i : i + 1] * pivot)
    return rows[:, -1]
