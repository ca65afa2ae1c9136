import numpy as np
import pygame
import pytest

from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.palette import BLUE, RED, WHITE, blend


def test_a_new_canvas_is_its_background():
    picture = Canvas(30, 20, RED).rgb()
    assert picture.shape == (20, 30, 3)
    assert picture.dtype == np.uint8
    assert (picture == RED).all()


def test_an_empty_canvas_is_refused():
    with pytest.raises(ValueError, match="size"):
        Canvas(0, 10)


@pytest.mark.parametrize(
    "shape",
    [
        lambda c: c.circle((20, 20), 10, BLUE, None),
        lambda c: c.rect(10, 10, 20, 20, BLUE, None),
        lambda c: c.polygon([(10, 10), (30, 10), (30, 30), (10, 30)], BLUE, None),
        lambda c: c.line([(10, 20), (30, 20)], BLUE, 8),
        lambda c: c.arrow((20, 35), (20, 12), BLUE, 6),
        lambda c: c.image(np.full((2, 2, 3), BLUE, np.uint8), 10, 10, 20, 20),
    ],
)
def test_a_shape_covers_its_middle_and_not_the_corners(shape):
    canvas = Canvas(40, 40, WHITE)
    shape(canvas)
    picture = canvas.rgb()
    assert tuple(picture[20, 20]) == BLUE
    assert all(tuple(picture[y, x]) == WHITE for y in (2, 37) for x in (2, 37))


def test_a_ring_has_a_hole():
    canvas = Canvas(40, 40, WHITE)
    canvas.circle((20, 20), 15, None, RED, 4)
    picture = canvas.rgb()
    assert tuple(picture[20, 20]) == WHITE
    assert tuple(picture[20, 35]) == RED


def test_an_outline_lies_around_the_fill():
    canvas = Canvas(40, 40, WHITE)
    canvas.rect(10, 10, 20, 20, BLUE, RED, line_width=4)
    picture = canvas.rgb()
    assert tuple(picture[20, 10]) == RED
    assert tuple(picture[20, 20]) == BLUE


@pytest.mark.parametrize(("align", "side"), [("left", 1), ("right", -1)])
def test_text_stands_beside_its_point(align, side):
    canvas = Canvas(100, 30, WHITE)
    canvas.text("mm", (50, 15), 14, align=align)
    inked = np.nonzero((canvas.rgb() != WHITE).any(axis=(0, 2)))[0]
    assert (side * (inked - 50) >= -1).all()
    assert inked.size > 10


def test_text_can_be_written_after_somebody_has_quit_pygame():
    written = []
    for _ in range(2):
        canvas = Canvas(60, 20)
        canvas.text("12", (30, 10), 14)
        written.append(canvas.rgb())
        pygame.quit()  # as when a window of Gymnasium is closed
    np.testing.assert_array_equal(*written)


def test_edges_are_smooth():
    canvas = Canvas(40, 40, WHITE)
    canvas.circle((20, 20), 10, BLUE, None)
    assert len(np.unique(canvas.rgb().reshape(-1, 3), axis=0)) > 2


def test_a_view_keeps_shapes_and_turns_y_up():
    canvas = Canvas(200, 100)
    view = View.fit(canvas, (-1, 1), (-1, 1), margin=10)
    assert view.point(0, 0) == (100, 50)
    assert view.point(0, 1) == (100, 10)
    assert view.length(1) == 40


def test_blend_goes_from_one_color_to_the_other():
    assert blend(RED, BLUE, 0) == RED
    assert blend(RED, BLUE, 1) == BLUE
