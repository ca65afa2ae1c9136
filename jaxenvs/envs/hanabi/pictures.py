"""Pictures of Hanabi: the table as the player on turn views it, and what all know of each card.

Under every card stand the colors and the ranks that its holder can still think possible. The player
on turn sits at the bottom, where her own cards show only what she knows of them; beside the hands
is her menu. When the game is over all cards are shown.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from jaxenvs.envs.hanabi._rules import DISCARD, PLAY, TELL_COLOR, TELL_RANK, Rules, moves
from jaxenvs.envs.hanabi.hanabi import Hanabi
from jaxenvs.render import cards, palette
from jaxenvs.render.canvas import Align, Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

COLORS: tuple[palette.Color, ...] = (
    palette.RED,
    palette.YELLOW,
    palette.GREEN,
    palette.WHITE,
    palette.BLUE,
    palette.PURPLE,
)
NAMES = ("red", "yellow", "green", "white", "blue", "purple")

# Lengths of a picture 512 wide.
WIDTH = 512.0
TOP = 148.0  # of the first hand
ROW = 118.0  # from hand to hand
MENU = 344.0  # left edge of what can be told, where it stands beside a hand
CHIP = 26.0
TELL_ROW = 30.0  # height of what can be told, where it stands below a hand
COLUMN = 250.0  # from hand to hand, where two are side by side


class Button(NamedTuple):
    """A place of the menu and the action that it stands for."""

    action: int
    left: float
    top: float
    width: float
    height: float


def draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The picture of a game, uint8 `[height, width, 3]`."""
    del params
    rules = env.rules
    height = _height(rules)
    unit = size / max(WIDTH, height)
    table = _Table(Canvas(round(WIDTH * unit), round(height * unit)), unit)
    over = _is_over(state, rules)
    _board(table, state, rules)
    table.text(_last_move(state, rules), (16, TOP - 18), 12.5, palette.MUTED)
    for offset in range(rules.num_players):
        seat = (int(state.player) + offset) % rules.num_players
        corner = _corner(rules, offset)
        _hand(table, state, rules, seat, corner, face_up=bool(offset) or over)
    if not over:
        _menu(table, state, rules)
    return table.canvas.rgb()


class _Table:
    """A canvas whose lengths are those of a picture 512 wide."""

    def __init__(self, canvas: Canvas, unit: float) -> None:
        self.canvas, self.unit = canvas, unit

    def rect(
        self,
        box: tuple[float, ...],
        fill: palette.Color | None,
        outline: palette.Color | None = palette.INK,
        r: float = 3,
    ) -> None:
        left, top, width, height = (length * self.unit for length in box)
        line = max(self.unit, 0.6)
        self.canvas.rect(left, top, width, height, fill, outline, line, radius=r * self.unit)

    def disc(
        self,
        center: Point,
        radius: float,
        fill: palette.Color,
        outline: palette.Color | None = palette.INK,
    ) -> None:
        middle = (center[0] * self.unit, center[1] * self.unit)
        self.canvas.circle(middle, radius * self.unit, fill, outline, max(self.unit, 0.6))

    def line(self, start: Point, end: Point) -> None:
        """A thin gray line."""
        points = [(x * self.unit, y * self.unit) for x, y in (start, end)]
        self.canvas.line(points, palette.MUTED, max(1.2 * self.unit, 0.6))

    def text(
        self, words: str, at: Point, size: float, color: palette.Color, align: Align = "left"
    ) -> None:
        place = (at[0] * self.unit, at[1] * self.unit)
        self.canvas.text(words, place, size * self.unit, color, align, bold=True)


# -- places --------------------------------------------------------------------------------------


def _has_columns(rules: Rules) -> bool:
    """Whether the hands of the others stand in two columns, so that many players fill the width."""
    return rules.num_players > 3 and rules.hand_size <= 4


def _height(rules: Rules) -> float:
    return _corner(rules, 0)[1] + ROW + 44


def _corner(rules: Rules, offset: int) -> tuple[float, float]:
    """Left and top of the hand so many seats on from the player on turn, who sits at the bottom."""
    num_columns = 2 if _has_columns(rules) else 1
    pitch = ROW + (TELL_ROW if num_columns == 2 else 0)
    if offset == 0:
        row, column = -(-(rules.num_players - 1) // num_columns), 0
    else:
        row, column = divmod(offset - 1, num_columns)
    return 16 + COLUMN * column, TOP + pitch * row


def _card(rules: Rules, slot: int, corner: tuple[float, float]) -> tuple[float, float, float]:
    """Left, top and width of a card of a hand."""
    pitch = min(60.0, (COLUMN - 16 if _has_columns(rules) else 318.0) / rules.hand_size)
    return corner[0] + slot * pitch, corner[1] + 18, min(46.0, 0.8 * pitch)


def buttons(rules: Rules) -> Iterator[Button]:
    """The menu, place by place."""
    table = moves(rules)
    names = (part.tolist() for part in (table.deed, table.slot, table.offset))
    count = {TELL_COLOR: 0, TELL_RANK: 0}
    for action, (deed, slot, offset) in enumerate(zip(*names, strict=True)):
        if deed in (PLAY, DISCARD):
            left, top, width = _card(rules, slot, _corner(rules, 0))
            below = top + cards.HEIGHT * width + (34 if deed == PLAY else 54)
            yield Button(action, left - 3, below, width + 6, 18)
        elif deed in count:
            most = rules.num_colors if deed == TELL_COLOR else rules.num_ranks
            place = count[deed] % most
            count[deed] += 1
            yield _tell_button(rules, action, offset, place, is_color=deed == TELL_COLOR)


def _tell_button(rules: Rules, action: int, offset: int, place: int, *, is_color: bool) -> Button:
    """A hint: below the hand that it tells about, or beside it."""
    left, top = _corner(rules, offset)
    if _has_columns(rules):
        place += 0 if is_color else rules.num_colors
        pitch = (COLUMN - 16) / (rules.num_colors + rules.num_ranks)
        gap = 0 if is_color else 4
        return Button(action, left + place * pitch + gap, top + ROW - 2, pitch - 3, TELL_ROW - 9)
    pitch = min(CHIP + 3, (WIDTH - MENU - 3) / max(rules.num_colors, rules.num_ranks))
    below = top + (22 if is_color else 54)
    return Button(action, MENU + place * pitch, below, pitch - 3, CHIP)


def _button_at(env: Any, x: float, y: float) -> np.ndarray | None:
    """The move at a place of the picture; all players make it, and it is one's turn."""
    x, y = x * WIDTH, y * _height(env.rules)
    for button in buttons(env.rules):
        inside = 0 <= x - button.left <= button.width and 0 <= y - button.top <= button.height
        if inside:
            return np.full(env.num_agents, button.action, np.int32)
    return None


# -- parts ---------------------------------------------------------------------------------------


def _board(table: _Table, state: Any, rules: Rules) -> None:
    """Fireworks, tokens, the deck and the discards."""
    played = int(state.fireworks.sum())
    points = played if state.lives > 0 else 0
    table.text(f"{points} of {rules.num_kinds} points", (16, 18), 14, palette.INK)
    for color, height in enumerate(state.fireworks.tolist()):
        box = (16 + 46 * color, 32.0, 36.0)
        if height:
            _face(table, box, COLORS[color], str(height))
        else:
            pale = palette.blend(palette.BACKGROUND, COLORS[color], 0.3)
            # White on white would not stand out.
            edge = (
                palette.blend(palette.BACKGROUND, palette.INK, 0.35)
                if COLORS[color] == palette.WHITE
                else COLORS[color]
            )
            table.rect((*box, cards.HEIGHT * box[2]), pale, edge)
    for name, one, left, most, top, color in (
        ("hints", "hint", state.information, rules.information_tokens, 18, palette.BLUE),
        ("lives", "life", state.lives, rules.life_tokens, 40, palette.RED),
    ):
        table.text(f"{int(left)} {name if left != 1 else one}", (310, top), 13, palette.INK)
        for token in range(most if most <= 8 else 0):
            fill = color if token < left else palette.FAINT
            table.disc((382 + 15 * token, top), 5.5, fill)
    cards.back(table.canvas, (310 * table.unit, 56 * table.unit), 20 * table.unit)
    deck = rules.deck_size - int(state.num_drawn)
    turns = int(state.turns_left)
    words = f"{deck} in the deck" if deck else f"{turns} turn{'s' * (turns != 1)} left"
    table.text(words, (340, 70), 13, palette.INK)
    kinds = np.repeat(np.arange(rules.num_kinds), state.discards)
    table.text("discards", (16, 104), 12.5, palette.INK)
    pitch = min(14.0, 410 / max(len(kinds), 1))
    for place, (color, rank) in enumerate(zip(*np.divmod(kinds, rules.num_ranks), strict=True)):
        left = 86 + pitch * place
        table.rect((left, 95, 13, 18), COLORS[color], r=2)
        table.text(str(rank + 1), (left + 6.5, 104), 11, _ink(COLORS[color]), "center")


def _face(table: _Table, box: tuple[float, float, float], fill: palette.Color, name: str) -> None:
    left, top, width = box
    table.rect((left, top, width, cards.HEIGHT * width), fill, r=4)
    middle = (left + width / 2, top + cards.HEIGHT * width / 2)
    table.text(name, middle, 0.62 * width, _ink(fill), "center")


def _ink(fill: palette.Color) -> palette.Color:
    """What can be read on a color."""
    return palette.INK if fill in (palette.WHITE, palette.YELLOW, palette.FAINT) else palette.WHITE


def _hand(
    table: _Table,
    state: Any,
    rules: Rules,
    seat: int,
    corner: tuple[float, float],
    *,
    face_up: bool,
) -> None:
    """A player's cards, or what she knows of them, with what is possible under each."""
    mine = not face_up or seat == int(state.player)
    words = f"player {seat}" + (", on turn" if not face_up else "")
    color = palette.ORANGE if mine else palette.INK
    table.text(words, (corner[0], corner[1] + 8), 13, color)
    touched = _touched(state, rules, seat)
    for slot, kind in enumerate(state.hands[seat].tolist()):
        if kind == rules.num_kinds:
            continue
        box = _card(rules, slot, corner)
        if touched >> slot & 1:
            left, above, width = box
            table.rect(
                (left - 3, above - 3, width + 6, cards.HEIGHT * width + 6), palette.ORANGE, None, 6
            )
        colors, ranks = _possible(int(state.possible[seat, slot]), rules)
        if face_up:
            color, rank = divmod(kind, rules.num_ranks)
            _face(table, box, COLORS[color], str(rank + 1))
        else:
            fill = COLORS[colors[0]] if len(colors) == 1 else palette.FAINT
            _face(table, box, fill, str(ranks[0] + 1) if len(ranks) == 1 else "?")
        _knowledge(table, box, colors, ranks, rules)


def _possible(kinds: int, rules: Rules) -> tuple[list[int], list[int]]:
    """The colors and the ranks in a set of kinds."""
    found = [divmod(kind, rules.num_ranks) for kind in range(rules.num_kinds) if kinds >> kind & 1]
    return sorted({color for color, _ in found}), sorted({rank for _, rank in found})


def _knowledge(
    table: _Table,
    box: tuple[float, float, float],
    colors: list[int],
    ranks: list[int],
    rules: Rules,
) -> None:
    """A dot for each color and a digit for each rank, pale where it is ruled out."""
    left, top, width = box
    middle, below = left + width / 2, top + cards.HEIGHT * width
    spread = 1.12 * width  # a little wider than the card
    for color in range(rules.num_colors):
        x = middle + spread * ((color + 0.5) / rules.num_colors - 0.5)
        can_be = color in colors
        fill = COLORS[color] if can_be else palette.FAINT
        radius = min(4.6, 0.42 * spread / rules.num_colors)
        table.disc((x, below + 9), radius, fill, palette.INK if can_be else None)
    for rank in range(rules.num_ranks):
        x = middle + spread * ((rank + 0.5) / rules.num_ranks - 0.5)
        ink = palette.INK if rank in ranks else palette.FAINT
        size = min(14.0, 1.3 * spread / rules.num_ranks)
        table.text(str(rank + 1), (x, below + 23), size, ink, "center")


def _touched(state: Any, rules: Rules, seat: int) -> int:
    """The cards of a hand that the last hint pointed at, as bits."""
    offset = int(moves(rules).offset[state.last.action])
    told = (int(state.last.player) + offset) % rules.num_players
    return int(state.last.touched) if offset and told == seat else 0


def _menu(table: _Table, state: Any, rules: Rules) -> None:
    """What can be done; what is not allowed is gray and struck out."""
    rows = moves(rules)
    for button in buttons(rules):
        deed = int(rows.deed[button.action])
        box = button[1:]
        middle = (button.left + button.width / 2, button.top + button.height / 2)
        if deed in (PLAY, DISCARD):
            fill = palette.TEAL if deed == PLAY else palette.MUTED
            words = "play" if deed == PLAY else "drop"
        else:
            sign = int(rows.told[button.action]).bit_length() - 1
            rank = sign - rules.num_colors
            fill = palette.WHITE if deed == TELL_RANK else COLORS[sign]
            words = str(rank + 1) if deed == TELL_RANK else ""
        size = min(14.0, 0.62 * button.width)
        if _is_legal(state, rules, button.action):
            table.rect(box, fill, palette.INK, r=5)
            table.text(words, middle, size, _ink(fill), "center")
            continue
        table.rect(box, palette.blend(fill, palette.FAINT, 0.8), palette.MUTED, r=5)
        table.text(words, middle, size, palette.MUTED, "center")
        table.line(
            (button.left + 4, button.top + button.height - 4),
            (button.left + button.width - 4, button.top + 4),
        )


def _is_legal(state: Any, rules: Rules, action: int) -> bool:
    """Whether the player on turn may make a move."""
    rows, player = moves(rules), int(state.player)
    deed, seat = rows.deed[action], (player + int(rows.offset[action])) % rules.num_players
    held = [int(kind) for kind in state.hands[seat] if kind < rules.num_kinds]
    if deed in (PLAY, DISCARD):
        return rows.slot[action] < len(held) and (
            deed == PLAY or state.information < rules.information_tokens
        )
    return bool(state.information > 0 and any(rows.kinds[action] >> k & 1 for k in held))


def _is_over(state: Any, rules: Rules) -> bool:
    complete = bool((state.fireworks == rules.num_ranks).all())
    return complete or int(state.lives) == 0 or int(state.turns_left) == 0


def _last_move(state: Any, rules: Rules) -> str:
    """What happened last, in words."""
    rows, last = moves(rules), state.last
    if last.action == rules.num_moves:
        return "the game begins"
    deed, who = rows.deed[last.action], f"player {int(last.player)}"
    if deed in (PLAY, DISCARD):
        color, rank = divmod(int(last.card), rules.num_ranks)
        does = "discards" if deed == DISCARD else "plays" if last.scored else "fails with"
        return f"{who} {does} {NAMES[color]} {rank + 1}"
    seat = (int(last.player) + int(rows.offset[last.action])) % rules.num_players
    sign = int(rows.told[last.action]).bit_length() - 1
    what = NAMES[sign] if deed == TELL_COLOR else f"{sign - rules.num_colors + 1}s"
    return f"{who} tells player {seat} about {what}"


PICTURES: Pictures = {
    # It is played by its menu; everyone in turn.
    Hanabi: Picture(
        draw,
        Controls(keys={}, pointer=(_button_at, "a color or a rank to tell it, or below a card")),
    ),
}
