"""What wrappers share: an environment around another one."""

import abc
from typing import Any, Literal

import jax

from jaxenvs import core
from jaxenvs.core import Env, Info
from jaxenvs.spaces import Space


class Wrapper(Env[Any, Any]):
    """Passes everything on to `env`, with its state as it is; a subclass changes a part.

    Params are those of `env`, and so is the time limit. `default_params` of `env` are kept.
    """

    env: Env[Any, Any]

    @property
    def unwrapped(self) -> Env[Any, Any]:
        return self.env.unwrapped

    @property
    def reset_cost(self) -> Literal["cheap", "dear"]:  # type: ignore[override]
        """What the inner environment says of its resets."""
        return self.env.reset_cost

    def original_params(self) -> Any:
        return self.env.default_params

    def initial(self, key: jax.Array, params: Any) -> Any:
        return self.env.initial(key, params)

    def initial_on(self, key: jax.Array, level: Any, params: Any) -> Any:
        """Starts on a level, where the game has levels (`jaxenvs.LevelEnv`)."""
        return self.env.initial_on(key, level, params)  # type: ignore[attr-defined]

    def transition(
        self, key: jax.Array, state: Any, action: Any, params: Any
    ) -> tuple[Any, jax.Array, jax.Array, Info]:
        return self.env.transition(key, state, action, params)

    def observe(self, state: Any, params: Any) -> Any:
        return self.env.observe(state, params)

    def observation_space(self, params: Any = None) -> Space:
        return self.env.observation_space(params)

    def action_space(self, params: Any = None) -> Space:
        return self.env.action_space(params)

    def action_mask(self, state: Any, params: Any = None) -> jax.Array | None:
        return self.env.action_mask(state, params)

    def initial_info(self, state: Any, params: Any = None) -> Info:
        return self.env.initial_info(state, params)


class MemoryState(core.State):
    """The inner state beside what a wrapper remembers; subclasses add their fields."""

    inner: Any  # the wrapped environment's state


class MemoryWrapper(Wrapper):
    """A wrapper that remembers something between steps, in a state of its own."""

    @abc.abstractmethod
    def remember(self, inner: Any, params: Any) -> MemoryState:
        """The state at the start of an episode, from the inner one."""

    def initial(self, key: jax.Array, params: Any) -> Any:
        return self.remember(self.env.initial(key, params), params)

    def initial_on(self, key: jax.Array, level: Any, params: Any) -> Any:
        return self.remember(super().initial_on(key, level, params), params)

    def observe(self, state: Any, params: Any) -> Any:
        return self.env.observe(state.inner, params)

    def action_mask(self, state: Any, params: Any = None) -> jax.Array | None:
        return self.env.action_mask(state.inner, params)

    def initial_info(self, state: Any, params: Any = None) -> Info:
        return self.env.initial_info(state.inner, params)
