"""CliffWalking: walk along a cliff to the goal; who steps over the edge starts again.

Source: Gymnasium 1.4 `envs/toy_text/cliffwalking.py`; Sutton & Barto, "Reinforcement Learning: An
Introduction", 2nd edition, example 6.6.
Differs from it in nothing.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.toy_text import _tabular as tabular

HEIGHT, WIDTH = 4, 12
START, GOAL = 36, 47  # the ends of the lowest row; the cliff lies between them

UP, RIGHT, DOWN, LEFT = range(4)
_STEPS = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]])  # rows, columns of an action


class State(tabular.State):
    """Where the player stands: `number` is row times 12 plus column."""


class Params(core.Params):
    """Gymnasium's constants."""

    step_reward: float = -1.0
    cliff_reward: float = -100.0
    max_steps: int = 0


class CliffWalking(tabular.Tabular[State, Params]):
    """Actions: 0 up, 1 right, 2 down, 3 left. Observation: the player's cell, row by row.

    Reward: -1 a step, -100 for a step over the edge, which leads back to the start. Ends at the
    goal; no time limit. `info["prob"]`: the chance of what happened.
    """

    is_slippery: bool = False
    """Whether two moves out of three go to a side."""

    @property
    def num_states(self) -> int:
        return HEIGHT * WIDTH

    @property
    def num_actions(self) -> int:
        return 4

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del key, params
        return State(time=jnp.int32(0), number=jnp.int32(START))

    def chances(self, number: jax.Array, action: jax.Array, params: Params) -> jax.Array:
        del number, action, params
        num_outcomes = 3 if self.is_slippery else 1
        return jnp.full(num_outcomes, 1 / num_outcomes, jnp.float32)

    def outcome(
        self, number: jax.Array, action: jax.Array, choice: jax.Array, params: Params
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        slip = choice - 1 if self.is_slippery else 0
        after = jnp.asarray(_REACHED)[number, (action + slip) % 4]
        fell = (after > START) & (after < GOAL)
        reward = jnp.where(fell, params.cliff_reward, params.step_reward)
        return jnp.where(fell, jnp.int32(START), after), reward.astype(jnp.float32), after == GOAL


def _reached() -> np.ndarray:
    """The cell that a cell and an action lead to, `(48, 4)` int32, as if without a cliff."""
    places = np.stack(np.divmod(np.arange(HEIGHT * WIDTH), WIDTH), axis=-1)
    rows, columns = np.moveaxis(places[:, None] + _STEPS, -1, 0)
    cells = np.clip(rows, 0, HEIGHT - 1) * WIDTH + np.clip(columns, 0, WIDTH - 1)
    return cells.astype(np.int32)


_REACHED = _reached()
