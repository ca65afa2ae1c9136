"""Bandits: what each arm pays, and a digit to name."""

from typing import Any

import numpy as np

from jaxenvs.envs.bsuite import _digits as digits
from jaxenvs.envs.bsuite.bandit import SimpleBandit
from jaxenvs.envs.bsuite.mnist import MNISTBandit
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.picture import Picture, Pictures

_DIGITS = {str(digit): (digit, str(digit)) for digit in range(10)}


def simple_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """What each arm pays, as bars, which the player does not know."""
    del env, state
    canvas = Canvas(size, round(0.6 * size))
    unit = size / 512
    rewards = np.asarray(params.rewards, float)
    count = len(rewards)
    floor, top = canvas.height - 44 * unit, 46 * unit
    room = canvas.width - 48 * unit
    low, high = min(0.0, rewards.min()), max(rewards.max(), 1e-9)
    pitch = room / count
    canvas.line([(24 * unit, floor), (24 * unit + room, floor)], palette.INK, 2 * unit)
    for arm, reward in enumerate(rewards):
        x = 24 * unit + (arm + 0.5) * pitch
        tall = (floor - top) * (reward - low) / (high - low)
        width = 0.62 * pitch
        best = reward == rewards.max()
        if tall > 0:
            color = palette.GREEN if best else palette.BLUE
            canvas.rect(x - width / 2, floor - tall, width, tall, color, palette.INK, 1.5 * unit)
        note = (x, floor - tall - 14 * unit)
        canvas.text(f"{reward:.2g}", note, min(15 * unit, 0.4 * pitch), palette.INK, "center")
        canvas.text(
            str(arm), (x, floor + 20 * unit), min(17 * unit, 0.45 * pitch), palette.MUTED, "center"
        )
    return canvas.rgb()


def mnist_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The image; after the guess the right answer."""
    del params
    canvas = Canvas(size, size)
    images, labels = digits.load(env.data)
    image = images[int(state.image_id)]
    ink = image[..., None].astype(float) / 255
    paper, black = np.array(palette.WHITE, float), np.array(palette.INK, float)
    pixels = np.round(paper + (black - paper) * ink).astype(np.uint8)
    edge = 0.06 * size
    span = size - 2 * edge
    canvas.rect(edge - 2, edge - 2, span + 4, span + 4, palette.INK, None)
    canvas.image(pixels, edge, edge, span, span)
    if state.answered:
        middle = (size - edge - 0.12 * size, edge + 0.12 * size)
        canvas.circle(middle, 0.08 * size, palette.GREEN, palette.INK, size / 340)
        label = str(labels[int(state.image_id)])
        canvas.text(label, middle, 0.1 * size, palette.WHITE, "center", bold=True)
    return canvas.rgb()


PICTURES: Pictures = {
    SimpleBandit: Picture(simple_bandit, Controls(keys=_DIGITS | {"-": (10, "10")})),
    MNISTBandit: Picture(mnist_bandit, Controls(keys=_DIGITS)),
}
