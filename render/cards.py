"""Playing cards: faces, backs and suits, of any size."""

import numpy as np

from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.palette import BLUE, INK, RED, WHITE, Color, blend

SPADE, HEART, CLUB, DIAMOND = range(4)
HEIGHT = 130 / 92  # of a card, in widths

FELT: Color = (84, 138, 104)


def _heart() -> np.ndarray:
    """The well-known curve of sines, `(48, 2)`, from -1 to 1, y down."""
    t = np.arange(48) * (2 * np.pi / 48)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([x / 17, -(y + 2.5) / 14.6], axis=-1)


HEART_OUTLINE = _heart()
DIAMOND_OUTLINE = np.array([(0, -1), (0.75, 0), (0, 1), (-0.75, 0)])


def color_of(suit: int) -> Color:
    """Black or red."""
    return RED if suit in (HEART, DIAMOND) else INK


def blank(canvas: Canvas, corner: Point, width: float, fill: Color = WHITE) -> None:
    """A card without a face; `corner` is its top left one."""
    x, y = corner
    line = 1.5 * max(width / 92, 0.6)
    canvas.rect(x, y, width, HEIGHT * width, fill, INK, line, radius=width * 8 / 92)


def face(canvas: Canvas, corner: Point, width: float, name: str, suit: int) -> None:
    """A card with a name, such as "A" or "10", and a suit."""
    blank(canvas, corner, width)
    (x, y), unit, color = corner, width / 92, color_of(suit)
    canvas.text(name, (x + 9 * unit, y + 18 * unit), 23 * unit, color, bold=True)
    symbol(canvas, (x + 18 * unit, y + 42 * unit), 8 * unit, suit)
    symbol(canvas, (x + 52 * unit, y + 82 * unit), 24 * unit, suit)


def suit_face(canvas: Canvas, corner: Point, width: float, suit: int) -> None:
    """A card of which only the suit counts."""
    blank(canvas, corner, width)
    middle = (corner[0] + width / 2, corner[1] + HEIGHT * width / 2)
    symbol(canvas, middle, 0.34 * width, suit)


def rank_face(canvas: Canvas, corner: Point, width: float, name: str) -> None:
    """A card of which only the rank counts."""
    blank(canvas, corner, width)
    middle = (corner[0] + width / 2, corner[1] + HEIGHT * width / 2)
    canvas.text(name, middle, 0.6 * width, INK, "center", bold=True)


def color_face(canvas: Canvas, corner: Point, width: float, color: Color) -> None:
    """A card of which only the color counts."""
    blank(canvas, corner, width)
    x, y = corner
    rim = 0.14 * width
    inside = (width - 2 * rim, HEIGHT * width - 2 * rim)
    canvas.rect(x + rim, y + rim, *inside, color, None, radius=0.1 * width)


def back(canvas: Canvas, corner: Point, width: float) -> None:
    """A card that lies face down."""
    blank(canvas, corner, width)
    unit = width / 92
    left, top, wide, high = corner[0] + 8 * unit, corner[1] + 8 * unit, 76 * unit, 114 * unit
    canvas.rect(left, top, wide, high, BLUE, None, radius=4 * unit)
    light = blend(BLUE, WHITE, 0.45)
    for row in range(5):
        for column in range(3):
            middle = (left + wide * (column + 0.5) / 3, top + high * (row + 0.5) / 5)
            reach = 8 * unit
            points = [(0, -1), (1, 0), (0, 1), (-1, 0)]
            diamond = [(middle[0] + a * reach, middle[1] + b * reach) for a, b in points]
            canvas.polygon(diamond, light, None)


def symbol(
    canvas: Canvas, middle: Point, size: float, suit: int, color: Color | None = None
) -> None:
    """A suit's sign, `size` from the middle to the tip, in its own color or another."""
    x, y = middle
    color = color_of(suit) if color is None else color
    if suit == CLUB:
        for right, up in ((0, 0.5), (-0.48, -0.2), (0.48, -0.2)):
            canvas.circle((x + right * size, y - up * size), 0.45 * size, color, None)
        canvas.circle(middle, 0.3 * size, color, None)  # the gap between the leaves
    else:
        outline = DIAMOND_OUTLINE if suit == DIAMOND else HEART_OUTLINE
        if suit == SPADE:  # a heart upside down, with a stem
            outline = outline * [1, -1] - [0, 0.12]
        canvas.polygon((outline * size + middle).tolist(), color, None)
    if suit in (SPADE, CLUB):
        foot = [(x, y), (x + 0.3 * size, y + size), (x - 0.3 * size, y + size)]
        canvas.polygon(foot, color, None)
