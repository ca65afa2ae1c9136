"""`jaxenvs study`: algorithms side by side on environments, and one report about it."""

import dataclasses
import difflib
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import tyro

from jaxenvs import extras
from jaxenvs.cli.arguments import UsageError, extra, note, parse, usage_errors


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

    title: Annotated[
        str, tyro.conf.arg(metavar="TEXT", help_behavior_hint="(default: what is compared)")
    ] = ""
    """Headline of the report."""

    changes: Annotated[str, tyro.conf.arg(metavar="JSON", help_behavior_hint="")] = "{}"
    """Settings other than the presets', such as '{"total_steps": 100000}'."""


def main(argv: Sequence[str]) -> None:
    """Trains what is missing and writes the report. Raises `UsageError` for what does not fit."""
    arguments = parse(Arguments, argv, "jaxenvs study")
    with extra("baselines"):
        from jaxenvs.baselines.runs import run, study
        from jaxenvs.baselines.runs.checkpoint import CheckpointError
        from jaxenvs.baselines.runs.options import RunError, RunFailed
    if not arguments.algorithms or not arguments.envs:
        raise UsageError("--algorithms and --envs: expected at least one of each")
    changes = _changes(arguments.changes)
    with extra("baselines"), usage_errors((RunError,)):
        fields = {name: _fields(run.default_config(name)) for name in arguments.algorithms}
        _require_known(changes, fields)
        entries = [
            study.Entry(name, env, {k: x for k, x in changes.items() if k in fields[name]})
            for name in arguments.algorithms
            for env in arguments.envs
        ]
        for entry in entries:
            _ = entry.config  # refuses now what does not fit
    with extra("render"):
        extras.require("render", "matplotlib")  # of the figures
    title = arguments.title or study.default_title(entries)
    with extra("render"), usage_errors((RunError, CheckpointError)):
        try:
            page = study.conduct(entries, arguments.out, arguments.seeds, title)
        except RunFailed as error:
            note(f"jaxenvs study: {error}")
            raise SystemExit(1) from error
    print(f"report  {page}")


def _fields(config: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(config)}


def _require_known(changes: Mapping[str, Any], fields: Mapping[str, set[str]]) -> None:
    """Raises `UsageError` for a change that none of the algorithms has, and for one of the env."""
    known = sorted(set().union(*fields.values()) - {"env"})
    for name in changes:
        if name == "env":
            raise UsageError("--changes: env: is chosen by --envs")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
            raise UsageError(f"--changes: {name}: no algorithm of the study has it; {hint}")


def _changes(text: str) -> Mapping[str, Any]:
    """The JSON object of `--changes`, its lists as tuples."""
    try:
        changes = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"--changes: expected JSON, {error}") from None
    if not isinstance(changes, dict):
        raise UsageError(f"--changes: expected a JSON object, got {text}")
    return {name: tuple(x) if isinstance(x, list) else x for name, x in changes.items()}
