import numpy as np
import pytest

from jaxenvs.render import panel
from jaxenvs.render.palette import BACKGROUND


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (-0.004, "0.00"),
        (-0.25, "-0.25"),
        (18.06, "18.1"),
        (-648.0, "-648"),
        ([1.0, -2.0], "1 / -2"),
        ([0.5, 12.0], "0.5 / 12.0"),
        ([0.0, 0.0], "0 each"),
        ([7.0], "7"),
    ],
)
def test_scores_are_brief(value, text):
    assert panel.score(value) == text


@pytest.mark.parametrize("shape", [(512, 512, 3), (512, 256, 3), (120, 512, 3)])
def test_long_texts_leave_room_for_the_score(shape):
    picture = np.zeros(shape, np.uint8)
    texts = [
        panel.below(picture, left, right)[shape[0] :]
        for left, right in (("A" * 90, ""), ("", "score -648"), ("A" * 90, "score -648"))
    ]
    left, right, both = (np.any(strip[6:] != BACKGROUND, axis=(0, 2)) for strip in texts)
    assert np.flatnonzero(left).max() < shape[1]
    free = np.flatnonzero(right).min()
    assert not both[free - 4 : free].any()
    assert np.array_equal(both[free:], right[free:])


def test_notes_have_lines_of_their_own():
    picture = np.zeros((100, 200, 3), np.uint8)
    plain, noted = panel.below(picture, "a"), panel.below(picture, "a", "", ("one", "n" * 80))
    assert noted.shape[0] > plain.shape[0]
    assert (noted[106:, -4:] == BACKGROUND).all()
