"""What a run does and how far it is: a bar on a terminal, a line now and then elsewhere."""

import math
import sys
import time
from types import TracebackType
from typing import Any, Self

import numpy as np

from jaxenvs.baselines.runs.options import Options

_LINE_SECONDS = 5.0  # between two lines where there is no terminal


def announcement(algorithm: str, config: Any, options: Options) -> str:
    """What is going to be trained, in a line."""
    num_settings = math.prod(map(len, options.sweep.values()))
    seeds = f"{options.seeds} seed{'s' * (options.seeds != 1)}"
    learners = seeds if num_settings == 1 else f"{num_settings} settings of {seeds}"
    steps = getattr(config, "total_steps", None)  # a search counts otherwise
    each = " each" if num_settings * options.seeds > 1 else ""
    length = "" if steps is None else f", {steps:,} steps{each}"
    return f"{algorithm} on {config.env}: {learners}{length}, in {options.out}"


class Progress:
    """A context manager that shows updates done, steps per second, return and time left."""

    def __init__(self, num_updates: int, start: int, steps_per_update: int, show: bool) -> None:
        """`start` updates were done by an earlier part; `steps_per_update` counts all learners."""
        self._num_updates, self._start = num_updates, start
        self._steps_per_update, self._show = steps_per_update, show
        self._width = len(str(num_updates))
        self._returns: np.ndarray | None = None  # the last known one of each learner, else NaN
        self._last_line = -np.inf
        self._bar: Any = None

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        if self._show and sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("", total=self._num_updates, completed=self._start)
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, update_id: int, returns: np.ndarray) -> None:
        """Shows the state after `update_id` updates.

        `returns`, `[num_learners]`, are those of the episodes that have finished since the last
        call, NaN where none has: the learner's last known return stays.
        """
        if not self._show:
            return
        known = np.isfinite(returns)
        before = np.full(returns.shape, np.nan) if self._returns is None else self._returns
        self._returns = np.where(known, returns, before)
        now = time.perf_counter()
        rate = (update_id - self._start) / max(now - self._began, 1e-9)
        text = f"{_short(rate * self._steps_per_update)} steps/s  {_return(self._returns)}"
        left = (self._num_updates - update_id) / max(rate, 1e-9)
        if self._bar is not None:
            self._bar.update(self._task, completed=update_id, description=text)
        elif now - self._last_line >= _LINE_SECONDS or update_id == self._num_updates:
            self._last_line = now
            done = f"{update_id:>{self._width}}/{self._num_updates}"
            eta = f"{int(left) // 60:02d}:{int(left) % 60:02d}"
            print(f"update {done}  {text}  ETA {eta}", file=sys.stderr, flush=True)


def _return(returns: np.ndarray) -> str:
    """The mean over learners, with their deviation if there are several."""
    known = returns[np.isfinite(returns)]
    if not known.size:
        return "no episode has ended yet"
    spread = f" ± {known.std():.2g}" if len(returns) > 1 else ""
    return f"return {known.mean():.4g}{spread}"


def _bar() -> Any:
    """A bar of the rich package, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    return RichProgress(
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TextColumn("ETA"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=Console(stderr=True),
    )


def _short(number: float) -> str:
    """Three digits and a unit: 1.23M, 45.6k."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"
