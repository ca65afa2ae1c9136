"""Boards: ships to find and mines to keep away from."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.popgym import _bitboard as bitboard
from jaxenvs.envs.popgym.battleship import Battleship
from jaxenvs.envs.popgym.minesweeper import MineSweeper
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

SEA: palette.Color = (150, 189, 216)
DEEP: palette.Color = (116, 160, 194)
TILE: palette.Color = (196, 202, 210)
COUNTS: tuple[palette.Color, ...] = (
    palette.MUTED,
    palette.BLUE,
    palette.GREEN,
    palette.RED,
    palette.PURPLE,
    palette.ORANGE,
    palette.TEAL,
    palette.INK,
    palette.INK,
    palette.INK,
)


def battleship(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The sea with all shots so far; the ships that were missed come up when the game is over."""
    canvas, margin, side = _board(size, env.board_size)
    ships, shots = (bitboard.unpack(board) for board in (state.ships, state.shots))
    is_over = _is_over(state, params)
    for row, column in np.ndindex(ships.shape):
        x, y = margin + column * side, margin + row * side
        middle = (x + side / 2, y + side / 2)
        canvas.rect(
            x, y, side, side, SEA if (row + column) % 2 else palette.blend(SEA, DEEP, 0.25), None
        )
        ship, shot = ships[row, column], shots[row, column]
        if ship and (shot or is_over):
            hull = (x + 0.06 * side, y + 0.06 * side, 0.88 * side, 0.88 * side)
            canvas.rect(
                *hull,
                palette.MUTED if shot else palette.FAINT,
                palette.INK,
                0.03 * side,
                radius=0.16 * side,
            )
        if ship and shot:
            _blast(canvas, middle, 0.36 * side)
        elif shot:
            canvas.circle(middle, 0.14 * side, palette.WHITE, DEEP, 0.04 * side)
    board = env.board_size * side
    canvas.rect(margin, margin, board, board, None, palette.INK, 2 * size / 512)
    return canvas.rgb()


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
        mine, is_open = bool(mines[row, column]), bool(viewed[row, column])
        _tile(
            canvas,
            (x, y),
            side,
            palette.RED if mine and is_open else palette.BACKGROUND if is_open else TILE,
            is_open,
        )
        if mine and is_over:
            _mine(canvas, middle, 0.3 * side)
        elif is_open and near[row, column]:
            number = int(near[row, column])
            canvas.text(str(number), middle, 0.5 * side, COUNTS[number], "center", bold=True)
    return canvas.rgb()


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
            canvas.text(str(i), place, min(15 * size / 512, 0.5 * side), palette.MUTED, "center")
    return canvas, margin, side


def _square_at(env: Any, x: float, y: float) -> tuple[int, int] | None:
    """Row and column of the square of a board at a place of its picture."""
    row, column = (math.floor((share * 512 - 30) / 472 * env.board_size) for share in (y, x))
    inside = 0 <= row < env.board_size and 0 <= column < env.board_size
    return (row, column) if inside else None


def _blast(canvas: Canvas, middle: Point, size: float) -> None:
    """A star of fire."""
    for reach, color in ((1.0, palette.RED), (0.55, palette.YELLOW)):
        angles = np.arange(16) * np.pi / 8
        radii = size * reach * np.where(np.arange(16) % 2, 0.55, 1.0)
        points = [
            (middle[0] + r * np.cos(a), middle[1] + r * np.sin(a))
            for r, a in zip(radii, angles, strict=True)
        ]
        canvas.polygon(points, color, None)


def _tile(canvas: Canvas, corner: Point, side: float, fill: palette.Color, is_flat: bool) -> None:
    """A square that stands out or lies open."""
    (x, y), edge = corner, 0.07 * side
    if is_flat:
        canvas.rect(x, y, side, side, fill, palette.FAINT, 0.03 * side)
        return
    gap = 0.02 * side
    box = (x + gap, y + gap, side - 2 * gap, side - 2 * gap)
    canvas.rect(*box, palette.blend(fill, palette.INK, 0.3), None, radius=edge)
    inner = (x + gap, y + gap, side - 2 * gap, side - 2 * gap - edge)
    canvas.rect(*inner, fill, None, radius=edge)


def _mine(canvas: Canvas, middle: Point, size: float) -> None:
    """A ball with spikes."""
    for angle in np.arange(4) * np.pi / 4:
        dx, dy = size * np.cos(angle), size * np.sin(angle)
        ends = [(middle[0] - dx, middle[1] - dy), (middle[0] + dx, middle[1] + dy)]
        canvas.line(ends, palette.INK, 0.16 * size)
    canvas.circle(middle, 0.72 * size, palette.INK, None)
    canvas.circle(
        (middle[0] - 0.24 * size, middle[1] - 0.24 * size), 0.17 * size, palette.WHITE, None
    )


PICTURES: Pictures = {
    Battleship: Picture(battleship, Controls(keys={}, pointer=(_square_at, "shoot"))),
    MineSweeper: Picture(minesweeper, Controls(keys={}, pointer=(_square_at, "look under"))),
}
