"""Running mean and variance, shared with the wrappers."""

import jax
import jax.numpy as jnp

from jaxenvs.wrappers.moments import Moments as Moments


def normalized(moments: Moments | None, obs: jax.Array) -> jax.Array:
    """Observations as the networks see them: as they are where there are no moments."""
    return obs if moments is None else moments.normalize(obs)


def scaled_reward(
    moments: Moments, returns: jax.Array, reward: jax.Array, done: jax.Array, gamma: jax.Array
) -> tuple[Moments, jax.Array, jax.Array]:
    """Rewards in deviations of the discounted return: the moments, the running returns, these.

    `returns` are the discounted sums of the running episodes' rewards; `reward` and `done`, which
    ends an episode, have the axis of time before.
    """

    def step(total: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        total = gamma * total + row[0]
        return jnp.where(row[1], 0.0, total), total

    returns, seen = jax.lax.scan(step, returns, (reward, done))
    moments = moments.update(seen)
    return moments, returns, moments.scale(reward)
