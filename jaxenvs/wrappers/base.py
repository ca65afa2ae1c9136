"""What wrappers share: an environment around another one."""

import abc
from typing import Any, Literal

import jax

from jaxenvs import core
from jaxenvs.core import Env, Info
from jaxenvs.levels import LevelEnv, has_levels
from jaxenvs.multi import MultiAgentEnv, has_agents, stack
from jaxenvs.spaces import Space


class Wrapper(MultiAgentEnv[Any, Any], LevelEnv[Any, Any, Any]):
    """Passes everything on to `env`, with its state as it is; a subclass changes a part.

    What `env` can do, the wrapper can do too: it has the same agents, levels and action masks, and
    `jaxenvs.has_agents` and `jaxenvs.has_levels` say the same of both (`isinstance` does not, as
    the class is one for all games). Params and the time limit are those of `env`.

    A subclass that changes observations writes `observe` and `wrap_observation_space`; one that
    changes actions writes `transition` and `wrap_action_space`.
    """

    env: Env[Any, Any]

    def wrap_observation_space(self, space: Space) -> Space:
        """The space of one agent's observations, from the inner environment's."""
        return space

    def wrap_action_space(self, space: Space) -> Space:
        """The space of one agent's actions, from the inner environment's."""
        return space

    # -- one agent -----------------------------------------------------------------------------

    @property
    def unwrapped(self) -> Env[Any, Any]:
        return self.env.unwrapped

    @property
    def reset_cost(self) -> Literal["cheap", "expensive"]:  # type: ignore[override]
        """That of the inner environment."""
        return self.env.reset_cost

    def original_params(self) -> Any:
        return self.env.default_params

    def initial(self, key: jax.Array, params: Any) -> Any:
        return self.env.initial(key, params)

    def transition(
        self, key: jax.Array, state: Any, action: Any, params: Any
    ) -> tuple[Any, jax.Array, jax.Array, Info]:
        return self.env.transition(key, state, action, params)

    def observe(self, state: Any, params: Any) -> Any:
        return self.env.observe(state, params)

    def observation_space(self, params: Any = None) -> Space:
        if has_agents(self.env):
            return stack(list(self.observation_spaces(params).values()))
        return self.wrap_observation_space(self.env.observation_space(params))

    def action_space(self, params: Any = None) -> Space:
        if has_agents(self.env):
            return stack(list(self.action_spaces(params).values()))
        return self.wrap_action_space(self.env.action_space(params))

    def action_mask(self, state: Any, params: Any = None) -> jax.Array | None:
        return self.env.action_mask(state, params)

    def initial_info(self, state: Any, params: Any = None) -> Info:
        return self.env.initial_info(state, params)

    # -- several agents ------------------------------------------------------------------------

    @property
    def agents(self) -> tuple[str, ...]:
        return self.env.agents

    def observation_spaces(self, params: Any = None) -> dict[str, Space]:
        own = self._team.observation_spaces(params)
        return {agent: self.wrap_observation_space(space) for agent, space in own.items()}

    def action_spaces(self, params: Any = None) -> dict[str, Space]:
        own = self._team.action_spaces(params)
        return {agent: self.wrap_action_space(space) for agent, space in own.items()}

    def global_state(self, state: Any, params: Any) -> jax.Array:
        return self._team.global_state(state, params)

    @property
    def _team(self) -> MultiAgentEnv[Any, Any]:
        """The inner environment, which has several agents; raises `TypeError` if it has one."""
        if not has_agents(self.env):
            raise TypeError(f"{type(self.env).__name__} is not a game of several agents")
        return self.env

    # -- levels --------------------------------------------------------------------------------

    @property
    def plays_levels(self) -> bool:
        return self.env.plays_levels

    def sample_level(self, key: jax.Array, params: Any) -> Any:
        return self._level_env.sample_level(key, params)

    def initial_on(self, key: jax.Array, level: Any, params: Any) -> Any:
        return self._level_env.initial_on(key, level, params)

    def mutate_level(
        self, key: jax.Array, level: Any, num_edits: jax.Array | int, params: Any
    ) -> Any:
        return self._level_env.mutate_level(key, level, num_edits, params)

    def level_to_dict(self, level: Any) -> dict[str, Any]:
        return self._level_env.level_to_dict(level)

    def level_from_dict(self, fields: dict[str, Any]) -> Any:
        return self._level_env.level_from_dict(fields)

    @property
    def _level_env(self) -> LevelEnv[Any, Any, Any]:
        """The inner environment, which plays levels; raises `TypeError` if it does not."""
        if not has_levels(self.env):
            raise TypeError(f"{type(self.env).__name__} has no levels")
        return self.env


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

    def global_state(self, state: Any, params: Any) -> jax.Array:
        return super().global_state(state.inner, params)
