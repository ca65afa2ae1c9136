"""The rule that puts the batch axis last."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.physics2d.batching import batch_last


def _mapped(tile: int):
    """A function of a matrix [2, *N] and a number [*N] with its rule, and the sizes it is given."""
    seen = []

    def function(matrix: jax.Array, number: jax.Array):
        seen.append(matrix.shape[1:])
        return {"sum": matrix[0] + matrix[1] * number, "both": jnp.stack([matrix[0], number])}

    return batch_last(function, tile=tile), seen


@pytest.mark.parametrize(
    ("size", "tile", "parts"),
    [(6, 8, (6,)), (6, 6, (6,)), (6, 3, (3,)), (12, 5, (4,)), (7, 4, (7,))],
)
def test_parts_give_what_the_whole_gives(size: int, tile: int, parts: tuple[int, ...]) -> None:
    function, seen = _mapped(tile)
    matrix = jnp.arange(2.0 * size, dtype=jnp.float32).reshape(size, 2)
    number = jnp.arange(size, dtype=jnp.float32) - 3
    for numbers, axis in ((number, 0), (number[2], None)):
        out = jax.vmap(function, (0, axis))(matrix, numbers)
        expected = matrix[:, 0] + matrix[:, 1] * numbers
        np.testing.assert_array_equal(out["sum"], expected)
        np.testing.assert_array_equal(out["both"][:, 0], matrix[:, 0])
        np.testing.assert_array_equal(out["both"][:, 1], jnp.broadcast_to(numbers, size))
    assert set(seen) == {(), parts} or set(seen) == {parts}


def test_nested_maps_and_none() -> None:
    function, _ = _mapped(2)
    matrix = jnp.arange(24, dtype=jnp.float32).reshape(4, 3, 2)
    number = jnp.arange(3, dtype=jnp.float32)
    out = jax.jit(jax.vmap(jax.vmap(function), (0, None)))(matrix, number)
    np.testing.assert_array_equal(out["sum"], matrix[..., 0] + matrix[..., 1] * number)
    alone = function(matrix[1, 2], number[2])
    np.testing.assert_array_equal(alone["both"], out["both"][1, 2])
