"""Continuous actions on another scale."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env, Info
from jaxenvs.spaces import Box, Space
from jaxenvs.wrappers.base import Wrapper


class ClipAction(Wrapper):
    """Takes any real action and clips it into the inner action space, a float32 `Box`.

    The bounds are those of the episode's params.

    Raises `ValueError` for other action spaces; those of several agents are all boxes.
    """

    def __post_init__(self) -> None:
        _box_of(self.env, "ClipAction")

    def transition(
        self, key: jax.Array, state: Any, action: jax.Array, params: Any
    ) -> tuple[Any, jax.Array, jax.Array, Info]:
        inner = _box_of(self.env, "ClipAction", params)
        clipped = jnp.clip(action, inner.low, inner.high)
        return self.env.transition(key, state, clipped, params)

    def wrap_action_space(self, space: Space) -> Box:
        assert isinstance(space, Box)
        return Box(-np.inf, np.inf, space.shape)


class RescaleAction(Wrapper):
    """Takes actions from `low` to `high` and maps them linearly onto the inner `Box`, clipped.

    The inner bounds are those of the episode's params.

    Raises `ValueError` for action spaces that are no bounded float32 boxes.
    """

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        inner = _box_of(self.env, "RescaleAction")
        if not self.low < self.high:
            raise ValueError(f"low: expected less than high ({self.high}), got {self.low}")
        if not (np.isfinite(inner.low).all() and np.isfinite(inner.high).all()):
            raise ValueError(f"RescaleAction: expected a bounded action space, got {inner}")

    def transition(
        self, key: jax.Array, state: Any, action: jax.Array, params: Any
    ) -> tuple[Any, jax.Array, jax.Array, Info]:
        inner = _box_of(self.env, "RescaleAction", params)
        share = jnp.clip((action - self.low) / (self.high - self.low), 0, 1)
        # As a mean of both ends, which meets either of them exactly.
        scaled = inner.low * (1 - share) + inner.high * share
        return self.env.transition(key, state, scaled, params)

    def wrap_action_space(self, space: Space) -> Box:
        assert isinstance(space, Box)
        return Box(self.low, self.high, space.shape)


def _box_of(env: Env[Any, Any], wrapper: str, params: Any = None) -> Box:
    """The action space, of all agents and under `params`, which has to be a float32 `Box`."""
    space = env.action_space(params)
    if not isinstance(space, Box) or space.dtype != np.float32:
        raise ValueError(f"{wrapper}: expected a float32 Box of actions, got {space}")
    return space
