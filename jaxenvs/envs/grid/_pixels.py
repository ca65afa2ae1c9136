"""Pictures of cells as small RGB arrays, for observations in pixels; made once, with numpy.

The shapes and colors, the order in which they are painted and how the pixels round are those of
MiniGrid's renderer (`core/grid.py`, `core/world_object.py`, `utils/rendering.py`), so that the
pixels are equal to its own.
"""

import functools
import math
from collections.abc import Callable

import numpy as np

from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._tiles import Color, Door, Kind
from jaxenvs.struct import frozen

NUM_POSES = 5
"""No agent, or one that looks right, down, left or up."""

_RGB = {
    Color.RED: (255, 0, 0),
    Color.GREEN: (0, 255, 0),
    Color.BLUE: (0, 0, 255),
    Color.PURPLE: (112, 39, 195),
    Color.YELLOW: (255, 255, 0),
    Color.GREY: (100, 100, 100),
}
_ORANGE = (255, 128, 0)  # of lava, whatever its number says
_LINE = 0.031  # width of the lines between cells
_SAMPLES = 3  # points per pixel, across and down, of which it is the mean
_HIGHLIGHT = 0.3  # how far a seen cell is moved to white

Inside = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Which points `(x, y)`, from 0 to 1 across and down a cell, lie in a shape."""


def _rect(left: float, right: float, top: float, bottom: float) -> Inside:
    return lambda x, y: (x >= left) & (x <= right) & (y >= top) & (y <= bottom)


def _circle(x0: float, y0: float, radius: float) -> Inside:
    return lambda x, y: (x - x0) ** 2 + (y - y0) ** 2 <= radius**2


def _stroke(start: tuple[float, float], end: tuple[float, float], radius: float) -> Inside:
    """All that is near the way from one point to another."""
    along = np.subtract(end, start)

    def inside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        share = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along @ along)
        share = np.clip(share, 0, 1)
        off_x, off_y = x - start[0] - share * along[0], y - start[1] - share * along[1]
        return off_x**2 + off_y**2 <= radius**2

    return inside


def _arrow(direction: int) -> Inside:
    """The agent: a triangle whose tip points where it looks."""
    back, tip_x, tip_y, half = 0.12, 0.87, 0.5, 0.31
    cos, sin = round(math.cos(direction * math.pi / 2)), round(math.sin(direction * math.pi / 2))

    def inside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = x - 0.5, y - 0.5
        ahead, aside = 0.5 + x * cos + y * sin, 0.5 + y * cos - x * sin
        width = half * (tip_x - ahead) / (tip_x - back)
        return (ahead >= back) & (np.abs(aside - tip_y) <= width)

    return inside


_WHOLE = _rect(0, 1, 0, 1)
_WAVES = [
    _stroke((x, 0.3 + 0.2 * i + dy), (x + 0.2, 0.4 + 0.2 * i - dy), 0.03)
    for i in range(3)
    for x, dy in ((0.1, 0.0), (0.3, 0.1), (0.5, 0.0), (0.7, 0.1))
]
# What is painted, in order: a shape, and how bright in the object's color.
_SHAPES: dict[tuple[Kind, Door], list[tuple[Inside, float]]] = {
    (Kind.WALL, Door.OPEN): [(_WHOLE, 1)],
    (Kind.GOAL, Door.OPEN): [(_WHOLE, 1)],
    (Kind.FLOOR, Door.OPEN): [(_rect(_LINE, 1, _LINE, 1), 0.5)],
    (Kind.LAVA, Door.OPEN): [(_WHOLE, 1), *((wave, 0) for wave in _WAVES)],
    (Kind.BALL, Door.OPEN): [(_circle(0.5, 0.5, 0.31), 1)],
    (Kind.BOX, Door.OPEN): [
        (_rect(0.12, 0.88, 0.12, 0.88), 1),
        (_rect(0.18, 0.82, 0.18, 0.82), 0),
        (_rect(0.16, 0.84, 0.47, 0.53), 1),
    ],
    (Kind.KEY, Door.OPEN): [
        (_rect(0.50, 0.63, 0.31, 0.88), 1),
        (_rect(0.38, 0.50, 0.59, 0.66), 1),
        (_rect(0.38, 0.50, 0.81, 0.88), 1),
        (_circle(0.56, 0.28, 0.19), 1),
        (_circle(0.56, 0.28, 0.064), 0),
    ],
    (Kind.DOOR, Door.OPEN): [(_rect(0.88, 1, 0, 1), 1), (_rect(0.92, 0.96, 0.04, 0.96), 0)],
    (Kind.DOOR, Door.CLOSED): [
        (_WHOLE, 1),
        (_rect(0.04, 0.96, 0.04, 0.96), 0),
        (_rect(0.08, 0.92, 0.08, 0.92), 1),
        (_rect(0.12, 0.88, 0.12, 0.88), 0),
        (_circle(0.75, 0.5, 0.08), 1),
    ],
    (Kind.DOOR, Door.LOCKED): [
        (_WHOLE, 1),
        (_rect(0.06, 0.94, 0.06, 0.94), 0.45),
        (_rect(0.52, 0.75, 0.5, 0.56), 1),
    ],
}


@functools.cache
def tile_ids() -> np.ndarray:
    """`(512,)` int32: the tile of every packed cell; 0, an empty one, for what does not exist."""
    ids = np.zeros(2**9, np.int32)
    for i, (cell, _, _) in enumerate(_objects(), start=1):
        ids[cell] = i
    return frozen(ids)


@functools.cache
def table(size: int) -> np.ndarray:
    """`(num_tiles * NUM_POSES * 2, size, size, 3)` uint8: the picture of every kind of cell.

    Row `(tile * NUM_POSES + pose) * 2 + seen`, indexed down, across, color; `size` in pixels.
    """
    pictures = []
    for _, shapes, rgb in [(0, [], (0, 0, 0)), *_objects()]:
        for pose in range(NUM_POSES):
            fine = _painted(size * _SAMPLES, shapes, rgb, pose)
            bright = fine + _HIGHLIGHT * (255 - fine.astype(np.float64))
            pictures += [_reduced(fine, size), _reduced(bright.astype(np.uint8), size)]
    return frozen(np.stack(pictures))


def _objects() -> list[tuple[int, list[tuple[Inside, float]], tuple[int, int, int]]]:
    """All cells that are not empty: the packed cell, its shapes and its color."""
    return [
        (
            int(tiles.tile(kind, color, door)),
            shapes,
            _ORANGE if kind == Kind.LAVA else _RGB[color],
        )
        for (kind, door), shapes in _SHAPES.items()
        for color in Color
    ]


def _painted(
    size: int, shapes: list[tuple[Inside, float]], rgb: tuple[int, int, int], pose: int
) -> np.ndarray:
    """A cell of `size` points across and down, uint8: its edge, the object, the agent."""
    y, x = np.meshgrid(*[(np.arange(size) + 0.5) / size] * 2, indexing="ij")
    picture = np.zeros((size, size, 3), np.uint8)
    picture[_rect(0, _LINE, 0, 1)(x, y) | _rect(0, 1, 0, _LINE)(x, y)] = _RGB[Color.GREY]
    for inside, bright in shapes:
        picture[inside(x, y)] = (bright * np.array(rgb)).astype(np.uint8)
    if pose:
        picture[_arrow(pose - 1)(x, y)] = _RGB[Color.RED]
    return picture


def _reduced(fine: np.ndarray, size: int) -> np.ndarray:
    """Means over the points of each pixel, cut to whole numbers: first across, then down."""
    parts = fine.reshape(size, _SAMPLES, size, _SAMPLES, 3)
    return parts.mean(axis=3).mean(axis=1).astype(np.uint8)
