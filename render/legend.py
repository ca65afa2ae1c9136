"""Words beside a picture: what the colors mean, what is told to whom, how far the game is."""

import dataclasses
from typing import Any

import numpy as np

from jaxenvs.render import sketch
from jaxenvs.render.hatching import hatch
from jaxenvs.render.palette import Color
from jaxenvs.render.sketch import Pen

ROW = 22  # units
WIDTH = 125  # units


@dataclasses.dataclass(frozen=True)
class Meaning:
    """Of a color and its mark; without a color, of hatching."""

    words: str
    color: Color | None = None
    mark: sketch.Mark = ""


@dataclasses.dataclass(frozen=True)
class Command:
    """What one kind of motors or thrusters is told."""

    name: str
    keys: str
    color: Color
    value: float  # -1 to 1, shown from the middle to the right; of a thruster 0 to 1, from the left
    is_motor: bool


@dataclasses.dataclass(frozen=True)
class Legend:
    """What is said."""

    title: str
    meanings: tuple[Meaning, ...] = ()
    commands: tuple[Command, ...] = ()
    notes: tuple[str, ...] = ()  # after the commands
    foot: tuple[str, ...] = ()  # at the lower end, the last line first


class _Column:
    """A place that moves down as lines are written."""

    def __init__(self, pen: Pen, left: float, width: float) -> None:
        self.pen, self.left, self.unit = pen, left, width / WIDTH
        self.width = width - 6 * self.unit
        self.y = 20 * self.unit

    def text(self, text: str, size: float = 11.5, indent: float = 0, **looks: Any) -> None:
        """A line, in smaller letters where it is too long."""
        room = self.width - indent * self.unit
        height, canvas = size * self.unit, self.pen.canvas
        while height > 4 and canvas.text_width(text, height, looks.get("bold", False)) > room:
            height *= 0.95
        color = looks.pop("color", self.pen.theme.ink)
        canvas.text(text, (self.left + indent * self.unit, self.y), height, color, **looks)

    def down(self, rows: float = 1.0) -> None:
        """Goes on further down."""
        self.y += rows * ROW * self.unit


def paint(pen: Pen, legend: Legend, left: float, width: float) -> None:
    """Writes a column `width` pixels wide, from `left` on."""
    canvas, theme = pen.canvas, pen.theme
    edge = left - 0.02 * canvas.width  # nothing of the scene reaches in here
    canvas.rect(edge, 0, canvas.width - edge, canvas.height, theme.background, None)
    column = _Column(pen, left, width)
    column.text(legend.title, 15, bold=True)
    column.down(1.35)
    for meaning in legend.meanings:
        _meaning(column, meaning)
    column.down(0.5)
    for command in legend.commands:
        _command(column, command)
    for note in legend.notes:
        column.text(note, 11, color=theme.muted)
        column.down()
    column.y = max(column.y, canvas.height - 16 * column.unit)
    for line in legend.foot:
        column.text(line, 11, color=theme.muted)
        column.down(-0.8)


def _meaning(column: _Column, meaning: Meaning) -> None:
    pen, unit, x, y = column.pen, column.unit, column.left, column.y
    if meaning.color is None:
        low, high, half = x + unit, x + 15 * unit, 6 * unit
        box = [(low, y - half), (high, y - half), (high, y + half), (low, y + half)]
        pen.canvas.polygon(box, pen.theme.still(pen.theme.grey), None)
        for ends in hatch(np.array(box), 4.5 * unit):
            pen.canvas.line(ends, pen.theme.grey, 1.2 * unit, rounded=False)
    else:
        place = (x + 8 * unit, y)
        pen.canvas.circle(place, 8 * unit, meaning.color, None)
        sketch.symbol(pen, meaning.mark, place, 5 * unit, meaning.color)
    column.text(meaning.words, indent=21)
    column.down(0.95)


def _command(column: _Column, command: Command) -> None:
    """Its name, its keys, and a bar: from the middle for a motor, from the left for a thruster."""
    pen, unit, theme = column.pen, column.unit, column.pen.theme
    column.text(command.name)
    right = (column.left + column.width, column.y)
    pen.canvas.text(command.keys, right, 11 * unit, theme.muted, "right")
    column.down(0.62)
    left, top, wide, high = column.left, column.y - 3.5 * unit, column.width, 7 * unit
    pen.canvas.rect(left, top, wide, high, theme.faint, None, radius=3.5 * unit)
    start = left + wide / 2 if command.is_motor else left
    reach = command.value * (wide / 2 if command.is_motor else wide)
    if abs(reach) > 1:
        low = min(start, start + reach)
        pen.canvas.rect(low, top, abs(reach), high, command.color, None, radius=3.5 * unit)
    if command.is_motor:
        pen.canvas.line([(start, top), (start, top + high)], theme.muted, 1.2 * unit)
    column.down(0.85)
