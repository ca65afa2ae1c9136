"""The time used as a part of the observation."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.multi import has_agents
from jaxenvs.spaces import Box, Space, namespace
from jaxenvs.wrappers.base import Wrapper


class TimeAwareObservation(Wrapper):
    """Appends the share of the time limit that is used up, 0 to 1, to a `(n,)` float32 observation.

    Of several agents, to each one's own observation. Past the limit it stays 1.
    Pardo et al., "Time limits in reinforcement learning" (2018).
    Raises `ValueError` for other observations and where there is no limit.
    """

    def __post_init__(self) -> None:
        self._sizes()
        if self.env.default_params.max_steps <= 0:
            raise ValueError("TimeAwareObservation: expected params with max_steps > 0")

    def observe(self, state: Any, params: Any) -> jax.Array:
        limit = jnp.maximum(jnp.asarray(params.max_steps, jnp.float32), np.float32(1))
        used = jnp.minimum(state.time.astype(jnp.float32) / limit, np.float32(1))
        obs = self.env.observe(state, params)
        if not has_agents(self.env):
            return jnp.concatenate([obs, used[None]])
        # Each agent's own numbers end at another column; the time comes right after them.
        columns, sizes = np.arange(obs.shape[1] + 1), np.array(self._sizes())
        return jnp.where(columns == sizes[:, None], used, jnp.pad(obs, ((0, 0), (0, 1))))

    def wrap_observation_space(self, space: Space) -> Box:
        assert isinstance(space, Box)
        xp = namespace(space.low, space.high)
        return Box(xp.append(space.low, np.float32(0)), xp.append(space.high, np.float32(1)))

    def _sizes(self) -> list[int]:
        """How many numbers each agent observes, or the one there is."""
        if has_agents(self.env):
            own = list(self.env.observation_spaces().values())
        else:
            own = [self.env.observation_space()]
        for space in own:
            if not isinstance(space, Box) or len(space.shape) != 1 or space.dtype != np.float32:
                raise ValueError(f"TimeAwareObservation: expected a float32 vector, got {space}")
        return [space.shape[0] for space in own if isinstance(space, Box)]
