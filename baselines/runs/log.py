"""Where a run's figures go: a JSON Lines file, and TensorBoard."""

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from jaxenvs import extras

Row = dict[str, Any]  # name -> number; a row belongs to one learner and one chunk of updates


class Sink(Protocol):
    """Takes the rows of a run."""

    def write(self, rows: Sequence[Row]) -> None:
        """The rows of all learners for one chunk."""
        ...

    def close(self) -> None:
        """No more rows will come."""
        ...


class JsonLines:
    """A file with a header and one row per chunk and learner, each a JSON object on its own line.

    A number that is not finite is written as null. A reader during the run gets whole
    lines.
    """

    def __init__(self, path: Path, header: Row, resume_at: int = 0) -> None:
        """Starts the file anew, or keeps the rows up to update `resume_at` of an earlier part."""
        kept = [row for row in read_rows(path) if row["update"] <= resume_at] if resume_at else []
        partial = path.with_name(path.name + ".partial")
        with partial.open("w") as file:
            file.writelines(_line(row) for row in [{"header": header}, *kept])
        os.replace(partial, path)
        self._file = path.open("a")

    def write(self, rows: Sequence[Row]) -> None:
        """Appends the rows and hands them to the system."""
        self._file.write("".join(map(_line, rows)))
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class TensorBoard:
    """Event files, one run per setting of the sweep: means over its seeds, and their extremes."""

    def __init__(self, folder: Path, settings: Sequence[str], resume_at: int = 0) -> None:
        """`settings` gives the name of each learner's setting; equal names share a run."""
        with extras.needs("baselines"):
            from tensorboardX import SummaryWriter

        self._settings = list(settings)
        purge = resume_at + 1 if resume_at else None
        self._writers = {
            name: SummaryWriter(str(folder / name), purge_step=purge) for name in settings
        }

    def write(self, rows: Sequence[Row]) -> None:
        """Adds one point per metric and setting, at the environment steps so far."""
        for setting, writer in self._writers.items():
            group = [row for row, name in zip(rows, self._settings, strict=True) if name == setting]
            for name, value in group[0].items():
                values = np.array([row[name] for row in group], np.float64)
                values = values[np.isfinite(values)]
                if not isinstance(value, float) or not values.size:
                    continue
                writer.add_scalar(name, values.mean(), group[0]["env_steps"])
                if name == "episode_return" and len(group) > 1:
                    writer.add_scalar("episode_return_min", values.min(), group[0]["env_steps"])
                    writer.add_scalar("episode_return_max", values.max(), group[0]["env_steps"])

    def close(self) -> None:
        """Flushes and closes the event files."""
        for writer in self._writers.values():
            writer.close()


def read_rows(path: Path) -> list[Row]:
    """The rows of a `JsonLines` file, without its header; null becomes NaN.

    A last line that a killed process left unfinished is left out. A missing file has no rows.
    """
    if not path.exists():
        return []
    rows = []
    for line in path.read_text().splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if "header" not in row:
            rows.append({name: math.nan if x is None else x for name, x in row.items()})
    return rows


def _line(row: Row) -> str:
    return json.dumps({name: _json(value) for name, value in row.items()}) + "\n"


def _json(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
