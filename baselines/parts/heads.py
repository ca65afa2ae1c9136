"""How actions leave a network: the distribution that fits an action space, and the way back."""

import dataclasses
import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian, Factorized

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
class FactorizedHead:
    """Chooses each number of a `MultiDiscrete` space by itself, or of a `Tuple` of discrete ones.

    Given the observation the choices are independent of each other. They are one array `(..., k)`,
    whatever the space's structure, counted from 0 and in the space's order.
    """

    space: spaces.MultiDiscrete | spaces.Tuple

    @functools.cached_property
    def counts(self) -> tuple[int, ...]:
        """Among how many each number is chosen, `k` of them."""
        return tuple(_counts(self.space))

    @property
    def num_outputs(self) -> int:
        """Width of the network's last layer."""
        return sum(self.counts)

    def distribution(
        self, outputs: jax.Array, log_std: jax.Array | None, mask: jax.Array | None
    ) -> Factorized:
        """The policy, from the network's outputs `(..., sum(counts))`.

        The mask is `(..., k, n)` bool, `n` the largest count; `k` may be the shape of a
        `MultiDiscrete` space instead. Raises `ValueError` for another shape.
        """
        del log_std
        if mask is not None:
            batch, choices = outputs.shape[:-1], (len(self.counts), max(self.counts))
            if mask.size != math.prod((*batch, *choices)):
                got = mask.shape[len(batch) :]
                raise ValueError(f"action mask: expected {choices} for {self.space}, got {got}")
            mask = mask.reshape(*batch, *choices)
        return Factorized.from_logits(outputs, self.counts, mask)

    def noise(self, key: jax.Array, batch: tuple[int, ...]) -> jax.Array:
        """What the distribution's `pick` needs for a batch of choices."""
        return Factorized.noise(key, (*batch, len(self.counts), max(self.counts)))

    def as_input(self, action: jax.Array) -> jax.Array:
        """Choices `(..., k)` int32 as networks take them, each one-hot, `(..., sum(counts))`."""
        numbers = [action[..., i] for i in range(len(self.counts))]
        pairs = zip(numbers, self.counts, strict=True)
        return jnp.concatenate([jax.nn.one_hot(x, n, dtype=jnp.float32) for x, n in pairs], -1)

    def to_env(self, action: jax.Array) -> Any:
        """The space's actions for choices `(..., k)` int32."""
        return _arranged(self.space, action)


def _is_factorized(space: spaces.Space) -> bool:
    """Whether an action is nothing but choices among a few numbers."""
    if isinstance(space, spaces.Tuple):
        return bool(space.spaces) and all(_is_factorized(part) for part in space.spaces)
    return isinstance(space, spaces.Discrete | spaces.MultiDiscrete)


def _counts(space: spaces.Space) -> list[int]:
    match space:
        case spaces.Tuple():
            return [count for part in space.spaces for count in _counts(part)]
        case spaces.MultiDiscrete():
            return space.num_values.ravel().tolist()
        case spaces.Discrete():
            return [space.n]
    raise TypeError(f"expected a discrete space, got {space}")


def _arranged(space: spaces.Space, choices: jax.Array) -> Any:
    """An element of the space from its numbers, `(..., k)`, each counted from 0."""
    match space:
        case spaces.Tuple():
            sizes = [len(_counts(part)) for part in space.spaces]
            ends = np.cumsum(sizes).tolist()
            own = zip(space.spaces, ends, sizes, strict=True)
            return tuple(_arranged(part, choices[..., end - k : end]) for part, end, k in own)
        case spaces.MultiDiscrete():
            shaped = choices.reshape(*choices.shape[:-1], *space.shape)
            return (shaped + space.start).astype(space.dtype)
        case spaces.Discrete():
            return choices[..., 0] + np.int32(space.start)
    raise TypeError(f"expected a discrete space, got {space}")


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


Head = DiscreteHead | FactorizedHead | BoxHead
"""What turns a network's outputs into actions."""


def head_of(space: spaces.Space) -> Head:
    """The head for an action space; raises `TypeError` for one that has none."""
    if isinstance(space, spaces.Discrete):
        return DiscreteHead(space)
    if isinstance(space, spaces.MultiDiscrete | spaces.Tuple) and _is_factorized(space):
        return FactorizedHead(space)
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        return BoxHead(space)
    wanted = "Discrete, MultiDiscrete, a Tuple of these or a float Box"
    raise TypeError(f"action space: expected {wanted}, got {space}")
