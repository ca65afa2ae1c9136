"""DeepSea: dive through a square grid; the treasure lies where only diving right leads.

Source: bsuite's `environments/deep_sea.py`; Osband et al., "Deep exploration via randomized value
functions" (2019), section 4.
Differs from it in: actions are mapped with seed 42, as in bsuite's experiments, where the class
itself takes the clock.
"""

import functools
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Range
from jaxenvs.struct import array

_SIZE, _SEED = 10, 42


class State(core.State):
    """The diver."""

    row: jax.Array  # () int32, 0 is the surface; `size` after the last step
    column: jax.Array  # () int32
    bad_episode: jax.Array  # () bool, whether the diver turned left on the way to the treasure


class Params(core.Params):
    """bsuite's constants and the meaning of the actions, by default those of the usual sea."""

    mapping: jax.Array | np.ndarray = array(default_factory=lambda: action_mapping(_SEED, _SIZE))
    """(size, size) bool, by row and column: whether 1 is right"""
    unscaled_move_cost: float = 0.01  # of moving right all the way down
    max_steps: int = 0


class DeepSea(core.Env[State, Params]):
    """Actions: 0 and 1, one of them left and one right, in each cell anew; every step goes down.

    Observation `(size, size)`: 1 at the diver; after the end all 0. Rewards: 1 for moving right
    from the last column, -0.01 / size for each move to the right. Ends after `size` steps.
    `info["bad_episode"]`: whether the treasure is out of reach; `info["denoised_reward"]`: the 1.
    """

    size: Annotated[int, Range(2, 1000)] = _SIZE
    """Rows and columns of the sea."""

    deterministic: bool = True
    """Else a move to the right fails once in `size` times, and both lowest corners pay a standard
    normal reward on top."""

    randomize_actions: bool = True
    """Else 1 is right everywhere."""

    mapping_seed: Annotated[int, Range(0, 2**32 - 1)] = _SEED
    """How the default mapping of the actions is drawn, as in bsuite for the same seed."""

    def original_params(self) -> Params:
        if not self.randomize_actions:
            return Params(mapping=np.ones((self.size, self.size), np.bool_))
        return Params(mapping=action_mapping(self.mapping_seed, self.size))

    def initial(self, key: jax.Array, params: Params) -> State:
        del key, params
        zero = jnp.int32(0)
        return State(time=zero, row=zero, column=zero, bad_episode=jnp.bool_(False))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        row, column, last = state.row, state.column, self.size - 1
        right = (action == 1) == jnp.asarray(params.mapping)[row, column]
        found = (right & (column == last)).astype(jnp.float32)
        cost = jnp.where(right, params.unscaled_move_cost / self.size, np.float32(0))
        reward, drifts = found - cost, jnp.bool_(False)
        if not self.deterministic:
            wind, noise = draws(key)
            drifts = wind <= np.float32(1 / self.size)
            noisy = (row == last) & ((column == 0) | (column == last))
            reward = reward + jnp.where(noisy, noise, np.float32(0))
        aside = jnp.where(right, jnp.where(drifts, 0, 1), -1)
        moved = state.replace(
            row=jnp.minimum(row + 1, self.size),
            column=jnp.clip(column + aside, 0, last),
            bad_episode=state.bad_episode | (~right & (row == column)),
        )
        info = {"bad_episode": moved.bad_episode, "denoised_reward": found}
        return moved, reward, moved.row == self.size, info

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        # In one line until the end: a loop over short rows is not vectorized.
        cells = np.arange(self.size**2, dtype=np.int32)
        # After the end the row is past the last one, and no cell matches.
        shown = (cells == state.row * self.size + state.column).astype(jnp.float32)
        return shown.reshape(self.size, self.size)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(0, 1, (self.size, self.size))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)


def draws(key: jax.Array) -> tuple[jax.Array, jax.Array]:
    """What a stochastic step draws: the wind, uniform, and the noise, normal; () float32 each."""
    wind_key, noise_key = jax.random.split(key)
    wind = jax.random.uniform(wind_key, (), jnp.float32)
    return wind, jax.random.normal(noise_key, (), jnp.float32)


@functools.lru_cache(maxsize=64)
def action_mapping(mapping_seed: int, size: int) -> np.ndarray:
    """Whether action 1 is right, by row and column: `(size, size)` bool, drawn as in bsuite."""
    random = np.random.RandomState(mapping_seed)
    return random.binomial(1, 0.5, [size, size]).astype(np.bool_)
