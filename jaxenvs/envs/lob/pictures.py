"""Pictures of the books of orders: the ladder with every order in its queue, and what it earned.

Bids stand to the left of the prices, asks to the right; in each row the order that trades first is
nearest to the prices. Orders of the agents are in their colors.
"""

import dataclasses
from typing import Any

import numpy as np

from jaxenvs.envs.lob import _executor, _maker
from jaxenvs.envs.lob.execution import Execution
from jaxenvs.envs.lob.market_making import MarketMaking
from jaxenvs.envs.lob.multi_agent import MultiAgent
from jaxenvs.render import themes
from jaxenvs.render.canvas import Canvas
from jaxenvs.render.controls import Controls
from jaxenvs.render.palette import Color, blend
from jaxenvs.render.picture import Picture, Pictures

ROWS = 8  # prices on each side of the mid
HEIGHT = 0.7  # of a picture, in widths


@dataclasses.dataclass(frozen=True)
class Pen:
    """Where and in which colors to draw; lengths are in hundredths of the width."""

    canvas: Canvas
    theme: themes.Theme

    @property
    def unit(self) -> float:
        """Pixels of one length."""
        return self.canvas.width / 100

    def text(self, text: str, x: float, y: float, size: float = 2.6, **looks: Any) -> None:
        """A line of text."""
        looks.setdefault("color", self.theme.ink)
        self.canvas.text(text, (x * self.unit, y * self.unit), size * self.unit, **looks)

    def rect(
        self, x: float, y: float, width: float, height: float, fill: Color | None,
        outline: Color | None = None,
    ) -> None:  # fmt: skip
        """A rectangle."""
        u = self.unit
        self.canvas.rect(x * u, y * u, width * u, height * u, fill, outline, 0.25 * u)

    def line(self, points: list[tuple[float, float]], color: Color, width: float = 0.3) -> None:
        """A path."""
        u = self.unit
        self.canvas.line([(x * u, y * u) for x, y in points], color, width * u, rounded=False)

    def owner(self, owner: int) -> Color:
        """The color of an agent's orders."""
        theme = self.theme
        colors = (theme.orange, theme.green, theme.purple, theme.yellow, theme.sky, theme.grey)
        return colors[(owner - 1) % len(colors)]

    def side(self, side: int) -> Color:
        """The color of bids, 0, and asks, 1."""
        return (self.theme.blue, self.theme.red)[side]


def execution(env: Any, state: Any, params: Any, size: int, theme: str = "light") -> np.ndarray:
    """The ladder, the prices since arrival, what is left to trade and what it cost."""
    pen = _sheet(size, theme)
    task, account = state.executor, state.executor.account
    arrival = float(task.arrival) / 2
    _ladder(pen, state.market)
    _prices(pen, state, arrival)
    parent, done = int(params.parent), int(task.side) * int(account.inventory)
    word = "buy" if int(task.side) > 0 else "sell"
    pen.text(f"{word} {parent} shares", 57, 42, 3.4, bold=True)
    _clock(pen, state, params)
    _bar(
        pen, 53, "left to trade", str(parent - done), (0.0, (parent - done) / parent), pen.owner(1)
    )
    gain = (2 * int(account.cash) + int(account.inventory) * int(task.arrival)) / 2
    cost = -gain / max(done, 1)
    _number(pen, 63, "cost of a share, ticks", f"{cost:+.2f}", cost <= 0)
    return pen.canvas.rgb()


def making(env: Any, state: Any, params: Any, size: int, theme: str = "light") -> np.ndarray:
    """The ladder with both quotes, the prices, what is held and what was earned."""
    pen = _sheet(size, theme)
    _ladder(pen, state.market)
    _prices(pen, state, None)
    account = state.maker.account
    pen.text("market maker", 57, 42, 3.4, bold=True)
    _clock(pen, state, params)
    held = int(account.inventory)
    share = 0.5 + 0.5 * held / int(params.max_inventory)
    _bar(pen, 53, "inventory", f"{held:+d}", (0.5, share), pen.side(0 if held >= 0 else 1))
    profit = _worth(account, state.market)
    _number(pen, 63, "profit, ticks x shares", f"{profit:+,.0f}", profit >= 0)
    return pen.canvas.rgb()


def several(env: Any, state: Any, params: Any, size: int, theme: str = "light") -> np.ndarray:
    """The ladder with everybody's orders, the prices, and a line for each agent."""
    pen = _sheet(size, theme)
    _ladder(pen, state.market)
    _prices(pen, state, None)
    _clock(pen, state, params, top=42)
    pen.text("held", 85, 47.5, 2.2, color=pen.theme.muted, align="right")
    pen.text("profit", 97, 47.5, 2.2, color=pen.theme.muted, align="right")
    step = min(3.4, 19.0 / max(len(env.agents), 1))
    groups = [(one.account.cash, one.account.inventory) for one in (state.makers, state.executors)]
    cash, inventory = (np.concatenate(parts) for parts in zip(*groups, strict=True))
    twice = int(np.sum(state.market.touch))
    for i, agent in enumerate(env.agents):
        y = 50.5 + i * step
        profit = (2 * int(cash[i]) + int(inventory[i]) * twice) / 2
        shade = pen.theme.green if profit >= 0 else pen.theme.red
        pen.rect(57, y - 0.4 * step, 0.8 * step, 0.8 * step, pen.owner(i + 1))
        pen.text(agent.replace("_", " "), 58 + step, y, 0.75 * step)
        pen.text(f"{int(inventory[i]):+d}", 85, y, 0.75 * step, align="right")
        pen.text(f"{profit:+,.0f}", 97, y, 0.75 * step, color=shade, align="right", bold=True)
    return pen.canvas.rgb()


def _sheet(size: int, theme: str) -> Pen:
    colors = themes.named(theme)
    return Pen(Canvas(size, round(HEIGHT * size), colors.background), colors)


def _worth(account: Any, market: Any) -> float:
    """Ticks x shares at the mid."""
    return (2 * int(account.cash) + int(account.inventory) * int(np.sum(market.touch))) / 2


def _ladder(pen: Pen, market: Any) -> None:
    """Prices from top to bottom, and on both sides of them the orders, one after the other."""
    top, height, middle, reach = 5.0, 3.7, 27.0, 19.0
    center = int(np.sum(market.touch)) // 2 + ROWS  # the price of the first row
    pen.text("bids", middle - 5, 2.6, color=pen.side(0), align="right", bold=True)
    pen.text("asks", middle + 5, 2.6, color=pen.side(1), bold=True)
    book = market.book
    columns = [np.asarray(x) for x in (book.price, book.quantity, book.owner)]
    shown = (columns[1] > 0) & (np.abs(columns[0] - center + ROWS) <= ROWS)
    most = max(_deepest(columns[0][shown], columns[1][shown]), 100)
    for row in range(2 * ROWS + 1):
        price, y = center - row, top + row * height
        if row % 2 == 0:
            pen.rect(4, y, 46, height, blend(pen.theme.background, pen.theme.faint, 0.35))
        is_best = price in (int(market.touch[0]), int(market.touch[1]))
        shade = pen.theme.ink if is_best else pen.theme.muted
        pen.text(str(price), middle, y + height / 2, 2.3, color=shade, align="center", bold=is_best)
    for side in (0, 1):
        sign, used = (-1.0, 1.0)[side], dict[int, float]()
        for price, quantity, owner in zip(*(column[side] for column in columns), strict=True):
            row = center - int(price)
            if quantity <= 0 or not 0 <= row <= 2 * ROWS:
                continue
            start = used.get(row, 0.0)
            width = reach * int(quantity) / most
            used[row] = start + width
            near = middle + sign * (4.5 + start)
            left = near if sign > 0 else near - width
            soft = blend(pen.theme.background, pen.side(side), 0.55)
            fill = pen.owner(int(owner)) if owner > 0 else soft
            edge = pen.theme.ink if owner > 0 else pen.theme.background
            pen.rect(left, top + row * height + 0.6, width, height - 1.2, fill, edge)


def _deepest(price: np.ndarray, quantity: np.ndarray) -> int:
    """Shares at the price that has most of them."""
    return max((int(quantity[price == one].sum()) for one in np.unique(price)), default=0)


def _prices(pen: Pen, state: Any, arrival: float | None) -> None:
    """The best prices of the last steps, and below them what buyers and sellers took."""
    left, top, width, height = 57.0, 5.0, 40.0, 21.0
    played = min(int(state.time), len(state.market.history.touch) - 1)
    past = state.market.history.touch[-1 - played :].astype(float)
    volume = state.market.history.volume[-1 - played :]
    marks = [*past.reshape(-1)] + ([arrival] if arrival is not None else [])
    low, high = min(marks) - 1, max(marks) + 1
    pen.rect(left, top, width, height, pen.theme.field, pen.theme.faint)
    pen.text("best prices", left, 2.6, color=pen.theme.muted)
    steps = len(state.market.history.touch) - 1

    def place(i: int, price: float) -> tuple[float, float]:
        return left + width * i / steps, top + height * (high - price) / (high - low)

    if arrival is not None:
        pen.line([place(0, arrival), place(steps, arrival)], pen.theme.muted)
        pen.text("arrival", left + width - 0.6, place(0, arrival)[1] - 1.4, 1.9,
                 color=pen.theme.muted, align="right")  # fmt: skip
    for side in (0, 1):
        path = [place(i, one[side]) for i, one in enumerate(past)]
        if len(path) > 1:
            pen.line(path, pen.side(side), 0.45)
        pen.canvas.circle([c * pen.unit for c in path[-1]], 0.55 * pen.unit, pen.side(side), None)
    base, reach, most = top + height + 6.5, 4.8, max(int(volume.max()), 1)
    pen.text("taken", left, top + height + 1.8, 1.9, color=pen.theme.muted)
    pen.line([(left, base), (left + width, base)], pen.theme.faint)
    bar = width / (steps + 1)
    for i, (bought, sold) in enumerate(volume):
        x = left + bar * i
        pen.rect(x, base - reach * bought / most, 0.8 * bar, reach * bought / most, pen.side(0))
        pen.rect(x, base, 0.8 * bar, reach * sold / most, pen.side(1))


def _clock(pen: Pen, state: Any, params: Any, top: float = 46.5) -> None:
    window = int(params.window)
    gone = min(int(state.time), window)
    _bar(pen, top, "step", f"{gone} of {window}", (0.0, gone / window), pen.theme.muted)


def _bar(
    pen: Pen, top: float, word: str, value: str, span: tuple[float, float], color: Color
) -> None:
    """A bar with a word and a number over it; `span` is its colored part, in shares."""
    left, width = 57.0, 40.0
    pen.text(word, left, top, 2.2, color=pen.theme.muted)
    pen.text(value, left + width, top, 2.4, align="right", bold=True)
    pen.rect(left, top + 1.8, width, 2.2, pen.theme.faint)
    low, high = np.clip(sorted(span), 0.0, 1.0)
    pen.rect(left + low * width, top + 1.8, (high - low) * width, 2.2, color)
    if span[0] > 0:
        x = left + span[0] * width
        pen.line([(x, top + 1.4), (x, top + 4.4)], pen.theme.ink)


def _number(pen: Pen, y: float, word: str, value: str, is_good: bool) -> None:
    pen.text(word, 57, y, 2.2, color=pen.theme.muted)
    shade = pen.theme.green if is_good else pen.theme.red
    pen.text(value, 97, y, 4.0, color=shade, align="right", bold=True)


def _executor_keys(env: Any, seat: int | None = None) -> Controls:
    del env
    levels = {"up": "far touch", "right": "mid", "down": "near touch", "left": "passive"}
    count = len(_executor.MULTIPLES)
    keys = {
        key: (2 + count * i, f"{word}, a slice") for i, (key, word) in enumerate(levels.items())
    }
    keys["space"] = (_executor.HOLD, "leave orders as they are")
    keys["a"] = (count, "far touch, everything")
    keys["x"] = (_executor.CANCEL_ALL, "cancel orders")
    return Controls(keys=keys, rate=4.0, seat=seat)


def _maker_keys(env: Any, seat: int | None = None) -> Controls:
    k, last = env.num_offsets, env.num_offsets - 1
    pairs = {
        "space": (1, 1, "quote a tick off the mid"),
        "down": (0, 0, "quote at the mid"),
        "up": (3, 3, "quote far"),
        "left": (3, 0, "lean to sell"),
        "right": (0, 3, "lean to buy"),
    }
    keys = {
        key: ((k + 1) * min(bid, last) + min(ask, last), word)
        for key, (bid, ask, word) in pairs.items()
    }
    keys["x"] = ((k + 1) * k + k, "no quotes")
    keys["u"] = (_maker.num_actions(k) - 1, "get rid of the inventory")
    return Controls(keys=keys, rate=4.0, seat=seat)


def _execution_keys(env: Any) -> Controls:
    if env.actions == "discrete":
        return _executor_keys(env)
    words = ("far touch", "mid", "near touch", "passive")
    keys = zip(("up", "right", "down", "left"), words, np.eye(4), strict=True)
    # -1 is none of a level and -0.5 a quarter of the most.
    return Controls(keys={key: (tuple(1.5 * row - 1), word) for key, word, row in keys}, rate=4.0)


def _making_keys(env: Any) -> Controls:
    if env.actions == "discrete":
        return _maker_keys(env)
    keys = {
        "space": ((-0.75, -0.75, 0.0, 0.0), "quote near"),
        "up": ((-0.25, -0.25, 0.0, 0.0), "quote far"),
        "left": ((-0.25, -1.0, 0.0, 0.0), "lean to sell"),
        "right": ((-1.0, -0.25, 0.0, 0.0), "lean to buy"),
    }
    return Controls(keys=keys, rate=4.0)


def _seat_keys(env: Any) -> Controls:
    """The keys of the first agent."""
    return (_maker_keys if env.num_makers else _executor_keys)(env, seat=0)


_THEMES = {"theme": ("light", "dark")}

PICTURES: Pictures = {
    Execution: Picture(execution, controls_for=_execution_keys, options=_THEMES),
    MarketMaking: Picture(making, controls_for=_making_keys, options=_THEMES),
    MultiAgent: Picture(several, controls_for=_seat_keys, options=_THEMES),
}
