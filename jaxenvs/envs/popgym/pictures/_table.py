"""What lies on a table with cards: the deck, marked cards, kinds of cards."""

from jaxenvs.render import cards, palette
from jaxenvs.render.canvas import Canvas, Point

SUITS = (cards.SPADE, cards.DIAMOND, cards.CLUB, cards.HEART)  # in popgym's order
RANKS = ("A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K")
COLORS: tuple[palette.Color, ...] = (palette.INK, palette.RED)


def text(
    canvas: Canvas, words: str, at: Point, unit: float, color: palette.Color = palette.WHITE
) -> None:
    canvas.text(words, at, 15 * unit, color, "center", bold=True)


def deck(canvas: Canvas, left: float, top: float, width: float, count: int) -> None:
    """The cards still to come, and how many they are."""
    unit = canvas.width / 512
    for layer in range(min(3, -(-count // 20))):
        cards.back(canvas, (left + 3 * layer * unit, top - 3 * layer * unit), width)
    if not count:
        canvas.rect(
            left, top, width, cards.HEIGHT * width, None, palette.WHITE, unit, width * 8 / 92
        )
    below = top + cards.HEIGHT * width + 18 * unit
    text(canvas, f"{count} to come", (left + width / 2, below), unit)


def marked(canvas: Canvas, corner: Point, width: float) -> None:
    """A bright rim around a card that is drawn next."""
    rim = 0.08 * width
    x, y = corner[0] - rim, corner[1] - rim
    box = (x, y, width + 2 * rim, cards.HEIGHT * width + 2 * rim)
    canvas.rect(*box, palette.YELLOW, None, radius=0.15 * width)


def kind_face(canvas: Canvas, corner: Point, width: float, deck_type: str, kind: int) -> None:
    """A card of which one feature counts."""
    if deck_type == "colors":
        cards.color_face(canvas, corner, width, COLORS[kind])
    elif deck_type == "suits":
        cards.suit_face(canvas, corner, width, SUITS[kind])
    else:
        cards.rank_face(canvas, corner, width, RANKS[kind])


def grid(count: int, columns: int, share: float, tallness: float = 1.0) -> tuple[int, int]:
    """Rows and columns, so many or more, that keep to a share of the picture's width in height."""
    while -(-count // columns) * tallness > share * columns:
        columns += 1
    return -(-count // columns), columns
