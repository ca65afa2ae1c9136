"""One style for all games: a light background, flat colors, thin dark outlines."""

Color = tuple[int, int, int]  # red, green, blue, 0 to 255

BACKGROUND: Color = (250, 249, 246)
INK: Color = (45, 49, 58)  # outlines and text
MUTED: Color = (138, 143, 152)  # text and marks of second rank
FAINT: Color = (222, 220, 214)  # grids, tracks, floors
WHITE: Color = (255, 255, 255)

BLUE: Color = (74, 123, 183)
RED: Color = (210, 84, 76)
GREEN: Color = (88, 155, 104)
YELLOW: Color = (230, 180, 74)
ORANGE: Color = (224, 134, 66)
PURPLE: Color = (140, 108, 176)
TEAL: Color = (72, 160, 160)
BROWN: Color = (150, 113, 84)
PINK: Color = (214, 132, 166)

SERIES: tuple[Color, ...] = (BLUE, RED, GREEN, YELLOW, PURPLE, TEAL, ORANGE, PINK, BROWN)
"""For things that differ only by their number, such as agents."""


def blend(color: Color, other: Color, weight: float) -> Color:
    """`color` moved towards `other`; weight 0 gives the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * weight) for a, b in zip(color, other, strict=True))
    return red, green, blue
