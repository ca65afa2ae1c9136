"""The clock as a part of the observation."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.spaces import Box
from jaxenvs.wrappers.base import Wrapper


class TimeAwareObservation(Wrapper):
    """Appends the share of the time limit that is used up, 0 to 1, to a `(n,)` float32 observation.

    Pardo et al., "Time limits in reinforcement learning" (2018). Past the limit it stays 1.
    Raises `ValueError` for other observations and where there is no limit.
    """

    def __post_init__(self) -> None:
        space = self.env.observation_space()
        if not isinstance(space, Box) or len(space.shape) != 1 or space.dtype != np.float32:
            raise ValueError(f"TimeAwareObservation: expected a float32 vector, got {space}")
        if self.env.default_params.max_steps <= 0:
            raise ValueError("TimeAwareObservation: expected params with max_steps > 0")

    def observe(self, state: Any, params: Any) -> jax.Array:
        limit = jnp.maximum(jnp.asarray(params.max_steps, jnp.float32), np.float32(1))
        used = jnp.minimum(state.time.astype(jnp.float32) / limit, np.float32(1))
        return jnp.concatenate([self.env.observe(state, params), used[None]])

    def observation_space(self, params: Any = None) -> Box:
        space = self.env.observation_space(params)
        assert isinstance(space, Box)
        return Box(np.append(space.low, np.float32(0)), np.append(space.high, np.float32(1)))
