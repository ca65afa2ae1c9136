"""The strip under a picture: what is going on, in words and numbers."""

from typing import Any

import numpy as np

from jaxenvs.render.canvas import Canvas
from jaxenvs.render.palette import FAINT, INK, MUTED

ROW = 24  # pixels per line of text, where the picture is 512 wide


def below(
    picture: np.ndarray, left: str, right: str = "", notes: tuple[str, ...] = ()
) -> np.ndarray:
    """The picture with a strip under it: uint8 `[height + strip, width, 3]`.

    `left` and `right` are written large on the first line, each of `notes` small on one of its own.
    """
    height, width = picture.shape[:2]
    unit = width / 512
    row = ROW * unit
    strip_height = round((len(notes) + 1) * row + 10 * unit)
    # Even, so that a film of it needs no padding.
    strip_height += (height + strip_height) % 2
    canvas = Canvas(width, strip_height)
    canvas.line([(0, 0), (width, 0)], FAINT, 3 * unit)
    middle = 5 * unit + row / 2
    canvas.text(left, (14 * unit, middle), 15 * unit, INK)
    canvas.text(right, (width - 14 * unit, middle), 15 * unit, INK, "right", bold=True)
    for line, note in enumerate(notes, start=1):
        canvas.text(note, (14 * unit, middle + line * row), 12.5 * unit, MUTED)
    return np.concatenate([picture, canvas.rgb()])


def score(value: Any) -> str:
    """A score, or one per agent, with one decimal unless all are whole."""
    values = np.atleast_1d(np.asarray(value, np.float64))
    decimals = 0 if np.all(values == np.round(values)) else 1
    return " / ".join(f"{one:.{decimals}f}" for one in values)


def message(text: str, width: int, height: int) -> np.ndarray:
    """A page with one line in the middle, uint8 `[height, width, 3]`."""
    canvas = Canvas(width, height)
    canvas.text(text, (width / 2, height / 2), 18 * width / 512, MUTED, "center")
    return canvas.rgb()
