"""The result of a run."""

import dataclasses
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxenvs.baselines.runs import folder
from jaxenvs.baselines.runs.log import Row
from jaxenvs.baselines.runs.options import write_json

_SCORES = ("return", "return_std", "return_min", "return_max", "length")
_SHOWN = {
    "return": "greedy return",
    "return_std": "std",
    "return_min": "worst episode",
    "length": "length",
}
_WIDTH = 80  # characters of a table; one that would be wider is cut into several


@dataclasses.dataclass(frozen=True)
class Result:
    """Greedy returns of all learners, and what the run took."""

    out: str  # the run's folder
    algorithm: str
    env: str
    updates: int
    env_steps: int  # of each learner
    agents: list[
        Row
    ]  # a row per learner: swept numbers, seed, greedy return and its spread over episodes
    train_seconds: float  # of this process, without compiling
    compile_seconds: float
    steps_per_second: float  # of all learners together, without compiling
    num_devices: int
    versions: dict[str, str]

    @property
    def returns(self) -> np.ndarray:
        """Mean greedy return of each learner."""
        return np.array([agent["return"] for agent in self.agents])

    @property
    def settings(self) -> list[Row]:
        """A row per setting of the sweep, a single one without a sweep.

        It has the swept numbers, how many `seeds` there are, the mean `return` over them and its
        deviation `return_std`, and the best and the worst seed with their returns.
        """
        names = self._swept
        groups: dict[tuple[float, ...], list[Row]] = {}
        for agent in self.agents:
            groups.setdefault(tuple(agent[name] for name in names), []).append(agent)
        return [
            dict(zip(names, values, strict=True)) | _over_seeds(group)
            for values, group in groups.items()
        ]

    @property
    def _swept(self) -> list[str]:
        """The names of the swept numbers, which stand before the seed."""
        return list(itertools.takewhile(lambda name: name != "seed", self.agents[0]))

    def write(self, path: Path) -> None:
        """The result as JSON, with its settings."""
        write_json(path, dataclasses.asdict(self) | {"settings": self.settings})

    def report(self) -> str:
        """The table, and where everything is."""
        return f"{self.table()}\nresults in {self.out}"

    def table(self) -> str:
        """The greedy returns as text, one line per learner, and what it all comes to.

        The returns of several agents stand in a table of their own, and so do a sweep's settings.
        No table is wider than 80 characters.
        """
        swept = self._swept
        named = [*swept, "seed"]
        own = [name for name in self.agents[0] if name not in (*named, *_SCORES)]
        parts = [self._columns(named, _SHOWN)]
        if own:
            each = {name: name.removeprefix("return_") for name in own}
            parts.append("greedy return of each agent\n" + self._columns(named, each))
        if len(self.settings) > 1:
            parts.append("settings\n" + _settings_table(swept, self.settings))
        end = "\n\n" if len(parts) > 1 else "\n"
        return "\n\n".join(parts) + end + self._summary()

    def _columns(self, named: Sequence[str], columns: Mapping[str, str]) -> str:
        """A line per learner: who it is, and some of its numbers under other names."""
        body = [
            [f"{row[name]:g}" for name in named] + [f"{row[name]:.1f}" for name in columns]
            for row in self.agents
        ]
        return _table([*named, *columns.values()], body, len(named))

    def _summary(self) -> str:
        """Two lines: how good, and what it took."""
        settings = self.settings
        best = max(settings, key=lambda setting: setting["return"])
        which = ", ".join(f"{name}={best[name]:g}" for name in self._swept)
        what = f"best setting {which}: mean" if len(settings) > 1 else "mean"
        worst = f", worst seed {best['worst_return']:.1f}" if best["seeds"] > 1 else ""
        return (
            f"{what} {best['return']:.1f}{worst}, after {self.env_steps:,} steps of each seed\n"
            f"compiled in {self.compile_seconds:.1f} s, trained in {self.train_seconds:.1f} s, "
            f"{self.steps_per_second:,.0f} steps/s on {self.num_devices} device(s)"
        )


def read_result(path: Path) -> Result | None:
    """The result that a run has left, also of an older version; None where there is none."""
    try:
        content = json.loads(path.read_text())
        known = [field.name for field in dataclasses.fields(Result)]
        result = Result(**{name: content[name] for name in known})
        result.table()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    return dataclasses.replace(result, out=str(path.parent))


def read_finished(out: Path, num_done: int) -> Result | None:
    """The result of a run that has done so many updates; None where something is left to do.

    A run that goes on after its end, with more steps, loses its result when it begins to.
    """
    result = read_result(out / folder.RESULT)
    is_whole = result is not None and result.updates == num_done and (out / "curve.png").exists()
    return result if is_whole else None


def _over_seeds(group: Sequence[Row]) -> dict[str, Any]:
    """What the seeds of one setting come to."""
    returns = np.array([row["return"] for row in group])
    best, worst = group[int(returns.argmax())], group[int(returns.argmin())]
    return {
        "seeds": len(group),
        "return": float(returns.mean()),
        "return_std": float(returns.std()),
        "best_seed": best["seed"],
        "best_return": best["return"],
        "worst_seed": worst["seed"],
        "worst_return": worst["return"],
    }


def _settings_table(swept: Sequence[str], settings: Sequence[Row]) -> str:
    """Means over seeds, and their extremes with the seed in brackets."""
    header = [*swept, "seeds", "mean", "std", "best seed", "worst seed"]
    body = [
        [f"{row[name]:g}" for name in (*swept, "seeds")]
        + [f"{row['return']:.1f}", f"{row['return_std']:.1f}"]
        + [f"{row[f'{end}_return']:.1f} ({row[f'{end}_seed']})" for end in ("best", "worst")]
        for row in settings
    ]
    return _table(header, body, len(swept))


def _table(header: Sequence[str], body: Sequence[Sequence[str]], num_named: int) -> str:
    """Aligned columns; what does not fit in the width goes on below, under the same names."""
    widths = [max(map(len, column)) for column in zip(header, *body, strict=True)]
    named, columns = list(range(num_named)), list(range(num_named, len(header)))
    parts = []
    while columns:
        shown = [*named, columns.pop(0)]
        while columns and sum(widths[i] + 2 for i in [*shown, columns[0]]) - 2 <= _WIDTH:
            shown.append(columns.pop(0))
        rule = ["-" * width for width in widths]
        lines = [
            "  ".join(f"{line[i]:>{widths[i]}}" for i in shown) for line in [header, rule, *body]
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
