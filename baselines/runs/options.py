"""What is asked of a run, how it is kept in the run's folder, and how a resumed run finds it."""

import dataclasses
import itertools
import json
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from jaxenvs import ranges
from jaxenvs.files import replacing
from jaxenvs.ranges import Count, Range, Whole

MOST_SETTINGS = 10_000
"""Combinations of swept values that a run may have."""
MOST_LEARNERS = 1_000_000
"""Settings times seeds that a run may have."""


class RunError(ValueError):
    """The run cannot be done as asked; the message is one line and names the field or the path."""


class RunFailed(RuntimeError):
    """The run failed on the way; the message is one line and says what is left of it."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is asked of a run beside the algorithm's config."""

    seeds: Annotated[int, Range(1, MOST_LEARNERS)] = 1
    """Learners for each setting, trained side by side."""

    seed: Annotated[int, Range(0, 2**32 - 1)] = 0
    """The first of the seeds; the others follow it."""

    sweep: Mapping[str, Sequence[float]] = dataclasses.field(default_factory=dict)
    """Values to try for traced numbers; with several names, every combination is trained."""

    out: Path | str | None = None
    """Folder of the run; by default one under runs/ that is named after algorithm, env and time."""

    resume: bool = False
    """Go on with the run in the folder, from its last checkpoint; more steps may be asked for."""

    overwrite: bool = False
    """Replace a run that is in the folder."""

    init_from: Path | str | None = None
    """Folder of a run whose best learner's networks all learners start with."""

    rows: Count = 100
    """How often to log over the whole run."""

    save_every: Count = 10
    """Rows between two checkpoints."""

    tensorboard: bool = True
    """Write TensorBoard event files beside metrics.jsonl."""

    stop_return: float | None = None
    """Stop early, once the mean return of all learners' episodes is at least this."""

    devices: Count | None = None
    """Use at most so many devices; by default all, on a CPU one per core."""

    coordinator: str | None = None
    """Of a run by several processes: HOST:PORT of process 0, the same for all."""

    num_processes: Count = 1
    """How many processes share the learners."""

    process_id: Whole = 0
    """Which of them this is, from 0."""

    show: bool = True
    """Show progress on stderr and print the results."""

    def check(self) -> None:
        """Raises `RunError` that names the option that does not fit."""
        try:
            ranges.check(self)
        except (TypeError, ValueError) as error:
            raise RunError(str(error)) from error
        for name, values in self.sweep.items():
            if isinstance(values, str) or not isinstance(values, Sequence) or not values:
                raise RunError(f"sweep.{name}: expected at least one value, got {values!r}")
        if self.seed + self.seeds > 2**32:
            raise RunError(
                f"seeds: expected seed + seeds of at most {2**32:,}, got {self.seed} + {self.seeds}"
            )
        if self.process_id >= self.num_processes:
            raise RunError(
                f"process_id: expected less than num_processes = {self.num_processes}, "
                f"got {self.process_id}"
            )
        if self.coordinator is None:
            if self.num_processes > 1:
                raise RunError("num_processes: needs a coordinator, the address of process 0")
            return
        host, _, port = self.coordinator.rpartition(":")
        if not host or not port.isdecimal() or not 1 <= int(port) <= 65_535:
            raise RunError(
                f"coordinator: expected HOST:PORT with a port from 1 to 65535, "
                f"got {self.coordinator!r}"
            )


DECISIVE = ("seeds", "seed", "sweep", "rows", "stop_return", "init_from")
"""The options that a resumed run must share; the others only say how to run."""


class Learner(NamedTuple):
    """One of the learners that are trained side by side."""

    seed: int
    setting: dict[str, float]  # the swept numbers

    @property
    def name(self) -> str:
        """The setting in words, empty without a sweep."""
        return ", ".join(f"{name}={value:g}" for name, value in self.setting.items())


def learners_of(options: Options, sweepable: Sequence[str]) -> list[Learner]:
    """The learners of a run: every combination of the swept values with every seed.

    Raises `RunError` where `options` do not fit; `sweepable` are the names that may be swept.
    """
    options.check()
    for name in options.sweep:
        if name not in sweepable:
            raise RunError(f"sweep: expected one of {', '.join(sweepable)}; got {name!r}")
    num_settings = math.prod(len(values) for values in options.sweep.values())
    if num_settings > MOST_SETTINGS:
        raise RunError(
            f"sweep: expected at most {MOST_SETTINGS:,} combinations of values, "
            f"got {num_settings:,}"
        )
    if num_settings * options.seeds > MOST_LEARNERS:
        raise RunError(
            f"seeds: expected at most {MOST_LEARNERS:,} learners, "
            f"got {options.seeds:,} for each of {num_settings:,} settings"
        )
    seeds = range(options.seed, options.seed + options.seeds)
    settings = [
        dict(zip(options.sweep, map(float, values), strict=True))
        for values in itertools.product(*options.sweep.values())
    ]
    return [Learner(seed, setting) for setting in settings for seed in seeds]


def describe(
    algorithm: str, config: Any, options: Options, extended_from: Sequence[int] = ()
) -> dict[str, Any]:
    """What decides a run's outcome, as JSON values.

    `extended_from` are the lengths that the run had before more was asked for.
    """
    decisive = {name: getattr(options, name) for name in DECISIVE}
    if options.init_from is not None:
        decisive["init_from"] = str(options.init_from)
    described = {"algorithm": algorithm, "config": dataclasses.asdict(config), "options": decisive}
    if extended_from:
        described["extended_from"] = list(extended_from)
    return json.loads(json.dumps(described))


_RENAMED = {"memory_size": "buffer_size"}
"""Fields of configs that had another name in older versions: the old one, then today's."""


def restore(
    description: Mapping[str, Any], default: Any, options: Options, where: str = "config.json"
) -> tuple[Any, Options]:
    """The config and the options that `describe` was given; fields not there are as in `default`.

    Raises `RunError`, which begins with `where` and names the field, for a description of another
    shape.
    """
    known = {field.name for field in dataclasses.fields(default)}
    kept = _object(description, "config", where)
    fields = {_RENAMED.get(name, name): value for name, value in kept.items()}
    for name in fields:
        if name not in known:
            raise RunError(f"{where}: {description['algorithm']} has no field {name!r}")
    decisive = dict(_object(description, "options", where))
    for name in decisive:
        if name not in DECISIVE:
            raise RunError(f"{where}: options: expected {', '.join(DECISIVE)}; got {name!r}")
    if isinstance(decisive.get("init_from"), str):
        decisive["init_from"] = Path(decisive["init_from"])
    config = dataclasses.replace(default, **{name: _tuple(x) for name, x in fields.items()})
    options = dataclasses.replace(options, **decisive)
    try:
        ranges.check(config)
        ranges.check(options, DECISIVE)
        for name, values in options.sweep.items():
            ranges.check_value(f"sweep.{name}", _tuple(values), tuple[float, ...])
    except (TypeError, ValueError) as error:
        raise RunError(f"{where}: {error}") from error
    return config, options


def disagreement(
    found: Mapping[str, Any],
    asked: Mapping[str, Any],
    default: Mapping[str, Any],
    given: Collection[str] = (),
) -> str | None:
    """The first setting that is asked for and differs from the one found, in words.

    Asked for is what is `given` by name or is not the default. All three are as of `describe`.
    """
    if found["algorithm"] != asked["algorithm"]:
        return f"algorithm was {found['algorithm']} there, {asked['algorithm']} is asked for"
    for part in ("config", "options"):
        for name, value in asked[part].items():
            there = found[part].get(name)
            is_asked = name in given or value != default[part][name]
            if is_asked and value != there:
                return f"{name} was {there} there, {value} is asked for"
    return None


def first_difference(
    one: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[str, Any, Any] | None:
    """The first setting in which two descriptions of `describe` differ: name and both values."""
    if one["algorithm"] != other["algorithm"]:
        return "algorithm", one["algorithm"], other["algorithm"]
    for part in ("config", "options"):
        for name, value in one[part].items():
            if value != other[part].get(name):
                return name, value, other[part].get(name)
    return None


def write_json(path: Path, content: Any) -> None:
    """Writes atomically; parent folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        partial.write_text(json.dumps(content, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """Raises `RunError` where there is no such file, or something else in it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            f"{path.parent}: expected a run's folder, but {path.name} is missing"
        ) from None
    except (OSError, ValueError, RecursionError):
        raise RunError(f"{path}: expected JSON, found something else") from None


def _object(content: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    """The JSON object of that name; `RunError` where it is missing or something else."""
    found = content.get(name)
    if not isinstance(found, dict):
        raise RunError(f"{where}: {name}: expected an object, got {found!r:.40}")
    return found


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
