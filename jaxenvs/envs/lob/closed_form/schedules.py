"""Solutions of the execution models, in NumPy and float64.

With linear impact and quadratic penalties the best trade is a share of what is left, which depends
on the time alone, and the cost that is still to come is quadratic in what is left. So a schedule is
an array `[num_steps]` of these shares.

`optimal` is the exact solution of the steps as they are played. For Almgren-Chriss it is what the
paper's equation 18 says too (`hyperbolic`); for Cartea-Jaimungal `closed_form` is the solution in
continuous time (section 6.5 of the book), which the exact one approaches as steps get shorter.
"""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Problem:
    """An execution model; the units are those of its Params. Costs are of all units to sell."""

    dt: float  # time of a step
    num_steps: int
    half_spread: float
    temporary: float
    permanent: float
    running: float  # penalty for inventory^2 per unit of time
    terminal: float | None  # penalty for inventory^2 at the end; None: all is sold by then


def even(problem: Problem) -> np.ndarray:
    """The same number of units in every step: TWAP."""
    return 1 / np.arange(problem.num_steps, 0, -1, dtype=np.float64)


def optimal(problem: Problem) -> np.ndarray:
    """The best schedule of the game as it is played, in steps; exact but for rounding.

    The half spread is left out: it costs the same however all is sold.
    """
    shares = np.ones(problem.num_steps)
    trade, terminal = problem.temporary / problem.dt, problem.terminal
    later = trade if terminal is None else terminal  # cost to come, for 1 unit left, squared
    steps = problem.num_steps - (terminal is None)
    for step in reversed(range(steps)):
        held = problem.running * problem.dt + later
        share = (2 * held - problem.permanent) / (2 * (trade - problem.permanent + held))
        shares[step] = share
        kept = 1 - share
        later = trade * share**2 + problem.permanent * share * kept + held * kept**2
    return shares


def hyperbolic(problem: Problem) -> np.ndarray:
    """Almgren and Chriss, equations 15 to 18: what is left falls as a hyperbolic sine."""
    eta = problem.temporary - problem.permanent * problem.dt / 2
    square = problem.running / eta
    urgency = np.arccosh(1 + square * problem.dt**2 / 2) / problem.dt
    if urgency == 0:
        return even(problem)
    left = np.sinh(urgency * problem.dt * np.arange(problem.num_steps, -1, -1))
    return 1 - left[1:] / left[:-1]


def closed_form(problem: Problem) -> np.ndarray:
    """Cartea, Jaimungal and Penalva, section 6.5: the speed in continuous time, held for a step.

    Raises `ValueError` where all has to be sold by the end, or nothing penalizes what is left.
    """
    if problem.terminal is None or problem.running == 0:
        raise ValueError("closed_form: expected a running and a terminal penalty")
    zeta, urgency = _constants(problem)
    left = problem.dt * np.arange(problem.num_steps, 0, -1)
    decay = np.exp(-2 * urgency * left)  # so that nothing overflows far from the end
    return np.minimum(problem.dt * urgency * (zeta + decay) / (zeta - decay), 1)


def closed_form_cost(problem: Problem, units: float = 1.0) -> float:
    """What selling all costs in continuous time, by the same section: penalties and impact."""
    assert problem.terminal is not None
    zeta, urgency = _constants(problem)
    decay = np.exp(-2 * urgency * problem.dt * problem.num_steps)
    middle = np.sqrt(problem.temporary * problem.running)
    return float(units**2 * (middle * (zeta + decay) / (zeta - decay) + problem.permanent / 2))


def _constants(problem: Problem) -> tuple[float, float]:
    """Zeta and gamma of the book."""
    assert problem.terminal is not None
    rest = problem.terminal - problem.permanent / 2
    middle = np.sqrt(problem.temporary * problem.running)
    zeta = np.inf if rest == middle else (rest + middle) / (rest - middle)
    return float(zeta), float(np.sqrt(problem.running / problem.temporary))


def left(problem: Problem, shares: np.ndarray, units: float = 1.0) -> np.ndarray:
    """What is left, `[num_steps + 1]`."""
    return units * np.concatenate([[1.0], np.cumprod(1 - shares)])


def cost(problem: Problem, shares: np.ndarray, units: float = 1.0) -> float:
    """The expected cost of a schedule with its penalties: minus the sum of rewards, times units."""
    x = left(problem, shares, units)
    sold = x[:-1] - x[1:]
    paid = problem.half_spread * sold + problem.temporary / problem.dt * sold**2
    moved = problem.permanent * sold * x[1:]
    held = problem.running * problem.dt * x[1:] ** 2
    end = 0.0 if problem.terminal is None else problem.terminal * x[-1] ** 2
    return float((paid + moved + held).sum() + end)
