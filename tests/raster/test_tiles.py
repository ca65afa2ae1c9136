"""Pictures of tiles."""

import jax
import numpy as np
import pytest

from jaxenvs.raster import tiled


@pytest.mark.parametrize(("channels", "dtype"), [(3, np.uint8), (1, np.float32)])
def test_every_tile_stands_in_its_place(channels, dtype):
    rng = np.random.default_rng(0)
    table = rng.integers(0, 256, (6, 4, 4, channels)).astype(dtype)
    grids = rng.integers(0, 6, (3, 5, 7), dtype=np.int32)
    images = np.asarray(jax.jit(jax.vmap(lambda grid: tiled(table, grid)))(grids))
    assert images.shape == (3, 20, 28, channels)
    assert images.dtype == dtype
    for image, grid in zip(images, grids, strict=True):
        rows = [np.concatenate([table[tile] for tile in row], axis=1) for row in grid]
        np.testing.assert_array_equal(image, np.concatenate(rows, axis=0))


def test_tables_and_grids_are_checked():
    with pytest.raises(ValueError, match=r"^table: expected \(num_tiles, t, t, c\), got"):
        tiled(np.zeros((2, 3, 4, 3), np.uint8), np.zeros((2, 2), np.int32))
    with pytest.raises(ValueError, match=r"^grid: expected \(h, w\), got \(2,\)"):
        tiled(np.zeros((2, 3, 3, 3), np.uint8), np.zeros(2, np.int32))
