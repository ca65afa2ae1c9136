"""The clock as these games show it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces


class Params(core.Params):
    """How time is shown."""

    normalize_time: bool = True  # the clock goes from -1 to 1 at the time limit, else counts steps


def shown_time(time: jax.Array, params: Params) -> jax.Array:
    """The clock, () float32: -1 at the start to 1 at the time limit and after, or the steps.

    Without a time limit it counts steps.
    """
    steps = time.astype(jnp.float32)
    limit = jnp.maximum(jnp.asarray(params.max_steps), 1).astype(jnp.float32)
    share = jnp.minimum(2 * steps / limit - 1, np.float32(1))
    return jnp.where(is_share(params), share, steps)


def is_share(params: Params) -> jax.Array | bool:
    """Whether the clock shows a share of the time limit, () bool."""
    return params.normalize_time & (params.max_steps > 0)


def bounds(params: Params) -> tuple[Any, Any]:
    """The least and the greatest that the clock shows, traced where `params` are."""
    share = is_share(params)
    xp = spaces.namespace(share)
    return xp.where(share, -1.0, 0.0), xp.where(share, 1.0, np.inf)
