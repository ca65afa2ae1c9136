"""Environments whose episodes play a level, which can be sampled, edited, scored and saved.

`reset` samples a level and starts on it. A curriculum chooses levels in its place:
`jaxenvs.vectorize` asks a `LevelSource` whenever an episode begins.
"""

import abc
import json
from typing import Any, Generic, Protocol, TypeGuard, TypeVar

import jax

from jaxenvs.core import Env, ParamsT, StateT, as_key

LevelT = TypeVar("LevelT")


class LevelEnv(Env[StateT, ParamsT], Generic[StateT, ParamsT, LevelT]):
    """A game played on levels. Authors write `initial_on`, not `initial`.

    `transition` reports `info["success"]`, () bool: whether the level was solved at this step.
    """

    @property
    def plays_levels(self) -> bool:
        """Always: levels are what this class adds."""
        return True

    @abc.abstractmethod
    def sample_level(self, key: jax.Array, params: ParamsT) -> LevelT:
        """A random level."""

    @abc.abstractmethod
    def initial_on(self, key: jax.Array, level: LevelT, params: ParamsT) -> StateT:
        """The state at the start of an episode on this level, with `time` 0."""

    @abc.abstractmethod
    def mutate_level(
        self, key: jax.Array, level: LevelT, num_edits: jax.Array | int, params: ParamsT
    ) -> LevelT:
        """The level after `num_edits` (traced) random edits; it stays valid."""

    @abc.abstractmethod
    def level_to_dict(self, level: LevelT) -> dict[str, Any]:
        """The level as plain Python values, ready for JSON."""

    @abc.abstractmethod
    def level_from_dict(self, fields: dict[str, Any]) -> LevelT:
        """The level of `level_to_dict`.

        Raises `ValueError` that names the field, what was expected there and what was found.
        """

    def initial(self, key: jax.Array, params: ParamsT) -> StateT:
        """A start on a random level."""
        level_key, start_key = jax.random.split(key)
        return self.initial_on(start_key, self.sample_level(level_key, params), params)

    def reset_to_level(
        self, key: jax.Array, level: LevelT, params: ParamsT | None = None
    ) -> tuple[Any, StateT]:
        """Starts an episode on the level given; otherwise as `reset`."""
        params = self.canonical_params(params)
        state = self.initial_on(as_key(key), level, params)
        return self.observe(state, params), state

    def level_to_json(self, level: LevelT) -> str:
        """The level as a JSON text."""
        return json.dumps(self.level_to_dict(level), indent=1)

    def level_from_json(self, text: str) -> LevelT:
        """The level in a JSON text. Raises `ValueError` that names the line or field at fault."""
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"level: not JSON: {error}") from error
        if not isinstance(fields, dict):
            raise ValueError(f"level: expected a JSON object, got {type(fields).__name__}")
        return self.level_from_dict(fields)


def has_levels(env: Env[Any, Any]) -> TypeGuard[LevelEnv[Any, Any, Any]]:
    """Whether episodes of `env`, a game or a wrapped one, play levels."""
    return env.plays_levels


class LevelSource(Protocol):
    """Where the levels of new episodes come from: a static object, hashable by value.

    What it remembers (a buffer of levels, a counter) is the `carry`, a pytree that is kept in the
    batch engine's state as `level_carry`; a curriculum may replace it between steps.
    """

    def init(self, key: jax.Array, env: LevelEnv[Any, Any, Any], params: Any) -> Any:
        """The first carry."""
        ...

    def draw(
        self,
        key: jax.Array,
        carry: Any,
        used: jax.Array,
        env: LevelEnv[Any, Any, Any],
        params: Any,
    ) -> tuple[Any, Any]:
        """Levels for `n` slots, and the next carry; `used`, `(n,)` bool, marks those played."""
        ...
