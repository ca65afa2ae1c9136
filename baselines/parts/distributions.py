"""What a policy's network outputs mean: distributions over actions.

Each one is a pytree with `log_prob`, `entropy`, `mode` and `sample`. The last is `pick` on `noise`
that does not depend on the parameters, so that a rollout may draw the noise of all its steps at
once: one call of the random generator instead of hundreds.
"""

import math
from typing import Self

import jax
import jax.numpy as jnp

from jaxenvs.struct import PyTree

MASKED = -1e30  # the logit of a forbidden action: its probability is exactly 0, its products finite


class Categorical(PyTree):
    """A choice among `n` actions, `0..n-1`."""

    log_probs: jax.Array  # (..., n) float32, normalized

    @classmethod
    def from_logits(cls, logits: jax.Array, mask: jax.Array | None = None) -> Self:
        """From any real logits `(..., n)`; where `mask` is false, an action is never chosen.

        At least one action per row must be allowed.
        """
        if mask is not None:
            logits = jnp.where(mask, logits, MASKED)
        return cls(log_probs=jax.nn.log_softmax(logits))

    @staticmethod
    def noise(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """What `pick` needs, of the shape of `log_probs`."""
        return jax.random.gumbel(key, shape, jnp.float32)

    def pick(self, noise: jax.Array) -> jax.Array:
        """The action, `(...)` int32, that this noise leads to (the Gumbel-max trick)."""
        return jnp.argmax(self.log_probs + noise, axis=-1).astype(jnp.int32)

    def sample(self, key: jax.Array) -> jax.Array:
        """A random action, `(...)` int32."""
        return self.pick(self.noise(key, self.log_probs.shape))

    def mode(self) -> jax.Array:
        """The likeliest action, `(...)` int32; ties go to the first."""
        return jnp.argmax(self.log_probs, axis=-1).astype(jnp.int32)

    def log_prob(self, action: jax.Array) -> jax.Array:
        """The log-probability, `(...)` float32, of `action`, `(...)` int32."""
        # A comparison instead of a gather, whose gradient would be a scatter.
        ids = jnp.arange(self.log_probs.shape[-1], dtype=action.dtype)
        return jnp.sum(jnp.where(ids == action[..., None], self.log_probs, 0.0), axis=-1)

    def entropy(self) -> jax.Array:
        """In nats, `(...)` float32."""
        return -jnp.sum(jnp.exp(self.log_probs) * self.log_probs, axis=-1)


class Factorized(PyTree):
    """`k` independent choices, each among its own number of actions, at most `n`."""

    choices: Categorical  # (..., k), padded to n actions with such as are never chosen

    @classmethod
    def from_logits(
        cls, logits: jax.Array, counts: tuple[int, ...], mask: jax.Array | None = None
    ) -> Self:
        """From logits `(..., sum(counts))`, those of the first choice first.

        Where `mask`, `(..., k, n)`, is false, an action is never chosen; at least one per choice
        must be allowed.
        """
        most = max(counts)
        if len(set(counts)) == 1:
            parts = logits.reshape(*logits.shape[:-1], len(counts), most)
        else:
            ends = [sum(counts[: i + 1]) for i in range(len(counts))]
            bounds = zip(ends, counts, strict=True)
            own = [logits[..., end - count : end] for end, count in bounds]
            parts = jnp.stack([_padded(x, most) for x in own], axis=-2)
        return cls(choices=Categorical.from_logits(parts, mask))

    @staticmethod
    def noise(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """What `pick` needs, of the shape `(..., k, n)`."""
        return Categorical.noise(key, shape)

    def pick(self, noise: jax.Array) -> jax.Array:
        """The actions, `(..., k)` int32, that this noise leads to."""
        return self.choices.pick(noise)

    def sample(self, key: jax.Array) -> jax.Array:
        """Random actions, `(..., k)` int32."""
        return self.choices.sample(key)

    def mode(self) -> jax.Array:
        """The likeliest actions, `(..., k)` int32; ties go to the first."""
        return self.choices.mode()

    def log_prob(self, action: jax.Array) -> jax.Array:
        """The log-probability, `(...)` float32, of `action`, `(..., k)` int32: the sum."""
        return jnp.sum(self.choices.log_prob(action), axis=-1)

    def entropy(self) -> jax.Array:
        """In nats, `(...)` float32: the sum."""
        return jnp.sum(self.choices.entropy(), axis=-1)


def _padded(logits: jax.Array, size: int) -> jax.Array:
    """Logits with forbidden actions behind them, `(..., size)`."""
    fill = [(0, 0)] * (logits.ndim - 1) + [(0, size - logits.shape[-1])]
    return jnp.pad(logits, fill, constant_values=MASKED)


class DiagGaussian(PyTree):
    """Independent normal distributions over the coordinates of a vector."""

    mean: jax.Array  # (..., n) float32
    log_std: jax.Array  # (n,) or (..., n) float32

    @staticmethod
    def noise(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """What `pick` needs, of the shape of `mean`."""
        return jax.random.normal(key, shape, jnp.float32)

    def pick(self, noise: jax.Array) -> jax.Array:
        """The action, `(..., n)` float32, that this noise leads to."""
        return self.mean + jnp.exp(self.log_std) * noise

    def sample(self, key: jax.Array) -> jax.Array:
        """A random action, `(..., n)` float32."""
        return self.pick(self.noise(key, self.mean.shape))

    def mode(self) -> jax.Array:
        """The likeliest action, `(..., n)` float32."""
        return self.mean

    def log_prob(self, action: jax.Array) -> jax.Array:
        """The log-density, `(...)` float32, of `action`, `(..., n)` float32."""
        z = (action - self.mean) * jnp.exp(-self.log_std)
        return -jnp.sum(0.5 * z * z + self.log_std + 0.5 * math.log(2 * math.pi), axis=-1)

    def entropy(self) -> jax.Array:
        """The differential entropy in nats, `(...)` float32."""
        log_std = jnp.broadcast_to(self.log_std, self.mean.shape)
        return jnp.sum(log_std + 0.5 * math.log(2 * math.pi * math.e), axis=-1)
