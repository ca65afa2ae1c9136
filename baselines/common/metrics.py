"""Figures that every algorithm reports after an update."""

import jax
import jax.numpy as jnp

from jaxenvs.baselines.common.trainer import Metrics


def episode_metrics(episode: dict[str, jax.Array]) -> Metrics:
    """Mean return and length of the episodes that ended, NaN if none did, and their number."""
    done = episode["done"]
    num = jnp.sum(done.astype(jnp.float32))
    total_return = jnp.sum(jnp.where(done, episode["return"], 0.0))
    total_length = jnp.sum(jnp.where(done, episode["length"], 0).astype(jnp.float32))
    return {
        "episode_return": total_return / num,
        "episode_length": total_length / num,
        "num_episodes": num,
    }


def explained_variance(value: jax.Array, target: jax.Array) -> jax.Array:
    """1 if the values foretell the targets exactly, 0 if no better than a constant."""
    return 1 - jnp.var(target - value) / (jnp.var(target) + 1e-8)
