"""From a world whose y axis points up to pixels, whose y axis points down."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.raster.canvas import Canvas
from jaxenvs.struct import PyTree


class Camera(PyTree):
    """Which part of a world a picture shows; the numbers may be traced, as of one that moves."""

    corner: Any  # (2,) float32, the world's point in the bottom left corner of the picture
    pixels_per_unit: Any  # () float32

    def points(self, canvas: Canvas, points: Any) -> jax.Array:
        """World points `(..., 2)`, x right, y up, as pixels `(..., 2)`, x right, y down; float32.

        An angle in the world, which turns x towards y, has the opposite sign in pixels.
        """
        offset = jnp.asarray(points, jnp.float32) - jnp.asarray(self.corner, jnp.float32)
        x, y = self.lengths(offset[..., 0]), self.lengths(offset[..., 1])
        return jnp.stack([x, np.float32(canvas.height) - y], axis=-1)

    def lengths(self, lengths: Any) -> jax.Array:
        """Lengths in the world, such as radii, in pixels; any shape, float32."""
        return jnp.asarray(lengths, jnp.float32) * jnp.asarray(self.pixels_per_unit, jnp.float32)
