"""A game to play by hand: every action, and every random choice, is told."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs

NEVER = 10_000  # a time that does not come


@jax.jit
def _start(env: Any, params: Any) -> Any:
    return env.reset(jax.random.key(0), params)


@jax.jit
def _draw(env: Any, params: Any) -> Any:
    return env.draw(jax.random.key(0), params)


@jax.jit
def _play(env: Any, state: Any, action: Any, draws: Any, params: Any) -> Any:
    after, reward = env.play(state, action, draws, params)
    after = after.replace(time=state.time + 1)
    return env.observe(after, params), after, reward


class Table:
    """One game; `state` may be changed at will."""

    def __init__(self, game: str, **numbers: Any) -> None:
        self.env: Any = jaxenvs.make(f"MinAtar-{game}-v0")
        self.params = self.env.default_params.replace(**numbers)
        self.params = self.env.canonical_params(self.params)
        self.obs, self.state = _start(self.env, self.params)
        drawn = _draw(self.env, self.params)
        self.draws = drawn.replace(repeats=jnp.bool_(False))

    def play(self, *actions: int, **draws: Any) -> list[float]:
        """Plays some of the six actions, none of them sticky; returns their rewards."""
        chosen = self.draws.replace(**draws)
        rewards = []
        for action in actions:
            self.obs, self.state, reward = _play(
                self.env, self.state, jnp.int32(action), chosen, self.params
            )
            rewards.append(float(reward))
        return rewards

    def put(self, **fields: Any) -> None:
        """Changes fields of the state; dotted ones are written with two underscores."""
        for name, value in fields.items():
            self.state = _put(self.state, name.split("__"), value)

    def cells(self, channel: str) -> list[tuple[int, int]]:
        """Row and column of each cell of a channel, as last observed."""
        layer = np.asarray(self.obs)[..., self.env.channels.index(channel)]
        return [(int(row), int(column)) for row, column in np.argwhere(layer)]

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return bool(self.state.terminal)


def _put(record: Any, path: list[str], value: Any) -> Any:
    name, *rest = path
    old = getattr(record, name)
    if rest:
        return record.replace(**{name: _put(old, rest, value)})
    return record.replace(**{name: jnp.asarray(value, old.dtype)})


def packed(**by_row: int) -> int:
    """A word of lanes from keywords such as `row3=7`."""
    return sum(value << 4 * (int(name[3:]) - 1) for name, value in by_row.items())
