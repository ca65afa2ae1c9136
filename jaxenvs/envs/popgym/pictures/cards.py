"""Decks of cards that go by, and what a player has to remember of them."""

from typing import Any

import numpy as np

from jaxenvs.envs.popgym.autoencode import Autoencode
from jaxenvs.envs.popgym.count_recall import CountRecall
from jaxenvs.envs.popgym.higher_lower import HigherLower
from jaxenvs.envs.popgym.pictures._table import RANKS, SUITS, deck, grid, kind_face, marked, text
from jaxenvs.envs.popgym.repeat_first import RepeatFirst
from jaxenvs.envs.popgym.repeat_previous import RepeatPrevious
from jaxenvs.render import cards, palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

_SUIT_KEYS = {"s": (0, "spades"), "d": (1, "diamonds"), "c": (2, "clubs"), "h": (3, "hearts")}
_COUNT_KEYS = {key: (count, str(count)) for count, key in enumerate("0123456789abcdefghijklmnopq")}


def repeat_first(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and the first card, which has to be named."""
    del env, params
    canvas = Canvas(size, round(0.5 * size), cards.FELT)
    unit = size / 512
    top, width = 50 * unit, 92 * unit
    deck(canvas, 50 * unit, top, width, int(state.left.sum()))
    middle = (size - width) / 2
    cards.suit_face(canvas, (middle, top), width, SUITS[state.card])
    text(canvas, "in view", (size / 2, top + 148 * unit), unit)
    marked(canvas, (size - 50 * unit - width, top), width)
    cards.suit_face(canvas, (size - 50 * unit - width, top), width, SUITS[state.first])
    text(canvas, "the first card", (size - 96 * unit, top + 148 * unit), unit, palette.YELLOW)
    return canvas.rgb()


def repeat_previous(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and the last cards, of which the oldest has to be named."""
    del params
    rows, columns = grid(env.k, min(env.k, 16), 0.5)
    side = min(44 * size / 512, 0.94 * size / columns)
    unit = size / 512
    canvas = Canvas(size, round(250 * unit + rows * side), cards.FELT)
    top, width = 36 * unit, 92 * unit
    deck(canvas, 130 * unit, top, width, int(state.left.sum()))
    cards.suit_face(canvas, (size - 130 * unit - width, top), width, SUITS[state.recent[-1]])
    text(canvas, "in view", (size - 130 * unit - width / 2, top + 148 * unit), unit)
    shown = min(int(state.time) + 1, env.k)
    suits = state.recent[env.k - shown :]
    is_full = shown == env.k
    fills = [palette.YELLOW if is_full and i == 0 else palette.WHITE for i in range(shown)]
    _memory(canvas, suits, fills, 210 * unit, columns, side)
    words = f"{env.k} cards back" if is_full else f"nothing to name before card {env.k}"
    place = (size / 2, 228 * unit + rows * side)
    text(canvas, words, place, unit, palette.YELLOW if is_full else palette.WHITE)
    return canvas.rgb()


def autoencode(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and all cards shown, of which one is asked for."""
    del params
    unit = size / 512
    rows, columns = grid(env.num_cards, 26, 0.5)
    side = 0.94 * size / columns
    last, time = env.num_cards - 1, int(state.time)
    canvas = Canvas(size, round(250 * unit + rows * side), cards.FELT)
    top, width = 36 * unit, 92 * unit
    deck(canvas, 130 * unit, top, width, int(state.left.sum()))
    corner = (size - 130 * unit - width, top)
    if time <= last:
        cards.suit_face(canvas, corner, width, SUITS[state.shown[time]])
    else:
        cards.blank(canvas, corner, width, palette.blend(cards.FELT, palette.WHITE, 0.25))
    words = "in view" if time <= last else "nothing to see"
    text(canvas, words, (corner[0] + width / 2, top + 148 * unit), unit)
    asked = 2 * last - time
    shown = min(time, last) + 1
    fills = [
        palette.YELLOW
        if time >= last and i == asked
        else palette.WHITE
        if time < last or i < asked
        else palette.FAINT
        for i in range(shown)
    ]
    _memory(canvas, state.shown[:shown], fills, 210 * unit, columns, side)
    plays = time >= last
    words = "name them backwards" if plays else "watch"
    text(
        canvas,
        words,
        (size / 2, 230 * unit + rows * side),
        unit,
        palette.YELLOW if plays else palette.WHITE,
    )
    return canvas.rgb()


def _memory(
    canvas: Canvas,
    suits: np.ndarray,
    fills: list[palette.Color],
    top: float,
    columns: int,
    side: float,
) -> None:
    """Suits in rows, from the left above to the right below."""
    left = (canvas.width - side * min(columns, len(suits))) / 2
    for place, (suit, fill) in enumerate(zip(suits.tolist(), fills, strict=True)):
        row, column = divmod(place, columns)
        _suit_cell(canvas, (left + column * side, top + row * side), side, suit, fill)


def _suit_cell(canvas: Canvas, corner: Point, side: float, suit: int, fill: palette.Color) -> None:
    """A small square with a suit."""
    gap = 0.05 * side
    box = (corner[0] + gap, corner[1] + gap, side - 2 * gap, side - 2 * gap)
    canvas.rect(*box, fill, palette.INK if side > 24 else None, 1.0, radius=0.12 * side)
    color = cards.color_of(SUITS[suit])
    middle = (corner[0] + side / 2, corner[1] + side / 2)
    color = palette.blend(color, fill, 0.55) if fill == palette.FAINT else color
    cards.symbol(canvas, middle, 0.3 * side, SUITS[suit], color)


def count_recall(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The card dealt, the kind to count, and how many of each kind there have been."""
    del params
    unit = size / 512
    canvas = Canvas(size, round(400 * unit), cards.FELT)
    top, width = 40 * unit, 92 * unit
    deck(canvas, 50 * unit, top, width, int(state.left[0].sum()))
    dealt, asked = state.shown.tolist()
    kind_face(canvas, ((size - width) / 2, top), width, env.deck_type, dealt)
    text(canvas, "dealt", (size / 2, top + 148 * unit), unit)
    corner = (size - 50 * unit - width, top)
    marked(canvas, corner, width)
    kind_face(canvas, corner, width, env.deck_type, asked)
    text(canvas, "how many so far?", (size - 96 * unit, top + 148 * unit), unit, palette.YELLOW)
    counts = [env.most - left for left in state.left[0].tolist()]
    _tally(canvas, env.deck_type, counts, env.most, 228 * unit, asked)
    return canvas.rgb()


def higher_lower(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and how many cards of each rank have gone by."""
    del params
    unit = size / 512
    canvas = Canvas(size, round(400 * unit), cards.FELT)
    top, width = 40 * unit, 92 * unit
    deck(canvas, 130 * unit, top, width, int(state.left.sum()))
    corner = (size - 130 * unit - width, top)
    cards.rank_face(canvas, corner, width, RANKS[state.card])
    text(canvas, "in view", (corner[0] + width / 2, top + 148 * unit), unit)
    most = 4 * env.num_decks
    counts = [most - left for left in state.left.tolist()]
    _tally(canvas, "ranks", counts, most, 228 * unit)
    return canvas.rgb()


def _tally(
    canvas: Canvas, deck_type: str, counts: list[int], most: int, top: float, asked: int = -1
) -> None:
    """A column for each kind of card, as high as the number of cards; one may stand out."""
    unit = canvas.width / 512
    pitch = min(56 * unit, 480 * unit / len(counts))
    left = (canvas.width - pitch * len(counts)) / 2
    high, wide = 84 * unit, 0.62 * pitch
    for kind, count in enumerate(counts):
        x = left + (kind + 0.5) * pitch
        color = palette.YELLOW if kind == asked else palette.WHITE
        full = (x - wide / 2, top + 14 * unit, wide, high)
        canvas.rect(*full, palette.blend(cards.FELT, palette.INK, 0.25), None, radius=3 * unit)
        filled = high * count / most
        if count:
            canvas.rect(x - wide / 2, top + 14 * unit + high - filled, wide, filled, color, None)
        canvas.text(str(count), (x, top), 14 * unit, color, "center", bold=True)
        width = min(26 * unit, 0.7 * pitch)
        corner = (x - width / 2, top + 22 * unit + high)
        kind_face(canvas, corner, width, deck_type, kind)


_SUITS = Controls(keys=_SUIT_KEYS)

PICTURES: Pictures = {
    RepeatFirst: Picture(repeat_first, _SUITS),
    RepeatPrevious: Picture(repeat_previous, _SUITS),
    Autoencode: Picture(autoencode, _SUITS),
    CountRecall: Picture(count_recall, Controls(keys=_COUNT_KEYS)),
    HigherLower: Picture(higher_lower, Controls(keys={"up": (0, "higher"), "down": (1, "lower")})),
}
