"""Colors as bytes: a few that people tell apart, also those who see fewer colors, and arithmetic.

Source of the eight: Okabe and Ito, "Color Universal Design" (2008).
"""

from typing import Any

import jax
import jax.numpy as jnp

Color = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)
GREY: Color = (160, 160, 160)

ORANGE: Color = (230, 159, 0)
SKY: Color = (86, 180, 233)
GREEN: Color = (0, 158, 115)
YELLOW: Color = (240, 228, 66)
BLUE: Color = (0, 114, 178)
RED: Color = (213, 94, 0)
PURPLE: Color = (204, 121, 167)

SERIES: tuple[Color, ...] = (BLUE, RED, GREEN, YELLOW, PURPLE, SKY, ORANGE, BLACK)
"""For things that differ only by their number."""


def pick(table: Any, index: jax.Array) -> jax.Array:
    """Colors `(..., 3)` uint8 of `index` `(...)` in a `table` `(num_colors, 3)` of bytes.

    The table is gone through, not gathered from, which is faster for small ones. An index outside
    the table gives its first color.
    """
    table = jnp.asarray(table, jnp.uint8)
    colors = jnp.broadcast_to(table[0], (*index.shape, 3))
    for number in range(1, table.shape[0]):
        colors = jnp.where((index == number)[..., None], table[number], colors)
    return colors


def shade(color: jax.Array, brightness: Any) -> jax.Array:
    """Colors `(..., 3)` uint8, times a brightness `(...)` from 0 to 1, rounded down."""
    factor = jnp.asarray(brightness, jnp.float32)[..., None]
    return jnp.floor(color.astype(jnp.float32) * factor).astype(jnp.uint8)
