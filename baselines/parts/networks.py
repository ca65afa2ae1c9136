"""Networks of flax.linen, and an orthogonal initializer without a QR decomposition."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import flax.linen as nn
import jax
import jax.numpy as jnp

from jaxenvs import spaces

Initializer = Callable[..., jax.Array]

Activation = Literal["tanh", "relu", "silu", "gelu"]

ACTIVATIONS: dict[Activation, Callable[[jax.Array], jax.Array]] = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "silu": jax.nn.silu,
    "gelu": jax.nn.gelu,
}


def orthogonal(scale: float = 1.0) -> Initializer:
    """A matrix with orthonormal columns (or rows, whichever are fewer) times `scale`.

    The distribution is that of `jax.nn.initializers.orthogonal`, uniform over such matrices. It is
    made by the modified Gram-Schmidt process, since a batched QR decomposition inside
    `jit(vmap(init))` blocks for ever on the CPU under JAX 0.10 with 64 and more seeds.
    """

    def init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32) -> jax.Array:
        rows, columns = shape
        long, short = max(rows, columns), min(rows, columns)
        ids = jnp.arange(short, dtype=jnp.int32)

        def straighten(i: jax.Array, basis: jax.Array) -> jax.Array:
            """Makes one column a unit vector and takes it out of all others."""
            column = basis[:, i % short]
            norm = jnp.linalg.norm(column)
            unit = column / norm
            share = jnp.where(ids == i % short, norm - 1, unit @ basis)
            return basis - unit[:, None] * share

        gaussian = jax.random.normal(key, (long, short), jnp.float32)
        # The second round takes out what rounding left in the first.
        basis = jax.lax.fori_loop(0, 2 * short, straighten, gaussian)
        return (scale * (basis if rows >= columns else basis.T)).astype(dtype)

    return init


def rows_of_length(scale: float) -> Initializer:
    """A matrix whose rows have random directions and the length `scale`."""

    def init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32) -> jax.Array:
        gaussian = jax.random.normal(key, tuple(shape), dtype)
        return scale * gaussian / jnp.linalg.norm(gaussian, axis=-1, keepdims=True)

    return init


class MLP(nn.Module):
    """Dense layers, each with its activation, after a normalization over the layer if asked for."""

    widths: tuple[int, ...]
    activation: Activation = "tanh"
    layer_norm: bool = False

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """`(..., num_inputs)` float32 to `(..., widths[-1])` float32."""
        for width in self.widths:
            x = nn.Dense(width, kernel_init=orthogonal(2**0.5))(x)
            x = nn.LayerNorm()(x) if self.layer_norm else x
            x = ACTIVATIONS[self.activation](x)
        return x


class CNN(nn.Module):
    """One convolution of 3x3 over an image, then dense layers: for boards such as MinAtar's.

    The convolution is a dense layer on all patches: where every agent has its own weights, that is
    a batch of matrix products, many times faster on a CPU than grouped convolutions.
    """

    image: tuple[int, int, int]  # height, width, channels of what comes in flattened
    filters: int
    widths: tuple[int, ...]
    activation: Activation = "relu"
    layer_norm: bool = False

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """`(..., height * width * channels)` float32 to `(..., widths[-1])` float32."""
        height, width, _ = self.image
        x = x.reshape(*x.shape[:-1], *self.image)
        shifts = [
            x[..., i : height - 2 + i, j : width - 2 + j, :] for i in range(3) for j in range(3)
        ]
        patches = jnp.concatenate(shifts, axis=-1)
        x = MLP((self.filters,), self.activation, self.layer_norm, name="filters")(patches)
        x = x.reshape(*x.shape[:-3], -1)
        return MLP(self.widths, self.activation, self.layer_norm, name="dense")(x)


def torso_of(
    space: spaces.Space,
    filters: int,
    widths: tuple[int, ...],
    activation: Activation,
    layer_norm: bool = False,
) -> MLP | CNN:
    """The network for flattened observations of a space: a `CNN` if there are `filters`.

    Raises `ValueError` for filters on observations that are no image.
    """
    if not filters:
        return MLP(widths, activation, layer_norm)
    match getattr(space, "shape", None):
        case (int(height), int(width), int(channels)):
            return CNN((height, width, channels), filters, widths, activation, layer_norm)
    raise ValueError(f"filters: expected observations [height, width, channels], got {space}")


class Readout(nn.Module):
    """A linear layer whose outputs start small: each row of weights has the length `scale`."""

    num_outputs: int
    scale: float

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """`(..., num_inputs)` float32 to `(..., num_outputs)` float32."""
        # One row per output: with few outputs, the gradient's product is faster this way round.
        shape = (self.num_outputs, x.shape[-1])
        kernel = self.param("kernel", rows_of_length(self.scale), shape, jnp.float32)
        bias = self.param("bias", nn.initializers.zeros, shape[:1], jnp.float32)
        return jnp.einsum("...i,oi->...o", x, kernel) + bias
