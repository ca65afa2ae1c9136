"""Gradient steps on minibatches: what the algorithms share of learning."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxenvs.baselines.parts.shuffle import permutations
from jaxenvs.baselines.parts.trainer import Metrics

Trainable = tuple[Any, Any]
"""Weights, and the optimizer's state."""


def minibatches(key: jax.Array, num_epochs: int, num_minibatches: int, size: int) -> jax.Array:
    """Rows for each gradient step, `[num_epochs * num_minibatches, rows]` int32.

    Every row of the `size` occurs once per epoch; the key is consumed. `num_minibatches` must
    divide `size`.
    """
    orders = permutations(key, num_epochs, size)
    return orders.reshape(num_epochs * num_minibatches, size // num_minibatches)


def progress_of(update_id: jax.Array, num_updates: jax.Array | int) -> jax.Array:
    """How much of a run lies before an update, from 0 to 1, float32."""
    return update_id.astype(jnp.float32) / jnp.asarray(num_updates, jnp.float32)


def gradient_steps(
    loss: Callable[[Any, Any], tuple[jax.Array, Metrics]],
    optimizer: optax.GradientTransformation,
    trained: Trainable,
    batch: Any,
    ids: jax.Array,
    lr: jax.Array,
    max_grad_norm: jax.Array,
) -> tuple[Trainable, Metrics]:
    """One gradient step per row of `ids`, each on those rows of `batch`.

    Args:
      loss: `(weights, minibatch) -> (loss, metrics)`.
      optimizer: gives the direction; `lr` scales it, so that it may be traced.
      trained: where to start.
      batch: a pytree of arrays with a common leading axis.
      ids: `[num_steps, rows]` int32, as of `minibatches`.
      lr: learning rate of all these steps.
      max_grad_norm: a gradient over all weights that is longer is shortened to this.

    Returns:
      What is trained, after the last step, and means over the steps of the loss's metrics and of
      the gradient's length, `grad_norm`.
    """

    def step(trained: Trainable, rows: jax.Array) -> tuple[Trainable, Metrics]:
        weights, opt_state = trained
        minibatch = jax.tree.map(lambda leaf: leaf[rows], batch)
        gradient, metrics = jax.grad(loss, has_aux=True)(weights, minibatch)
        norm = optax.tree.norm(gradient)
        shrink = jnp.minimum(1.0, max_grad_norm / jnp.maximum(norm, 1e-12))
        gradient = jax.tree.map(lambda leaf: leaf * shrink, gradient)
        # Optax mixes int32 counts and floats.
        with jax.numpy_dtype_promotion("standard"):
            direction, opt_state = optimizer.update(gradient, opt_state)
        weights = jax.tree.map(lambda leaf, d: leaf - lr * d, weights, direction)
        return (weights, opt_state), metrics | {"grad_norm": norm}

    trained, metrics = jax.lax.scan(step, trained, ids)
    return trained, jax.tree.map(jnp.mean, metrics)
