"""MultiarmedBandit: the arms and what they hide."""

import math
from typing import Any

import numpy as np

from jaxenvs.envs.popgym.multiarmed_bandit import MultiarmedBandit
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures


def multiarmed_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The arms with their hidden chances, and whether the last pull paid."""
    del params
    unit = size / 512
    canvas = Canvas(size, round(300 * unit))
    pitch = (size - 40 * unit) / env.num_bandits
    floor, high = 256 * unit, 180 * unit
    best = int(np.argmax(state.chances))
    for arm, chance in enumerate(state.chances.tolist()):
        x, wide = 20 * unit + (arm + 0.5) * pitch, 0.7 * pitch
        box = (x - wide / 2, floor - high, wide, high)
        canvas.rect(*box, palette.FAINT, None, radius=0.14 * wide)
        color = palette.GREEN if arm == best else palette.BLUE
        canvas.rect(x - wide / 2, floor - chance * high, wide, chance * high, color, None)
        canvas.text(
            str(arm), (x, floor + 18 * unit), min(15 * unit, 0.7 * pitch), palette.INK, "center"
        )
    if state.time > 0:
        paid = bool(state.paid)
        words = "the last pull paid" if paid else "the last pull did not pay"
        canvas.text(
            words,
            (size / 2, 36 * unit),
            17 * unit,
            palette.GREEN if paid else palette.RED,
            "center",
            True,
        )
    return canvas.rgb()


def _arm_at(env: Any, x: float, y: float) -> int:
    """The arm at a place of the picture."""
    del y
    arm = math.floor((x * 512 - 20) / 472 * env.num_bandits)
    return min(max(arm, 0), env.num_bandits - 1)


PICTURES: Pictures = {
    MultiarmedBandit: Picture(multiarmed_bandit, Controls(keys={}, pointer=(_arm_at, "pull"))),
}
