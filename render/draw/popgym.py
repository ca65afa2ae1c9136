"""Pictures of POPGym's tasks.

What an agent has been shown, and has to remember, is drawn for the one who watches. What lies
hidden on boards and tables stays hidden until it has been found or the game is over.
"""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from jaxenvs.core import Env
from jaxenvs.envs.popgym import _bitboard as bitboard
from jaxenvs.render import cards
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.draw import classic
from jaxenvs.render.palette import (
    BACKGROUND,
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    TEAL,
    WHITE,
    YELLOW,
    Color,
    blend,
)

SUITS = (cards.SPADE, cards.DIAMOND, cards.CLUB, cards.HEART)  # in popgym's order
RANKS = ("A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K")
COLORS: tuple[Color, ...] = (INK, RED)

_SUIT_KEYS = {"s": (0, "spades"), "d": (1, "diamonds"), "c": (2, "clubs"), "h": (3, "hearts")}
_COUNT_KEYS = {key: (count, str(count)) for count, key in enumerate("0123456789abcdefghijklmnopq")}


def _square_at(env: Any, x: float, y: float) -> tuple[int, int] | None:
    """Row and column of the square of a board at a place of its picture."""
    row, column = (math.floor((share * 512 - 30) / 472 * env.board_size) for share in (y, x))
    inside = 0 <= row < env.board_size and 0 <= column < env.board_size
    return (row, column) if inside else None


def _card_at(env: Any, x: float, y: float) -> int | None:
    """The card of the table at a place of its picture."""
    rows, columns = _table(env.num_cards)
    place = min(int(y * rows), rows - 1) * columns + min(int(x * columns), columns - 1)
    return place if place < env.num_cards else None


def _arm_at(env: Any, x: float, y: float) -> int:
    """The arm at a place of the picture."""
    del y
    arm = math.floor((x * 512 - 20) / 472 * env.num_bandits)
    return min(max(arm, 0), env.num_bandits - 1)


KEYS: dict[str, Controls] = {
    "Battleship": Controls(keys={}, pointer=(_square_at, "shoot")),
    "Concentration": Controls(keys={}, pointer=(_card_at, "turn over")),
    "MineSweeper": Controls(keys={}, pointer=(_square_at, "look under")),
    "RepeatFirst": Controls(keys=_SUIT_KEYS),
    "RepeatPrevious": Controls(keys=_SUIT_KEYS),
    "Autoencode": Controls(keys=_SUIT_KEYS),
    "CountRecall": Controls(keys=_COUNT_KEYS),
    "HigherLower": Controls(keys={"up": (0, "higher"), "down": (1, "lower")}),
    "MultiarmedBandit": Controls(keys={}, pointer=(_arm_at, "pull")),
    "PositionOnlyCartPole": classic.KEYS["CartPole"],
    "VelocityOnlyCartPole": classic.KEYS["CartPole"],
    "NoisyPositionOnlyCartPole": classic.KEYS["CartPole"],
    "PositionOnlyPendulum": classic.KEYS["Pendulum"],
    "NoisyPositionOnlyPendulum": classic.KEYS["Pendulum"],
}
"""How each of the games is played."""

SEA: Color = (150, 189, 216)
DEEP: Color = (116, 160, 194)
TILE: Color = (196, 202, 210)
COUNTS: tuple[Color, ...] = (MUTED, BLUE, GREEN, RED, PURPLE, ORANGE, TEAL, INK, INK, INK)


def draw(env: Env[Any, Any], state: Any, params: Any, size: int) -> np.ndarray:
    """The picture of a game of this family, uint8 `[height, width, 3]`."""
    return PICTURES[type(env).__name__](env, state, params, size)


def _text(canvas: Canvas, words: str, at: Point, unit: float, color: Color = WHITE) -> None:
    canvas.text(words, at, 15 * unit, color, "center", bold=True)


# -- cards -------------------------------------------------------------------------------------


def _deck(canvas: Canvas, left: float, top: float, width: float, count: int) -> None:
    """The cards still to come, and how many they are."""
    unit = canvas.width / 512
    for layer in range(min(3, -(-count // 20))):
        cards.back(canvas, (left + 3 * layer * unit, top - 3 * layer * unit), width)
    if not count:
        canvas.rect(left, top, width, cards.HEIGHT * width, None, WHITE, unit, width * 8 / 92)
    below = top + cards.HEIGHT * width + 18 * unit
    _text(canvas, f"{count} to come", (left + width / 2, below), unit)


def _suit_cell(canvas: Canvas, corner: Point, side: float, suit: int, fill: Color) -> None:
    """A small square with a suit."""
    gap = 0.05 * side
    box = (corner[0] + gap, corner[1] + gap, side - 2 * gap, side - 2 * gap)
    canvas.rect(*box, fill, INK if side > 24 else None, 1.0, radius=0.12 * side)
    color = cards.color_of(SUITS[suit])
    middle = (corner[0] + side / 2, corner[1] + side / 2)
    color = blend(color, fill, 0.55) if fill == FAINT else color
    cards.symbol(canvas, middle, 0.3 * side, SUITS[suit], color)


def _grid(count: int, columns: int, share: float, tallness: float = 1.0) -> tuple[int, int]:
    """Rows and columns, so many or more, that keep to a share of the picture's width in height."""
    while -(-count // columns) * tallness > share * columns:
        columns += 1
    return -(-count // columns), columns


def _memory(
    canvas: Canvas, suits: np.ndarray, fills: list[Color], top: float, columns: int, side: float
) -> None:
    """Suits in rows, from the left above to the right below."""
    left = (canvas.width - side * min(columns, len(suits))) / 2
    for place, (suit, fill) in enumerate(zip(suits.tolist(), fills, strict=True)):
        row, column = divmod(place, columns)
        _suit_cell(canvas, (left + column * side, top + row * side), side, suit, fill)


def repeat_first(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and the first card, which has to be named."""
    del env, params
    canvas = Canvas(size, round(0.5 * size), cards.FELT)
    unit = size / 512
    top, width = 50 * unit, 92 * unit
    _deck(canvas, 50 * unit, top, width, int(state.left.sum()))
    middle = (size - width) / 2
    cards.suit_face(canvas, (middle, top), width, SUITS[state.card])
    _text(canvas, "in view", (size / 2, top + 148 * unit), unit)
    _marked(canvas, (size - 50 * unit - width, top), width)
    cards.suit_face(canvas, (size - 50 * unit - width, top), width, SUITS[state.first])
    _text(canvas, "the first card", (size - 96 * unit, top + 148 * unit), unit, YELLOW)
    return canvas.rgb()


def _marked(canvas: Canvas, corner: Point, width: float) -> None:
    """A bright rim around a card that is drawn next."""
    rim = 0.08 * width
    x, y = corner[0] - rim, corner[1] - rim
    box = (x, y, width + 2 * rim, cards.HEIGHT * width + 2 * rim)
    canvas.rect(*box, YELLOW, None, radius=0.15 * width)


def repeat_previous(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and the last cards, of which the oldest has to be named."""
    del params
    rows, columns = _grid(env.k, min(env.k, 16), 0.5)
    side = min(44 * size / 512, 0.94 * size / columns)
    unit = size / 512
    canvas = Canvas(size, round(250 * unit + rows * side), cards.FELT)
    top, width = 36 * unit, 92 * unit
    _deck(canvas, 130 * unit, top, width, int(state.left.sum()))
    cards.suit_face(canvas, (size - 130 * unit - width, top), width, SUITS[state.recent[-1]])
    _text(canvas, "in view", (size - 130 * unit - width / 2, top + 148 * unit), unit)
    shown = min(int(state.time) + 1, env.k)
    suits = state.recent[env.k - shown :]
    is_full = shown == env.k
    fills = [YELLOW if is_full and i == 0 else WHITE for i in range(shown)]
    _memory(canvas, suits, fills, 210 * unit, columns, side)
    words = f"{env.k} cards back" if is_full else f"nothing to name before card {env.k}"
    place = (size / 2, 228 * unit + rows * side)
    _text(canvas, words, place, unit, YELLOW if is_full else WHITE)
    return canvas.rgb()


def autoencode(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and all cards shown, of which one is asked for."""
    del params
    unit = size / 512
    rows, columns = _grid(env.num_cards, 26, 0.5)
    side = 0.94 * size / columns
    last, time = env.num_cards - 1, int(state.time)
    canvas = Canvas(size, round(250 * unit + rows * side), cards.FELT)
    top, width = 36 * unit, 92 * unit
    _deck(canvas, 130 * unit, top, width, int(state.left.sum()))
    corner = (size - 130 * unit - width, top)
    if time <= last:
        cards.suit_face(canvas, corner, width, SUITS[state.shown[time]])
    else:
        cards.blank(canvas, corner, width, blend(cards.FELT, WHITE, 0.25))
    words = "in view" if time <= last else "nothing to see"
    _text(canvas, words, (corner[0] + width / 2, top + 148 * unit), unit)
    asked = 2 * last - time
    shown = min(time, last) + 1
    fills = [
        YELLOW if time >= last and i == asked else WHITE if time < last or i < asked else FAINT
        for i in range(shown)
    ]
    _memory(canvas, state.shown[:shown], fills, 210 * unit, columns, side)
    plays = time >= last
    words = "name them backwards" if plays else "watch"
    _text(canvas, words, (size / 2, 230 * unit + rows * side), unit, YELLOW if plays else WHITE)
    return canvas.rgb()


def _kind_face(canvas: Canvas, corner: Point, width: float, deck_type: str, kind: int) -> None:
    """A card of which one feature counts."""
    if deck_type == "colors":
        cards.color_face(canvas, corner, width, COLORS[kind])
    elif deck_type == "suits":
        cards.suit_face(canvas, corner, width, SUITS[kind])
    else:
        cards.rank_face(canvas, corner, width, RANKS[kind])


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
        color = YELLOW if kind == asked else WHITE
        full = (x - wide / 2, top + 14 * unit, wide, high)
        canvas.rect(*full, blend(cards.FELT, INK, 0.25), None, radius=3 * unit)
        filled = high * count / most
        if count:
            canvas.rect(x - wide / 2, top + 14 * unit + high - filled, wide, filled, color, None)
        canvas.text(str(count), (x, top), 14 * unit, color, "center", bold=True)
        width = min(26 * unit, 0.7 * pitch)
        corner = (x - width / 2, top + 22 * unit + high)
        _kind_face(canvas, corner, width, deck_type, kind)


def count_recall(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The card dealt, the kind to count, and how many of each kind there have been."""
    del params
    unit = size / 512
    canvas = Canvas(size, round(400 * unit), cards.FELT)
    top, width = 40 * unit, 92 * unit
    _deck(canvas, 50 * unit, top, width, int(state.left[0].sum()))
    dealt, asked = state.shown.tolist()
    _kind_face(canvas, ((size - width) / 2, top), width, env.deck_type, dealt)
    _text(canvas, "dealt", (size / 2, top + 148 * unit), unit)
    corner = (size - 50 * unit - width, top)
    _marked(canvas, corner, width)
    _kind_face(canvas, corner, width, env.deck_type, asked)
    _text(canvas, "how many so far?", (size - 96 * unit, top + 148 * unit), unit, YELLOW)
    counts = [env.most - left for left in state.left[0].tolist()]
    _tally(canvas, env.deck_type, counts, env.most, 228 * unit, asked)
    return canvas.rgb()


def higher_lower(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The deck, the card in view, and how many cards of each rank have gone by."""
    del params
    unit = size / 512
    canvas = Canvas(size, round(400 * unit), cards.FELT)
    top, width = 40 * unit, 92 * unit
    _deck(canvas, 130 * unit, top, width, int(state.left.sum()))
    corner = (size - 130 * unit - width, top)
    cards.rank_face(canvas, corner, width, RANKS[state.card])
    _text(canvas, "in view", (corner[0] + width / 2, top + 148 * unit), unit)
    most = 4 * env.num_decks
    counts = [most - left for left in state.left.tolist()]
    _tally(canvas, "ranks", counts, most, 228 * unit)
    return canvas.rgb()


def _table(num_cards: int) -> tuple[int, int]:
    """Rows and columns of cards."""
    return _grid(num_cards, 13, 0.95, cards.HEIGHT)


def concentration(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The table; cards turned over last have a bright rim until they match."""
    del params
    unit = size / 512
    rows, columns = _table(env.num_cards)
    pitch = (size - 16 * unit) / columns
    width = 0.84 * pitch
    height = cards.HEIGHT * width + pitch - width
    canvas = Canvas(size, round(rows * height + 16 * unit), cards.FELT)
    for place in range(env.num_cards):
        row, column = divmod(place, columns)
        margin = 8 * unit + (pitch - width) / 2
        corner = (margin + column * pitch, margin + row * height)
        is_turned = place in state.turned
        if is_turned and not state.paired[place]:
            _marked(canvas, corner, width)
        if is_turned or state.paired[place]:
            _kind_face(canvas, corner, width, env.deck_type, int(state.kinds[place]))
        else:
            cards.back(canvas, corner, width)
    return canvas.rgb()


# -- boards ------------------------------------------------------------------------------------


def _is_over(state: Any, params: Any) -> bool:
    return 0 < params.max_steps <= state.time


def _board(size: int, board_size: int) -> tuple[Canvas, float, float]:
    """A canvas with numbers along the top and the left of a board, its margin and its square."""
    canvas = Canvas(size, size)
    margin = 30 * size / 512
    side = (size - margin - 10 * size / 512) / board_size
    for i in range(board_size):
        at = margin + (i + 0.5) * side
        for place in ((at, margin / 2), (margin / 2, at)):
            canvas.text(str(i), place, min(15 * size / 512, 0.5 * side), MUTED, "center")
    return canvas, margin, side


def battleship(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The sea with all shots so far; the ships that were missed come up when the game is over."""
    canvas, margin, side = _board(size, env.board_size)
    ships, shots = (bitboard.unpack(board) for board in (state.ships, state.shots))
    is_over = _is_over(state, params)
    for row, column in np.ndindex(ships.shape):
        x, y = margin + column * side, margin + row * side
        middle = (x + side / 2, y + side / 2)
        canvas.rect(x, y, side, side, SEA if (row + column) % 2 else blend(SEA, DEEP, 0.25), None)
        ship, shot = ships[row, column], shots[row, column]
        if ship and (shot or is_over):
            hull = (x + 0.06 * side, y + 0.06 * side, 0.88 * side, 0.88 * side)
            canvas.rect(*hull, MUTED if shot else FAINT, INK, 0.03 * side, radius=0.16 * side)
        if ship and shot:
            _blast(canvas, middle, 0.36 * side)
        elif shot:
            canvas.circle(middle, 0.14 * side, WHITE, DEEP, 0.04 * side)
    board = env.board_size * side
    canvas.rect(margin, margin, board, board, None, INK, 2 * size / 512)
    return canvas.rgb()


def _blast(canvas: Canvas, middle: Point, size: float) -> None:
    """A star of fire."""
    for reach, color in ((1.0, RED), (0.55, YELLOW)):
        angles = np.arange(16) * np.pi / 8
        radii = size * reach * np.where(np.arange(16) % 2, 0.55, 1.0)
        points = [
            (middle[0] + r * np.cos(a), middle[1] + r * np.sin(a))
            for r, a in zip(radii, angles, strict=True)
        ]
        canvas.polygon(points, color, None)


def minesweeper(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The tiles, with what they said; the mines come up when the game is over."""
    canvas, margin, side = _board(size, env.board_size)
    mines, viewed = (bitboard.unpack(board) for board in (state.mines, state.viewed))
    padded, tiles = np.pad(mines, 1), len(mines)
    shifts = [padded[r : r + tiles, c : c + tiles] for r in range(3) for c in range(3)]
    near = np.sum(shifts, axis=0)
    is_over = _is_over(state, params) or (mines & viewed).any() or (mines | viewed).all()
    for row, column in np.ndindex(mines.shape):
        x, y = margin + column * side, margin + row * side
        middle = (x + side / 2, y + side / 2)
        mine, seen = bool(mines[row, column]), bool(viewed[row, column])
        _tile(canvas, (x, y), side, RED if mine and seen else BACKGROUND if seen else TILE, seen)
        if mine and is_over:
            _mine(canvas, middle, 0.3 * side)
        elif seen and near[row, column]:
            number = int(near[row, column])
            canvas.text(str(number), middle, 0.5 * side, COUNTS[number], "center", bold=True)
    return canvas.rgb()


def _tile(canvas: Canvas, corner: Point, side: float, fill: Color, is_flat: bool) -> None:
    """A square that stands out or lies open."""
    (x, y), edge = corner, 0.07 * side
    if is_flat:
        canvas.rect(x, y, side, side, fill, FAINT, 0.03 * side)
        return
    gap = 0.02 * side
    box = (x + gap, y + gap, side - 2 * gap, side - 2 * gap)
    canvas.rect(*box, blend(fill, INK, 0.3), None, radius=edge)
    inner = (x + gap, y + gap, side - 2 * gap, side - 2 * gap - edge)
    canvas.rect(*inner, fill, None, radius=edge)


def _mine(canvas: Canvas, middle: Point, size: float) -> None:
    """A ball with spikes."""
    for angle in np.arange(4) * np.pi / 4:
        dx, dy = size * np.cos(angle), size * np.sin(angle)
        ends = [(middle[0] - dx, middle[1] - dy), (middle[0] + dx, middle[1] + dy)]
        canvas.line(ends, INK, 0.16 * size)
    canvas.circle(middle, 0.72 * size, INK, None)
    canvas.circle((middle[0] - 0.24 * size, middle[1] - 0.24 * size), 0.17 * size, WHITE, None)


def multiarmed_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The arms with their hidden chances, and whether the last pull paid."""
    del params
    unit = size / 512
    canvas = Canvas(size, round(300 * unit))
    pitch = (size - 40 * unit) / env.num_bandits
    floor, high = 256 * unit, 180 * unit
    best = int(np.argmax(state.chances))
    for arm, chance in enumerate(state.chances.tolist()):
        x, wide = 20 * unit + (arm + 0.5) * pitch, 0.7 * pitch
        box = (x - wide / 2, floor - high, wide, high)
        canvas.rect(*box, FAINT, None, radius=0.14 * wide)
        color = GREEN if arm == best else BLUE
        canvas.rect(x - wide / 2, floor - chance * high, wide, chance * high, color, None)
        canvas.text(str(arm), (x, floor + 18 * unit), min(15 * unit, 0.7 * pitch), INK, "center")
    if state.time > 0:
        paid = bool(state.paid)
        words = "the last pull paid" if paid else "the last pull did not pay"
        canvas.text(words, (size / 2, 36 * unit), 17 * unit, GREEN if paid else RED, "center", True)
    return canvas.rgb()


# -- control -----------------------------------------------------------------------------------


def cartpole(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The cart, and pale beside it where the noise puts it."""
    truth = classic.cartpole(state.game, params.game, size)
    if not hasattr(state, "noise"):
        return truth
    x, theta = np.asarray(env.observe(state, params)).tolist()
    seen = SimpleNamespace(x=x, theta=theta)
    return _ghost(truth, classic.cartpole(seen, params.game, size))


def pendulum(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The rod, and pale beside it where the noise puts it."""
    truth = classic.pendulum(state.game, params.game, size)
    if not hasattr(state, "noise"):
        return truth
    cos, sin = np.asarray(env.observe(state, params)).tolist()
    seen = SimpleNamespace(theta=float(np.arctan2(sin, cos)), torque=state.game.torque)
    return _ghost(truth, classic.pendulum(seen, params.game, size))


def _ghost(picture: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The picture with another one shining through."""
    return (0.72 * picture + 0.28 * other).round().astype(np.uint8)


PICTURES = {
    "RepeatFirst": repeat_first,
    "RepeatPrevious": repeat_previous,
    "Autoencode": autoencode,
    "CountRecall": count_recall,
    "HigherLower": higher_lower,
    "Battleship": battleship,
    "Concentration": concentration,
    "MineSweeper": minesweeper,
    "MultiarmedBandit": multiarmed_bandit,
    "PositionOnlyCartPole": cartpole,
    "VelocityOnlyCartPole": cartpole,
    "NoisyPositionOnlyCartPole": cartpole,
    "PositionOnlyPendulum": pendulum,
    "NoisyPositionOnlyPendulum": pendulum,
}
"""From the name of an environment's class to what draws it."""
