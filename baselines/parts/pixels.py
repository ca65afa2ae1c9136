"""A convolutional encoder for pictures, alone or beside a few numbers."""

import dataclasses
import math

import flax.linen as nn
import jax
import jax.numpy as jnp

from jaxenvs import spaces
from jaxenvs.baselines.parts.networks import orthogonal

LEAST = 20
"""Rows and columns that a picture needs at least, for the second convolution to have an input."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """Where a picture lies in a flattened observation."""

    start: int
    shape: tuple[int, int, int]  # rows, columns, channels

    def split(self, vector: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The picture, `(..., rows, columns, channels)`, and the other numbers, `(..., n)`."""
        stop = self.start + math.prod(self.shape)
        image = vector[..., self.start : stop].reshape(*vector.shape[:-1], *self.shape)
        rest = [vector[..., : self.start], vector[..., stop:]]
        return image, jnp.concatenate(rest, axis=-1)


def picture_of(space: spaces.Space) -> Picture:
    """The picture of an observation space: a `Box`, or the entry `image` of a `Dict` of boxes.

    Raises `ValueError` for observations without one.
    """
    parts = space.spaces if isinstance(space, spaces.Dict) else {"image": space}
    start, found = 0, None
    for name, part in parts.items():
        if not isinstance(part, spaces.Box):
            raise ValueError(f"encoder: pixels expects boxes alone, got {name}: {part}")
        if name == "image":
            match part.shape:
                case (int(rows), int(columns), int(channels)) if min(rows, columns) >= LEAST:
                    found = Picture(start, (rows, columns, channels))
        start += math.prod(part.shape)
    if found is None:
        raise ValueError(
            f"encoder: pixels expects a picture of at least {LEAST} rows and columns, "
            f"[rows, columns, channels], got {space}"
        )
    return found


class PixelEncoder(nn.Module):
    """Two convolutions with strides of 4 and 2, behind which come the other numbers.

    Source: Kinetix 3.0.2 (models/actor_critic.py, "impala_fast"); the shapes are those of Mnih et
    al., "Playing Atari with deep reinforcement learning" (2013).
    """

    picture: Picture

    @nn.compact
    def __call__(self, vector: jax.Array) -> jax.Array:
        """`(..., num_features)` float32 to `(..., n)` float32."""
        x, rest = self.picture.split(vector)
        for filters, size, stride in ((16, 8, 4), (32, 4, 2)):
            layer = nn.Conv(
                filters,
                (size, size),
                (stride, stride),
                kernel_init=_flat_orthogonal,
                name=f"conv_{size}",
            )
            x = jax.nn.relu(layer(x))
        return jnp.concatenate([x.reshape(*vector.shape[:-1], -1), rest], axis=-1)


def _flat_orthogonal(key: jax.Array, shape: tuple[int, ...], dtype: object) -> jax.Array:
    """A kernel `(rows, columns, inputs, filters)`, orthogonal as a matrix with a column each."""
    matrix = orthogonal(2**0.5)(key, (math.prod(shape[:-1]), shape[-1]), dtype)
    return matrix.reshape(shape)
