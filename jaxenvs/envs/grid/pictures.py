"""MiniGrid's tasks from above: rooms, doors, keys, and what the agent observes, lit up."""

from typing import Any

import numpy as np

from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid import _view as view
from jaxenvs.envs.grid._game import GridEnv
from jaxenvs.envs.grid._tiles import Kind
from jaxenvs.envs.grid.dynamic_obstacles import DynamicObstacles
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

_COLORS: tuple[palette.Color, ...] = (
    palette.RED,
    palette.GREEN,
    palette.BLUE,
    palette.PURPLE,
    palette.YELLOW,
    palette.MUTED,
)  # as tiles.Color
_WALL: palette.Color = (112, 117, 128)
_STATUS = 40  # pixels for the line under the grid, at 512 pixels

_WALK: dict[str, tuple[Any, str]] = {
    "left": (0, "turn left"),
    "right": (1, "turn right"),
    "up": (2, "forward"),
}
_HANDS: dict[str, tuple[Any, str]] = {
    "p": (3, "pick up"),
    "d": (4, "drop"),
    "space": (5, "open, close"),
    "x": (6, "done"),
}


def draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The grid, the agent as an arrow head, its hand and its mission in a line below.

    Of a grid that is not walled in, such as rooms here and there, only the part that is built on is
    shown, enlarged; the picture's size depends on the grid alone.
    """
    del params
    height, width = state.grid.shape
    status = _STATUS * size / 512
    room = min(size / width, (size - status) / height)
    canvas = Canvas(round(room * width), round(room * height + status), palette.BACKGROUND)
    lit = _lit(env, state)
    kinds, colors, doors = np.moveaxis(np.asarray(tiles.encode(state.grid)), -1, 0)
    agent = (int(state.row), int(state.col))
    floor = (kinds != Kind.EMPTY) | _reachable(kinds != Kind.WALL, agent)
    (top, left), (bottom, right) = _box(floor)
    rows, cols = bottom - top, right - left
    cell = min(room * width / cols, room * height / rows)
    # Where the corner of the grid would be, with the part in the middle.
    origin = (
        (room * width - cell * cols) / 2 - cell * left,
        (room * height - cell * rows) / 2 - cell * top,
    )
    for row, col in np.argwhere(floor).tolist():
        corner = (origin[0] + col * cell, origin[1] + row * cell)
        _floor(canvas, corner, cell, bool(lit[row, col]))
        color = _COLORS[colors[row, col]]
        _object(canvas, corner, cell, kinds[row, col], color, int(doors[row, col]))
    _agent(canvas, state, origin, cell)
    _status(canvas, env, state, status)
    return canvas.rgb()


def _reachable(free: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """The free cells that can be walked to, doors or not, and the start itself; bool `[H, W]`."""
    found = np.zeros(free.shape, bool)
    found[start] = True
    while True:
        wider = found.copy()
        wider[1:] |= found[:-1]
        wider[:-1] |= found[1:]
        wider[:, 1:] |= found[:, :-1]
        wider[:, :-1] |= found[:, 1:]
        wider = wider & free | found
        if (wider == found).all():
            return found
        found = wider


def _box(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first and one past the last row and column of the cells that are set."""
    places = np.argwhere(cells)
    return places.min(axis=0), places.max(axis=0) + 1


def _lit(env: Any, state: Any) -> np.ndarray:
    """The cells of the grid that the agent observes, bool."""
    cells, rows, cols = (
        np.asarray(part)
        for part in view.view_cells(
            state.grid, state.row, state.col, state.direction, env.view_size
        )
    )
    visible = np.ones(cells.shape, bool)
    if not env.see_through_walls:
        visible = np.asarray(view.visible(cells))
    inside = (rows >= 0) & (rows < state.grid.shape[0]) & (cols >= 0) & (cols < state.grid.shape[1])
    lit = np.zeros(state.grid.shape, bool)
    lit[rows[visible & inside], cols[visible & inside]] = True
    return lit


def _floor(canvas: Canvas, corner: tuple[float, float], cell: float, lit: bool) -> None:
    fill = palette.blend(palette.BACKGROUND, palette.YELLOW, 0.22) if lit else palette.WHITE
    canvas.rect(*corner, cell, cell, fill, palette.FAINT, line_width=max(0.5, cell / 40))


def _object(
    canvas: Canvas,
    corner: tuple[float, float],
    cell: float,
    kind: int,
    color: palette.Color,
    door: int,
) -> None:
    """What lies in a cell, `corner` its top left."""
    x, y = corner
    middle = (x + cell / 2, y + cell / 2)
    line = max(0.8, cell / 22)
    if kind == Kind.WALL:
        canvas.rect(x, y, cell, cell, _WALL, None)
    elif kind == Kind.GOAL:
        canvas.rect(x, y, cell, cell, palette.blend(palette.GREEN, palette.WHITE, 0.25), None)
        _flag(canvas, corner, cell, line)
    elif kind == Kind.LAVA:
        _lava(canvas, corner, cell, line)
    elif kind == Kind.FLOOR:
        canvas.rect(x, y, cell, cell, palette.blend(color, palette.WHITE, 0.5), None)
    elif kind == Kind.DOOR:
        _door(canvas, corner, cell, color, door, line)
    elif kind == Kind.KEY:
        _key(canvas, middle, cell, color)
    elif kind == Kind.BALL:
        canvas.circle(middle, 0.3 * cell, color, palette.INK, line)
    elif kind == Kind.BOX:
        inset = 0.18 * cell
        side = cell - 2 * inset
        canvas.rect(x + inset, y + inset, side, side, color, palette.INK, line, radius=0.05 * cell)
        canvas.line([(x + inset, middle[1]), (x + cell - inset, middle[1])], palette.INK, line)


def _flag(canvas: Canvas, corner: tuple[float, float], cell: float, line: float) -> None:
    x, y = corner
    pole = x + 0.36 * cell
    canvas.line([(pole, y + 0.2 * cell), (pole, y + 0.82 * cell)], palette.INK, line)
    tip = [(pole, y + 0.2 * cell), (x + 0.74 * cell, y + 0.34 * cell), (pole, y + 0.5 * cell)]
    canvas.polygon(tip, palette.GREEN, palette.INK, line)


def _lava(canvas: Canvas, corner: tuple[float, float], cell: float, line: float) -> None:
    x, y = corner
    canvas.rect(x, y, cell, cell, palette.ORANGE, None)
    across = np.linspace(0.12, 0.88, 9)
    for level in (0.3, 0.52, 0.74):
        wave = [(x + a * cell, y + (level + 0.05 * np.sin(4 * np.pi * a)) * cell) for a in across]
        canvas.line(wave, palette.blend(palette.ORANGE, palette.RED, 0.7), line * 1.3)


def _door(
    canvas: Canvas,
    corner: tuple[float, float],
    cell: float,
    color: palette.Color,
    door: int,
    line: float,
) -> None:
    """Open: a leaf at the side; shut: a panel with a knob; locked: darker, with a keyhole."""
    x, y = corner
    if door == tiles.Door.OPEN:
        canvas.rect(x + 0.84 * cell, y, 0.14 * cell, cell, color, palette.INK, line)
        return
    inset = 0.06 * cell
    side = cell - 2 * inset
    locked = door == tiles.Door.LOCKED
    fill = (
        palette.blend(color, palette.INK, 0.35)
        if locked
        else palette.blend(color, palette.WHITE, 0.25)
    )
    canvas.rect(x, y, cell, cell, palette.blend(palette.BROWN, palette.INK, 0.2), None)
    canvas.rect(x + inset, y + inset, side, side, fill, palette.INK, line, radius=0.06 * cell)
    if locked:
        canvas.circle((x + 0.5 * cell, y + 0.42 * cell), 0.11 * cell, color, None)
        hole = [(0.5, 0.42), (0.6, 0.7), (0.4, 0.7)]
        canvas.polygon([(x + a * cell, y + b * cell) for a, b in hole], color, None)
    else:
        canvas.circle(
            (x + 0.76 * cell, y + 0.5 * cell), 0.07 * cell, color, palette.INK, line * 0.7
        )


def _key(canvas: Canvas, middle: tuple[float, float], cell: float, color: palette.Color) -> None:
    """A ring, a shaft and two teeth, with a dark edge."""
    x, y = middle
    ring = (x, y - 0.18 * cell)
    strokes = [
        [(x, y - 0.05 * cell), (x, y + 0.34 * cell)],
        [(x, y + 0.32 * cell), (x + 0.17 * cell, y + 0.32 * cell)],
        [(x, y + 0.18 * cell), (x + 0.14 * cell, y + 0.18 * cell)],
    ]
    for tint, width in ((palette.INK, 0.15 * cell), (color, 0.085 * cell)):
        canvas.circle(ring, 0.14 * cell, None, tint, width)
        for stroke in strokes:
            canvas.line(stroke, tint, width)


def _agent(canvas: Canvas, state: Any, origin: tuple[float, float], cell: float) -> None:
    angle = np.pi / 2 * int(state.direction)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([int(state.col) + 0.5, int(state.row) + 0.5]) * cell + origin
    shape = np.array([(0.36, 0.0), (-0.28, 0.3), (-0.14, 0.0), (-0.28, -0.3)]) * cell
    points = [tuple(float(v) for v in middle + turn @ point) for point in shape]
    canvas.polygon(points, palette.RED, palette.INK, max(0.8, cell / 22))


def _status(canvas: Canvas, env: Any, state: Any, height: float) -> None:
    """The mission, in two lines if it is long, and what is in the agent's hand at the right."""
    line = canvas.height - height / 2
    box = 0.8 * height
    room = canvas.width - box - 24
    lines, text_size = _mission(canvas, env.missions[int(state.mission)], room, height)
    for i, words in enumerate(lines):
        y = line + (i - (len(lines) - 1) / 2) * 0.45 * height
        canvas.text(words, (10, y), text_size, palette.INK)
    left, top = canvas.width - box - 6, line - box / 2
    canvas.rect(left, top, box, box, palette.WHITE, palette.MUTED, 1.0, radius=4)
    kind, color, door = (int(part) for part in np.asarray(tiles.encode(state.carrying)))
    if kind != Kind.EMPTY:
        _object(canvas, (left, top), box, kind, _COLORS[color], door)


def _mission(canvas: Canvas, mission: str, room: float, height: float) -> tuple[list[str], float]:
    """The lines of a mission and the size of its letters, so that it fits, in two lines at most."""
    size = min(14.0, 0.7 * height)
    if canvas.text_width(mission, size) <= room:
        return [mission], size
    words, size = mission.split(), min(14.0, 0.42 * height)
    breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words) + 1)]
    lines = min(breaks, key=lambda pair: max(canvas.text_width(part, size) for part in pair))
    widest = max(canvas.text_width(part, size) for part in lines)
    return list(lines), size * min(1.0, room / widest)


PICTURES: Pictures = {
    GridEnv: Picture(draw, Controls(keys=_WALK | _HANDS, rate=6.0)),
    DynamicObstacles: Picture(draw, Controls(keys=_WALK, rate=6.0)),
}
