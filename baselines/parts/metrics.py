"""Figures that every algorithm reports after an update."""

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.trainer import Metrics


def episode_metrics(episode: dict[str, jax.Array]) -> Metrics:
    """Mean return and length of the episodes that ended, NaN if none did, and their number.

    Where the game says at each step whether it is won, `success`, also the share of these episodes
    that ended so.
    """
    done = episode["done"]
    num = jnp.sum(done.astype(jnp.float32))
    total_return = jnp.sum(jnp.where(done, episode["return"], 0.0))
    total_length = jnp.sum(jnp.where(done, episode["length"], 0).astype(jnp.float32))
    metrics = {
        "episode_return": total_return / num,
        "episode_length": total_length / num,
        "num_episodes": num,
    }
    if "success" in episode:
        won = jnp.sum((done & episode["success"]).astype(jnp.float32))
        metrics["episode_success"] = won / num
    return metrics


def mean_over(rows: jax.Array, counted: jax.Array | None) -> jax.Array:
    """The mean of the rows that are `counted`, bool of the same shape; None: of all."""
    if counted is None:
        return jnp.mean(rows)
    num = jnp.maximum(jnp.sum(counted.astype(jnp.float32)), 1.0)
    return jnp.sum(jnp.where(counted, rows, 0.0)) / num


def explained_variance(
    value: jax.Array, target: jax.Array, counted: jax.Array | None = None
) -> jax.Array:
    """1 if the values foretell the targets exactly, 0 if no better than a constant.

    Rows that are not `counted` are left out.
    """

    def var(rows: jax.Array) -> jax.Array:
        return mean_over((rows - mean_over(rows, counted)) ** 2, counted)

    return 1 - var(target - value) / (var(target) + 1e-8)
