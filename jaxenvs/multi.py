"""The multi-agent contract: the single-agent one with an agent axis.

An agent is an index. Actions, observations, rewards, `terminated` and `truncated` lead with an axis
`[num_agents]`; arrays are padded to the largest agent where agents differ, and the spaces by name
give the true sizes. In a turn-based game every agent acts at every step and the action mask leaves
those who are not on turn only the action that does nothing.

An agent that has terminated stays terminated until the episode is over, which is when all have. Its
row goes on; what it does then has no effect.
"""

import abc
from collections.abc import Sequence
from typing import Any, TypeGuard

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.core import Env, ParamsT, StateT


class MultiAgentEnv(Env[StateT, ParamsT]):
    """A game for several agents."""

    @property
    @abc.abstractmethod
    def agents(self) -> tuple[str, ...]:
        """The agents' names; agent `i` is row `i` of every array."""

    @property
    def num_agents(self) -> int:
        """The length of the agent axis."""
        return len(self.agents)

    @abc.abstractmethod
    def observation_spaces(self, params: ParamsT | None = None) -> dict[str, spaces.Space]:
        """Each agent's own space, without padding."""

    @abc.abstractmethod
    def action_spaces(self, params: ParamsT | None = None) -> dict[str, spaces.Space]:
        """Each agent's own space, without padding."""

    @abc.abstractmethod
    def global_state(self, state: StateT, params: ParamsT) -> jax.Array:
        """`(n,)` float32, all there is to know, for centralized critics."""

    def action_mask(self, state: StateT, params: ParamsT | None = None) -> jax.Array | None:
        """`(num_agents, n)` bool, true where an action is legal; None: all are, always.

        By default an agent's own actions are legal and padding is not.
        """
        del state
        own = [self.action_spaces(params)[agent] for agent in self.agents]
        counts = [space.n for space in own if isinstance(space, spaces.Discrete)]
        if len(counts) < len(own) or len(set(counts)) == 1:
            return None
        return jnp.asarray(np.arange(max(counts)) < np.array(counts)[:, None])

    def observation_space(self, params: ParamsT | None = None) -> spaces.Space:
        """The agents' spaces stacked along the agent axis, padded with zeros."""
        own = self.observation_spaces(params)
        return stack([own[agent] for agent in self.agents])

    def action_space(self, params: ParamsT | None = None) -> spaces.Space:
        """The agents' spaces stacked along the agent axis, padded with zeros."""
        own = self.action_spaces(params)
        return stack([own[agent] for agent in self.agents])


def has_agents(env: Env[Any, Any]) -> TypeGuard[MultiAgentEnv[Any, Any]]:
    """Whether `env`, a game or a wrapped one, has several agents: its arrays an agent axis."""
    return bool(env.agents)


def reward_shape(env: Env[Any, Any]) -> tuple[int, ...]:
    """`()`, or `(num_agents,)` where the game has several agents."""
    return (len(env.agents),) if env.agents else ()


def stack(parts: Sequence[spaces.Space]) -> spaces.Space:
    """One space for arrays of `len(parts)` rows, row `i` from `parts[i]`, padded with zeros.

    `Discrete` spaces become a `MultiDiscrete`, `Box` spaces of one rank and dtype a `Box` of the
    largest shape, in which padding is 0; dicts and tuples are stacked part by part.
    Raises `TypeError` for a mixture.
    """
    first = parts[0]
    if any(type(part) is not type(first) for part in parts):
        raise TypeError(f"stack: expected spaces of one kind, got {list(parts)}")
    match first:
        case spaces.Discrete():
            return _stack_discrete([part for part in parts if isinstance(part, spaces.Discrete)])
        case spaces.Box():
            return _stack_boxes([part for part in parts if isinstance(part, spaces.Box)])
        case spaces.Dict():
            fields = first.spaces
            return spaces.Dict({name: stack([p.spaces[name] for p in parts]) for name in fields})  # type: ignore[attr-defined]
        case spaces.Tuple():
            columns = zip(*(part.spaces for part in parts), strict=True)  # type: ignore[attr-defined]
            return spaces.Tuple([stack(column) for column in columns])
        case spaces.MultiDiscrete():
            return _stack_multi([p for p in parts if isinstance(p, spaces.MultiDiscrete)])
        case spaces.MultiBinary():
            return spaces.MultiBinary((len(parts), *first.shape))
        case _:
            raise TypeError(f"stack: cannot stack {type(first).__name__}")


def row_of(values: spaces.Value, row: int, space: spaces.Space) -> spaces.Value:
    """Row `row` of stacked `values`, without padding: an element of `space`, that row's own."""
    match space:
        case spaces.Dict():
            return {name: row_of(values[name], row, part) for name, part in space.spaces.items()}
        case spaces.Tuple():
            pairs = zip(values, space.spaces, strict=True)
            return tuple(row_of(part, row, sub) for part, sub in pairs)
        case _:
            return values[row][tuple(slice(size) for size in space.shape)]  # type: ignore[attr-defined]


def _stack_discrete(parts: Sequence[spaces.Discrete]) -> spaces.MultiDiscrete:
    return spaces.MultiDiscrete([p.n for p in parts], start=[p.start for p in parts])


def _stack_multi(parts: Sequence[spaces.MultiDiscrete]) -> spaces.MultiDiscrete:
    return spaces.MultiDiscrete(
        np.stack([part.num_values for part in parts]),
        parts[0].dtype,
        np.stack([part.start for part in parts]),
    )


def _stack_boxes(parts: Sequence[spaces.Box]) -> spaces.Box:
    shape = tuple(max(sizes) for sizes in zip(*(part.shape for part in parts), strict=True))
    dtype = parts[0].dtype
    for part in parts:
        if part.dtype != dtype:
            raise TypeError(f"stack: expected boxes of one dtype, got {part.dtype} and {dtype}")
    low = _stack_padded([part.low for part in parts], shape)
    high = _stack_padded([part.high for part in parts], shape)
    return spaces.Box(low, high, dtype=dtype)


def _stack_padded(bounds: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Arrays of one rank as rows of one array, with zeros after their own, up to `shape`."""
    xp, rows = spaces.namespace(bounds), []
    for bound in bounds:
        missing = [(0, most - own) for own, most in zip(bound.shape, shape, strict=True)]
        rows.append(xp.pad(bound, missing) if missing else bound)
    return xp.stack(rows)
