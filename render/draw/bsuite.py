"""Pictures of bsuite."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from jaxenvs.core import Env
from jaxenvs.render.canvas import Canvas, Point, View
from jaxenvs.render.controls import Controls
from jaxenvs.render.draw import classic
from jaxenvs.render.palette import (
    BACKGROUND,
    BLUE,
    BROWN,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    TEAL,
    WHITE,
    YELLOW,
    Color,
    blend,
)

_PUSHES = {"left": (0, "push left"), "right": (2, "push right")}
_BITS = {"left": (0, "0"), "right": (1, "1")}
_DIGITS = {str(digit): (digit, str(digit)) for digit in range(10)}

KEYS: dict[str, Controls] = {
    "SimpleBandit": Controls(keys=_DIGITS | {"-": (10, "10")}),
    "MNISTBandit": Controls(keys=_DIGITS),
    "Catch": Controls(
        keys={"left": (0, "left"), "down": (1, "stay"), "right": (2, "right")}, idle=(1,), rate=3.0
    ),
    "Cartpole": Controls(keys=_PUSHES, idle=(1,), rate=50.0),
    "CartpoleSwingup": Controls(keys=_PUSHES, idle=(1,), rate=50.0),
    "MountainCar": Controls(keys=_PUSHES, idle=(1,), rate=30.0),
    "DeepSea": Controls(keys=_BITS),
    "DiscountingChain": Controls(
        keys={str(chain + 1): (chain, f"chain {chain + 1}") for chain in range(5)}
    ),
    "MemoryChain": Controls(keys=_BITS),
    "UmbrellaChain": Controls(keys={"left": (0, "go without"), "right": (1, "take umbrella")}),
}
"""How each of the games is played."""

SEA: Color = (196, 222, 236)
DEEP: Color = (38, 72, 112)
SKY: Color = (222, 236, 246)
CLOUD: Color = (168, 176, 188)


def draw(env: Env[Any, Any], state: Any, params: Any, size: int) -> np.ndarray:
    """The picture of a game of this family, uint8 `[height, width, 3]`."""
    return PICTURES[type(env).__name__](env, state, params, size)


def _bar(canvas: Canvas, share: float, top: float, unit: float, color: Color = BLUE) -> None:
    """Time that has passed, as a bar across the picture."""
    left, width, height = 24 * unit, canvas.width - 48 * unit, 10 * unit
    canvas.rect(left, top, width, height, FAINT, None, radius=5 * unit)
    full = width * min(max(share, 0.0), 1.0)
    if full > height:
        canvas.rect(left, top, full, height, color, None, radius=5 * unit)


# -- bandits -----------------------------------------------------------------------------------


def simple_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """What each arm pays, as bars: the player does not see them."""
    del env, state
    canvas = Canvas(size, round(0.6 * size))
    unit = size / 512
    rewards = np.asarray(params.rewards, float)
    count = len(rewards)
    floor, top = canvas.height - 44 * unit, 46 * unit
    room = canvas.width - 48 * unit
    low, high = min(0.0, rewards.min()), max(rewards.max(), 1e-9)
    pitch = room / count
    canvas.line([(24 * unit, floor), (24 * unit + room, floor)], INK, 2 * unit)
    for arm, reward in enumerate(rewards):
        x = 24 * unit + (arm + 0.5) * pitch
        tall = (floor - top) * (reward - low) / (high - low)
        width = 0.62 * pitch
        best = reward == rewards.max()
        if tall > 0:
            color = GREEN if best else BLUE
            canvas.rect(x - width / 2, floor - tall, width, tall, color, INK, 1.5 * unit)
        note = (x, floor - tall - 14 * unit)
        canvas.text(f"{reward:.2g}", note, min(15 * unit, 0.4 * pitch), INK, "center")
        canvas.text(str(arm), (x, floor + 20 * unit), min(17 * unit, 0.45 * pitch), MUTED, "center")
    return canvas.rgb()


def mnist_bandit(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The image; after the guess the right answer."""
    from jaxenvs.envs.bsuite import _digits as digits

    del params
    canvas = Canvas(size, size)
    images, labels = digits.load(env.data)
    image = images[int(state.image_id)]
    ink = image[..., None].astype(float) / 255
    paper, black = np.array(WHITE, float), np.array(INK, float)
    pixels = np.round(paper + (black - paper) * ink).astype(np.uint8)
    edge = 0.06 * size
    span = size - 2 * edge
    canvas.rect(edge - 2, edge - 2, span + 4, span + 4, INK, None)
    canvas.image(pixels, edge, edge, span, span)
    if state.answered:
        middle = (size - edge - 0.12 * size, edge + 0.12 * size)
        canvas.circle(middle, 0.08 * size, GREEN, INK, size / 340)
        label = str(labels[int(state.image_id)])
        canvas.text(label, middle, 0.1 * size, WHITE, "center", bold=True)
    return canvas.rgb()


# -- boards ------------------------------------------------------------------------------------


def catch(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The ball on its way down and the paddle."""
    del params
    side = size / max(env.rows, env.columns)
    canvas = Canvas(max(1, round(env.columns * side)), max(1, round(env.rows * side)))
    line = max(1.0, side / 34)
    for row in range(env.rows):
        for column in range(env.columns):
            shade = BACKGROUND if (row + column) % 2 else blend(BACKGROUND, FAINT, 0.5)
            canvas.rect(column * side, row * side, side, side, shade, None)
    left = (int(state.paddle_column) + 0.04) * side
    top = (env.rows - 0.36) * side
    canvas.rect(left, top, 0.92 * side, 0.26 * side, BLUE, INK, line, radius=0.12 * side)
    row, column = int(state.ball_row), int(state.ball_column)
    down = row == env.rows - 1
    caught = down and column == int(state.paddle_column)
    middle = ((column + 0.5) * side, (row + (0.36 if caught else 0.5)) * side)
    canvas.circle(middle, 0.27 * side, ORANGE if caught or not down else MUTED, INK, line)
    return canvas.rgb()


def sea(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The sea, darker with depth, the treasure, the way to it, and what the diver can do."""
    canvas = Canvas(size, size)
    count = env.size
    side = size / count
    line = max(0.6, side / 40)
    for row in range(count):
        water = blend(SEA, DEEP, row / max(count - 1, 1))
        canvas.rect(0, row * side, size, side, water, None)
        for column in range(count):
            rim = blend(water, INK if row < count / 2 else WHITE, 0.12)
            fill = blend(water, WHITE, 0.16) if row == column else None  # the way to the treasure
            canvas.rect(column * side, row * side, side, side, fill, rim, line)
    thing = max(side, 24 * size / 512)  # large enough to be seen in a sea of small cells
    _chest(canvas, (size - 0.5 * thing, size - 0.42 * thing), thing)
    row, column = int(state.row), int(state.column)
    if row < count:
        middle = ((column + 0.5) * side, (row + 0.5) * side)
        _diver(canvas, middle, thing, bool(state.bad_episode))
        one_is_right = bool(np.asarray(params.mapping)[row, column])
        if side > 20:
            for sign in (-1, 1):
                name = "1" if (sign > 0) == one_is_right else "0"
                at = (middle[0] + 0.38 * sign * side, middle[1] + 0.33 * side)
                canvas.text(name, at, 0.28 * side, WHITE, "center", bold=True)
    return canvas.rgb()


def _diver(canvas: Canvas, middle: Point, side: float, lost: bool) -> None:
    """A helmet with a window; grey where the treasure is out of reach."""
    line = max(0.8, side / 30)
    color = MUTED if lost else ORANGE
    x, y = middle
    for sign in (-1, 1):
        bolt = x + sign * 0.3 * side - 0.06 * side
        canvas.rect(bolt, y - 0.1 * side, 0.12 * side, 0.2 * side, color, INK, line)
    canvas.circle(middle, 0.29 * side, color, INK, line)
    canvas.circle(middle, 0.17 * side, SKY, INK, line)
    glint = [(x - 0.07 * side, y + 0.02 * side), (x + 0.03 * side, y - 0.08 * side)]
    canvas.line(glint, WHITE, 1.3 * line)


def _chest(canvas: Canvas, middle: Point, side: float) -> None:
    line = max(0.8, side / 34)
    x, y = middle
    width = 0.34 * side
    canvas.rect(x - width, y - 0.05 * side, 2 * width, 0.3 * side, BROWN, INK, line)
    lid = [(x - width, y - 0.05 * side)]
    lid += [(x + width * math.cos(a), y - 0.05 * side - 0.22 * side * math.sin(a))
            for a in np.linspace(math.pi, 0, 16)]  # fmt: skip
    canvas.polygon(lid, blend(BROWN, YELLOW, 0.35), INK, line)
    canvas.rect(x - 0.07 * side, y - 0.1 * side, 0.14 * side, 0.16 * side, YELLOW, INK, line)


# -- chains ------------------------------------------------------------------------------------


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
        color = INK if active else FAINT
        name = MUTED if not active else INK
        canvas.text(str(chain + 1), (34 * unit, y), 22 * unit, name, "center", bold=True)
        canvas.line([(left, y), (right, y)], color, 3 * unit)
        for step in (0, *range(1, 10), *range(10, last + 1, 10)):
            canvas.circle((at(step), y), 2.6 * unit, color, None)
        gem = GREEN if chain == bonus else YELLOW
        paid = chosen == chain and int(state.time) >= due
        _gem(canvas, (at(due), y), 15 * unit, gem if active else FAINT, unit)
        text = "1.1" if chain == bonus else "1"
        if active:
            place = (at(due), y - 25 * unit)
            canvas.text(text + " paid" * paid, place, 14 * unit, gem, "center", bold=True)
    now = min(int(state.time), last)
    for chain in range(5) if chosen < 0 else [chosen]:
        middle = (at(now), (52 + 60 * chain) * unit)
        canvas.circle(middle, 9 * unit, RED, INK, 1.5 * unit)
    for step in (0, 1, 3, 10, 30, 100):
        if step <= last:
            canvas.text(
                str(step), (at(step), canvas.height - 14 * unit), 13 * unit, MUTED, "center"
            )
    return canvas.rgb()


def _gem(canvas: Canvas, middle: Point, size: float, color: Color, unit: float) -> None:
    x, y = middle
    corners = [(x, y - size), (x + 0.8 * size, y), (x, y + size), (x - 0.8 * size, y)]
    outline = INK if color != FAINT else blend(FAINT, INK, 0.15)
    canvas.polygon(corners, color, outline, 1.5 * unit)


def memory_chain(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """What the player sees: the bits at the start, the question near the end, and the time."""
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
    canvas.text("it was" if over else note, (canvas.width / 2, 24 * unit), 20 * unit, INK, "center")
    _bar(canvas, int(state.time) / (length + 1), canvas.height - 30 * unit, unit)
    return canvas.rgb()


def _coin(
    canvas: Canvas, middle: Point, radius: float, value: str, asked: bool, unit: float
) -> None:
    color = {"0": BLUE, "1": ORANGE}.get(value, FAINT)
    rim, width = (RED, 5 * unit) if asked else (INK, 1.5 * unit)
    canvas.circle(middle, radius, color, rim, width)
    ink = MUTED if value == "?" else WHITE
    canvas.text(value, middle, radius, ink, "center", bold=True)


def umbrella_chain(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """Somebody on the way through the town, the forecast, and boxes that mean nothing."""
    canvas = Canvas(size, round(0.7 * size), SKY)
    unit = size / 512
    length = int(params.chain_length)
    share = min(int(state.time) / length, 1.0)
    rains, over = bool(state.need_umbrella), share >= 1
    floor = 262 * unit
    canvas.rect(0, floor, canvas.width, canvas.height - floor, blend(FAINT, GREEN, 0.25), None)
    canvas.line([(0, floor), (canvas.width, floor)], INK, 2 * unit)
    left, right = 46 * unit, canvas.width - 104 * unit
    x = left + (right - left) * share
    if rains and over:
        _rain(canvas, floor, unit)
    _forecast(canvas, rains, unit)
    _house(canvas, (canvas.width - 46 * unit, floor), unit)
    _walker(canvas, (x, floor), bool(state.has_umbrella), rains and over, unit)
    _bits(canvas, np.asarray(state.distractors), floor + 14 * unit, unit)
    _bar(canvas, share, canvas.height - 18 * unit, unit)
    return canvas.rgb()


def _forecast(canvas: Canvas, rains: bool, unit: float) -> None:
    """The weather to come, at the top left."""
    x, y = 66 * unit, 60 * unit
    if not rains:
        for k in range(12):
            a = k * math.pi / 6
            ends = [(x + r * unit * math.cos(a), y + r * unit * math.sin(a)) for r in (34, 46)]
            canvas.line(ends, YELLOW, 4 * unit)
        canvas.circle((x, y), 26 * unit, YELLOW, INK, 1.5 * unit)
        return
    _cloud(canvas, (x, y), unit)
    for k in range(4):
        drop = (x + (k * 20 - 34) * unit, y + 28 * unit)
        canvas.line([drop, (drop[0] - 7 * unit, drop[1] + 20 * unit)], BLUE, 3.5 * unit)


def _cloud(canvas: Canvas, middle: Point, unit: float) -> None:
    puffs = [(-30, 4, 18), (-8, -10, 24), (18, -4, 20), (36, 8, 14), (0, 8, 18)]
    for grow, color in ((1.5, INK), (0.0, CLOUD)):
        for right, down, radius in puffs:
            at = (middle[0] + right * unit, middle[1] + down * unit)
            canvas.circle(at, (radius + grow) * unit, color, None)


def _rain(canvas: Canvas, floor: float, unit: float) -> None:
    for k in range(90):
        # An even scatter, the same in every picture: multiples of irrational numbers.
        x = (k * 0.7549 % 1) * 530 * unit
        y = (100 + k * 0.5698 % 1 * 150) * unit
        if y + 14 * unit < floor:
            canvas.line([(x, y), (x - 5 * unit, y + 14 * unit)], BLUE, 1.8 * unit)


def _house(canvas: Canvas, foot: Point, unit: float) -> None:
    x, y = foot
    canvas.rect(x - 28 * unit, y - 62 * unit, 56 * unit, 62 * unit, BACKGROUND, INK, 1.5 * unit)
    roof = [(x - 38 * unit, y - 60 * unit), (x, y - 98 * unit), (x + 38 * unit, y - 60 * unit)]
    canvas.polygon(roof, RED, INK, 1.5 * unit)
    canvas.rect(x - 9 * unit, y - 32 * unit, 18 * unit, 32 * unit, BROWN, INK, 1.5 * unit)


def _walker(canvas: Canvas, foot: Point, umbrella: bool, wet: bool, unit: float) -> None:
    """Somebody who walks, with or without an umbrella."""
    x, y = foot
    hip, neck = (x, y - 36 * unit), (x, y - 72 * unit)
    for sign in (-1, 1):
        canvas.line([hip, (x + sign * 12 * unit, y - 2 * unit)], INK, 6 * unit)
    canvas.line([hip, neck], blend(PURPLE, INK, 0.3), 15 * unit)
    hand = (x + 20 * unit, y - 62 * unit)
    canvas.line([(x, y - 64 * unit), hand], INK, 5 * unit)
    canvas.circle((x, y - 90 * unit), 14 * unit, (242, 208, 176), INK, 1.5 * unit)
    if umbrella:
        top = (hand[0], y - 136 * unit)
        canvas.line([hand, top], INK, 3 * unit)
        rim = np.linspace(math.pi, 0, 24)
        dome = [(top[0] + 48 * unit * math.cos(a), top[1] + 12 * unit - 32 * unit * math.sin(a))
                for a in rim]  # fmt: skip
        canvas.polygon(dome, TEAL, INK, 1.5 * unit)
    elif wet:
        for k in range(3):
            drop = (x + (k * 9 - 12) * unit, y - 112 * unit)
            canvas.line([drop, (drop[0] - 2 * unit, drop[1] + 8 * unit)], BLUE, 3 * unit)


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
        fill = MUTED if bit else WHITE
        box = 0.8 * pitch
        canvas.rect(x, top + row * pitch, box, box, fill, INK, unit)


# -- physics -----------------------------------------------------------------------------------


def mountain_car(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The car in the valley, as in classic control."""
    del env
    return classic.mountain_car(state, params, size)


def cartpole(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The cart on its track, as in classic control."""
    del env
    limit = math.acos(max(-1.0, min(1.0, float(params.height_threshold))))
    seen = SimpleNamespace(
        half_length=params.half_length, x_limit=params.x_threshold, theta_limit=limit
    )
    return classic.cartpole(state, seen, size)


def swingup(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The cart on a rail, the pole that swings under or over it, and where rewards are given."""
    del env
    canvas = Canvas(size, round(0.6 * size))
    unit = size / 512
    track, length = float(params.x_threshold), 2 * float(params.half_length)
    view = View.fit(canvas, (-track - 0.5, track + 0.5), (-length - 0.3, length + 0.3))
    central = float(params.x_reward_threshold)
    left, right = view.point(-central, 0)[0], view.point(central, 0)[0]
    good = blend(BACKGROUND, GREEN, 0.18)
    canvas.rect(left, 0, right - left, canvas.height, good, None)
    rail = view.point(0, 0)[1]
    ends = [view.point(-track, 0), view.point(track, 0)]
    canvas.line(ends, MUTED, 5 * unit)
    for end in ends:
        canvas.rect(end[0] - 4 * unit, rail - 13 * unit, 8 * unit, 26 * unit, RED, INK, 1.5 * unit)
    x, theta = float(state.x), float(state.theta)
    axle = view.point(x, 0)
    width, height = view.length(0.55), view.length(0.26)
    corner = (axle[0] - width / 2, axle[1] - height / 2)
    canvas.rect(*corner, width, height, BLUE, INK, 1.5 * unit, radius=5 * unit)
    tip = view.point(x + length * math.sin(theta), length * math.cos(theta))
    up = math.cos(theta) > float(params.height_threshold)
    steady = abs(float(state.theta_dot)) < float(params.theta_dot_threshold)
    paid = up and steady and abs(x) < central
    canvas.line([axle, tip], INK, 12 * unit)
    canvas.line([axle, tip], GREEN if paid else ORANGE, 9 * unit)
    canvas.circle(axle, 4 * unit, BACKGROUND, INK, 1.5 * unit)
    return canvas.rgb()


PICTURES = {
    "SimpleBandit": simple_bandit,
    "MNISTBandit": mnist_bandit,
    "Catch": catch,
    "DeepSea": sea,
    "DiscountingChain": discounting_chain,
    "MemoryChain": memory_chain,
    "UmbrellaChain": umbrella_chain,
    "MountainCar": mountain_car,
    "Cartpole": cartpole,
    "CartpoleSwingup": swingup,
}
"""From the name of an environment's class to what draws it."""
