"""What the small grid games share: their rules are a table of chances.

Source: Gymnasium 1.4 `envs/toy_text`, where the same table is the dictionary `env.P`.
"""

import abc
from typing import Any, Generic, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.core import ParamsT, StateT


class State(core.State):
    """Where the game stands."""

    number: jax.Array  # () int32, the row of the table, which is what is observed


class Table(NamedTuple):
    """All rules of a game: state by action by outcome, each `(num_states, num_actions, k)`.

    Outcomes that cannot happen have chance 0; the chances of an action add up to 1.
    """

    chance: jax.Array  # float32
    number: jax.Array  # int32, the state after it
    reward: jax.Array  # float32
    terminated: jax.Array  # bool


class Tabular(core.Env[StateT, ParamsT], Generic[StateT, ParamsT]):
    """A game with numbered states, whose every action has one of a few outcomes.

    `info["prob"]` is the chance that the outcome had. Authors write `chances` and `outcome`.
    """

    @property
    @abc.abstractmethod
    def num_states(self) -> int:
        """How many states the table has."""

    @property
    @abc.abstractmethod
    def num_actions(self) -> int:
        """How many actions there are."""

    @abc.abstractmethod
    def chances(self, number: jax.Array, action: jax.Array, params: ParamsT) -> jax.Array:
        """`(k,)` float32, how likely each outcome of `action` is in state `number`."""

    @abc.abstractmethod
    def outcome(
        self, number: jax.Array, action: jax.Array, choice: jax.Array, params: ParamsT
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Outcome `choice`, () int32: the state after it, the reward, whether the game is over."""

    def table(self, params: ParamsT | None = None) -> Table:
        """The rules as arrays, ready for dynamic programming."""
        params = self.canonical_params(params)
        numbers = jnp.arange(self.num_states, dtype=jnp.int32)
        actions = jnp.arange(self.num_actions, dtype=jnp.int32)

        def row(number: jax.Array, action: jax.Array) -> Table:
            chance = self.chances(number, action, params)
            choices = jnp.arange(chance.shape[0], dtype=jnp.int32)
            one = jax.vmap(lambda choice: self.outcome(number, action, choice, params))
            return Table(chance, *one(choices))

        return jax.vmap(jax.vmap(row, in_axes=(None, 0)), in_axes=(0, None))(numbers, actions)

    def transition(
        self, key: jax.Array, state: Any, action: jax.Array, params: ParamsT
    ) -> tuple[Any, jax.Array, jax.Array, core.Info]:
        chance = self.chances(state.number, action, params)
        choice = pick(key, chance)
        number, reward, terminated = self.outcome(state.number, action, choice, params)
        return state.replace(number=number), reward, terminated, {"prob": at(chance, choice)}

    def initial_info(self, state: Any, params: ParamsT | None = None) -> core.Info:
        del state, params
        return {"prob": jnp.float32(1)}

    def observe(self, state: Any, params: ParamsT) -> jax.Array:
        del params
        return state.number

    def observation_space(self, params: ParamsT | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.num_states)

    def action_space(self, params: ParamsT | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.num_actions)


def pick(key: jax.Array, chance: jax.Array) -> jax.Array:
    """An index, () int32, drawn with the chances `(k,)`, by the first uniform number of `key`."""
    if chance.shape == (1,):
        return jnp.int32(0)
    draw = jax.random.uniform(key, (), jnp.float32)
    passed = jnp.cumsum(chance)[:-1] <= draw
    return passed.sum(dtype=jnp.int32)


def at(values: jax.Array | np.ndarray, index: jax.Array) -> jax.Array:
    """`values[index]` of a short vector, as a selection, which fuses where a lookup does not."""
    ids = np.arange(values.shape[0], dtype=np.int32)
    return jnp.where(ids == index, values, jnp.zeros((), values.dtype)).sum(dtype=values.dtype)
