"""Any observation as one vector."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.multi import has_agents, row_of
from jaxenvs.wrappers.base import Wrapper


class FlattenObservation(Wrapper):
    """Observations are `(n,)` float32: arrays raveled, integers one-hot, parts joined in order.

    Of several agents, each one's own observation is flattened, then padded with zeros to the
    longest: `(num_agents, n)`.
    """

    def observe(self, state: Any, params: Any) -> jax.Array:
        obs = self.env.observe(state, params)
        if not has_agents(self.env):
            return flatten(self.env.observation_space(), obs)
        return _flatten_rows(list(self.env.observation_spaces().values()), obs)

    def wrap_observation_space(self, space: spaces.Space) -> spaces.Box:
        return spaces.Box(*_bounds(space))


def flatten(space: spaces.Space, value: Any) -> jax.Array:
    """`value`, an element of `space`, as `(n,)` float32."""
    match space:
        case spaces.Discrete():
            return jax.nn.one_hot(value - np.int32(space.start), space.n, dtype=jnp.float32)
        case spaces.MultiDiscrete():
            counts = space.num_values.ravel()
            digits = (value.astype(jnp.int32) - space.start).ravel()
            # Each digit's ones lie after those of the digits before it.
            place = digits + np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
            return jnp.zeros(counts.sum(), jnp.float32).at[place].set(1)
        case spaces.Dict():
            parts = [flatten(part, value[name]) for name, part in space.spaces.items()]
            return jnp.concatenate(parts)
        case spaces.Tuple():
            paired = zip(space.spaces, value, strict=True)
            return jnp.concatenate([flatten(part, item) for part, item in paired])
        case _:
            return value.astype(jnp.float32).ravel()


def flatten_batch(space: spaces.Space, values: Any) -> jax.Array:
    """Elements of `space` with a leading axis, `[n, ...]`, as `[n, num_features]` float32."""
    return jax.vmap(lambda value: flatten(space, value))(values)


def _flatten_rows(own: list[spaces.Space], obs: Any) -> jax.Array:
    """Stacked observations, one row of each space, as `(num_agents, n)` float32."""
    if all(space == own[0] for space in own):
        return flatten_batch(own[0], obs)
    rows = [flatten(space, row_of(obs, i, space)) for i, space in enumerate(own)]
    longest = max(row.size for row in rows)
    return jnp.stack([jnp.pad(row, (0, longest - row.size)) for row in rows])


def _joined(parts: Sequence[spaces.Space]) -> tuple[Any, Any]:
    """The bounds of all parts, one after the other."""
    low, high = zip(*(_bounds(part) for part in parts), strict=True)
    xp = spaces.namespace(low, high)
    return xp.concatenate(low), xp.concatenate(high)


def _bounds(space: spaces.Space) -> tuple[Any, Any]:
    """The least and the greatest of each number, `(n,)` float32; traced where the space's are."""
    match space:
        case spaces.Box():
            return space.low.ravel().astype(np.float32), space.high.ravel().astype(np.float32)
        case spaces.Dict():
            return _joined(list(space.spaces.values()))
        case spaces.Tuple():
            return _joined(space.spaces)
        case spaces.Discrete():
            size = space.n
        case spaces.MultiDiscrete():
            size = int(space.num_values.sum())
        case spaces.MultiBinary():
            size = int(np.prod(space.shape))
        case _:
            raise TypeError(f"FlattenObservation: cannot flatten {type(space).__name__}")
    return np.zeros(size, np.float32), np.ones(size, np.float32)
