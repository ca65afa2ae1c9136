"""What shapes are painted on.

A convex shape covers one run of pixels in each row. `shapes.py` finds the runs, `paint` goes over
the bytes of the picture once: in each it asks of every shape, in order, whether the byte's column
lies in the run, and takes the shape's color if so. A color is looked up nowhere, and the three
bytes of a pixel are three columns of one long row, so that XLA writes a single kernel over bytes.
"""

import dataclasses
import math
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import ranges
from jaxenvs.fusion import settled
from jaxenvs.ranges import Range
from jaxenvs.struct import PyTree

_SHIFT = 1 << 15  # more than any column: a run is one number, `start * _SHIFT + stop`


class Layer(PyTree):
    """Shapes as they are painted: the run of columns in each row, and a color each.

    Made by the functions of `shapes.py`. Rows and columns are those of the canvas times `samples`.
    Later slots are painted over earlier ones. Layers with the same number of rows can be cut and
    put together along the first axis with `jax.tree.map`.
    """

    runs: jax.Array  # (num_shapes, rows) int32: both ends in one number
    color: jax.Array  # (num_shapes, 3) uint8

    @property
    def start(self) -> jax.Array:
        """The first covered column, `(num_shapes, rows)` int32."""
        return self.runs // np.int32(_SHIFT)

    @property
    def stop(self) -> jax.Array:
        """The column after the last covered one; where it equals `start`, nothing is covered."""
        return self.runs % np.int32(_SHIFT)


@dataclasses.dataclass(frozen=True)
class Canvas:
    """The size of a picture, and how smooth its edges are.

    Pixel coordinates start in the outer corner of the top left pixel; x points right, y down. A
    pixel is painted if its center `(column + 0.5, row + 0.5)` lies in the shape; of two shapes that
    share an edge, one has it.

    Raises:
        ValueError: a size below 1, or more than 4,096 columns or rows; too few or many samples.
    """

    height: Annotated[int, Range(1, 4096)]
    width: Annotated[int, Range(1, 4096)]
    samples: Annotated[int, Range(1, 4)] = 1
    """Points across and down a pixel, which is their mean. One gives hard edges; time grows as the
    square."""

    def __post_init__(self) -> None:
        ranges.check(self)

    @property
    def num_rows(self) -> int:
        """Rows in which shapes have runs."""
        return self.height * self.samples

    @property
    def num_cols(self) -> int:
        """Columns in which runs start and stop."""
        return self.width * self.samples

    def layer(
        self, left: jax.Array, right: jax.Array, color: Any, active: jax.Array | None
    ) -> Layer:
        """The layer of shapes that lie from `left` to `right` in each row.

        Args:
            left: `(num_shapes, num_rows)` float32, in points (pixels times `samples`).
            right: likewise; a row in which `left < right` is false, as with NaN, is not covered.
            color: anything that broadcasts to `(num_shapes, 3)`, bytes.
            active: `(num_shapes,)` bool, or None for all; the others are not painted.
        """
        num_shapes = left.shape[0]
        covered = left < right
        if active is not None:
            covered = covered & active[:, None]
        limit = np.float32(self.num_cols)
        ends = [jnp.clip(jnp.ceil(x - np.float32(0.5)), 0, limit) for x in (left, right)]
        start, stop = (jnp.where(covered, x, 0).astype(jnp.int32) for x in ends)
        runs = settled(start * np.int32(_SHIFT) + stop)
        color = jnp.broadcast_to(jnp.asarray(color, jnp.uint8), (num_shapes, 3))
        return Layer(runs=runs, color=color)

    def paint(self, background: Any, *layers: Layer) -> jax.Array:
        """The picture `(height, width, 3)` uint8: the layers in order over a background.

        Args:
            background: a color `(3,)`, or a picture `(height, width, 3)`, bytes.
            layers: those made for this canvas.

        Raises:
            ValueError: a background of another shape, a layer of another number of rows.
        """
        background = jnp.asarray(background, jnp.uint8)
        whole = (self.height, self.width, 3)
        if background.shape not in ((3,), whole):
            raise ValueError(f"background: expected (3,) or {whole}, got {background.shape}")
        fine = self._spread(background)
        for i, layer in enumerate(layers):
            if (found := layer.runs.shape[1]) != self.num_rows:
                raise ValueError(f"layers[{i}]: expected {self.num_rows} rows, got {found}")
            fine = self._painted(fine, layer)
        shape = (self.height, self.samples, self.width, self.samples, 3)
        return _means(fine.reshape(shape), self.samples)

    def _spread(self, background: jax.Array) -> jax.Array:
        """The background as bytes `(num_rows, num_cols * 3)`."""
        picture = jnp.broadcast_to(background, (self.height, self.width, 3))
        if background.ndim == 3:
            for axis in (0, 1):
                picture = jnp.repeat(picture, self.samples, axis)
        else:
            picture = jnp.broadcast_to(background, (self.num_rows, self.num_cols, 3))
        return picture.reshape(self.num_rows, self.num_cols * 3)

    def _painted(self, fine: jax.Array, layer: Layer) -> jax.Array:
        """A layer over bytes `(num_rows, num_cols * 3)`."""
        dtype = np.uint8 if self.num_cols <= 255 else np.uint16
        column = jnp.asarray(np.repeat(np.arange(self.num_cols), 3).astype(dtype))
        start = layer.start.astype(dtype)
        length = (layer.stop - layer.start).astype(dtype)
        colors = jnp.tile(layer.color, (1, self.num_cols))
        for i in range(layer.runs.shape[0]):
            # Unsigned: a column before the start is a large number.
            inside = column - start[i][:, None] < length[i][:, None]
            fine = jnp.where(inside, colors[i], fine)
        return fine


def _means(fine: jax.Array, samples: int) -> jax.Array:
    """Means `(h, w, 3)` of bytes `(h, samples, w, samples, 3)`, rounded; sums are written out."""
    if samples == 1:
        return fine[:, 0, :, 0]
    count = samples * samples
    total = np.uint16(count // 2)
    for i in range(samples):
        for j in range(samples):
            total = total + fine[:, i, :, j].astype(jnp.uint16)
    if count & (count - 1) == 0:
        return (total >> np.uint16(math.log2(count))).astype(jnp.uint8)
    return (total // np.uint16(count)).astype(jnp.uint8)
