"""Concentration: a table of cards that lie face down."""

from typing import Any

import numpy as np

from jaxenvs.envs.popgym.concentration import Concentration
from jaxenvs.envs.popgym.pictures._table import grid, kind_face, marked
from jaxenvs.render import cards
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures


def concentration(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The table; cards turned over last have a bright rim until they match."""
    del params
    unit = size / 512
    rows, columns = _layout(env.num_cards)
    pitch = (size - 16 * unit) / columns
    width = 0.84 * pitch
    height = cards.HEIGHT * width + pitch - width
    canvas = Canvas(size, round(rows * height + 16 * unit), cards.FELT)
    for place in range(env.num_cards):
        row, column = divmod(place, columns)
        margin = 8 * unit + (pitch - width) / 2
        corner = (margin + column * pitch, margin + row * height)
        is_turned = place in state.turned
        if is_turned and not state.paired[place]:
            marked(canvas, corner, width)
        if is_turned or state.paired[place]:
            kind_face(canvas, corner, width, env.deck_type, int(state.kinds[place]))
        else:
            cards.back(canvas, corner, width)
    return canvas.rgb()


def _layout(num_cards: int) -> tuple[int, int]:
    """Rows and columns of cards."""
    return grid(num_cards, 13, 0.95, cards.HEIGHT)


def _card_at(env: Any, x: float, y: float) -> int | None:
    """The card of the table at a place of its picture."""
    rows, columns = _layout(env.num_cards)
    place = min(int(y * rows), rows - 1) * columns + min(int(x * columns), columns - 1)
    return place if place < env.num_cards else None


PICTURES: Pictures = {
    Concentration: Picture(concentration, Controls(keys={}, pointer=(_card_at, "turn over"))),
}
