"""Action sequences for the search: random ones, and changed copies of good ones.

A sequence is `(HORIZON, 6)` int32, multi-discrete; motors and thrusters that a level does not have
stay 0.
"""

import numpy as np

from tools.levels.plays import HORIZON

COUNTS = np.array([3, 3, 3, 3, 2, 2])
_HOLDS = (3, 6, 12, 24, 48)
_Random = np.random.Generator


def fresh(random: _Random, used: np.ndarray, hold: int | None = None) -> np.ndarray:
    """Random actions, each held for `hold` steps, or for a time that is drawn once or each time."""
    rows: list[np.ndarray] = []
    usual = int(random.choice(_HOLDS))
    varies = random.random() < 0.5
    while len(rows) < HORIZON:
        steps = hold or (int(random.choice(_HOLDS)) if varies else usual)
        rows += [random.integers(COUNTS) * used] * steps
    return np.array(rows[:HORIZON], np.int32)


def whole(plan: np.ndarray) -> np.ndarray:
    """A plan of `HORIZON` steps that does nothing at the end."""
    rest = np.zeros((HORIZON - len(plan), 6), np.int32)
    return np.concatenate([np.asarray(plan, np.int32), rest])


def gait(random: _Random, used: np.ndarray) -> np.ndarray:
    """A random pattern that is repeated."""
    period = int(random.integers(12, 70))
    return _repeated(fresh(random, used), 0, period)


def _repeated(plan: np.ndarray, start: int, period: int) -> np.ndarray:
    """From `start` on, what it does in the `period` steps from there, again and again."""
    steps = np.arange(HORIZON)
    source = np.where(steps < start, steps, start + (steps - start) % max(1, period))
    return plan[np.minimum(source, HORIZON - 1)]


def changed(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    """A copy of a plan that came farthest after `best` actions, changed somewhere before that."""
    plan = plan.copy()
    for _ in range(1 + random.geometric(0.6)):
        plan = _CHANGES[random.integers(len(_CHANGES))](random, plan, max(best, 8), other, used)
    return plan.astype(np.int32)


def _new_end(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    start = int(random.integers(best))
    plan[start:] = fresh(random, used)[start:]
    return plan


def _late_new_end(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    start = max(0, best - int(random.geometric(1 / 20)))
    plan[start:] = fresh(random, used)[start:]
    return plan


def _new_part(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    start, length = int(random.integers(best)), int(random.choice(_HOLDS))
    plan[start : start + length] = random.integers(COUNTS) * used
    return plan


def _new_column(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    start, length = int(random.integers(best)), int(random.choice(_HOLDS))
    column = random.choice(np.flatnonzero(used))
    plan[start : start + length, column] = random.integers(COUNTS[column])
    return plan


def _moved(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    """What comes after some step comes earlier or later."""
    start, shift = int(random.integers(best)), int(random.integers(-8, 9))
    source = np.arange(HORIZON)
    source[start:] = np.maximum(source[start:] + shift, 0)
    return plan[np.minimum(source, HORIZON - 1)]


def _looped(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    period = int(random.integers(8, 70))
    return _repeated(plan, max(0, int(random.integers(best)) - period), period)


def _crossed(
    random: _Random, plan: np.ndarray, best: int, other: np.ndarray, used: np.ndarray
) -> np.ndarray:
    start = int(random.integers(best))
    plan[start:] = other[start:]
    return plan


_CHANGES = (_new_end, _late_new_end, _new_part, _new_part, _new_column, _moved, _looped, _crossed)
