"""The canvas: sizes, backgrounds, smooth edges, loops."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.raster import Camera, Canvas, Layer, circles, pick, shade
from tests.raster.scenes import NUM_SHAPES, paint, paint_slowly, random_scene


def test_wide_pictures_have_more_columns_than_a_byte_holds():
    canvas = Canvas(height=20, width=300)
    scene = random_scene(np.random.default_rng(0), 300.0)
    for fields in scene.values():
        for name in ("center", "start", "end", "vertices"):
            if name in fields:
                fields[name][..., 1] *= np.float32(20 / 300)
    expected = paint_slowly(20, 300, scene)
    image = np.asarray(jax.jit(functools.partial(paint, canvas))(scene))
    assert (image[:, 260:] != 255).any()
    np.testing.assert_array_equal(image[~expected.unsure], expected.color[~expected.unsure])


@pytest.mark.parametrize("samples", [2, 3])
def test_samples_are_means_of_a_finer_picture(samples):
    scene = random_scene(np.random.default_rng(1), 30.0)
    finer = jax.tree.map(lambda x: x * samples if x.dtype == np.float32 else x, scene)
    smooth = jax.jit(functools.partial(paint, Canvas(30, 31, samples)))(scene)
    fine = jax.jit(functools.partial(paint, Canvas(30 * samples, 31 * samples)))(finer)
    means = np.asarray(fine, np.float64).reshape(30, samples, 31, samples, 3).mean((1, 3))
    assert len(np.unique(means)) > 4 * NUM_SHAPES + 1  # there are mixed colors
    np.testing.assert_array_equal(smooth, np.floor(means + 0.5).astype(np.uint8))


@pytest.mark.parametrize("samples", [1, 2])
def test_a_background_may_be_a_picture(samples):
    canvas = Canvas(6, 7, samples)
    picture = np.random.default_rng(2).integers(0, 256, (6, 7, 3), dtype=np.uint8)

    @jax.jit
    def pictures(picture, center):
        disc = circles(canvas, center, np.float32(1.1), (1, 2, 3))
        return canvas.paint(picture), canvas.paint(picture, disc)

    alone, image = map(np.asarray, pictures(picture, np.array([[3.5, 2.5]], np.float32)))
    np.testing.assert_array_equal(alone, picture)
    np.testing.assert_array_equal(image[2, 3], [1, 2, 3])
    np.testing.assert_array_equal(image[4:], picture[4:])


def test_a_loop_of_frames_follows_a_camera():
    """The world's y points up, that of pixels down."""
    canvas = Canvas(height=20, width=20)

    def frame(corner, _):
        camera = Camera(corner=corner, pixels_per_unit=2.0)
        center = camera.points(canvas, np.array([[5, 8]], np.float32))
        disc = circles(canvas, center, camera.lengths(np.array([1.0])), (0, 0, 0))
        return corner + jnp.array([1, 2], jnp.float32), canvas.paint((255, 255, 255), disc)

    _, images = jax.lax.scan(frame, jnp.zeros(2), None, 3)
    for i, image in enumerate(np.asarray(images)):
        rows, cols = np.nonzero((image == 0).all(axis=-1))
        assert rows.mean() + 0.5 == 20 - 2 * (8 - 2 * i)
        assert cols.mean() + 0.5 == 2 * (5 - i)


def test_sizes_are_checked():
    with pytest.raises(ValueError, match=r"^height: expected a whole number from 1 to 4,096"):
        Canvas(0, 5)
    with pytest.raises(ValueError, match=r"^samples: "):
        Canvas(5, 5, samples=9)
    disc = Layer(runs=jnp.zeros((1, 5), jnp.int32), color=jnp.zeros((1, 3), jnp.uint8))
    with pytest.raises(ValueError, match=r"^layers\[0\]: expected 6 rows, got 5"):
        Canvas(6, 5).paint((0, 0, 0), disc)
    with pytest.raises(ValueError, match=r"^background: expected \(3,\) or \(6, 5, 3\), got"):
        Canvas(6, 5).paint(np.zeros((4, 3)))


def test_colors_are_picked_and_shaded():
    table = np.array([[1, 2, 3], [200, 100, 51]], np.uint8)
    index = np.array([[1], [0]], np.int32)
    np.testing.assert_array_equal(jax.jit(pick)(table, index), table[index])
    halves = jax.jit(shade)(table, np.array([1.0, 0.5], np.float32))
    np.testing.assert_array_equal(halves, [[1, 2, 3], [100, 50, 25]])
    assert halves.dtype == jnp.uint8


def test_a_slot_may_have_a_color_in_each_row():
    canvas = Canvas(height=3, width=4)
    colors = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    left = jnp.array([[0, 1, 2], [3, 3, 9]], jnp.float32)

    @jax.jit
    def picture(colors):
        return canvas.paint((9, 9, 9), canvas.layer(left, left + 1, colors, None))

    expected = np.full((3, 4, 3), 9, np.uint8)
    for slot, row, col in ((0, 0, 0), (0, 1, 1), (0, 2, 2), (1, 0, 3), (1, 1, 3)):
        expected[row, col] = colors[slot, row]
    np.testing.assert_array_equal(picture(colors), expected)
