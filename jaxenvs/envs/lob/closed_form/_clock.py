"""Time in the models: a horizon that is cut into equal steps."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import State


def step_length(params: Any) -> jax.Array:
    """The time that a step lasts, () float32."""
    return params.horizon / params.num_steps.astype(np.float32)


def share_left(state: State, params: Any) -> jax.Array:
    """The share of the time that is left, () float32, from 1 to 0."""
    gone = state.time.astype(jnp.float32) / params.num_steps.astype(np.float32)
    return jnp.maximum(1 - gone, np.float32(0))


def is_last(state: State, params: Any) -> jax.Array:
    """Whether the step that starts in this state ends the episode, () bool."""
    return state.time + 1 >= params.num_steps


def deviations(moved: jax.Array, params: Any) -> jax.Array:
    """A change of the price since the start, in standard deviations of that until the end."""
    return moved / (params.volatility * jnp.sqrt(params.horizon))
