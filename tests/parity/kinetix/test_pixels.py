"""Our pictures of Kinetix's published levels beside its own, which `draw_originals.py` wrote."""

import pathlib

import jax
import numpy as np
import pytest

from jaxenvs.envs.kinetix._published import load_published
from jaxenvs.envs.kinetix.observations import _pixels

FRAMES = pathlib.Path(__file__).resolve().parent / "frames.npz"

SHARE = 6e-4
"""Of the pixels that may differ where levels are as published: many outlines lie on points there,
and rounding decides. Where bodies have been moved, all pixels are equal."""
MOST = 80
"""Of the 15,625 pixels of one frame."""


@pytest.mark.parametrize("size", ["s", pytest.param("m", marks=pytest.mark.slow), "l"])
def test_frames_of_published_levels_are_kinetix_s(size):
    with np.load(FRAMES) as file:
        mine = [i for i, name in enumerate(file["name"]) if name.startswith(f"{size}/")]
        expected = file["colors"][file["index"][mine]]
        names, position, rotation = (file[x][mine] for x in ("name", "position", "rotation"))
    levels = [load_published(str(name)) for name in names]
    count = levels[0].size.bodies
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *levels)
    angle = rotation[:, :count]
    paint = jax.jit(jax.vmap(_pixels.painted))
    images = paint(stacked, position[:, :count], np.sin(angle), np.cos(angle))
    off = np.abs(np.asarray(images, np.int32) - expected).max(axis=-1)
    as_published, moved = off[::2], off[1::2]
    np.testing.assert_array_equal(moved, 0)
    assert (as_published > 0).mean() < SHARE
    assert (as_published > 0).sum(axis=(1, 2)).max() <= MOST
