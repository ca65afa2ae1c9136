"""Boards and lanes packed into words, against boards of numpy."""

import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.minatar import _bitmap as bitmap
from jaxenvs.envs.minatar import _lanes as lanes
from tests.envs.minatar.table import packed


def test_bitmaps_move_as_boards_do():
    board = np.random.default_rng(0).random((10, 10)) < 0.4
    cells = bitmap.bitmap(board)
    moved = {"left": (0, -1), "right": (0, 1), "raised": (-1, 0), "lowered": (1, 0)}
    for name, (down, right) in moved.items():
        expected = np.roll(board, (down, right), (0, 1))
        if down:
            expected[0 if down == 1 else -1] = False
        else:
            expected[:, 0 if right == 1 else -1] = False
        ours = bitmap.by_cell(getattr(bitmap, name)(cells))
        assert (np.asarray(ours).reshape(10, 10) == expected).all(), name
    assert int(bitmap.count(cells)) == board.sum()
    assert int(bitmap.columns(cells)) == sum(1 << i for i in np.flatnonzero(board.any(axis=0)))
    only = np.asarray(bitmap.by_cell(bitmap.last(cells))).reshape(10, 10)
    assert np.argwhere(only).tolist() == np.argwhere(board)[-1:].tolist()


def test_lanes_find_the_nth():
    flag = jnp.uint32(packed(row1=1, row4=1, row8=1))
    found = [int(lanes.nth(flag, jnp.int32(n))) for n in range(1, 5)]
    assert found == [packed(row1=1), packed(row4=1), packed(row8=1), 0]
    assert int(lanes.count(flag)) == 3
