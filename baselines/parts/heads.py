"""How actions leave a network: the distribution that fits an action space, and the way back."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian

_NO_ENTROPY = -0.5 * math.log(2 * math.pi * math.e)  # of a normal distribution, as a log deviation


@dataclasses.dataclass(frozen=True)
class DiscreteHead:
    """Chooses among the actions of a `Discrete` space."""

    space: spaces.Discrete

    @property
    def num_outputs(self) -> int:
        """Width of the network's last layer."""
        return self.space.n

    def distribution(
        self, outputs: jax.Array, log_std: jax.Array | None, mask: jax.Array | None
    ) -> Categorical:
        """The policy, from the network's outputs `(..., n)` and the legal actions `(..., n)`."""
        del log_std
        return Categorical.from_logits(outputs, mask)

    def noise(self, key: jax.Array, batch: tuple[int, ...]) -> jax.Array:
        """What the distribution's `pick` needs for a batch of choices."""
        return Categorical.noise(key, (*batch, self.num_outputs))

    def as_input(self, action: jax.Array) -> jax.Array:
        """Choices `(...)` int32 as networks take them, one-hot, `(..., n)` float32."""
        return jax.nn.one_hot(action, self.num_outputs, dtype=jnp.float32)

    def to_env(self, action: jax.Array) -> jax.Array:
        """The space's actions for choices `0..n-1`, `(...)` int32."""
        return action + np.int32(self.space.start)


@dataclasses.dataclass(frozen=True)
class BoxHead:
    """A Gaussian over a `Box`, in units of half its width from its middle.

    The environment gets the sample clipped into the box. A coordinate without bounds on both sides
    is passed on in the environment's own units.
    """

    space: spaces.Box

    @property
    def num_outputs(self) -> int:
        """Width of the network's last layer."""
        return math.prod(self.space.shape)

    def distribution(
        self, outputs: jax.Array, log_std: jax.Array | None, mask: jax.Array | None
    ) -> DiagGaussian:
        """The policy, from the mean `(..., n)` and the logarithm of its deviation `(n,)`.

        A coordinate that is not in the mask, `(..., n)` bool, depends on no network and has no
        entropy.
        """
        assert log_std is not None
        if mask is not None:
            outputs = jnp.where(mask, outputs, 0.0)
            log_std = jnp.where(mask, log_std, np.float32(_NO_ENTROPY))
        return DiagGaussian(mean=outputs, log_std=log_std)

    def noise(self, key: jax.Array, batch: tuple[int, ...]) -> jax.Array:
        """What the distribution's `pick` needs for a batch of choices."""
        return DiagGaussian.noise(key, (*batch, self.num_outputs))

    def as_input(self, action: jax.Array) -> jax.Array:
        """Samples `(..., n)` as networks take them: as they are."""
        return action

    def to_env(self, action: jax.Array) -> jax.Array:
        """The space's actions for samples `(..., n)`."""
        low, high = self.space.low.reshape(-1), self.space.high.reshape(-1)
        bounded = np.isfinite(low) & np.isfinite(high)
        near, far = np.where(bounded, low, -1), np.where(bounded, high, 1)
        # Halved first: the sum of two large bounds may overflow.
        middle = (near / 2 + far / 2).astype(np.float32)
        half = (far / 2 - near / 2).astype(np.float32)
        inside = jnp.clip(middle + half * action, low, high)
        return inside.reshape(*action.shape[:-1], *self.space.shape).astype(self.space.dtype)


def head_of(space: spaces.Space) -> DiscreteHead | BoxHead:
    """The head for an action space; raises `TypeError` for one that has none."""
    if isinstance(space, spaces.Discrete):
        return DiscreteHead(space)
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        return BoxHead(space)
    raise TypeError(f"action space: expected Discrete or a float Box, got {space}")
