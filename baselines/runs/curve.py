"""Learning curves as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxenvs.baselines.runs.log import Row

_COLORS = ("#2a6fdb", "#e07b39", "#2f9e6e", "#c2477f", "#7a5cc4", "#8a8a3a", "#3aa0a8", "#b04a3a")
INK, _GRID, _EDGE = "#333344", "#e6e6ee", "#b8b8c4"


def color(i: int) -> str:
    """The color of the i-th thing that is compared."""
    return _COLORS[i % len(_COLORS)]


def pyplot() -> Any:
    """Matplotlib without a window."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def style(axes: Any, title: str = "", x: str = "", y: str = "") -> None:
    """The look of every figure of a run or a study: a light grid, no frame, dark gray text."""
    axes.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold")
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_EDGE)
    axes.tick_params(colors=INK, labelsize=9)


def steps_axis(axes: Any) -> None:
    """Environment steps from left to right: 250k, 1.5M."""
    axes.margins(x=0.01)
    axes.xaxis.set_major_formatter(lambda x, _: _steps(x))


def legend(axes: Any) -> None:
    """Names of the colors, where they hide least."""
    axes.legend(frameon=False, fontsize=9, loc="best", labelcolor=INK)


def draw_curves(path: Path, title: str, rows: Sequence[Row], settings: Sequence[str]) -> None:
    """Writes a PNG: return of the training episodes against environment steps.

    `rows` are those of a run, `settings` the name of each learner's setting, in the order of the
    learners. One color per setting: the mean over its seeds, thick, and each seed, thin.
    """
    plt = pyplot()
    steps, returns = _by_learner(rows, len(settings))
    figure, axes = plt.subplots(figsize=(7.2, 4.3), dpi=150, layout="constrained")
    names = list(dict.fromkeys(settings))
    for i, name in enumerate(names):
        group = returns[[setting == name for setting in settings]]
        for line in group:
            known = np.isfinite(line)
            axes.plot(steps[known], line[known], color=color(i), alpha=0.25, linewidth=0.9)
        mean, known = _mean(group)
        label = label_of(name, len(group))
        axes.plot(steps[known], mean[known], color=color(i), linewidth=2.2, label=label)
    style(axes, title, "environment steps of each seed", "return of finished episodes")
    steps_axis(axes)
    if len(settings) > 1:
        legend(axes)
    figure.savefig(path)
    plt.close(figure)


def label_of(setting: str, num_seeds: int) -> str:
    """What a thick line is: `lr=0.001, mean of 4 seeds`."""
    seeds = f"mean of {num_seeds} seeds" if num_seeds > 1 else ""
    return ", ".join(filter(None, (setting, seeds)))


def _by_learner(rows: Sequence[Row], num_learners: int) -> tuple[np.ndarray, np.ndarray]:
    """Environment steps, `[num_chunks]`, and returns, `[num_learners, num_chunks]`."""
    returns = np.array([row["episode_return"] for row in rows], float).reshape(-1, num_learners).T
    steps = np.array([row["env_steps"] for row in rows[::num_learners]], float)
    return steps, returns


def _mean(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over seeds that are known, and where there is any."""
    known = np.isfinite(group)
    count = known.sum(axis=0)
    return np.where(known, group, 0).sum(axis=0) / np.maximum(count, 1), count > 0


def _steps(x: float) -> str:
    """Axis labels: 250k, 1.5M."""
    size, unit = (1e6, "M") if abs(x) >= 1e6 else (1e3, "k") if abs(x) >= 1e3 else (1, "")
    return f"{x / size:.4g}{unit}"
