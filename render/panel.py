"""The strip under a picture: what is going on, in words and numbers."""

from typing import Any

import numpy as np

from jaxenvs.render import themes
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.palette import INK, MUTED, WHITE

ROW = 24  # pixels per line of text, where the picture is 512 wide


def below(
    picture: np.ndarray,
    left: str,
    right: str = "",
    notes: tuple[str, ...] = (),
    theme: str = "light",
) -> np.ndarray:
    """The picture with a strip under it: uint8 `[height + strip, width, 3]`.

    `left` and `right` are written large on the first line, each of `notes` small on one of its own;
    what is too long for its line is written smaller.
    """
    height, width = picture.shape[:2]
    unit = max(width, 0.75 * height) / 512  # a narrow picture is tall: its text goes by its height
    row = ROW * unit
    strip_height = round((len(notes) + 1) * row + 10 * unit)
    # Even, so that a film of it needs no padding.
    strip_height += (height + strip_height) % 2
    colors = themes.named(theme)
    canvas = Canvas(width, strip_height, colors.background)
    canvas.line([(0, 0), (width, 0)], colors.faint, 3 * unit)
    middle = 5 * unit + row / 2
    margin, size = 14 * unit, 15 * unit
    room = width - 2 * margin
    of_right = canvas.text_width(right, size, bold=True)
    gap = 12 * unit if right else 0
    left_size = _fitting(canvas, left, size, room - of_right - gap)
    canvas.text(left, (margin, middle), left_size, colors.ink)
    canvas.text(right, (width - margin, middle), size, colors.ink, "right", bold=True)
    for line, note in enumerate(notes, start=1):
        note_size = _fitting(canvas, note, 12.5 * unit, room)
        canvas.text(note, (margin, middle + line * row), note_size, colors.muted)
    return np.concatenate([picture, canvas.rgb()])


def _fitting(canvas: Canvas, text: str, size: float, room: float) -> float:
    """The size, or as much of it as lets the text fit; fonts are scaled in whole pixels."""
    smallest = size / 8
    while size > smallest and canvas.text_width(text, size) > room:
        size *= 0.95
    return size


def score(value: Any) -> str:
    """A score, or one per agent: decimals only if not all are whole, two below 10.

    What all agents have alike, such as a team's reward, is written once: "3 each".
    """
    values = np.atleast_1d(np.asarray(value, np.float64))
    if len(values) > 1 and np.all(values == values[0]):
        return f"{score(values[0])} each"
    whole = np.all(values == np.round(values))
    decimals = 0 if whole else 1 if np.any(np.abs(values) >= 10) else 2
    return " / ".join(f"{one:.{decimals}f}" for one in np.round(values, decimals) + 0.0)


def banner(picture: np.ndarray, text: str) -> np.ndarray:
    """The picture with a line of text on a dark plate at its foot; a new array."""
    height, width = picture.shape[:2]
    unit = width / 512
    tall = max(1, min(height, round(44 * unit)))
    plate = Canvas(width, tall, INK)
    size = _fitting(plate, text, 17 * unit, width - 28 * unit)
    plate.text(text, (width / 2, tall / 2), size, WHITE, "center", bold=True)
    under = picture[-tall:].astype(np.uint16)
    mixed = picture.copy()
    # The game shows through a little.
    mixed[-tall:] = (7 * plate.rgb().astype(np.uint16) + under) // 8
    return mixed


def message(text: str, width: int, height: int) -> np.ndarray:
    """A page with one line in the middle, uint8 `[height, width, 3]`."""
    canvas = Canvas(width, height)
    canvas.text(text, (width / 2, height / 2), 18 * width / 512, MUTED, "center")
    return canvas.rgb()
