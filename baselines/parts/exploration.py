"""Epsilon-greedy play: the best action, and now and then any legal one."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.config import HyperParams
from jaxenvs.baselines.parts.distributions import MASKED
from jaxenvs.baselines.parts.learning import progress_of
from jaxenvs.baselines.parts.shaping import shaping_weight
from jaxenvs.struct import PyTree

Noise = tuple[jax.Array, jax.Array]
"""Chance for `epsilon_greedy`: uniform numbers `(...)`, and Gumbel noise `(..., n)`; float32."""


class Schedule(PyTree):
    """Numbers that change in the course of a run; float32 scalars."""

    epsilon: jax.Array  # share of random actions
    shaping: jax.Array | None  # weight of the shaped reward; None: nothing is added
    lr: jax.Array  # learning rate


def schedule(config: Any, hp: HyperParams, update_id: jax.Array) -> Schedule:
    """The numbers of an update, by the config's and the traced settings."""
    progress = progress_of(update_id, config.num_updates)
    return Schedule(
        epsilon=linear_epsilon(hp.epsilon_start, hp.epsilon_end, hp.epsilon_share, progress),
        shaping=shaping_weight(config.shaping, config.shaping_share, progress),
        lr=hp.lr * (1 - progress) if config.anneal_lr else hp.lr,
    )


def linear_epsilon(
    start: jax.Array, end: jax.Array, share: jax.Array, progress: jax.Array
) -> jax.Array:
    """From `start` to `end` in a straight line over the first `share` of a run, then constant.

    `progress` runs from 0 to 1 over the run; all are float32 scalars.
    """
    way = jnp.clip(progress / jnp.maximum(share, 1e-8), 0.0, 1.0)
    return start + (end - start) * way


def exploration_noise(key: jax.Array, shape: tuple[int, ...]) -> Noise:
    """What `epsilon_greedy` needs for values of that shape, `(..., n)`; the key is consumed."""
    when_key, what_key = jax.random.split(key)
    when = jax.random.uniform(when_key, shape[:-1], jnp.float32)
    return when, jax.random.gumbel(what_key, shape, jnp.float32)


def best_action(values: jax.Array, mask: jax.Array | None) -> jax.Array:
    """The legal action of the highest value, `(...)` int32; ties go to the first."""
    return jnp.argmax(legal(values, mask), axis=-1).astype(jnp.int32)


def best_value(values: jax.Array, mask: jax.Array | None) -> jax.Array:
    """The highest value of a legal action, `(...)` float32."""
    return jnp.max(legal(values, mask), axis=-1)


def chosen(values: jax.Array, action: jax.Array) -> jax.Array:
    """The values `(..., n)` of the actions `(...)` int32 that were taken."""
    # A comparison instead of a gather, whose gradient would be a scatter.
    ids = jnp.arange(values.shape[-1], dtype=action.dtype)
    return jnp.sum(jnp.where(ids == action[..., None], values, 0.0), axis=-1)


def epsilon_greedy(
    values: jax.Array, mask: jax.Array | None, epsilon: jax.Array, noise: Noise
) -> jax.Array:
    """The best action, but with probability `epsilon` a uniformly random legal one; int32."""
    when, what = noise
    return jnp.where(when < epsilon, best_action(what, mask), best_action(values, mask))


def legal(values: jax.Array, mask: jax.Array | None) -> jax.Array:
    """Values `(..., n)` that no forbidden action can win by."""
    return values if mask is None else jnp.where(mask, values, MASKED)
