"""Pictures of the models: quotes around a price, and a position that is sold over time."""

import functools
from typing import Any

import numpy as np

from jaxenvs.envs.lob.closed_form import policies, quotes, schedules
from jaxenvs.envs.lob.closed_form._execution import Execution
from jaxenvs.envs.lob.closed_form._making import Making
from jaxenvs.envs.lob.closed_form.almgren_chriss import AlmgrenChriss
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, on_canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

_solved = functools.lru_cache(maxsize=8)(quotes.closed_form)
_scheduled = functools.lru_cache(maxsize=8)(schedules.optimal)


def making(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The two quotes around the mid price, and what is held and earned.

    A quote that was just filled is solid. Triangles beside the ladder mark the depths at which the
    closed form would quote next.
    """
    unit = canvas.width / 100
    _ladder(canvas, env, state, params, unit)
    _gauges(canvas, state, params, unit)


def _ladder(canvas: Canvas, env: Any, state: Any, params: Any, unit: float) -> None:
    left, right, middle = 16 * unit, 46 * unit, canvas.height / 2
    reach = max(abs(float(params.min_depth)), abs(float(params.max_depth)))
    scale = (canvas.height / 2 - 7 * unit) / reach
    mid = float(params.initial_price) + float(state.moved)
    canvas.line([(left, middle), (right, middle)], palette.INK, 0.5 * unit)
    canvas.text(f"{mid:.2f}", (left - unit, middle), 3.2 * unit, align="right", bold=True)
    table = _solved(policies.making_problem(env, params)).depths
    row = table[min(int(state.time), len(table) - 1), int(state.inventory) + len(table[0]) // 2]
    for side, (sign, color, word) in enumerate(
        ((1, palette.BLUE, "bid"), (-1, palette.RED, "ask"))
    ):
        depth = float(state.depths[side])
        y = middle + sign * depth * scale
        fill = color if state.fills[side] else palette.blend(palette.WHITE, color, 0.25)
        canvas.rect(left, y - 2 * unit, right - left, 4 * unit, fill, color, radius=unit)
        shade = palette.WHITE if state.fills[side] else palette.INK
        canvas.text(word, ((left + right) / 2, y), 3 * unit, shade, align="center")
        price = f"{mid - sign * depth:.2f}"
        if abs(y - middle) > 4 * unit:
            canvas.text(price, (left - unit, y), 3 * unit, palette.MUTED, align="right")
        at = middle + sign * float(row[side]) * scale
        canvas.polygon(
            [(right + unit, at), (right + 3 * unit, at - unit), (right + 3 * unit, at + unit)],
            color,
            None,
        )


def _gauges(canvas: Canvas, state: Any, params: Any, unit: float) -> None:
    """Time, inventory and wealth, as bars and numbers."""
    left, width = 56 * unit, 38 * unit
    gone = min(int(state.time) / int(params.num_steps), 1.0)
    held = int(state.inventory) / int(params.max_inventory)
    color = palette.BLUE if held >= 0 else palette.RED
    rows = (("time", f"{gone * float(params.horizon):.2f}", 0.0, gone, palette.MUTED),)
    rows += (("inventory", f"{int(state.inventory):+d}", 0.5, 0.5 + held / 2, color),)
    for number, (word, value, start, end, fill) in enumerate(rows):
        _bar(canvas, (left, (9 + 17 * number) * unit, width), word, value, (start, end), fill)
    wealth = float(state.wealth)
    canvas.text("wealth", (left, 45 * unit), 3 * unit, palette.MUTED)
    shade = palette.GREEN if wealth >= 0 else palette.RED
    text = f"{wealth:+.2f}"
    canvas.text(text, (left + width, 45 * unit), 5 * unit, shade, align="right", bold=True)


def _bar(
    canvas: Canvas,
    place: tuple[float, float, float],
    word: str,
    value: str,
    span: tuple[float, float],
    color: palette.Color,
) -> None:
    """A bar with a name and a number over it; `span` is the colored part, in shares."""
    left, top, width = place
    unit = canvas.width / 100
    canvas.text(word, (left, top), 3 * unit, palette.MUTED)
    canvas.text(value, (left + width, top), 3.4 * unit, align="right", bold=True)
    canvas.rect(left, top + 3 * unit, width, 3 * unit, palette.FAINT, None, radius=unit)
    low, high = sorted(span)
    canvas.rect(left + low * width, top + 3 * unit, (high - low) * width, 3 * unit, color, None)
    if span[0]:
        x = left + span[0] * width
        canvas.line([(x, top + 2.4 * unit), (x, top + 6.6 * unit)], palette.INK, 0.3 * unit)


def execution(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """What is left over time, beside the best schedule and an even one; price and cost below."""
    unit = canvas.width / 100
    left, top, width, height = 14 * unit, 6 * unit, 80 * unit, canvas.height - 28 * unit
    bottom = top + height
    canvas.rect(left, top, width, height, palette.WHITE, palette.FAINT)
    for share, word in ((1.0, "all"), (0.5, "half"), (0.0, "none")):
        y = bottom - share * height
        canvas.line([(left, y), (left + width, y)], palette.FAINT, 0.2 * unit)
        canvas.text(word, (left - unit, y), 3 * unit, palette.MUTED, align="right")
    canvas.line([(left, top), (left + width, bottom)], palette.MUTED, 0.25 * unit)
    problem = policies.execution_problem(env, params)
    best = schedules.left(problem, _scheduled(problem))
    xs = left + width * np.arange(len(best)) / problem.num_steps
    canvas.line(list(zip(xs, bottom - height * best, strict=True)), palette.GREEN, 0.5 * unit)
    units, time = float(params.units), min(int(state.time), problem.num_steps)
    share, sold = float(state.inventory) / units, float(state.traded) / units
    x, y = left + width * time / problem.num_steps, bottom - height * share
    canvas.line([(x, bottom), (x, y)], palette.BLUE, 1.2 * unit, rounded=False)
    if sold > 0:
        canvas.line([(x, y - height * sold), (x, y)], palette.ORANGE, 1.2 * unit, rounded=False)
    canvas.circle((x, y), 1.4 * unit, palette.BLUE)
    price = float(params.initial_price) + float(state.moved)
    numbers = (
        ("price", f"{price:.4g}", palette.INK),
        ("left", f"{100 * share:.0f} %", palette.BLUE),
        ("just sold", f"{100 * sold:.0f} %", palette.ORANGE),
        ("gain a unit", f"{float(state.wealth) / units:+.3g}", palette.INK),
    )
    for number, (word, value, color) in enumerate(numbers):
        at = left + (number + 0.5) * width / len(numbers)
        canvas.text(word, (at, bottom + 8 * unit), 3 * unit, palette.MUTED, align="center")
        canvas.text(value, (at, bottom + 14 * unit), 4 * unit, color, align="center", bold=True)


_SPEEDS = {
    "down": (-1.0, "sell nothing"),
    "left": (-0.8, "sell slowly"),
    "right": (0.0, "sell fast"),
    "up": (1.0, "sell at full speed"),
}

PICTURES: Pictures = {
    Making: Picture(
        on_canvas(making, height=0.6),
        Controls(
            keys={
                "up": ((0.4, 0.4), "quote far"),
                "down": ((-0.4, -0.4), "quote near"),
                "left": ((0.4, -0.4), "lean to sell"),
                "right": ((-0.4, 0.4), "lean to buy"),
            },
            idle=((0.0, 0.0),),
            rate=12.0,
        ),
    ),
    Execution: Picture(
        on_canvas(execution, height=0.7), Controls(keys=_SPEEDS, idle=(-0.6,), rate=8.0)
    ),
    AlmgrenChriss: Picture(on_canvas(execution, height=0.7), Controls(keys=_SPEEDS, rate=1.0)),
}
