"""Pictures of toy text."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxenvs.envs.toy_text.blackjack import Blackjack
from jaxenvs.envs.toy_text.cliff_walking import HEIGHT, WIDTH, CliffWalking
from jaxenvs.envs.toy_text.frozen_lake import FrozenLake
from jaxenvs.envs.toy_text.taxi import CITY, IN_TAXI, SIZE, STANDS, Taxi
from jaxenvs.render import cards, palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

ICE: palette.Color = (223, 237, 246)
WATER: palette.Color = (58, 92, 130)
GRASS: palette.Color = (206, 224, 190)
ROCK: palette.Color = (122, 104, 92)
ABYSS: palette.Color = (62, 54, 56)
SKIN: palette.Color = (242, 208, 176)
STAND_COLORS: tuple[palette.Color, ...] = (palette.RED, palette.GREEN, palette.YELLOW, palette.BLUE)
STAND_NAMES = "RGYB"


# -- FrozenLake --------------------------------------------------------------------------------


def frozen_lake(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The lake from above: ice, holes, the goal as a present, and the player."""
    del params
    board = env.board
    height, width = len(board), len(board[0])
    side = size / max(height, width)
    canvas = Canvas(round(width * side), round(height * side), ICE)
    for i in range(height * width):
        row, column = divmod(i, width)
        middle = ((column + 0.5) * side, (row + 0.5) * side)
        _ice(canvas, middle, side, 0 if board[row][column] == "H" else i)
        if board[row][column] == "H":
            _hole(canvas, middle, side)
        elif board[row][column] == "G":
            _present(canvas, middle, side)
        elif board[row][column] == "S":
            canvas.text(
                "S", middle, 0.5 * side, palette.blend(ICE, palette.BLUE, 0.4), "center", bold=True
            )
    row, column = divmod(int(state.number), width)
    middle = ((column + 0.5) * side, (row + 0.5) * side)
    in_water = board[row][column] == "H"
    feet = (middle[0], middle[1] + (0.42 if in_water else 0.34) * side)
    if board[row][column] == "G":
        feet = (middle[0] - 0.25 * side, feet[1] + 0.08 * side)
    _person(canvas, feet, 0.66 * side, palette.RED, side, sunk=0.3 if in_water else 0.0)
    if in_water:
        _water_line(canvas, middle, side)
    return canvas.rgb()


def _ice(canvas: Canvas, middle: Point, side: float, number: int) -> None:
    """A tile with two scratches, which differ from tile to tile; tile 0 has none."""
    line = max(1.0, side / 90)
    corner = (middle[0] - side / 2, middle[1] - side / 2)
    canvas.rect(*corner, side, side, ICE, palette.blend(ICE, palette.BLUE, 0.25), line)
    for k in range(2 if number else 0):
        angle = number * 2.4 + k * 3.9  # scattered, and the same in every picture
        x = middle[0] + 0.3 * side * math.cos(angle)
        y = middle[1] + 0.3 * side * math.sin(angle * 1.7)
        reach = side * 0.09
        canvas.line([(x - reach, y + reach), (x + reach, y - reach)], palette.WHITE, 2.2 * line)


def _hole(canvas: Canvas, middle: Point, side: float) -> None:
    """Water with a rim of broken ice."""
    line = max(1.0, side / 70)
    x, y = middle
    canvas.polygon(
        _blob(middle, 0.4 * side), palette.WHITE, palette.blend(ICE, palette.INK, 0.3), line
    )
    canvas.polygon(_blob(middle, 0.34 * side), WATER, palette.INK, line)
    glint = [(x - 0.18 * side, y - 0.14 * side), (x + 0.02 * side, y - 0.2 * side)]
    canvas.line(glint, palette.blend(WATER, palette.WHITE, 0.5), 2 * line)


def _water_line(canvas: Canvas, middle: Point, side: float) -> None:
    """The front half of a hole again, over what is in it."""
    front = _blob(middle, 0.34 * side, start=0.25, end=math.pi - 0.25)
    canvas.polygon(front, WATER, None)
    canvas.line(front, palette.INK, max(1.0, side / 70))


def _blob(
    middle: Point, radius: float, start: float = 0.0, end: float = 2 * math.pi
) -> list[Point]:
    """A round shape with a broken rim, or the part of it between two angles, clockwise."""
    angles = np.linspace(start, end, 48)
    rim = radius * (1 + 0.06 * np.cos(3 * angles + 0.6) + 0.04 * np.cos(5 * angles))
    return [
        (middle[0] + r * math.cos(a), middle[1] + 0.92 * r * math.sin(a))
        for r, a in zip(rim, angles, strict=True)
    ]


def _present(canvas: Canvas, middle: Point, side: float) -> None:
    """A box with a ribbon."""
    x, y = middle
    line = max(1.0, side / 70)
    canvas.rect(
        x - 0.24 * side, y - 0.12 * side, 0.48 * side, 0.38 * side, palette.GREEN, palette.INK, line
    )
    canvas.rect(
        x - 0.28 * side, y - 0.2 * side, 0.56 * side, 0.12 * side, palette.GREEN, palette.INK, line
    )
    canvas.rect(
        x - 0.05 * side, y - 0.2 * side, 0.1 * side, 0.46 * side, palette.YELLOW, palette.INK, line
    )
    for sign in (-1, 1):
        bow = [
            (x, y - 0.2 * side),
            (x + sign * 0.17 * side, y - 0.33 * side),
            (x + sign * 0.19 * side, y - 0.19 * side),
        ]
        canvas.polygon(bow, palette.YELLOW, palette.INK, line)


def _person(
    canvas: Canvas, feet: Point, height: float, color: palette.Color, side: float, sunk: float = 0.0
) -> None:
    """Somebody in a coat and a cap, seen from the front; `sunk`: the share that is not drawn."""
    x, y = feet
    line = max(1.0, side / 70)
    if not sunk:
        for sign in (-1, 1):
            foot = (x + sign * 0.1 * height, y)
            canvas.line([(foot[0], y - 0.2 * height), foot], palette.INK, 0.09 * height)
    low = y - max(0.1, sunk) * height
    shoulder, hem = 0.16 * height, 0.24 * height
    coat = [
        (x - shoulder, y - 0.6 * height),
        (x + shoulder, y - 0.6 * height),
        (x + hem, low),
        (x - hem, low),
    ]
    canvas.polygon(coat, color, palette.INK, line)
    head = (x, y - 0.73 * height)
    canvas.circle(head, 0.19 * height, SKIN, palette.INK, line)
    cap = [
        (x + 0.19 * height * math.cos(a), head[1] - 0.19 * height * math.sin(a))
        for a in np.linspace(0.15, math.pi - 0.15, 14)
    ]
    canvas.polygon(cap, palette.blend(color, palette.INK, 0.25), palette.INK, line)
    for sign in (-1, 1):
        eye = (x + sign * 0.07 * height, head[1] + 0.04 * height)
        canvas.circle(eye, 0.022 * height, palette.INK, None)


# -- CliffWalking ------------------------------------------------------------------------------


def cliff_walking(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The meadow, the cliff under it, the goal as a flag, and the walker."""
    del env, params
    side = size / WIDTH
    canvas = Canvas(size, round(HEIGHT * side), GRASS)
    line = max(1.0, side / 40)
    for i in range(HEIGHT * WIDTH):
        row, column = divmod(i, WIDTH)
        shade = palette.blend(GRASS, palette.GREEN, 0.12 if (row + column) % 2 else 0.0)
        canvas.rect(column * side, row * side, side, side, shade, None)
    _cliff(canvas, side, line)
    low = 3.5 * side
    canvas.text(
        "S",
        (0.5 * side, low),
        0.5 * side,
        palette.blend(GRASS, palette.GREEN, 0.7),
        "center",
        bold=True,
    )
    foot, top = (11.4 * side, low + 0.38 * side), (11.4 * side, low - 0.36 * side)
    canvas.line([foot, top], palette.INK, 2 * line)
    cloth = [top, (top[0] + 0.42 * side, top[1] + 0.17 * side), (top[0], top[1] + 0.34 * side)]
    canvas.polygon(cloth, palette.RED, palette.INK, line)
    row, column = divmod(int(state.number), WIDTH)
    feet = ((column + 0.5) * side, (row + 0.88) * side)
    _person(canvas, feet, 0.8 * side, palette.BLUE, 1.4 * side)
    return canvas.rgb()


def _cliff(canvas: Canvas, side: float, line: float) -> None:
    """A drop between start and goal: the edge, the rock under it, and the dark."""
    left, right, top, bottom = side, 11 * side, 3 * side, 4 * side
    canvas.rect(left, top, right - left, bottom - top, ABYSS, None)
    teeth = [(left, top)]
    for k in range(40):
        x = left + (right - left) * (k + 0.5) / 40
        depth = 0.34 + 0.16 * math.sin(k * 2.1) + 0.08 * math.sin(k * 5.3)
        teeth.append((x, top + depth * side))
    canvas.polygon([*teeth, (right, top)], ROCK, None)
    canvas.line(
        [(left, bottom), (left, top), (right, top), (right, bottom)], palette.INK, 1.5 * line
    )
    for column in range(2, 11):
        x = column * side
        canvas.line(
            [(x, top), (x, bottom)], palette.blend(ABYSS, ROCK, 0.5), 0.7 * line, rounded=False
        )


# -- Taxi --------------------------------------------------------------------------------------


def taxi(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The town from above: stands by color, walls, who waits where, and where they want to go."""
    del env, params
    margin = size / 24
    side = (size - 2 * margin) / SIZE
    line = size / 340
    canvas = Canvas(size, size)
    number = int(state.number)
    cell, passenger, destination = number // 20, number // 4 % 5, number % 4

    def corner(row: float, column: float) -> tuple[float, float]:
        return margin + column * side, margin + row * side

    for row in range(SIZE):
        for column in range(SIZE):
            canvas.rect(
                *corner(row, column), side, side, palette.FAINT, palette.BACKGROUND, 2 * line
            )
    for i, place in enumerate(STANDS):
        _stand(canvas, corner(*place), side, i, i == destination, line)
    _walls(canvas, corner, side, line)
    row, column = divmod(cell, SIZE)
    x, y = corner(row, column)
    _car(canvas, (x + 0.56 * side, y + 0.56 * side), side, passenger == IN_TAXI, line)
    if passenger != IN_TAXI:
        left, top = corner(*STANDS[passenger])
        _person(canvas, (left + 0.24 * side, top + 0.9 * side), 0.56 * side, palette.BROWN, side)
    return canvas.rgb()


def _stand(
    canvas: Canvas, corner: Point, side: float, stand: int, is_goal: bool, line: float
) -> None:
    """A colored square with its letter; the destination flies a flag."""
    color = STAND_COLORS[stand]
    inset = 0.07 * side
    left, top, width = corner[0] + inset, corner[1] + inset, side - 2 * inset
    fill = palette.blend(color, palette.BACKGROUND, 0.35)
    canvas.rect(left, top, width, width, fill, palette.INK, line, radius=0.08 * side)
    at = (corner[0] + 0.22 * side, corner[1] + 0.22 * side)
    canvas.text(STAND_NAMES[stand], at, 0.24 * side, palette.INK, "center", bold=True)
    if is_goal:
        foot, top_ = (corner[0] + 0.8 * side, corner[1] + 0.5 * side), corner[1] + 0.12 * side
        canvas.line([foot, (foot[0], top_)], palette.INK, 1.6 * line)
        cloth = [(foot[0], top_), (foot[0] - 0.3 * side, top_ + 0.1 * side)]
        canvas.polygon([*cloth, (foot[0], top_ + 0.2 * side)], palette.WHITE, palette.INK, line)


def _walls(canvas: Canvas, corner: Any, side: float, line: float) -> None:
    """The town's edge and the walls between its streets."""
    left, top = corner(0, 0)
    span = SIZE * side
    edge = [(left, top), (left + span, top), (left + span, top + span), (left, top + span)]
    canvas.line([*edge, edge[0]], palette.INK, 3.5 * line)
    for row, text in enumerate(CITY):
        for column in range(1, SIZE):
            if text[2 * column] == "|":
                canvas.line([corner(row, column), corner(row + 1, column)], palette.INK, 5 * line)


def _car(canvas: Canvas, middle: Point, side: float, is_taken: bool, line: float) -> None:
    """A taxi from the side; its guest sits in the window."""
    x, y = middle
    unit = 0.36 * side

    def place(right: float, up: float) -> tuple[float, float]:
        return x + right * unit, y - up * unit

    body = [(-1, -0.25), (1, -0.25), (1, 0.15), (0.85, 0.25), (0.6, 0.28), (0.35, 0.72)]
    body += [(-0.5, 0.72), (-0.75, 0.28), (-1, 0.22)]
    canvas.polygon([place(*point) for point in body], palette.YELLOW, palette.INK, 1.2 * line)
    window = [(-0.6, 0.28), (0.48, 0.28), (0.27, 0.62), (-0.42, 0.62)]
    canvas.polygon([place(*point) for point in window], palette.BACKGROUND, palette.INK, line)
    if is_taken:
        canvas.circle(place(-0.18, 0.42), 0.17 * unit, SKIN, palette.INK, line)
        coat = [(-0.42, 0.28), (0.06, 0.28), (-0.03, 0.33), (-0.33, 0.33)]
        canvas.polygon([place(*point) for point in coat], palette.BROWN, palette.INK, line)
    canvas.line([place(0.02, 0.28), place(0.02, 0.62)], palette.INK, 1.4 * line)
    sign = place(-0.2, 0.92)
    canvas.rect(sign[0], sign[1], 0.34 * unit, 0.2 * unit, palette.INK, None)
    for k in range(7):
        at = place(-0.92 + 0.26 * k, 0.1)
        canvas.rect(at[0], at[1], 0.13 * unit, 0.12 * unit, palette.INK, None)
    for wheel in (-0.55, 0.58):
        canvas.circle(place(wheel, -0.28), 0.22 * unit, palette.INK, palette.INK, line)
        canvas.circle(place(wheel, -0.28), 0.08 * unit, palette.MUTED, None)


# -- Blackjack ---------------------------------------------------------------------------------


def blackjack(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The table: the dealer's hand above, the player's below, and what they count."""
    del env, params
    canvas = Canvas(size, round(0.75 * size), cards.FELT)
    unit = size / 512
    player, dealer = (hand[hand > 0].tolist() for hand in (state.player, state.dealer))
    player_sum, usable = _count(player)
    open_cards = bool(state.stuck) or player_sum > 21
    shown = dealer if open_cards else dealer[:1]
    _hand(canvas, dealer, 30 * unit, unit, hidden=not open_cards)
    _hand(canvas, player, 216 * unit, unit)
    more = "" if open_cards else " + ?"
    _label(canvas, f"dealer {_count(shown)[0]}{more}", 186 * unit, unit)
    note = " with an ace as 11" if usable else ", bust" if player_sum > 21 else ""
    _label(canvas, f"player {player_sum}{note}", 372 * unit - 12 * unit, unit)
    return canvas.rgb()


def _count(hand: Sequence[int]) -> tuple[int, bool]:
    """What cards count, and whether an ace counts 11."""
    usable = 1 in hand and sum(hand) + 10 <= 21
    return sum(hand) + 10 * usable, usable


def _label(canvas: Canvas, text: str, y: float, unit: float) -> None:
    canvas.text(text, (canvas.width / 2, y), 17 * unit, palette.WHITE, "center", bold=True)


def _hand(
    canvas: Canvas, hand: Sequence[int], top: float, unit: float, hidden: bool = False
) -> None:
    """Cards side by side, closer the more they are; `hidden`: the second lies face down."""
    width = 92 * unit
    room = canvas.width - 60 * unit - width
    step = min(width + 14 * unit, room / max(len(hand) - 1, 1))
    left = (canvas.width - width - step * (len(hand) - 1)) / 2
    for i, card in enumerate(hand):
        corner = (left + i * step, top)
        if hidden and i == 1:
            cards.back(canvas, corner, width)
        else:
            # Suits do not matter in this game and go round.
            cards.face(canvas, corner, width, "A" if card == 1 else str(card), (card + i) % 4)


PICTURES: Pictures = {
    FrozenLake: Picture(
        frozen_lake,
        Controls(
            keys={"left": (0, "left"), "down": (1, "down"), "right": (2, "right"), "up": (3, "up")}
        ),
    ),
    CliffWalking: Picture(
        cliff_walking,
        Controls(
            keys={"up": (0, "up"), "right": (1, "right"), "down": (2, "down"), "left": (3, "left")}
        ),
    ),
    Taxi: Picture(
        taxi,
        Controls(
            keys={
                "down": (0, "south"),
                "up": (1, "north"),
                "right": (2, "east"),
                "left": (3, "west"),
                "p": (4, "pick up"),
                "d": (5, "set down"),
            }
        ),
    ),
    Blackjack: Picture(blackjack, Controls(keys={"s": (0, "stick"), "h": (1, "hit")})),
}
