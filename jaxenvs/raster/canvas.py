"""What shapes are painted on.

A convex shape covers one run of pixels in each row. `shapes.py` finds the runs; `paint` goes over
the picture once and takes, in each pixel, the color of the last shape whose run the pixel's column
lies in: three instructions per shape, in one kernel. The color is one number per pixel, cut into
bytes at the end.

Thousands of frames per CPU-second, 256 of 125 x 125 pixels in a batch, each of 8 boxes and 8
circles, under `vmap`, on two busy cores with AVX-512 (jax 0.10.2):

    runs, and colors as numbers (this)          34 to 47
    runs alone, without painting                235
    runs, bytes selected in (h, w, 3)           26
    runs, a scan over shapes                    29
    runs, three planes, stacked                 20
    runs, a number per shape, colors gathered   7
    tests of every point against every edge     15 to 17, 4 with colors gathered
    this, with 64 shapes, with 128              9, 3
    jaxgl 1.0.1 (jax 0.9.0), patches of 50 x 50 as Kinetix sets it up   1.1 to 1.3
"""

import dataclasses
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import ranges
from jaxenvs.fusion import settled
from jaxenvs.ranges import Range
from jaxenvs.struct import PyTree

_LIMIT = np.int32(1 << 15)  # above any column: a run is one number, `start * _LIMIT + stop`
_SHIFTS = np.array([0, 8, 16], np.uint32)  # where the bytes of a color lie in one number


class Layer(PyTree):
    """Shapes as they are painted: the run of columns in each row, and a color each.

    Made by the functions of `shapes.py`. Rows and columns are those of the canvas times `samples`.
    Later slots are painted over earlier ones. Layers with the same number of rows can be cut and
    put together along the first axis with `jax.tree.map`.
    """

    runs: jax.Array  # (num_shapes, rows) int32: both ends in one number
    color: jax.Array  # (num_shapes, 3) uint8, or (num_shapes, rows, 3): one for each run

    @property
    def start(self) -> jax.Array:
        """The first covered column, `(num_shapes, rows)` int32."""
        return self.runs // _LIMIT

    @property
    def stop(self) -> jax.Array:
        """The column after the last covered one; where it equals `start`, nothing is covered."""
        return self.runs % _LIMIT

    def within(self, other: "Layer") -> "Layer":
        """The parts of these shapes that lie in the shapes of `other`, slot by slot.

        `other` is of the same canvas and has as many slots; its colors do not matter.
        """
        start = jnp.maximum(self.start, other.start)
        stop = jnp.maximum(start, jnp.minimum(self.stop, other.stop))
        return self.replace(runs=settled(start * _LIMIT + stop))


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
    """Points across and down a pixel, which is their mean. 1 gives hard edges; 2 took eleven
    times as long, in a batch of 256."""

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
            color: anything that broadcasts to `(num_shapes, 3)`, bytes; or with three axes to
                `(num_shapes, num_rows, 3)`, a color for each row.
            active: `(num_shapes,)` bool, or None for all; the others are not painted.
        """
        num_shapes = left.shape[0]
        covered = left < right
        if active is not None:
            covered = covered & active[:, None]
        limit = np.float32(self.num_cols)
        ends = [jnp.clip(jnp.ceil(x - np.float32(0.5)), 0, limit) for x in (left, right)]
        start, stop = (jnp.where(covered, x, 0).astype(jnp.int32) for x in ends)
        runs = settled(start * _LIMIT + stop)
        color = jnp.asarray(color, jnp.uint8)
        rows = (self.num_rows,) if color.ndim == 3 else ()
        color = jnp.broadcast_to(color, (num_shapes, *rows, 3))
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
        packed = _packed(background)
        if background.ndim == 3:
            for axis in (0, 1):
                packed = jnp.repeat(packed, self.samples, axis)
        packed = jnp.broadcast_to(packed, (self.num_rows, self.num_cols))
        for i, layer in enumerate(layers):
            if (found := layer.runs.shape[1]) != self.num_rows:
                raise ValueError(f"layers[{i}]: expected {self.num_rows} rows, got {found}")
            packed = _painted(packed, layer)
        return _means(packed, self.samples) if self.samples > 1 else _unpacked(packed)


def _painted(packed: jax.Array, layer: Layer) -> jax.Array:
    """A layer over packed pixels `(num_rows, num_cols)`."""
    column = np.arange(packed.shape[1], dtype=np.uint32)
    start = layer.start.astype(jnp.uint32)
    length = layer.stop.astype(jnp.uint32) - start
    color = _packed(layer.color)
    if color.ndim == 2:
        color = settled(color)[..., None]  # else each pixel would work its row's color out again
    for i in range(layer.runs.shape[0]):
        # Unsigned, so that a column before the start is a large number: one comparison for both.
        inside = column - start[i][:, None] < length[i][:, None]
        packed = jnp.where(inside, color[i], packed)
    return packed


def _packed(colors: jax.Array) -> jax.Array:
    """Colors `(..., 3)` uint8 as numbers `(...)` uint32."""
    red, green, blue = (colors[..., i].astype(jnp.uint32) for i in range(3))
    return red | green << _SHIFTS[1] | blue << _SHIFTS[2]


def _unpacked(packed: jax.Array) -> jax.Array:
    return (packed[..., None] >> _SHIFTS).astype(jnp.uint8)


def _means(packed: jax.Array, samples: int) -> jax.Array:
    """Colors `(h, w, 3)` uint8, rounded means of packed ones `(h * samples, w * samples)`."""
    # Stored: otherwise every channel would paint everything again.
    packed = settled(packed)
    count = samples * samples
    total = np.uint32(count // 2)
    for i, j in np.ndindex(samples, samples):
        part = packed[i::samples, j::samples, None]
        total = total + ((part >> _SHIFTS) & np.uint32(255))
    return (total // np.uint32(count)).astype(jnp.uint8)
