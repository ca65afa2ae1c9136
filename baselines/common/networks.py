"""Networks of flax.linen, and an orthogonal initialiser without a QR decomposition."""

from collections.abc import Callable, Sequence
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

Initializer = Callable[..., jax.Array]

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "silu": jax.nn.silu,
    "gelu": jax.nn.gelu,
}


def orthogonal(scale: float = 1.0) -> Initializer:
    """A matrix with orthonormal columns (or rows, whichever are fewer) times `scale`.

    The distribution is that of `jax.nn.initializers.orthogonal`, uniform over such matrices. It is
    made by the Gram-Schmidt process, since a batched QR decomposition inside `jit(vmap(init))`
    blocks for ever on the CPU under JAX 0.10 with 64 and more seeds.
    """

    def init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32) -> jax.Array:
        rows, columns = shape
        long, short = max(rows, columns), min(rows, columns)
        gaussian = jax.random.normal(key, (long, short), jnp.float32)

        def add_column(i: jax.Array, basis: jax.Array) -> jax.Array:
            column = gaussian[:, i]
            for _ in range(2):  # once more than exact arithmetic needs: "twice is enough"
                column = column - basis @ (basis.T @ column)
            return basis.at[:, i].set(column / jnp.linalg.norm(column))

        basis = jax.lax.fori_loop(0, short, add_column, jnp.zeros_like(gaussian))
        return (scale * (basis if rows >= columns else basis.T)).astype(dtype)

    return init


class MLP(nn.Module):
    """Dense layers with an activation between them, and a linear one at the end."""

    hidden: tuple[int, ...]  # widths
    num_outputs: int
    activation: str = "tanh"  # a name in ACTIVATIONS
    output_scale: float = 1.0  # of the last layer's initial weights

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """`(..., num_inputs)` float32 to `(..., num_outputs)` float32."""
        for width in self.hidden:
            x = nn.Dense(width, kernel_init=orthogonal(2**0.5))(x)
            x = ACTIVATIONS[self.activation](x)
        return nn.Dense(self.num_outputs, kernel_init=orthogonal(self.output_scale))(x)
