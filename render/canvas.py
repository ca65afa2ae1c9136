"""A sheet to draw on without a window: smooth shapes and text, read out as an array.

Everything is drawn larger than asked for on an off-screen surface and scaled down once, which
smooths every edge alike. No display is opened, so this works on a machine without a screen.
"""

import dataclasses
import functools
import importlib.util
import itertools
import math
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from jaxenvs import extras
from jaxenvs.render.palette import BACKGROUND, INK, Color
from jaxenvs.render.picture import Draw

with extras.needs("render"):
    import pygame
    from PIL import Image

Point = Sequence[float]  # x to the right, y down, in pixels of the finished picture
Align = Literal["left", "center", "right"]

SUPERSAMPLING = 3  # drawn pixels per finished pixel, along each axis


class Canvas:
    """A picture of `width` by `height` pixels; all lengths are in these pixels, fractions welcome.

    Shapes take a `fill` and an `outline` color; None leaves that part out.
    """

    def __init__(self, width: int, height: int, background: Color = BACKGROUND) -> None:
        if width < 1 or height < 1:
            raise ValueError(f"size: expected at least 1 x 1 pixel, got {width} x {height}")
        self.width, self.height = width, height
        self._surface = pygame.Surface((width * SUPERSAMPLING, height * SUPERSAMPLING))
        self._surface.fill(background)

    def circle(
        self,
        center: Point,
        radius: float,
        fill: Color | None,
        outline: Color | None = INK,
        width: float = 1.5,
    ) -> None:
        """A disc; `radius` reaches to the middle of the outline."""
        if fill is None:
            if outline:
                self.arc(center, radius, 0.0, 2 * math.pi, outline, width)
            return
        middle, half = self._point(center), width / 2 if outline else 0.0
        if outline:
            pygame.draw.circle(self._surface, outline, middle, _up(radius + half))
        pygame.draw.circle(self._surface, fill, middle, _up(radius - half))

    def polygon(
        self,
        points: Sequence[Point],
        fill: Color | None,
        outline: Color | None = INK,
        width: float = 1.5,
    ) -> None:
        """A closed shape of three or more corners, in either direction."""
        corners = [self._point(point) for point in points]
        if fill:
            pygame.draw.polygon(self._surface, fill, corners)
        if outline:
            self.line([*points, points[0]], outline, width)

    def rect(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        fill: Color | None,
        outline: Color | None = INK,
        line_width: float = 1.5,
        radius: float = 0.0,
    ) -> None:
        """A rectangle, with round corners if `radius` is above 0."""
        half = line_width / 2
        if outline and fill:
            box = self._box(left - half, top - half, width + line_width, height + line_width)
            pygame.draw.rect(self._surface, outline, box, border_radius=_ceil(radius + half))
            left, top, width, height = (
                left + half,
                top + half,
                width - line_width,
                height - line_width,
            )
            radius -= half
        box = self._box(left, top, width, height)
        corner = _ceil(radius) if radius > 0 else 0
        if fill:
            pygame.draw.rect(self._surface, fill, box, border_radius=corner)
        elif outline:
            thick = max(1, round(_up(line_width)))
            pygame.draw.rect(self._surface, outline, box, thick, border_radius=corner)

    def line(
        self, points: Sequence[Point], color: Color = INK, width: float = 1.5, rounded: bool = True
    ) -> None:
        """A path through two or more points, with round joints and ends unless told otherwise."""
        corners = [self._point(point) for point in points]
        for start, end in itertools.pairwise(corners):
            self._segment(start, end, color, width)
        if rounded:
            for corner in corners:
                pygame.draw.circle(self._surface, color, corner, _up(width) / 2)

    def arc(
        self,
        center: Point,
        radius: float,
        start: float,
        end: float,
        color: Color = INK,
        width: float = 1.5,
    ) -> None:
        """Part of a circle between two angles, radians, counterclockwise from the right."""
        count = max(2, math.ceil(abs(end - start) * 24))
        angles = np.linspace(start, end, count + 1)
        path = [
            (center[0] + radius * math.cos(a), center[1] - radius * math.sin(a)) for a in angles
        ]
        self.line(path, color, width)

    def arrow(self, start: Point, end: Point, color: Color = INK, width: float = 3.0) -> None:
        """A straight arrow whose tip is at `end`; the head is as wide as four shafts."""
        along = np.subtract(end, start)
        length = float(np.hypot(*along))
        if length == 0:
            return
        unit = along / length
        head = min(4 * width, length)
        neck = np.asarray(end) - unit * head
        side = np.array([-unit[1], unit[0]]) * head / 2
        self.line([start, neck.tolist()], color, width, rounded=False)
        self.polygon([end, (neck + side).tolist(), (neck - side).tolist()], color, None)

    def text(
        self,
        text: str,
        at: Point,
        size: float = 14.0,
        color: Color = INK,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """One line of text, `size` pixels high; `at` is its left end, middle or right end."""
        picture = _font(round(_up(size)), bold).render(text, True, color)
        x, y = self._point(at)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        corner = (x - share * picture.get_width(), y - picture.get_height() / 2)
        self._surface.blit(picture, corner)

    def text_width(self, text: str, size: float, bold: bool = False) -> float:
        """How wide `text` would write that line."""
        return _font(round(_up(size)), bold).size(text)[0] / SUPERSAMPLING

    def image(
        self, pixels: np.ndarray, left: float, top: float, width: float, height: float
    ) -> None:
        """An rgb array, `[H, W, 3]` uint8, stretched over a rectangle with hard pixel edges."""
        small = pygame.surfarray.make_surface(np.swapaxes(pixels, 0, 1))
        box = self._box(left, top, width, height)
        self._surface.blit(pygame.transform.scale(small, box.size), box.topleft)

    def rgb(self) -> np.ndarray:
        """The picture, `[height, width, 3]` uint8, of its own memory."""
        large = pygame.image.tobytes(self._surface, "RGB")
        # Not pygame's smooth scaling, which darkens flat colors by a shade or two.
        picture = Image.frombytes("RGB", self._surface.get_size(), large).reduce(SUPERSAMPLING)
        return np.array(picture)

    # -- inside --------------------------------------------------------------------------------

    def _point(self, point: Point) -> tuple[int, int]:
        """The nearest drawn pixel; pygame would cut off fractions, which shifts shapes."""
        return round(_up(float(point[0]))), round(_up(float(point[1])))

    def _box(self, left: float, top: float, width: float, height: float) -> pygame.Rect:
        """Edges are rounded one by one, so that neighbours meet without a gap."""
        x, y, right, bottom = (round(_up(v)) for v in (left, top, left + width, top + height))
        return pygame.Rect(x, y, max(0, right - x), max(0, bottom - y))

    def _segment(
        self, start: tuple[float, float], end: tuple[float, float], color: Color, width: float
    ) -> None:
        """A straight bar; pygame's own thick lines have slanted ends."""
        across = np.array([start[1] - end[1], end[0] - start[0]])
        length = float(np.hypot(*across))
        if length == 0:
            return
        x, y = across / length * _up(width) / 2
        corners = [
            (round(end_x + side * x), round(end_y + side * y))
            for (end_x, end_y), side in ((start, 1), (end, 1), (end, -1), (start, -1))
        ]
        pygame.draw.polygon(self._surface, color, corners)


@dataclasses.dataclass(frozen=True)
class View:
    """Where a game's coordinates, with y upwards, lie on a canvas."""

    center: tuple[float, float]  # in the game, drawn at `middle`
    middle: tuple[float, float]  # on the canvas
    scale: float  # pixels per unit of the game

    @classmethod
    def fit(
        cls,
        canvas: Canvas,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        margin: float = 0.0,
    ) -> "View":
        """The largest undistorted view that shows both ranges, `margin` pixels from the edges."""
        width = max(float(x_range[1] - x_range[0]), 1e-9)
        height = max(float(y_range[1] - y_range[0]), 1e-9)
        room = canvas.width - 2 * margin, canvas.height - 2 * margin
        return cls(
            center=(float(sum(x_range)) / 2, float(sum(y_range)) / 2),
            middle=(canvas.width / 2, canvas.height / 2),
            scale=min(room[0] / width, room[1] / height),
        )

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The canvas point of a place in the game."""
        return (
            self.middle[0] + (float(x) - self.center[0]) * self.scale,
            self.middle[1] - (float(y) - self.center[1]) * self.scale,
        )

    def length(self, distance: float) -> float:
        """Pixels of a distance in the game."""
        return float(distance) * self.scale


def on_canvas(paint: Callable[[Canvas, Any, Any, Any], None], height: float = 1.0) -> Draw:
    """What draws a `Picture`, from `paint(canvas, env, state, params)`.

    The canvas is empty, as wide as asked for and `height` times as high.
    """

    def draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
        canvas = Canvas(size, round(height * size))
        paint(canvas, env, state, params)
        return canvas.rgb()

    return draw


def _up(length: float) -> float:
    return length * SUPERSAMPLING


def _ceil(length: float) -> int:
    return math.ceil(_up(length))


def _font(size: int, bold: bool) -> pygame.font.Font:
    """A font of `size` pixels, opened again if somebody has quit pygame, as Gymnasium's windows."""
    font = _opened(size, bold)
    try:
        font.get_height()
    except pygame.error:
        _opened.cache_clear()
        font = _opened(size, bold)
    return font


@functools.lru_cache(maxsize=64)
def _opened(size: int, bold: bool) -> pygame.font.Font:
    """Matplotlib's DejaVu Sans, which has arrows and Greek, else the font that pygame brings."""
    pygame.font.init()
    found = importlib.util.find_spec("matplotlib")
    if found is not None and found.origin is not None:
        name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
        path = pathlib.Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / name
        if path.exists():
            return pygame.font.Font(str(path), size)
    return pygame.font.Font(None, size)
