"""The picture of a game that has none of its own: what its agents observe, drawn by its space.

Numbers are bars, planes and images are pixels, choices are cells of which one is filled, and
several agents or parts stand under each other. The layout depends on the spaces alone, so all
frames of a game have one size.
"""

import dataclasses
import functools
import math
import string
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from jaxenvs import spaces
from jaxenvs.core import Env
from jaxenvs.multi import has_agents, row_of
from jaxenvs.render import palette
from jaxenvs.render.controls import Controls

if TYPE_CHECKING:
    from jaxenvs.render.canvas import Canvas

# Lengths are in units of which a column is 512 wide; `observation` scales them.
WIDTH = 512.0
MARGIN = 16.0
TITLE = 26.0  # height of a panel's title
ROW = 24.0  # height of a bar with its number
MOST_ROWS = 16  # a longer list of numbers stands upright, without numbers
UPRIGHT = 96.0  # height of a line of upright bars
PER_LINE = 64  # upright bars in a line
CELLS = 32  # choices that are drawn one by one
BOARD = 32  # cells along a side; what is larger is an image
LEVELS = 8  # shades that eyes tell apart
UNBOUNDED = 1e6  # bounds beyond it say nothing about size

Paint = Callable[["Canvas", "Area"], None]


@dataclasses.dataclass(frozen=True)
class Area:
    """Where something is painted: pixels, and how many of them make a unit."""

    left: float
    top: float
    width: float
    height: float
    unit: float


@dataclasses.dataclass(frozen=True)
class Panel:
    """One part of an observation."""

    title: str
    height: float  # units, without the title
    paint: Paint


def observation(env: Env[Any, Any], state: Any, params: Any, size: int) -> np.ndarray:
    """What is observed in `state`, uint8 `[height, width, 3]`, the longer side `size` pixels."""
    from jaxenvs.render.canvas import Canvas

    panels = list(_panels(env, jax.device_get(_observe(env)(state, params))))
    columns = _columns(panels)
    height = max(sum(TITLE + p.height + MARGIN for p in column) for column in columns) + MARGIN
    unit = size / max(WIDTH * len(columns), height)
    canvas = Canvas(max(1, round(WIDTH * len(columns) * unit)), max(1, round(height * unit)))
    for i, column in enumerate(columns):
        top = MARGIN
        for panel in column:
            left = i * WIDTH + MARGIN
            at = (left * unit, (top + TITLE / 2 - 3) * unit)
            canvas.text(panel.title, at, 14 * unit, palette.INK, bold=True)
            width = (WIDTH - 2 * MARGIN) * unit
            area = Area(left * unit, (top + TITLE) * unit, width, panel.height * unit, unit)
            panel.paint(canvas, area)
            top += TITLE + panel.height + MARGIN
    return canvas.rgb()


def numbered(env: Env[Any, Any]) -> Controls | None:
    """A key for each action, by its number, where actions are numbered; of several agents, one's.

    None where actions are no numbers, or more than there are keys: digits, then letters.
    """
    several = has_agents(env)
    space = next(iter(env.action_spaces().values())) if several else env.action_space()
    names = string.digits + string.ascii_lowercase
    if not isinstance(space, spaces.Discrete) or space.n > len(names):
        return None
    actions = range(space.start, space.start + space.n)
    keys: dict[str, tuple[Any, str]] = {}
    if space.n in (2, 3):  # as most games of two or three actions mean them
        keys["left"] = (actions[0], f"action {actions[0]}")
        keys["right"] = (actions[-1], f"action {actions[-1]}")
    first = space.start if space.start >= 0 and actions[-1] < len(names) else 0
    for name, action in zip(names[first:], actions, strict=False):
        keys[name] = (action, f"action {action}")
    return Controls(keys=keys, seat=0 if several else None)


@functools.lru_cache(maxsize=8)
def _observe(env: Env[Any, Any]) -> Callable[[Any, Any], Any]:
    return jax.jit(env.observe)


def _panels(env: Env[Any, Any], obs: Any) -> Iterator[Panel]:
    if not has_agents(env):
        yield from _parts("observation", obs, env.observation_space())
        return
    for i, (name, space) in enumerate(env.observation_spaces().items()):
        yield from _parts(name, row_of(obs, i, space), space)


def _parts(title: str, value: Any, space: spaces.Space) -> Iterator[Panel]:
    """A panel for each array in a value, named by the way to it."""
    if isinstance(space, spaces.Dict):
        for name, part in space.spaces.items():
            yield from _parts(f"{title} · {name}", value[name], part)
    elif isinstance(space, spaces.Tuple):
        for i, part in enumerate(space.spaces):
            yield from _parts(f"{title} · {i}", value[i], part)
    else:
        yield _panel(title, np.asarray(value), space)


def _panel(title: str, value: np.ndarray, space: spaces.Space) -> Panel:
    """The panel of one array."""
    if isinstance(space, spaces.Discrete):
        return _choice(title, int(value), space)
    if value.ndim <= 1:
        return _numbers(title, value.reshape(-1), *_bounds(value.reshape(-1), space))
    if value.ndim == 2:
        return _image(title, _heat(value.astype(np.float64), *_bounds(value, space))[None])
    shape = (-1, *value.shape[-2:])  # more axes than three: under each other
    low, high = (bound.reshape(shape) for bound in _bounds(value, space))
    value = value.reshape(shape)
    num = value.shape[-1]
    if value.dtype == np.uint8 and num == 3 and min(value.shape[:2]) > BOARD:
        return _image(title, value[None])
    planes = [
        _heat(value[..., i].astype(np.float64), low[..., i], high[..., i]) for i in range(num)
    ]
    return _image(f"{title}, channels 0 to {num - 1}" if num > 1 else title, np.stack(planes))


def _bounds(value: np.ndarray, space: spaces.Space) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest of each number; infinite where the space does not say."""
    if isinstance(space, spaces.MultiDiscrete):
        low = np.asarray(space.start, np.float64)
        low, high = low, low + np.asarray(space.num_values) - 1
    elif isinstance(space, spaces.Box):
        low, high = np.asarray(space.low, np.float64), np.asarray(space.high, np.float64)
    else:
        low, high = np.float64(0), np.float64(1)
    vague = (low < -UNBOUNDED) | (high > UNBOUNDED)
    shape = value.shape
    return (
        np.broadcast_to(np.where(vague, -np.inf, low), shape),
        np.broadcast_to(np.where(vague, np.inf, high), shape),
    )


def _share(value: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where numbers lie between their bounds, 0 to 1; without bounds, squeezed around 0.5."""
    bounded = np.isfinite(high - low)
    with np.errstate(invalid="ignore", divide="ignore"):
        linear = (value - low) / np.maximum(high - low, 1e-9)
    squeezed = 0.5 + 0.5 * value / (1 + np.abs(value))
    return np.clip(np.nan_to_num(np.where(bounded, linear, squeezed), nan=0.5), 0.0, 1.0)


def _numbers(title: str, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> Panel:
    """Bars from zero, lying with their numbers, or upright where they are many."""
    end = _share(value.astype(np.float64), low, high)
    start = _share(np.clip(np.zeros(len(value)), low, high), low, high)
    if len(value) <= MOST_ROWS:
        paint = functools.partial(_lying_bars, value=value, start=start, end=end)
        return Panel(title, ROW * max(1, len(value)), paint)
    lines = math.ceil(len(value) / PER_LINE)
    paint = functools.partial(_upright_bars, start=start, end=end, lines=lines)
    return Panel(title, UPRIGHT * lines, paint)


def _lying_bars(
    canvas: "Canvas", box: Area, value: np.ndarray, start: np.ndarray, end: np.ndarray
) -> None:
    unit, row = box.unit, box.height / max(1, len(value))
    left, width = box.left + 34 * unit, box.width - 124 * unit
    for i, number in enumerate(value):
        middle = box.top + (i + 0.5) * row
        canvas.text(str(i), (box.left + 22 * unit, middle), 12 * unit, palette.MUTED, "right")
        canvas.rect(left, middle - 7 * unit, width, 14 * unit, palette.FAINT, None, radius=3 * unit)
        _bar(canvas, (left, middle - 7 * unit, width, 14 * unit), start[i], end[i], across=False)
        place = (box.left + box.width, middle)
        canvas.text(_brief(number), place, 13 * unit, palette.INK, "right")


def _upright_bars(
    canvas: "Canvas", box: Area, start: np.ndarray, end: np.ndarray, lines: int
) -> None:
    unit, pitch = box.unit, box.width / min(PER_LINE, len(end))
    height = box.height / lines
    for i in range(len(end)):
        line, column = divmod(i, PER_LINE)
        top = box.top + line * height + 4 * unit
        area = (box.left + column * pitch, top, 0.8 * pitch, height - 12 * unit)
        canvas.rect(*area, palette.FAINT, None)
        _bar(canvas, area, start[i], end[i], across=True)


def _bar(
    canvas: "Canvas",
    area: tuple[float, float, float, float],
    start: float,
    end: float,
    across: bool,
) -> None:
    """A bar in an area between two shares of its length, blue above zero and orange below."""
    left, top, width, height = area
    low, high = min(start, end), max(start, end)
    color = palette.BLUE if end >= start else palette.ORANGE
    if across:
        tall = max((high - low) * height, 0.02 * height)
        canvas.rect(left, top + (1 - high) * height, width, tall, color, None)
        return
    canvas.rect(left + low * width, top, max((high - low) * width, 2.0), height, color, None)


def _choice(title: str, value: int, space: spaces.Discrete) -> Panel:
    """One of several: a row of cells with one filled, or the number where there are too many."""

    def paint(canvas: "Canvas", box: Area) -> None:
        unit, shown = box.unit, value - space.start
        if space.n > CELLS:
            at = (box.left + 4 * unit, box.top + box.height / 2)
            canvas.text(f"{value}  of {space.start} to {space.start + space.n - 1}", at, 20 * unit)
            return
        pitch = min(40 * unit, box.width / space.n)
        for i in range(space.n):
            fill = palette.BLUE if i == shown else palette.WHITE
            left, side = box.left + i * pitch, 0.88 * pitch
            top = box.top + (box.height - side) / 2
            canvas.rect(left, top, side, side, fill, palette.MUTED, unit, radius=0.12 * side)
            at = (left + side / 2, top + side / 2)
            color = palette.WHITE if i == shown else palette.MUTED
            canvas.text(str(i + space.start), at, 0.45 * side, color, "center")

    return Panel(title, 44.0, paint)


def _heat(value: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """A plane of numbers as colors, uint8 `[H, W, 3]`: light where low, dark blue where high."""
    share = _share(value, low, high)
    reach = np.max(high - low)
    if max(value.shape) <= BOARD and LEVELS < reach < np.inf:
        # The cells of a board hold codes, of which the small ones should be seen as well.
        codes = 0.2 + 0.8 * np.log1p(share * reach) / np.log1p(reach)
        share = np.where(value > low, codes, 0.0)
    share = share[..., None]
    light, dark = np.array(palette.WHITE), np.array(palette.blend(palette.BLUE, palette.INK, 0.35))
    return np.round(light + (dark - light) * share).astype(np.uint8)


def _image(title: str, tiles: np.ndarray) -> Panel:
    """Images, uint8 `[num, H, W, 3]`, side by side and under each other."""
    num, height, width = tiles.shape[:3]
    columns = num if num <= 4 else max(1, min(num, round(math.sqrt(num * 1.6 * height / width))))
    rows = math.ceil(num / columns)
    gap, room = 8.0, WIDTH - 2 * MARGIN
    side = min((room - gap * (columns - 1)) / columns, 300.0 * width / height)
    tall = side * height / width

    def paint(canvas: "Canvas", box: Area) -> None:
        unit = box.unit
        for i, tile in enumerate(tiles):
            row, column = divmod(i, columns)
            left = box.left + column * (side + gap) * unit
            top = box.top + row * (tall + gap) * unit
            canvas.image(tile, left, top, side * unit, tall * unit)
            canvas.rect(left, top, side * unit, tall * unit, None, palette.MUTED, unit)

    return Panel(title, rows * tall + gap * (rows - 1), paint)


def _columns(panels: Sequence[Panel]) -> list[list[Panel]]:
    """The panels in as many columns as keep the picture from getting much higher than wide."""
    heights = [TITLE + panel.height + MARGIN for panel in panels]
    num = max(1, min(len(panels), round(math.sqrt(sum(heights) / WIDTH))))
    columns: list[list[Panel]] = [[] for _ in range(num)]
    filled, column = 0.0, 0
    for panel, height in zip(panels, heights, strict=True):
        if columns[column] and filled + height / 2 > sum(heights) / num and column < num - 1:
            column, filled = column + 1, 0.0
        columns[column].append(panel)
        filled += height
    return [column for column in columns if column]


def _brief(number: Any) -> str:
    """A number in at most nine letters."""
    if isinstance(number, bool | np.bool_):
        return str(int(number))
    if isinstance(number, int | np.integer):
        return str(int(number))
    return f"{float(number) + 0.0:.3g}" if abs(number) >= 1000 else f"{float(number) + 0.0:.2f}"
