"""Running mean and variance, shared with the wrappers."""

import jax

from jaxenvs.wrappers.moments import Moments as Moments


def normalized(moments: Moments | None, obs: jax.Array) -> jax.Array:
    """Observations as the networks see them: as they are where there are no moments."""
    return obs if moments is None else moments.normalize(obs)
