"""`jaxenvs study`: algorithms side by side on environments, and one report about it."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import tyro

from jaxenvs.cli.arguments import UsageError, extra, parse, usage_errors


@dataclasses.dataclass(frozen=True)
class Arguments:
    """Train algorithms on environments and write a report of returns with intervals.

    Presets give the settings; --changes alters them for all runs that have the field. Runs that are
    in the folder already are kept, so that a study can grow and can be interrupted.
    """

    algorithms: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME ...")]
    """Algorithms, as `jaxenvs train --help` lists them."""

    envs: Annotated[tuple[str, ...], tyro.conf.arg(metavar="ID ...")]
    """Environments, as `jaxenvs list` names them."""

    seeds: int = 5
    """Agents per algorithm and environment."""

    out: Annotated[pathlib.Path, tyro.conf.arg(metavar="DIR")] = pathlib.Path("runs/study")
    """Folder of the study."""

    title: str = "Study"
    """Headline of the report."""

    changes: Annotated[str, tyro.conf.arg(metavar="JSON", help_behavior_hint="")] = "{}"
    """Settings other than the presets', such as '{"total_steps": 100000}'."""


def main(argv: Sequence[str]) -> None:
    """Trains what is missing and writes the report. Raises `UsageError` for what does not fit."""
    arguments = parse(Arguments, argv, "jaxenvs study")
    with extra("baselines"):
        from jaxenvs.baselines.runs import run, study
        from jaxenvs.baselines.runs.checkpoint import CheckpointError
        from jaxenvs.baselines.runs.options import RunError
    if not arguments.algorithms or not arguments.envs:
        raise UsageError("--algorithms and --envs: expected at least one of each")
    changes = _changes(arguments.changes)
    entries = []
    with usage_errors((RunError, CheckpointError, ValueError, TypeError)):
        for algorithm in arguments.algorithms:
            for env in arguments.envs:
                known = {field.name for field in dataclasses.fields(run.preset(algorithm, env))}
                own = {name: value for name, value in changes.items() if name in known}
                entry = study.Entry(algorithm, env, own)
                entry.config.check()
                entries.append(entry)
    with extra("render"), usage_errors((RunError, CheckpointError)):
        page = study.conduct(entries, arguments.out, arguments.seeds, arguments.title)
    print(f"report  {page}")


def _changes(text: str) -> Mapping[str, Any]:
    """The JSON object of `--changes`, its lists as tuples."""
    try:
        changes = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"--changes: expected JSON, {error}") from None
    if not isinstance(changes, dict):
        raise UsageError(f"--changes: expected a JSON object, got {text}")
    return {name: tuple(x) if isinstance(x, list) else x for name, x in changes.items()}
