"""Where a run's figures go: a JSON Lines file, and TensorBoard."""

import importlib
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from jaxenvs import extras
from jaxenvs.baselines.runs.options import RunError
from jaxenvs.files import replacing

_FLUSH_SECONDS = 30.0  # between two times that events are handed to the disk

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
        with replacing(path) as partial, partial.open("w") as file:
            file.writelines(_line(row) for row in [{"header": header}, *kept])
        self._file = path.open("a")

    def write(self, rows: Sequence[Row]) -> None:
        """Appends the rows and hands them to the system."""
        self._file.write("".join(map(_line, rows)))
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class TensorBoard:
    """Event files, one run per setting of the sweep: means over its seeds, and their extremes.

    Events are written at once and not in a thread, whose errors, as of a full disk, nobody hears.
    """

    def __init__(self, folder: Path, settings: Sequence[str], resume_at: int = 0) -> None:
        """`settings` gives the name of each learner's setting; equal names share a run."""
        with extras.needs("baselines"):
            from tensorboardX.event_file_writer import EventsWriter, directory_check

        self._settings, self._flushed = list(settings), time.monotonic()
        self._writers: dict[str, Any] = {}
        for name in dict.fromkeys(settings):
            directory_check(str(folder / name))
            self._writers[name] = EventsWriter(str(folder / name / "events"))
            if resume_at:  # hides what came after
                self._add(name, step=resume_at + 1, file_version="brain.Event:2")
                self._add(name, step=resume_at + 1, session_log={"status": 1})

    def write(self, rows: Sequence[Row]) -> None:
        """Adds one point per metric and setting, at the environment steps so far."""
        for setting in self._writers:
            group = [row for row, name in zip(rows, self._settings, strict=True) if name == setting]
            points = _points(group)
            values = [{"tag": name, "simple_value": value} for name, value in points.items()]
            self._add(setting, step=group[0]["env_steps"], summary={"value": values})
        if time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self._flushed = time.monotonic()
            for writer in self._writers.values():
                writer.flush()

    def _add(self, setting: str, **event: Any) -> None:
        event_pb2: Any = importlib.import_module("tensorboardX.proto.event_pb2")
        self._writers[setting].write_event(event_pb2.Event(wall_time=time.time(), **event))

    def close(self) -> None:
        """Flushes and closes the event files."""
        for writer in self._writers.values():
            writer.close()


def read_rows(path: Path) -> list[Row]:
    """The rows of a `JsonLines` file, without its header; null becomes NaN.

    A last line that a killed process left unfinished is left out. A missing file has no rows.
    Raises `RunError`, which names the file and the line, for anything else that is no row.
    """
    if not path.exists():
        return []
    rows = []
    *lines, _ = path.read_bytes().split(b"\n")  # a line is finished by its end
    for i, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise RunError(f"{path}, line {i}: expected JSON, found something else") from None
        if not isinstance(row, dict):
            raise RunError(f"{path}, line {i}: expected an object, got {row!r:.40}")
        if "header" in row:
            continue
        row = {name: math.nan if x is None else x for name, x in row.items()}
        for name in ("update", "env_steps", "seed", "episode_return"):
            if isinstance(row.get(name), bool) or not isinstance(row.get(name), int | float):
                found = row.get(name)
                raise RunError(f"{path}, line {i}: {name}: expected a number, got {found!r:.40}")
        rows.append(row)
    return rows


def _points(group: Sequence[Row]) -> dict[str, float]:
    """What TensorBoard shows of one setting's rows."""
    points: dict[str, float] = {}
    for name, value in group[0].items():
        values = np.array([row[name] for row in group], np.float64)
        values = values[np.isfinite(values)]
        if not isinstance(value, float) or not values.size:
            continue
        points[name] = float(values.mean())
        if name == "episode_return" and len(group) > 1:
            points["episode_return_min"] = float(values.min())
            points["episode_return_max"] = float(values.max())
    return points


def _line(row: Row) -> str:
    return json.dumps({name: _json(value) for name, value in row.items()}) + "\n"


def _json(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
