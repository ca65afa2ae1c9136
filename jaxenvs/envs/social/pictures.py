"""Pictures of social games: coins on a torus, a room with a light, tables of what was played."""

from typing import Any

import numpy as np

from jaxenvs.envs.social.coin_game import CoinGame
from jaxenvs.envs.social.infinite_game import InfiniteGame
from jaxenvs.envs.social.markets import Cournot, Fishery
from jaxenvs.envs.social.matrix_game import MatrixGame, TensorGame
from jaxenvs.envs.social.switch_riddle import SwitchRiddle
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, on_canvas
from jaxenvs.render.controls import AmountControls, Controls
from jaxenvs.render.picture import Picture, Pictures

_CHOICES = Controls(keys={"c": (0, "cooperate"), "d": (1, "defect")}, rate=3.0, seat=0)

_WIDE = 0.5625  # the height of a picture in its width
_NAMES = ("C", "D")


def _coin_game(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    unit = canvas.width / 512
    margin = 24 * unit
    cell = (canvas.width - 2 * margin) / env.size
    for row in range(env.size):
        for column in range(env.size):
            corner = (margin + column * cell, margin + row * cell)
            canvas.rect(*corner, cell, cell, palette.WHITE, palette.FAINT, 2 * unit)

    def middle(place: Any, share: float) -> tuple[float, float]:
        """A place in a cell, so that things in the same one stay visible."""
        x, y = margin + (place[1] + share) * cell, margin + (place[0] + 0.5) * cell
        return x, y

    for color, coin, there in zip(
        (palette.RED, palette.BLUE), state.coins, state.present, strict=True
    ):
        if there:
            at = middle(coin, 0.36 if color == palette.RED else 0.64)
            canvas.circle(
                at, cell * 0.13, palette.blend(color, palette.YELLOW, 0.25), palette.INK, 2 * unit
            )
            canvas.circle(at, cell * 0.085, None, palette.WHITE, 2 * unit)
    for color, player in zip((palette.RED, palette.BLUE), state.players, strict=True):
        x, y = middle(player, 0.3 if color == palette.RED else 0.7)
        y -= cell * 0.22
        canvas.circle((x, y - cell * 0.1), cell * 0.08, color, palette.INK, 2 * unit)
        shoulders = [(x - cell * 0.12, y + cell * 0.14), (x + cell * 0.12, y + cell * 0.14)]
        canvas.polygon([(x, y - cell * 0.06), *shoulders], color, palette.INK, 2 * unit)


def _riddle(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The room with its light above, the prisoners below; a mark for those who have been there."""
    unit = canvas.width / 512
    lamp = (256 * unit, 96 * unit)
    if state.light:
        canvas.circle(lamp, 58 * unit, palette.blend(palette.YELLOW, palette.WHITE, 0.6), None)
    canvas.rect(156 * unit, 40 * unit, 200 * unit, 230 * unit, None, palette.INK, 3 * unit)
    canvas.line([(256 * unit, 40 * unit), lamp], palette.INK, 3 * unit)
    canvas.circle(
        lamp, 24 * unit, palette.YELLOW if state.light else palette.FAINT, palette.INK, 2 * unit
    )
    _prisoner(canvas, 256 * unit, 205 * unit, int(state.in_room), unit)
    gap = 440 * unit / env.num_agents
    for i in range(env.num_agents):
        x = 36 * unit + (i + 0.5) * gap
        if i != int(state.in_room):
            _prisoner(canvas, x, 380 * unit, i, unit)
        mark = "has been there" if state.has_been[i] else ""
        canvas.text(mark, (x, 440 * unit), 12 * unit, palette.MUTED, "center")


def _prisoner(canvas: Canvas, x: float, y: float, number: int, unit: float) -> None:
    color = palette.SERIES[number % len(palette.SERIES)]
    canvas.circle((x, y), 28 * unit, color, palette.INK, 2 * unit)
    canvas.text(str(number), (x, y), 22 * unit, palette.WHITE, "center", bold=True)


def _repeated(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """What each player did last."""
    unit = canvas.width / 512
    n, outcome = env.num_agents, int(state.outcome)
    gap = canvas.width / n
    for i in range(n):
        x, y = (i + 0.5) * gap, canvas.height * 0.45
        played = outcome < 2**n
        choice = (outcome >> (n - 1 - i)) & 1
        color = (palette.GREEN, palette.RED)[choice] if played else palette.FAINT
        canvas.circle((x, y), 46 * unit, color, palette.INK, 2 * unit)
        text = _NAMES[choice] if played else "–"
        canvas.text(
            text, (x, y), 34 * unit, palette.WHITE if played else palette.MUTED, "center", bold=True
        )
        canvas.text(f"player {i}", (x, y + 72 * unit), 15 * unit, palette.INK, "center")


def _infinite(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """How likely each player is to cooperate after what, oneself first."""
    unit = canvas.width / 512
    labels = ("CC", "CD", "DC", "DD", "start")
    for player in range(2):
        top = canvas.height * (0.12 + 0.46 * player)
        height = canvas.height * 0.28
        canvas.text(f"player {player}", (16 * unit, top + height / 2), 14 * unit, palette.INK)
        for i, (label, chance) in enumerate(zip(labels, state.chances[player], strict=True)):
            left, share = (110 + 78 * i) * unit, float(chance)
            canvas.rect(left, top, 52 * unit, height, palette.WHITE, palette.FAINT, 1.5 * unit)
            full = height * share
            canvas.rect(left, top + height - full, 52 * unit, full, palette.GREEN, None)
            canvas.text(
                label,
                (left + 26 * unit, top + height + 12 * unit),
                12 * unit,
                palette.MUTED,
                "center",
            )


def _cournot(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The market's plane of price over quantity: the demand's line, and each firm's profit.

    A firm's profit is an area: what it makes times the price less the cost; red is a loss.
    """
    unit = canvas.width / 512
    demand, slope = (max(float(x), 1e-9) for x in (params.demand, params.slope))
    cost = float(params.cost)
    made = [float(quantity) for quantity in state.quantity]
    total = sum(made)
    price, most = demand - slope * total, demand / slope
    left, top = 52 * unit, 24 * unit
    right, floor = canvas.width - 20 * unit, canvas.height - 44 * unit

    def at(quantity: float, height: float) -> tuple[float, float]:
        """A place in the plane; what lies outside is on its edge."""
        across, up = (min(max(x, 0.0), 1.0) for x in (quantity / most, height / demand))
        return left + across * (right - left), floor - up * (floor - top)

    before = 0.0
    for i, quantity in enumerate(made):
        (x, y), (end, base) = at(before, max(price, cost)), at(before + quantity, min(price, cost))
        color = palette.SERIES[i % len(palette.SERIES)]
        if price < cost:
            color = palette.blend(palette.RED, palette.WHITE, 0.35 + 0.2 * (i % 2))
        if end > x and base > y:
            canvas.rect(x, y, end - x, base - y, color, palette.INK, unit)
        before += quantity
    canvas.line([at(0, cost), at(most, cost)], palette.RED, 2 * unit)
    canvas.line([at(0, demand), at(most, 0)], palette.INK, 2 * unit)
    canvas.line([(left, top), (left, floor), (right, floor)], palette.INK, 2 * unit)
    sold = at(total, price)
    canvas.line([(left, sold[1]), sold, (sold[0], floor)], palette.MUTED, 1.5 * unit)
    canvas.circle(sold, 6 * unit, palette.YELLOW, palette.INK, 1.5 * unit)
    for words, place in (
        (f"{demand:.4g}", (left - 8 * unit, top)),
        (f"{cost:.4g}", (left - 8 * unit, at(0, cost)[1])),
        ("0", (left - 8 * unit, floor)),
        (f"{most:.4g}", (right, floor + 14 * unit)),
    ):
        canvas.text(words, place, 13 * unit, palette.MUTED, "right")
    canvas.text("price", (left + 8 * unit, top - 8 * unit), 14 * unit, palette.INK)
    canvas.text("made together", (left, floor + 16 * unit), 14 * unit, palette.INK)
    canvas.text("cost", (right, at(0, cost)[1] - 12 * unit), 14 * unit, palette.RED, "right")
    _ledger(canvas, made, price, cost, right, unit)


def _ledger(
    canvas: Canvas, made: list[float], price: float, cost: float, right: float, unit: float
) -> None:
    """The price, and what each firm makes and earns, in the corner above the demand's line."""
    canvas.text(
        f"price {price:.4g}", (right, 34 * unit), 20 * unit, palette.INK, "right", bold=True
    )
    pitch = min(24.0, 150.0 / len(made))
    size = min(15.0, 0.7 * pitch)
    for i, quantity in enumerate(made):
        y = (64 + pitch * i) * unit
        profit = (price - cost) * quantity
        words = f"firm {i} makes {quantity:.4g}, earns {profit:.4g}"
        canvas.text(words, (right, y), size * unit, palette.INK, "right")
        x = right - canvas.text_width(words, size * unit) - size * unit
        side, color = 0.9 * size * unit, palette.SERIES[i % len(palette.SERIES)]
        canvas.rect(x - side / 2, y - side / 2, side, side, color, palette.INK, unit)


def _fishery(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    unit = canvas.width / 512
    most = max(1.0, float(np.max(state.effort)))
    _bars(canvas, state.effort, most, [f"fisher {i}" for i in range(env.num_agents)], unit)
    stock = float(state.stock / params.max_stock)
    text = f"stock {stock:.0%} of what the sea can hold"
    canvas.text(text, (16 * unit, 22 * unit), 16 * unit, palette.INK, bold=True)
    width = canvas.width - 32 * unit
    canvas.rect(16 * unit, 38 * unit, width, 14 * unit, palette.WHITE, palette.FAINT, 1.5 * unit)
    if stock > 0:
        canvas.rect(16 * unit, 38 * unit, width * min(stock, 1.0), 14 * unit, palette.BLUE, None)


def _bars(canvas: Canvas, values: Any, most: float, labels: list[str], unit: float) -> None:
    """A bar for each value, from the bottom."""
    gap, floor = canvas.width / len(labels), canvas.height - 36 * unit
    for i, (value, label) in enumerate(zip(values, labels, strict=True)):
        height = (floor - 76 * unit) * min(max(float(value) / most, 0.0), 1.0)
        x = (i + 0.5) * gap
        if height > 0:
            color = palette.SERIES[i % len(palette.SERIES)]
            canvas.rect(
                x - 32 * unit, floor - height, 64 * unit, height, color, palette.INK, 1.5 * unit
            )
        canvas.text(
            f"{float(value):.4g}", (x, floor - height - 12 * unit), 13 * unit, palette.INK, "center"
        )
        canvas.text(label, (x, floor + 16 * unit), 14 * unit, palette.INK, "center")
    canvas.line([(16 * unit, floor), (canvas.width - 16 * unit, floor)], palette.INK, 2 * unit)


PICTURES: Pictures = {
    CoinGame: Picture(
        on_canvas(_coin_game),
        Controls(
            keys={
                "left": (1, "left"),
                "right": (0, "right"),
                "up": (3, "up"),
                "down": (2, "down"),
                "space": (4, "stay"),
            },
            rate=4.0,
            seat=0,
        ),
    ),
    SwitchRiddle: Picture(
        on_canvas(_riddle),
        Controls(
            keys={"space": (0, "nothing"), "s": (1, "switch"), "t": (2, "tell")}, rate=2.0, seat=0
        ),
    ),
    MatrixGame: Picture(on_canvas(_repeated, _WIDE), _CHOICES),
    TensorGame: Picture(on_canvas(_repeated, _WIDE), _CHOICES),
    InfiniteGame: Picture(on_canvas(_infinite, _WIDE)),
    Cournot: Picture(
        on_canvas(_cournot, 0.75),
        AmountControls(
            keys={str(n): (5.0 * n, f"make {5 * n}") for n in range(10)}, rate=3.0, seat=0
        ),
    ),
    Fishery: Picture(
        on_canvas(_fishery, _WIDE),
        AmountControls(
            keys={str(n): (10.0 * n, f"effort {10 * n}") for n in range(10)}, rate=3.0, seat=0
        ),
    ),
}
