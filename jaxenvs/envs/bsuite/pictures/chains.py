"""Chains: a choice that pays later, and bits to remember."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.bsuite.discounting_chain import DiscountingChain
from jaxenvs.envs.bsuite.memory_chain import MemoryChain
from jaxenvs.envs.bsuite.pictures._progress import progress_bar
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures


def discounting_chain(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """Five ways through time, drawn shorter the later it gets, and where each of them pays."""
    del env
    canvas = Canvas(size, round(0.66 * size))
    unit = size / 512
    last = int(params.episode_length)
    bonus, chosen = int(params.mapping_seed) % 5, int(state.context)
    left, right = 64 * unit, canvas.width - 46 * unit

    def at(time: float) -> float:
        return left + (right - left) * math.log1p(3 * time) / math.log1p(3 * last)

    for chain, due in enumerate(int(step) for step in params.reward_timestep):
        y = (52 + 60 * chain) * unit
        active = chosen in (-1, chain)
        color = palette.INK if active else palette.FAINT
        name = palette.MUTED if not active else palette.INK
        canvas.text(str(chain + 1), (34 * unit, y), 22 * unit, name, "center", bold=True)
        canvas.line([(left, y), (right, y)], color, 3 * unit)
        for step in (0, *range(1, 10), *range(10, last + 1, 10)):
            canvas.circle((at(step), y), 2.6 * unit, color, None)
        gem = palette.GREEN if chain == bonus else palette.YELLOW
        paid = chosen == chain and int(state.time) >= due
        _gem(canvas, (at(due), y), 15 * unit, gem if active else palette.FAINT, unit)
        text = "1.1" if chain == bonus else "1"
        if active:
            place = (at(due), y - 25 * unit)
            canvas.text(text + " paid" * paid, place, 14 * unit, gem, "center", bold=True)
    now = min(int(state.time), last)
    for chain in range(5) if chosen < 0 else [chosen]:
        middle = (at(now), (52 + 60 * chain) * unit)
        canvas.circle(middle, 9 * unit, palette.RED, palette.INK, 1.5 * unit)
    for step in (0, 1, 3, 10, 30, 100):
        if step <= last:
            canvas.text(
                str(step), (at(step), canvas.height - 14 * unit), 13 * unit, palette.MUTED, "center"
            )
    return canvas.rgb()


def _gem(canvas: Canvas, middle: Point, size: float, color: palette.Color, unit: float) -> None:
    x, y = middle
    corners = [(x, y - size), (x + 0.8 * size, y), (x, y + size), (x - 0.8 * size, y)]
    outline = (
        palette.INK if color != palette.FAINT else palette.blend(palette.FAINT, palette.INK, 0.15)
    )
    canvas.polygon(corners, color, outline, 1.5 * unit)


def memory_chain(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """What the player observes: the bits at the start, the question near the end, and the time."""
    canvas = Canvas(size, round(0.62 * size))
    unit = size / 512
    count, length = env.num_bits, int(params.memory_length)
    shown = max(int(state.time) - 1, 0)
    over = int(state.time) > length
    columns = min(count, 10)
    rows = -(-count // columns)
    pitch = min((canvas.width - 48 * unit) / columns, (canvas.height - 110 * unit) / rows)
    pitch = min(pitch, 110 * unit)
    middle_y = (canvas.height - 56 * unit) / 2 + 8 * unit
    for bit in range(count):
        row, column = divmod(bit, columns)
        in_row = min(columns, count - row * columns)
        x = canvas.width / 2 + (column - (in_row - 1) / 2) * pitch
        y = middle_y + (row - (rows - 1) / 2) * pitch
        asked = shown >= length - 1 and bit == int(state.query)
        value = str(int(state.context[bit])) if shown == 0 or (over and asked) else "?"
        _coin(canvas, (x, y), 0.4 * pitch, value, asked, unit)
    note = "remember" if shown == 0 and not over else "wait"
    note = "which was it?" if shown >= length - 1 else note
    canvas.text(
        "it was" if over else note, (canvas.width / 2, 24 * unit), 20 * unit, palette.INK, "center"
    )
    progress_bar(canvas, int(state.time) / (length + 1), canvas.height - 30 * unit, unit)
    return canvas.rgb()


def _coin(
    canvas: Canvas, middle: Point, radius: float, value: str, asked: bool, unit: float
) -> None:
    color = {"0": palette.BLUE, "1": palette.ORANGE}.get(value, palette.FAINT)
    rim, width = (palette.RED, 5 * unit) if asked else (palette.INK, 1.5 * unit)
    canvas.circle(middle, radius, color, rim, width)
    ink = palette.MUTED if value == "?" else palette.WHITE
    canvas.text(value, middle, radius, ink, "center", bold=True)


PICTURES: Pictures = {
    DiscountingChain: Picture(
        discounting_chain,
        Controls(keys={str(chain + 1): (chain, f"chain {chain + 1}") for chain in range(5)}),
    ),
    MemoryChain: Picture(memory_chain, Controls(keys={"left": (0, "0"), "right": (1, "1")})),
}
