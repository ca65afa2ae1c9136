"""`jaxenvs train`: agents that learn side by side, in a run that can be resumed."""

import dataclasses
import os
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NoReturn

import tyro

from jaxenvs import extras
from jaxenvs.cli.arguments import (
    UsageError,
    convert,
    extra,
    note,
    parse,
    ranged,
    usage_errors,
    words_of,
)
from jaxenvs.cli.film import Film, shoot
from jaxenvs.cli.make import NAMED_VALUES, make
from jaxenvs.ranges import Count

with extra("baselines"):
    from jaxenvs.baselines.runs import checkpoint, folder, run
    from jaxenvs.baselines.runs.options import Options, RunError, RunFailed

HELP = """\
usage: jaxenvs train ALGORITHM [...]

Train agents that learn side by side in one program.

algorithms: {algorithms}

jaxenvs train ALGORITHM --help lists its flags.

examples:
  jaxenvs train ppo --env CartPole-v1 --seeds 8
  jaxenvs train ppo --env CartPole-v1 --seeds 4 --sweep.lr 1e-3 3e-4 --sweep.ent-coef 0 .01
  jaxenvs train ppo --out runs/mine --resume"""

FILM_NAME = folder.FILM


@dataclasses.dataclass(frozen=True)
class Run(Options):
    """How to run it and what to keep."""

    sweep: tyro.conf.Suppress[Mapping[str, Sequence[float]]] = dataclasses.field(
        default_factory=dict
    )

    out: Annotated[
        pathlib.Path | None,
        tyro.conf.arg(metavar="DIR", help_behavior_hint="(default: runs/ALGORITHM-ENV-TIME)"),
    ] = None
    """Folder of the run."""

    init_from: Annotated[
        pathlib.Path | None, tyro.conf.arg(metavar="RUN", help_behavior_hint="(default: none)")
    ] = None
    """Start from the networks of the best agent of another run, by its folder."""

    stop_return: Annotated[
        float | None, tyro.conf.arg(metavar="RETURN", help_behavior_hint="(default: never)")
    ] = None
    """Stop early, once the mean return of all seeds' episodes is at least this."""

    devices: Annotated[
        Count | None, tyro.conf.arg(metavar="INT", help_behavior_hint="(default: all)")
    ] = None
    """Use at most this many devices; a CPU has one per core."""

    coordinator: Annotated[
        str | None, tyro.conf.arg(metavar="HOST:PORT", help_behavior_hint="(default: no others)")
    ] = None
    """Of a run by several processes: the address of process 0, the same for all."""

    film: bool = True
    """Leave a GIF of the best seed in the folder."""


def main(argv: Sequence[str]) -> None:
    """Trains and leaves a run's folder. Raises `UsageError` for what does not fit together."""
    if not argv or argv[0] in ("--help", "-h"):
        print(HELP.format(algorithms=", ".join(run.ALGORITHMS)))
        return
    algorithm, flags = argv[0], argv[1:]
    config, asked, sweep = read(algorithm, flags)
    with extra("render"):
        extras.require("render", "matplotlib")  # of the learning curve
    with usage_errors():
        config.check()
    make(config.env, kwargs=config.env_kwargs)  # refuses now what would fail later
    fields: dict[str, Any] = {
        field.name: getattr(asked, field.name) for field in dataclasses.fields(Options)
    }
    fields["sweep"] = sweep
    options = Options(**fields)
    with usage_errors((RunError, checkpoint.CheckpointError)):
        try:
            result = run.train(algorithm, config, options, _given(flags))
        except RunFailed as error:
            note(f"jaxenvs train: {error}")
            _leave(options)
        except KeyboardInterrupt:
            if options.out and folder.holds_run(options.out):
                note(f"\nto go on: jaxenvs train {algorithm} --out {options.out} --resume")
            raise
    if options.process_id:
        return  # process 0 reports and films
    out = pathlib.Path(result.out)
    print(f"learning curve  {out / 'curve.png'}")
    if asked.film:
        _film(out)
    print(f"checkpoint      {checkpoint.newest(out / 'checkpoints')[0]}")


def _given(flags: Sequence[str]) -> set[str]:
    """The fields that flags name, such as lr for --lr, --no-lr and --sweep.lr."""
    words = [flag[2:].partition("=")[0] for flag in flags if flag.startswith("--")]
    names = {word.partition(".")[0].replace("-", "_") for word in words}
    return names | {name.removeprefix("no_") for name in names}


def _leave(options: Options) -> NoReturn:
    """Ends the command with exit code 1."""
    if options.num_processes > 1:
        sys.stdout.flush()
        os._exit(1)  # JAX would wait for the process that is gone, and then abort with a stack
    raise SystemExit(1)


def read(algorithm: str, flags: Sequence[str]) -> tuple[Any, Run, dict[str, tuple[float, ...]]]:
    """The config, the options and the sweep that the flags ask for.

    The preset of `--preset`, or else of `--env`, gives the values of flags that are left out.
    """
    with extra("baselines"), usage_errors((RunError,)):
        preset = _preset(algorithm, flags)
    with usage_errors():
        sweepable = preset.sweepable
    sweep_kind = _sweep_kind(sweepable)
    shown, config = ranged(Run), ranged(type(preset))
    kind = dataclasses.make_dataclass(
        "Arguments",
        [
            ("preset", Annotated[str, tyro.conf.arg(metavar="ENV", help=_PRESET_HELP)], ""),
            ("run", tyro.conf.OmitArgPrefixes[shown], dataclasses.field(default_factory=shown)),
            (algorithm, tyro.conf.OmitArgPrefixes[config], convert(preset, config)),
            ("sweep", sweep_kind, dataclasses.field(default_factory=sweep_kind)),
        ],
        frozen=True,
    )
    read = parse(
        kind,
        flags,
        f"jaxenvs train {algorithm}",
        description=run.ALGORITHMS[algorithm].about,
        registry=NAMED_VALUES,
        config=(),
    )
    asked = {name: values for name in sweepable if (values := getattr(read.sweep, name))}
    return convert(getattr(read, algorithm), type(preset)), convert(read.run, Run), asked


_PRESET_HELP = "Take the settings tuned for this environment; by default those for --env, if any."


def _preset(algorithm: str, flags: Sequence[str]) -> Any:
    """The config to start from, found before the other flags can be read."""
    given = {name: _value(flags, f"--{name}") for name in ("preset", "env")}
    env = given["env"] or given["preset"] or run.default_config(algorithm).env
    if given["preset"] is None:
        return run.preset(algorithm, env)
    tuned = run.presets(algorithm)
    if given["preset"] not in tuned:
        raise UsageError(f"--preset: expected one of {', '.join(tuned)}; got {given['preset']!r}")
    return dataclasses.replace(tuned[given["preset"]], env=env)


def _value(flags: Sequence[str], name: str) -> str | None:
    """The value of a flag, written as `--flag value` or `--flag=value`; None if it is not there."""
    for flag, following in zip(flags, [*flags, None][1:], strict=True):
        if flag == name:
            return following
        if flag.startswith(f"{name}="):
            return flag.partition("=")[2]
    return None


def _sweep_kind(sweepable: Mapping[str, Any]) -> type[Any]:
    """A record with a tuple of values for each of the numbers that may be swept."""

    def values(name: str) -> Any:
        about, hint = f"values of {name}", f"({words_of(sweepable[name])})"
        return Annotated[
            tuple[float, ...],
            tyro.conf.arg(metavar="X ...", help=about, help_behavior_hint=hint),
        ]

    fields = [(name, values(name), ()) for name in sweepable]
    about = {"__doc__": "Numbers to try side by side; every combination of them is trained."}
    return dataclasses.make_dataclass("Sweep", fields, frozen=True, namespace=about)


def _film(out: pathlib.Path) -> None:
    """A GIF of the best seed; a run without one is still a run."""
    path, result = out / FILM_NAME, out / "result.json"
    if path.exists() and path.stat().st_mtime >= result.stat().st_mtime:
        print(f"trained policy  {path}")  # of a run that was finished before
        return
    try:
        shoot(Film(str(out), out=str(path), size=400))
    except UsageError as error:
        note(f"no film: {error}")
    else:
        print(f"trained policy  {path}")
