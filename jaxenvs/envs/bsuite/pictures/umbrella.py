"""UmbrellaChain: a walk through the town, with or without an umbrella."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.bsuite.pictures._progress import progress_bar
from jaxenvs.envs.bsuite.umbrella_chain import UmbrellaChain
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

SKY: palette.Color = (222, 236, 246)
CLOUD: palette.Color = (168, 176, 188)


def umbrella_chain(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """Somebody on the way through the town, the forecast, and boxes that mean nothing."""
    canvas = Canvas(size, round(0.7 * size), SKY)
    unit = size / 512
    length = int(params.chain_length)
    share = min(int(state.time) / length, 1.0)
    rains, over = bool(state.need_umbrella), share >= 1
    floor = 262 * unit
    canvas.rect(
        0,
        floor,
        canvas.width,
        canvas.height - floor,
        palette.blend(palette.FAINT, palette.GREEN, 0.25),
        None,
    )
    canvas.line([(0, floor), (canvas.width, floor)], palette.INK, 2 * unit)
    left, right = 46 * unit, canvas.width - 104 * unit
    x = left + (right - left) * share
    if rains and over:
        _rain(canvas, floor, unit)
    _forecast(canvas, rains, unit)
    _house(canvas, (canvas.width - 46 * unit, floor), unit)
    _walker(canvas, (x, floor), bool(state.has_umbrella), rains and over, unit)
    _bits(canvas, np.asarray(state.distractors), floor + 14 * unit, unit)
    progress_bar(canvas, share, canvas.height - 18 * unit, unit)
    return canvas.rgb()


def _forecast(canvas: Canvas, rains: bool, unit: float) -> None:
    """The weather to come, at the top left."""
    x, y = 66 * unit, 60 * unit
    if not rains:
        for k in range(12):
            a = k * math.pi / 6
            ends = [(x + r * unit * math.cos(a), y + r * unit * math.sin(a)) for r in (34, 46)]
            canvas.line(ends, palette.YELLOW, 4 * unit)
        canvas.circle((x, y), 26 * unit, palette.YELLOW, palette.INK, 1.5 * unit)
        return
    _cloud(canvas, (x, y), unit)
    for k in range(4):
        drop = (x + (k * 20 - 34) * unit, y + 28 * unit)
        canvas.line([drop, (drop[0] - 7 * unit, drop[1] + 20 * unit)], palette.BLUE, 3.5 * unit)


def _cloud(canvas: Canvas, middle: Point, unit: float) -> None:
    puffs = [(-30, 4, 18), (-8, -10, 24), (18, -4, 20), (36, 8, 14), (0, 8, 18)]
    for grow, color in ((1.5, palette.INK), (0.0, CLOUD)):
        for right, down, radius in puffs:
            at = (middle[0] + right * unit, middle[1] + down * unit)
            canvas.circle(at, (radius + grow) * unit, color, None)


def _rain(canvas: Canvas, floor: float, unit: float) -> None:
    for k in range(90):
        # An even scatter, the same in every picture: multiples of irrational numbers.
        x = (k * 0.7549 % 1) * 530 * unit
        y = (100 + k * 0.5698 % 1 * 150) * unit
        if y + 14 * unit < floor:
            canvas.line([(x, y), (x - 5 * unit, y + 14 * unit)], palette.BLUE, 1.8 * unit)


def _house(canvas: Canvas, foot: Point, unit: float) -> None:
    x, y = foot
    canvas.rect(
        x - 28 * unit,
        y - 62 * unit,
        56 * unit,
        62 * unit,
        palette.BACKGROUND,
        palette.INK,
        1.5 * unit,
    )
    roof = [(x - 38 * unit, y - 60 * unit), (x, y - 98 * unit), (x + 38 * unit, y - 60 * unit)]
    canvas.polygon(roof, palette.RED, palette.INK, 1.5 * unit)
    canvas.rect(
        x - 9 * unit, y - 32 * unit, 18 * unit, 32 * unit, palette.BROWN, palette.INK, 1.5 * unit
    )


def _walker(canvas: Canvas, foot: Point, umbrella: bool, wet: bool, unit: float) -> None:
    """Somebody who walks, with or without an umbrella."""
    x, y = foot
    hip, neck = (x, y - 36 * unit), (x, y - 72 * unit)
    for sign in (-1, 1):
        canvas.line([hip, (x + sign * 12 * unit, y - 2 * unit)], palette.INK, 6 * unit)
    canvas.line([hip, neck], palette.blend(palette.PURPLE, palette.INK, 0.3), 15 * unit)
    hand = (x + 20 * unit, y - 62 * unit)
    canvas.line([(x, y - 64 * unit), hand], palette.INK, 5 * unit)
    canvas.circle((x, y - 90 * unit), 14 * unit, (242, 208, 176), palette.INK, 1.5 * unit)
    if umbrella:
        top = (hand[0], y - 136 * unit)
        canvas.line([hand, top], palette.INK, 3 * unit)
        rim = np.linspace(math.pi, 0, 24)
        dome = [(top[0] + 48 * unit * math.cos(a), top[1] + 12 * unit - 32 * unit * math.sin(a))
                for a in rim]  # fmt: skip
        canvas.polygon(dome, palette.TEAL, palette.INK, 1.5 * unit)
    elif wet:
        for k in range(3):
            drop = (x + (k * 9 - 12) * unit, y - 112 * unit)
            canvas.line([drop, (drop[0] - 2 * unit, drop[1] + 8 * unit)], palette.BLUE, 3 * unit)


def _bits(canvas: Canvas, bits: np.ndarray, top: float, unit: float) -> None:
    """The distractors: a row of boxes, as small as they have to be."""
    if not len(bits):
        return
    room = canvas.width - 48 * unit
    rows = 1 if len(bits) <= 32 else 2 if len(bits) <= 80 else 3
    columns = -(-len(bits) // rows)
    pitch = min(room / columns, 46 * unit / rows)
    for i, bit in enumerate(bits):
        row, column = divmod(i, columns)
        x = canvas.width / 2 + (column - columns / 2) * pitch
        fill = palette.MUTED if bit else palette.WHITE
        box = 0.8 * pitch
        canvas.rect(x, top + row * pitch, box, box, fill, palette.INK, unit)


PICTURES: Pictures = {
    UmbrellaChain: Picture(
        umbrella_chain,
        Controls(keys={"left": (0, "go without"), "right": (1, "take umbrella")}),
    ),
}
