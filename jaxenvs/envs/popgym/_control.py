"""Classic control of which only a part is seen, with or without noise on it.

The game underneath is another environment, asked for by its id: a family of environments knows
others only as any user does.
"""

import abc
from typing import Annotated, Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import NonNegative, Range

_EPISODE_LENGTH = 200


def endless_params(game: core.Env[Any, Any]) -> Any:
    """The default params of the game underneath, without its own time limit."""
    return game.default_params.replace(max_steps=0)


class State(core.State):
    """The game's own state."""

    game: Any


class Params(core.Params):
    """The game's own numbers, to which subclasses give a default."""

    game: Any  # those of the game underneath, whose own time limit does not count
    max_steps: int = _EPISODE_LENGTH


class PartlySeen(core.Env[State, Params]):
    """A classic game that shows some coordinates of its observation and scales its reward."""

    game: core.Env[Any, Any]
    """The game underneath."""

    episode_length: Annotated[int, Range(1, 2**31 - 1)] = _EPISODE_LENGTH
    """The time limit, by which rewards are scaled."""

    seen: ClassVar[tuple[int, ...]]
    """The coordinates of the game's observation that are shown."""

    params_class: ClassVar[type[Params]]
    """Its `Params`, with the game's default."""

    @abc.abstractmethod
    def scale(self, reward: jax.Array) -> jax.Array:
        """The reward for one of the game's, () float32."""

    def original_params(self) -> Params:
        game = endless_params(self.game)
        return self.params_class(game=game, max_steps=self.episode_length)

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(time=jnp.int32(0), game=self.game.initial(key, params.game))

    def transition(
        self, key: jax.Array, state: State, action: Any, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        game, reward, terminated, _ = self.game.transition(key, state.game, action, params.game)
        return state.replace(game=game), self.scale(reward), terminated, {}

    def observe(self, state: State, params: Params) -> jax.Array:
        return self.game.observe(state.game, params.game)[np.array(self.seen)]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        space = self.game.observation_space(self.canonical_params(params).game)
        assert isinstance(space, spaces.Box)
        seen = np.array(self.seen)
        return spaces.Box(space.low[seen], space.high[seen])

    def action_space(self, params: Params | None = None) -> spaces.Space:
        return self.game.action_space(self.canonical_params(params).game)


class NoisyState(State):
    """The game and the noise, which is a part of the state so that observing draws nothing."""

    noise: jax.Array  # (num_seen,) float32, added to what is shown of this state


class NoisyParams(Params):
    """The game's own numbers and those of the noise."""

    noise: NonNegative = 0.1  # standard deviation, in each coordinate and at each step anew


class NoisilySeen(PartlySeen):
    """As `PartlySeen`, with normal noise on what is shown, clipped to the observation space."""

    @abc.abstractmethod
    def bound(self, params: Params) -> jax.Array | np.ndarray:
        """The observation space reaches from minus this to this, `(num_seen,)` float32."""

    def initial(self, key: jax.Array, params: Params) -> NoisyState:
        game_key, noise_key = jax.random.split(key)
        plain = super().initial(game_key, params)
        return NoisyState(time=plain.time, game=plain.game, noise=self._draw(noise_key, params))

    def transition(
        self, key: jax.Array, state: State, action: Any, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        game_key, noise_key = jax.random.split(key)
        state, reward, terminated, info = super().transition(game_key, state, action, params)
        return state.replace(noise=self._draw(noise_key, params)), reward, terminated, info

    def observe(self, state: State, params: Params) -> jax.Array:
        assert isinstance(state, NoisyState)
        bound = self.bound(params)
        return jnp.clip(super().observe(state, params) + state.noise, -bound, bound)

    def _draw(self, key: jax.Array, params: Params) -> jax.Array:
        assert isinstance(params, NoisyParams)
        return params.noise * jax.random.normal(key, (len(self.seen),), jnp.float32)
