"""Vectors of the plane as arrays whose first axis holds x and y."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.fusion import settled


def dot(a: jax.Array, b: jax.Array) -> jax.Array:
    """The inner product."""
    return a[0] * b[0] + a[1] * b[1]


def cross(a: jax.Array, b: jax.Array) -> jax.Array:
    """The outer product, positive where `b` is to the left of `a`."""
    return a[0] * b[1] - a[1] * b[0]


def length(a: jax.Array) -> jax.Array:
    """The Euclidean length."""
    return jnp.sqrt(a[0] * a[0] + a[1] * a[1])


def swept(spin: jax.Array, arm: jax.Array) -> jax.Array:
    """Velocity of a point at some offset from the center of a turning body."""
    return jnp.stack([-spin * arm[1], spin * arm[0]])


def right_of(a: jax.Array) -> jax.Array:
    """The vector turned by a quarter to the right."""
    return jnp.stack([a[1], -a[0]])


def turned(a: jax.Array, turn: jax.Array) -> jax.Array:
    """The vector turned by an angle whose cosine and sine are given."""
    cos, sin = turn[0], turn[1]
    return jnp.stack([cos * a[0] + -sin * a[1], sin * a[0] + cos * a[1]])


def turned_back(a: jax.Array, turn: jax.Array) -> jax.Array:
    """The vector turned by the negative of such an angle."""
    cos, sin = turn[0], turn[1]
    return jnp.stack([cos * a[0] + sin * a[1], -sin * a[0] + cos * a[1]])


def turn_by(angle: jax.Array) -> jax.Array:
    """Cosine and sine of an angle."""
    return jnp.stack([jnp.cos(angle), jnp.sin(angle)])


def nonzero(a: jax.Array) -> jax.Array:
    """The same numbers with 1 for 0, to divide by."""
    return jnp.where(a == 0, np.float32(1), a)


def picked(rows: jax.Array, index: jax.Array) -> jax.Array:
    """Entry `index` [...] along the last axis of `rows` [..., n]; n is small."""
    found = rows[..., 0]
    for other in range(1, rows.shape[-1]):
        found = jnp.where(index == other, rows[..., other], found)
    return found


def lowest(rows: jax.Array) -> jax.Array:
    """Index of the first lowest entry along the last, short axis, int32 [...]."""
    best, index = rows[..., 0], jnp.zeros(rows.shape[:-1], jnp.int32)
    for other in range(1, rows.shape[-1]):
        is_lower = rows[..., other] < best
        best = jnp.where(is_lower, rows[..., other], best)
        index = jnp.where(is_lower, np.int32(other), index)
    return settled(index)
