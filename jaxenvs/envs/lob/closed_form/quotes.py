"""Solutions of the market making models, in NumPy and float64.

Both models are one problem: wealth, less penalties for inventory^2, is judged by its certainty
equivalent under exponential utility with some risk aversion; without any, by its mean. For
Avellaneda-Stoikov the running penalty is risk_aversion volatility^2 / 2 and the risk aversion is
its own; for Cartea-Jaimungal the penalties are its own and there is no risk aversion.

`closed_form` is the solution in continuous time: with v = exp(decay h) for the value h of an
inventory, v' = (decay running q^2) v - eta (v_{q-1} + v_{q+1}) backward from the end (Guéant,
Lehalle and Fernandez-Tapia 2013, proposition 1; Cartea, Jaimungal and Penalva 2015, equation
10.11).
`optimal` is the exact solution of the steps as they are played, by dynamic programming, and
`worth` the exact value in them of any table of quotes.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

_SWEEPS, _NEWTON_STEPS = 4, 4


@dataclasses.dataclass(frozen=True)
class Problem:
    """A market making model; the units are those of its Params."""

    dt: float  # time of a step
    num_steps: int
    rate: float
    decay: float
    max_inventory: int
    min_depth: float
    max_depth: float
    running: float  # penalty for inventory^2 per unit of time
    terminal: float  # penalty for inventory^2 at the end
    risk_aversion: float  # 0: none

    @property
    def inventories(self) -> np.ndarray:
        """`[2 max_inventory + 1]` float64, from the lowest."""
        return np.arange(-self.max_inventory, self.max_inventory + 1, dtype=np.float64)


class Solution(NamedTuple):
    """Quotes for every time and inventory, and what they are worth."""

    depths: np.ndarray  # [num_steps, 2 max_inventory + 1, 2] float64, bid and ask
    value: np.ndarray  # [num_steps + 1, 2 max_inventory + 1] float64, besides the wealth


def neutral_depth(problem: Problem) -> float:
    """The best depth of a maker who does not mind inventory, as in the limit of short steps."""
    return float(_certain(problem.risk_aversion, np.array(1 / problem.decay)))


def closed_form(problem: Problem) -> Solution:
    """The optimum in continuous time, at the times of the steps; depths clipped as they are played.

    The value is that of continuous time: a game of steps is worth about `dt` more or less.
    """
    q, k = problem.inventories, problem.decay
    share = problem.risk_aversion / k
    eta = problem.rate * np.exp(-1 if share == 0 else -(1 + 1 / share) * np.log1p(share))
    logs = [-k * problem.terminal * q**2]
    kernel = _exponential(-k * problem.running * q**2 * problem.dt, eta * problem.dt)
    for _ in range(problem.num_steps):
        top = logs[-1].max()
        logs.append(np.log(kernel @ np.exp(logs[-1] - top)) + top)
    value = np.stack(logs[::-1]) / k
    gap = np.full((problem.num_steps, len(q), 2), np.inf)
    gap[:, :-1, 0] = value[:-1, :-1] - value[:-1, 1:]
    gap[:, 1:, 1] = value[:-1, 1:] - value[:-1, :-1]
    depths = np.clip(neutral_depth(problem) + gap, problem.min_depth, problem.max_depth)
    return Solution(depths, value)


def _exponential(diagonal: np.ndarray, beside: float) -> np.ndarray:
    """exp(M) of the matrix with this diagonal and `beside` next to it.

    M is shifted so that no entry is negative. Then no sum cancels, and small entries, whose
    logarithms count, are as exact as large ones, which a spectral decomposition does not give.
    """
    shift = diagonal.min()
    matrix = np.diag(diagonal - shift)
    ones = np.ones(len(diagonal) - 1)
    matrix += beside * (np.diag(ones, 1) + np.diag(ones, -1))
    halvings = max(0, int(np.ceil(np.log2(max(matrix.sum(axis=1).max(), 1e-300)))))
    matrix, result, term = matrix / 2**halvings, np.eye(len(ones) + 1), np.eye(len(ones) + 1)
    for order in range(1, 25):
        term = term @ matrix / order
        result = result + term
    result *= np.exp(shift / 2**halvings)
    for _ in range(halvings):
        result = result @ result
    return result


def optimal(problem: Problem) -> Solution:
    """The optimum of the game as it is played, in steps; exact but for rounding."""
    return _backward(problem, None)


def worth(problem: Problem, depths: np.ndarray) -> Solution:
    """The value of quotes, `[num_steps, 2 max_inventory + 1, 2]`, in the game as it is played."""
    return _backward(problem, np.clip(depths, problem.min_depth, problem.max_depth))


def _backward(problem: Problem, depths: np.ndarray | None) -> Solution:
    """Dynamic programming from the end; without depths, over the best ones."""
    q = problem.inventories
    value = [-problem.terminal * q**2]
    played: list[np.ndarray] = []
    bid = ask = np.full(len(q), neutral_depth(problem))
    for step in reversed(range(problem.num_steps)):
        after = value[-1] - problem.running * problem.dt * q**2
        if depths is None:
            bid, ask = _best(problem, after, bid, ask)
        else:
            bid, ask = depths[step].T
        without, gain = _bid_gain(problem, after, ask)
        value.append(without + _gamble(problem, _chance(problem, bid, 1), bid + gain))
        played.append(np.stack([bid, ask], axis=-1))
    return Solution(np.stack(played[::-1]), np.stack(value[::-1]))


def _best(
    problem: Problem, after: np.ndarray, bid: np.ndarray, ask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The best quotes of a step, each the best answer to the other."""
    for _ in range(_SWEEPS):
        bid = _best_side(problem, _bid_gain(problem, after, ask)[1], bid)
        # The ask is the bid of the mirrored game.
        gain = _bid_gain(problem, after[::-1], bid[::-1])[1][::-1]
        ask = _best_side(problem, gain, ask)
    return bid, ask


def _best_side(problem: Problem, gain: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The best depth where a fill also changes the value by `gain`, by Newton's method."""
    aversion, k = problem.risk_aversion, problem.decay
    for _ in range(_NEWTON_STEPS):
        mean = problem.rate * problem.dt * np.exp(-k * depth)  # orders that would fill it
        edge = np.expm1(mean) / (k * mean)
        slope = (k * edge - np.exp(mean)) / (1 + aversion * edge)  # of the first term below
        error = _certain(aversion, edge) - gain - depth
        depth = np.clip(depth - error / (slope - 1), problem.min_depth, problem.max_depth)
    return depth


def _bid_gain(
    problem: Problem, after: np.ndarray, ask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Value without a fill of the bid, and what a fill adds to it besides the depth."""
    lower, upper = np.roll(after, 1), np.roll(after, -1)  # across the limits they are not used
    chance = _chance(problem, ask, -1)
    without = after + _gamble(problem, chance, ask + lower - after)
    return without, upper + _gamble(problem, chance, ask + after - upper) - without


def _chance(problem: Problem, depth: np.ndarray, way: int) -> np.ndarray:
    """How likely a quote is filled; never where this would take the inventory over its limit."""
    chance = -np.expm1(-problem.rate * problem.dt * np.exp(-problem.decay * depth))
    chance[-1 if way > 0 else 0] = 0.0
    return chance


def _certain(aversion: float, edge: np.ndarray) -> np.ndarray:
    """`log(1 + aversion edge) / aversion`, which is `edge` without risk aversion."""
    return edge if aversion == 0 else np.log1p(aversion * edge) / aversion


def _gamble(problem: Problem, chance: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """What it is worth to gain so much with this chance."""
    if problem.risk_aversion == 0:
        return chance * gain
    return -np.log1p(chance * np.expm1(-problem.risk_aversion * gain)) / problem.risk_aversion
