"""Icons: pieces of one color at many places."""

import numpy as np
import pytest

from jaxenvs.raster import Canvas, icons
from jaxenvs.raster.pieces import ARROW, CHEVRON, CROSS, DIAMOND, FLAME, PLUS
from tests.raster import oracle
from tests.raster.scenes import show

CANVAS = Canvas(height=40, width=80)
COLORS = np.array([[200, 0, 0], [0, 0, 200]], np.uint8)
CENTER = np.array([[20, 19], [58.3, 21.1]], np.float32)
SIZE, ANGLE = np.array([12.3, 15], np.float32), np.array([0.1, 2.7], np.float32)


@pytest.mark.parametrize("icon", [ARROW, CHEVRON, CROSS, PLUS, DIAMOND, FLAME])
def test_pieces_are_turned_and_scaled_around_the_center(icon):
    def layers(center, size, angle):
        yield icons(CANVAS, icon, center, size, angle, COLORS)

    expected, points = oracle.blank(40, 80), oracle.centers(40, 80)
    for i, (cos, sin) in enumerate(zip(np.cos(ANGLE), np.sin(ANGLE), strict=True)):
        for piece in icon:
            turned = SIZE[i] * np.array(piece) @ np.array([[cos, sin], [-sin, cos]])
            expected.paint(oracle.polygon(points, turned + CENTER[i]), COLORS[i])
    image = show(CANVAS, layers, CENTER, SIZE, ANGLE)
    sure = ~expected.unsure
    assert sure.mean() > 0.98
    np.testing.assert_array_equal(image[sure], expected.color[sure])


def test_an_icon_that_is_not_active_is_not_painted():
    def layers(center, active):
        yield icons(CANVAS, ARROW, center, np.float32(9), np.float32(0), COLORS, active)

    image = show(CANVAS, layers, CENTER, np.array([False, True]))
    assert (image[:, :40] == 255).all()
    assert (image[:, 40:] == COLORS[1]).all(axis=-1).any()


def test_a_piece_has_three_to_eight_vertices():
    with pytest.raises(ValueError, match=r"^icon\[1\]: expected 3 to 8 vertices, got 2"):
        icons(CANVAS, (ARROW[0], ((0, 0), (1, 1))), CENTER, SIZE, ANGLE, COLORS)
