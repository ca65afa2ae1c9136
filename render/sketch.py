"""What a picture of bodies in a plane shows, and how it is drawn.

A `Sketch` is plain: places in m, angles in rad, colors. `physics.py` makes one of a world of
`jaxenvs.physics2d`; a game with an engine of its own makes it from what it has.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.hatching import convex_part, hatch
from jaxenvs.render.palette import Color, blend
from jaxenvs.render.themes import Theme

Mark = Literal["", "dot", "ring", "cross"]
Range = tuple[float, float]
DISC_CORNERS = 48


@dataclasses.dataclass(frozen=True)
class Shape:
    """A body: a convex polygon, or a disc."""

    corners: np.ndarray  # (n, 2) float, m; (1, 2) for a disc
    radius: float  # m, of a disc; of a polygon, by how much it is rounded outwards
    angle: float
    color: Color
    mark: Mark = ""  # tells the color's meaning without the color
    is_fixed: bool = False  # hatched, and darker
    is_open: bool = False  # a sensor, through which bodies pass: pale, and behind what moves

    @property
    def is_disc(self) -> bool:
        """Whether it has one corner, its middle."""
        return len(self.corners) == 1


@dataclasses.dataclass(frozen=True)
class Hinge:
    """A joint."""

    place: np.ndarray  # (2,) float, m
    angle: float = 0.0
    is_weld: bool = False
    color: Color | None = None  # of its motor; None: it has none
    label: str = ""  # of its motor, a letter
    turning: float = 0.0  # -1 to 1, what its motor is told; counterclockwise is positive


@dataclasses.dataclass(frozen=True)
class Link:
    """What holds two places at a distance, or the rail on which one slides."""

    start: np.ndarray  # (2,) float, m
    end: np.ndarray
    is_spring: bool = False


@dataclasses.dataclass(frozen=True)
class Jet:
    """A thruster."""

    place: np.ndarray  # (2,) float, m
    angle: float  # where it pushes to
    color: Color
    label: str = ""
    power: float = 0.0  # 0 to 1, what it is told


@dataclasses.dataclass(frozen=True)
class Sketch:
    """A scene, and the part of it that is shown."""

    shapes: tuple[Shape, ...]
    links: tuple[Link, ...] = ()
    hinges: tuple[Hinge, ...] = ()
    jets: tuple[Jet, ...] = ()
    contacts: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros((0, 2)))  # m
    x_range: Range = (0.0, 5.0)
    y_range: Range = (0.0, 5.0)

    @property
    def window(self) -> np.ndarray:
        """The corners of what is shown, `(4, 2)`."""
        (left, right), (low, high) = self.x_range, self.y_range
        return np.array([(left, low), (right, low), (right, high), (left, high)])


class Pen:
    """A canvas, the view on the scene, the colors, and the size of small things."""

    def __init__(self, canvas: Canvas, view: View, theme: Theme, unit: float) -> None:
        self.canvas, self.view, self.theme = canvas, view, theme
        self.unit = unit  # pixels, of a line's width

    def points(self, points: Any) -> np.ndarray:
        """Places in the scene `(n, 2)` on the canvas."""
        return np.array([self.view.point(x, y) for x, y in np.asarray(points)]).reshape(-1, 2)


def paint(pen: Pen, sketch: Sketch) -> None:
    """Draws the scene; what reaches beyond the window is cut off, but for outlines."""
    window = pen.points(sketch.window)
    pen.canvas.polygon(window.tolist(), pen.theme.field, None)
    for shape in sorted(sketch.shapes, key=_layer):
        _shape(pen, shape, window)
    for link in sketch.links:
        _link(pen, link)
    for hinge in sketch.hinges:
        _hinge(pen, hinge)
    for jet in sketch.jets:
        _jet(pen, jet)
    for place in pen.points(sketch.contacts):
        pen.canvas.circle(place, 2.6 * pen.unit, pen.theme.ink, pen.theme.field, 1.2 * pen.unit)


# -- bodies ----------------------------------------------------------------------------------------


def _layer(shape: Shape) -> int:
    """What stands still is drawn first, then sensors, then what moves."""
    if shape.is_open:
        return 1
    return 0 if shape.is_fixed else 2


def _shape(pen: Pen, shape: Shape, window: np.ndarray) -> None:
    outline = pen.points(_outline(shape))
    seen = convex_part(outline, window)
    if len(seen) < 3:
        return
    canvas, theme = pen.canvas, pen.theme
    fill = theme.still(shape.color) if shape.is_fixed else shape.color
    edge = blend(fill, theme.ink, 0.72)
    if shape.is_open:
        fill = blend(theme.field, shape.color, 0.25)
    canvas.polygon(seen.tolist(), fill, None)
    if shape.is_fixed and not shape.is_open:
        for start, end in hatch(seen, 8 * pen.unit):
            line = blend(fill, shape.color, 0.55)
            canvas.line([start, end], line, 1.6 * pen.unit, rounded=False)
    if shape.is_disc and not shape.is_open:
        _spoke(pen, shape, edge)
    canvas.line([*seen.tolist(), seen[0].tolist()], edge, 1.5 * pen.unit)
    if shape.mark:
        _marks(pen, shape.mark, seen, fill)


def _outline(shape: Shape) -> np.ndarray:
    """Corners in the scene, `(n, 2)`; round parts in short straight lines."""
    if shape.radius == 0:
        return shape.corners
    turns = np.arange(DISC_CORNERS) * (2 * math.pi / DISC_CORNERS)
    rim = shape.radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    if shape.is_disc:
        return shape.corners + rim
    # Of all corners moved in each direction, the one that is furthest out.
    furthest = np.argmax(shape.corners @ rim.T, axis=0)
    return shape.corners[furthest] + rim


def _spoke(pen: Pen, disc: Shape, color: Color) -> None:
    """From the middle of a disc to its rim, so that one sees it turn."""
    up = np.array([-math.sin(disc.angle), math.cos(disc.angle)])
    ends = pen.points([disc.corners[0], disc.corners[0] + disc.radius * up])
    pen.canvas.line(ends.tolist(), color, 1.5 * pen.unit)


def _marks(pen: Pen, mark: Mark, seen: np.ndarray, fill: Color) -> None:
    """The mark in the middle of a body, or along a long one."""
    middle = seen.mean(axis=0)
    edges = np.roll(seen, -1, axis=0) - seen
    longest = edges[np.argmax((edges**2).sum(axis=1))]
    along = longest / max(float(np.hypot(*longest)), 1e-9)
    across = np.array([-along[1], along[0]])
    length, width = np.ptp(seen @ along), np.ptp(seen @ across)
    size = float(np.clip(0.3 * min(length, width), 2.5 * pen.unit, 9 * pen.unit))
    count = 1 if len(seen) > 8 else int(np.clip(length / max(3 * width, 8 * size), 1, 9))
    for i in range(count):
        symbol(pen, mark, middle + along * length * ((i + 0.5) / count - 0.5), size, fill)


def symbol(pen: Pen, mark: Mark, place: Any, size: float, fill: Color) -> None:
    """A mark around a place on the canvas, `size` pixels from its middle to its rim."""
    canvas, color, (x, y) = pen.canvas, pen.theme.mark, place
    if mark == "dot":
        canvas.circle(place, 0.6 * size, color, None)
    elif mark == "ring":
        canvas.circle(place, size, color, None)
        canvas.circle(place, 0.6 * size, fill, None)
    elif mark == "cross":
        reach, thick = 0.8 * size, 0.42 * size
        canvas.line([(x - reach, y - reach), (x + reach, y + reach)], color, thick, rounded=False)
        canvas.line([(x - reach, y + reach), (x + reach, y - reach)], color, thick, rounded=False)


# -- joints and thrusters --------------------------------------------------------------------------


def _link(pen: Pen, link: Link) -> None:
    """A bar with a dot at each end, or a zigzag."""
    start, end = pen.points([link.start, link.end])
    along = end - start
    path = [start, end]
    if link.is_spring and np.hypot(*along) > 0:
        aside = np.array([-along[1], along[0]]) / np.hypot(*along) * 4 * pen.unit
        turns = [start + along * (0.15 + 0.1 * k) + aside * (-1) ** k for k in range(8)]
        path = [start, start + 0.1 * along, *turns, start + 0.9 * along, end]
    corners = [corner.tolist() for corner in path]
    for color, width in ((pen.theme.field, 3.6), (pen.theme.ink, 1.8)):
        pen.canvas.line(corners, color, width * pen.unit)
    for place in (corners[0], corners[-1]):
        pen.canvas.circle(place, 2.4 * pen.unit, pen.theme.ink, None)


def _hinge(pen: Pen, hinge: Hinge) -> None:
    """A square with a cross for a weld, a disc for a pin, colored if it has a motor."""
    canvas, unit, ink = pen.canvas, pen.unit, _dark(pen.theme)
    x, y = place = pen.points([hinge.place])[0].tolist()
    if hinge.is_weld:
        half = 3.6 * unit
        turns = np.array([0.25, 0.75, 1.25, 1.75]) * math.pi - hinge.angle
        corners = place + 1.414 * half * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        canvas.polygon(corners.tolist(), pen.theme.mark, ink, 1.4 * unit)
        for one, other in ((0, 2), (1, 3)):
            canvas.line([corners[one], corners[other]], ink, 1.2 * unit, rounded=False)
        return
    if hinge.color is None:
        canvas.circle(place, 3.8 * unit, pen.theme.mark, ink, 1.3 * unit)
        canvas.circle(place, 1.3 * unit, ink, None)
        return
    if hinge.turning:
        _turn(pen, place, hinge.turning, hinge.color)
    canvas.circle(place, 5.6 * unit, hinge.color, ink, 1.3 * unit)
    if hinge.label and unit > 0.85:
        canvas.text(hinge.label, (x, y), 8.5 * unit, ink, "center", bold=True)
    else:
        canvas.circle(place, 1.7 * unit, ink, None)


def _turn(pen: Pen, place: list[float], share: float, color: Color) -> None:
    """An arc with a head around a motor, long if it is told much; counterclockwise if positive."""
    canvas, unit, ink = pen.canvas, pen.unit, _dark(pen.theme)
    sign, radius = math.copysign(1.0, share), 10.5 * unit
    turn = sign * math.pi * (0.5 + 0.9 * min(abs(share), 1.0))
    start = math.pi / 2 - turn / 2
    end = start + turn
    for shade, wide in ((ink, 2.6), (color, 0.0)):
        canvas.arc(place, radius, start, end, shade, (2.8 + wide) * unit)
        tip = np.array([math.cos(end), -math.sin(end)])
        ahead = sign * np.array([-math.sin(end), -math.cos(end)])
        foot, head = np.asarray(place) + radius * tip, (6 + wide) * unit
        corners = [foot + head * ahead, foot + 0.75 * head * tip, foot - 0.75 * head * tip]
        back = -0.35 * wide * unit * ahead
        canvas.polygon([(one + back).tolist() for one in corners], shade, None)


def _jet(pen: Pen, jet: Jet) -> None:
    """A nozzle in the color of its binding, with a flame that is as long as it is strong."""
    canvas, unit, ink = pen.canvas, pen.unit, _dark(pen.theme)
    push = np.array([math.cos(jet.angle), -math.sin(jet.angle)])
    side, place = np.array([push[1], -push[0]]), pen.points([jet.place])[0]

    def at(ahead: float, aside: float) -> list[float]:
        return (place + unit * (ahead * push + aside * side)).tolist()

    if jet.power > 0:
        long = 8 + 22 * min(jet.power, 1.0)
        for reach, wide, color in (
            (long, 5.5, pen.theme.red),
            (0.72 * long, 4.0, pen.theme.orange),
            (0.42 * long, 2.4, pen.theme.yellow),
        ):
            hip = -5 - 0.3 * reach
            flame = [at(-5, 0.7 * wide), at(hip, wide), at(-5 - reach, 0), at(hip, -wide)]
            canvas.polygon([*flame, at(-5, -0.7 * wide)], color, None)
    bell = [at(6, 2.6), at(-1, 3.2), at(-6, 6.5), at(-6, -6.5), at(-1, -3.2), at(6, -2.6)]
    canvas.polygon(bell, jet.color, ink, 1.4 * unit)
    canvas.line([at(-1, 3.2), at(-1, -3.2)], ink, 1.2 * unit, rounded=False)


def _dark(theme: Theme) -> Color:
    """For lines around and text on colors that are bright in each theme."""
    return theme.ink if theme.name == "light" else theme.background
