"""Pictures of Overcooked: the kitchen from above, with what lies, cooks and is carried.

Pots show what is in them; a ring closes around a pot while it cooks, and is green when the soup is
done.
"""

import dataclasses
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.overcooked._layouts import DISHES, FLOOR, ONIONS, POT, SERVING, TOMATOES
from jaxenvs.envs.overcooked._state import DISH, NOTHING, ONION, SOUP, TOMATO, is_soup
from jaxenvs.envs.overcooked.overcooked import Overcooked
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, Point
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

STAY, INTERACT = 4, 5
ONION_COLOR: palette.Color = (236, 214, 150)
WOOD = palette.blend(palette.BROWN, palette.WHITE, 0.45)
STEPS = ((0, -1), (0, 1), (1, 0), (-1, 0))


@dataclasses.dataclass(frozen=True)
class SharedControls(Controls):
    """One keyboard for two cooks: a key stands for a cook and her action."""

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """Everyone's action for the keys held; those who press nothing stay."""
        del time
        actions = np.full(space.shape, STAY, np.int32)  # type: ignore[attr-defined]
        for name in held:
            cook, action = self.keys[name][0]
            if cook < len(actions):
                actions[cook] = action
        return actions


def draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The picture of a kitchen, uint8 `[height, width, 3]`."""
    layout = env.kitchen.layout
    side = size / max(layout.width, layout.height)
    canvas = Canvas(round(side * layout.width), round(side * layout.height), palette.BACKGROUND)

    def middle(place: int) -> Point:
        x, y = divmod(int(place), layout.height)
        return (x + 0.5) * side, (y + 0.5) * side

    for place, kind in enumerate(layout.terrain.tolist()):
        _tile(canvas, middle(place), side, kind)
    for place, item in enumerate(state.items.tolist()):
        _thing(canvas, middle(place), 0.3 * side, item)
    for pot, place in enumerate(layout.pots.tolist()):
        _pot(canvas, middle(place), side, state.pots, pot, params)
    for cook, place in enumerate(state.place.tolist()):
        _cook(canvas, middle(place), side, cook, int(state.direction[cook]), int(state.held[cook]))
    return canvas.rgb()


def _tile(canvas: Canvas, middle: Point, side: float, kind: int) -> None:
    """The floor, or a piece of furniture with what it holds without end."""
    corner = middle[0] - side / 2, middle[1] - side / 2
    line = max(0.02 * side, 0.5)
    fill = {
        FLOOR: palette.BACKGROUND,
        POT: palette.blend(palette.INK, palette.WHITE, 0.45),
        SERVING: palette.blend(palette.GREEN, palette.WHITE, 0.4),
    }
    edge = palette.FAINT if kind == FLOOR else palette.blend(palette.BROWN, palette.INK, 0.25)
    canvas.rect(*corner, side, side, fill.get(kind, WOOD), edge, line)
    if kind in (ONIONS, TOMATOES, DISHES):
        box = (corner[0] + 0.12 * side, corner[1] + 0.12 * side, 0.76 * side, 0.76 * side)
        canvas.rect(*box, palette.blend(palette.BROWN, palette.INK, 0.15), None, radius=0.1 * side)
        thing = {ONIONS: ONION, TOMATOES: TOMATO, DISHES: DISH}[kind]
        for right, down in ((-0.16, -0.14), (0.16, -0.14), (0, 0.14)):
            place = (middle[0] + right * side, middle[1] + down * side)
            _thing(canvas, place, 0.17 * side, thing)
    elif kind == SERVING:
        for right in (-0.2, 0.1):
            tip = middle[0] + (right + 0.16) * side
            points = [
                (tip - 0.16 * side, middle[1] - 0.22 * side),
                (tip, middle[1]),
                (tip - 0.16 * side, middle[1] + 0.22 * side),
            ]
            canvas.line(points, palette.WHITE, 0.07 * side)


def _thing(canvas: Canvas, middle: Point, radius: float, thing: int) -> None:
    """Something that is carried or lies about."""
    line = max(0.1 * radius, 0.5)
    if thing == NOTHING:
        return
    if thing == ONION:
        canvas.circle(middle, radius, ONION_COLOR, palette.INK, line)
        top = (middle[0], middle[1] - 0.75 * radius)
        canvas.line([top, (top[0], top[1] - 0.55 * radius)], palette.GREEN, 0.3 * radius)
    elif thing == TOMATO:
        canvas.circle(middle, radius, palette.RED, palette.INK, line)
        canvas.circle((middle[0], middle[1] - 0.45 * radius), 0.3 * radius, palette.GREEN, None)
    else:
        canvas.circle(middle, 1.1 * radius, palette.WHITE, palette.INK, line)
        canvas.circle(middle, 0.68 * radius, palette.WHITE, palette.FAINT, line)
    if is_soup(thing):
        canvas.circle(middle, 0.72 * radius, _broth(*divmod(thing - SOUP, 4)), None)


def _broth(onions: int, tomatoes: int) -> palette.Color:
    """The color of a soup."""
    return palette.blend(
        palette.blend(palette.YELLOW, palette.BROWN, 0.25),
        palette.RED,
        tomatoes / max(onions + tomatoes, 1),
    )


def _pot(canvas: Canvas, middle: Point, side: float, pots: Any, pot: int, params: Any) -> None:
    """A pot and what is in it; while it cooks, the steps that are left."""
    onions, tomatoes = int(pots.onions[pot]), int(pots.tomatoes[pot])
    tick, needed = int(pots.tick[pot]), int(np.asarray(params.cook_times)[4 * onions + tomatoes])
    radius = 0.34 * side
    canvas.circle(
        middle, radius, palette.blend(palette.INK, palette.WHITE, 0.15), palette.INK, 0.03 * side
    )
    if tick >= 0:
        canvas.circle(middle, 0.8 * radius, _broth(onions, tomatoes), None)
    things = [] if 0 <= tick < needed else [ONION] * onions + [TOMATO] * tomatoes
    for i, thing in enumerate(things):
        angle = 2 * math.pi * i / len(things) - math.pi / 2
        reach = 0.42 * radius if len(things) > 1 else 0.0
        place = (middle[0] + reach * math.cos(angle), middle[1] + reach * math.sin(angle))
        _thing(canvas, place, 0.3 * radius, thing)
    if tick >= needed:
        canvas.circle(middle, 1.15 * radius, None, palette.GREEN, 0.07 * side)
    elif tick >= 0:
        end = math.pi / 2 - 2 * math.pi * tick / needed
        canvas.circle(middle, 1.15 * radius, None, palette.MUTED, 0.04 * side)
        canvas.arc(middle, 1.15 * radius, end, math.pi / 2, palette.ORANGE, 0.07 * side)
        canvas.text(str(needed - tick), middle, 0.3 * side, palette.WHITE, "center", bold=True)


def _cook(canvas: Canvas, middle: Point, side: float, cook: int, direction: int, held: int) -> None:
    """A cook from above, with a hat, whose hands are in front of her."""
    dx, dy = STEPS[direction]
    color = palette.SERIES[cook % len(palette.SERIES)]
    for across in (-1, 1):
        hand = (
            middle[0] + (0.27 * dx - 0.2 * across * dy) * side,
            middle[1] + (0.27 * dy + 0.2 * across * dx) * side,
        )
        canvas.circle(
            hand,
            0.085 * side,
            palette.blend(palette.BROWN, palette.WHITE, 0.5),
            palette.INK,
            0.02 * side,
        )
    canvas.circle(middle, 0.3 * side, color, palette.INK, 0.025 * side)
    hat = (middle[0] - 0.06 * dx * side, middle[1] - 0.06 * dy * side)
    canvas.circle(hat, 0.17 * side, palette.WHITE, palette.INK, 0.02 * side)
    ahead = (middle[0] + 0.34 * dx * side, middle[1] + 0.34 * dy * side)
    _thing(canvas, ahead, 0.16 * side, held)


# Two play on one keyboard; a cook whose keys nobody touches stands still.
PICTURES: Pictures = {
    Overcooked: Picture(
        draw,
        SharedControls(
            keys={
                "w": ((0, 0), "blue up"),
                "s": ((0, 1), "down"),
                "a": ((0, 3), "left"),
                "d": ((0, 2), "right"),
                "e": ((0, INTERACT), "use"),
                "up": ((1, 0), "red up"),
                "down": ((1, 1), "down"),
                "left": ((1, 3), "left"),
                "right": ((1, 2), "right"),
                "right shift": ((1, INTERACT), "use"),
            },
            idle=(STAY,),
            rate=6.0,
        ),
    ),
}
