"""What the five games share: six actions, sticky actions, and an end that stays the end.

A step is split in two. `draw` makes all of its random choices at once, `rules` plays them: a
deterministic function of state, action and choices, which tests compare with MinAtar step by step.

Sticky actions: with probability 0.1 a step plays the action of the step before.
Differs from MinAtar in: every episode opens with no-op as the action before, as MinAtar's first
episode does, where its later ones may repeat the last action of the episode before.

gymnax plays these games by other settings: `jaxenvs.envs.minatar.GYMNAX_SETTINGS`.
"""

import abc
from typing import Any, ClassVar, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, prng, spaces
from jaxenvs.fusion import settled
from jaxenvs.ranges import Share
from jaxenvs.struct import PyTree

SIZE = 10  # cells, of either side of the board
NOOP, LEFT, UP, RIGHT, DOWN, FIRE = range(6)
_INTERLEAVED = 8  # values written side by side that LLVM still vectorizes


class State(core.State):
    """What every game remembers."""

    last_action: jax.Array  # () int32, one of the six
    terminal: jax.Array  # () bool, the game is over: further steps change nothing


class Params(core.Params):
    """What every game can be told."""

    sticky_action_prob: Share = 0.1  # chance that a step plays the last action, not the new one


class Draws(PyTree):
    """The random choices of one step."""

    repeats: jax.Array  # () bool, the last action is played instead of the new one


StateT = TypeVar("StateT", bound=State)
ParamsT = TypeVar("ParamsT", bound=Params)
DrawsT = TypeVar("DrawsT", bound=Draws)


class Game(core.Env[StateT, ParamsT], Generic[StateT, ParamsT, DrawsT]):
    """Observation `(10, 10, num_channels)`: row from the top, column from the left, channel."""

    minimal_actions: bool = True
    """Only the actions that do something in this game, in the order of the six; else all six."""

    as_float: bool = False
    """Observations of float32 zeros and ones in place of bool."""

    useful_actions: ClassVar[tuple[int, ...]]
    channels: ClassVar[tuple[str, ...]]

    # -- for authors of a game ---------------------------------------------------------------

    @abc.abstractmethod
    def draw(self, key: jax.Array, params: ParamsT) -> DrawsT:
        """All random choices of a step, wanted or not; consumes the key."""

    @abc.abstractmethod
    def rules(
        self, state: StateT, action: jax.Array, draws: DrawsT, params: ParamsT
    ) -> tuple[StateT, jax.Array]:
        """Plays one of the six actions in a game that is not over: state and int32 reward."""

    # -- the contract ------------------------------------------------------------------------

    def transition(
        self, key: jax.Array, state: StateT, action: jax.Array, params: ParamsT
    ) -> tuple[StateT, jax.Array, jax.Array, core.Info]:
        after, reward = self.play(state, action, self.draw(key, params), params)
        return after, reward, after.terminal, {}

    def play(
        self, state: StateT, action: jax.Array, draws: DrawsT, params: ParamsT
    ) -> tuple[StateT, jax.Array]:
        """A step with given choices: the state after it and its float32 reward."""
        if self.minimal_actions and self.useful_actions != tuple(range(len(self.useful_actions))):
            action = jnp.asarray(self.useful_actions, jnp.int32)[action]
        action = jnp.where(draws.repeats, state.last_action, action)
        after, reward = self.rules(state, action, draws, params)
        after = after.replace(last_action=action)
        over = state.terminal
        after = jax.tree.map(lambda old, new: jnp.where(over, old, new), state, after)
        return after, jnp.where(over, np.int32(0), reward).astype(jnp.float32)

    @property
    def dtype(self) -> np.dtype:
        """Of observations."""
        return np.dtype(np.float32 if self.as_float else np.bool_)

    def observation_space(self, params: ParamsT | None = None) -> spaces.Space:
        del params
        shape = (SIZE, SIZE, len(self.channels))
        return spaces.Box(0.0, 1.0, shape) if self.as_float else spaces.MultiBinary(shape)

    def action_space(self, params: ParamsT | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(len(self.useful_actions) if self.minimal_actions else 6)


def opening() -> dict[str, Any]:
    """The fields of `State` at the start of an episode."""
    return {"time": jnp.int32(0), "last_action": jnp.int32(NOOP), "terminal": jnp.bool_(False)}


# -- painting ------------------------------------------------------------------------------------


def spelled(cells: jax.Array, num_channels: int, dtype: np.dtype) -> jax.Array:
    """The board, `(10, 10, num_channels)`, from its 100 cells, row by row.

    Args:
      cells: `(100,)` uint32; bit `c` of a cell is its channel `c`.
      num_channels: how many bits there are.
      dtype: of the board.
    """
    cells, num_bits = settled(cells), num_channels
    if num_channels > _INTERLEAVED and num_channels % 2 == 0:
        num_bits = num_channels // 2
        halves = np.array([0, num_bits], np.uint32)
        cells = settled((cells[:, None] >> halves).reshape(-1))
    bits = (cells[:, None] >> np.arange(num_bits, dtype=np.uint32)) & np.uint32(1)
    return bits.reshape(SIZE, SIZE, num_channels).astype(dtype)


def show(channel: int | jax.Array, where: jax.Array) -> jax.Array:
    """The word of a channel for cells where the condition holds, else 0."""
    return where.astype(jnp.uint32) << np.uint32(channel)


# -- random choices, each from the high 24 bits of a uint32 word --------------------------------


def chance(word: jax.Array, prob: jax.Array | float) -> jax.Array:
    """True with probability `prob`."""
    return prng.unit(word) < prob


def coin(word: jax.Array) -> jax.Array:
    """True half the time, from the lowest bit: independent of what the high bits are used for."""
    return (word & np.uint32(1)) == np.uint32(1)
