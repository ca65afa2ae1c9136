"""A run's folder: what it says about its run, whose it is, and how a run begins in it.

`config.json` says what was asked for. It is written before anything is compiled and removed last,
so that a folder cut off at any moment says which run its other files belong to.
"""

import contextlib
import dataclasses
import itertools
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jaxenvs import ranges
from jaxenvs.baselines.runs import checkpoint
from jaxenvs.baselines.runs.algorithms import default_config, preset
from jaxenvs.baselines.runs.hosts import Hosts
from jaxenvs.baselines.runs.lock import locked
from jaxenvs.baselines.runs.log import read_rows
from jaxenvs.baselines.runs.options import (
    DECISIVE,
    Options,
    RunError,
    RunFailed,
    describe,
    disagreement,
    first_difference,
    read_json,
    restore,
    write_json,
)

CONFIG, RESULT, ROWS, FILM = "config.json", "result.json", "metrics.jsonl", "policy.gif"
CHECKPOINTS = "checkpoints"
_OWN = (CHECKPOINTS, "tensorboard", RESULT, "curve.png", FILM, ROWS, CONFIG)
"""What a run leaves in its folder, in the order in which it is removed."""
_DRIFTS = ("drift.npz", "drift_[0-9]*.npz")  # what searches leave beside it


class Kept(NamedTuple):
    """A run as its folder says that it is."""

    algorithm: str
    config: Any
    options: Options
    extended_from: tuple[int, ...] = ()  # the lengths it had before more was asked for

    @property
    def out(self) -> Path:
        """Its folder, once that is known."""
        assert self.options.out is not None
        return Path(self.options.out)

    @property
    def description(self) -> dict[str, Any]:
        """What decides its outcome, as JSON values."""
        return describe(*self)


def read(folder: Path) -> Kept:
    """What a folder says about its run. Raises `RunError` where it holds none, or says odd things.

    The message is one line that names the file, and the field where there is one.
    """
    path = folder / CONFIG
    kept = _understand(read_json(path), str(path))
    return kept._replace(options=dataclasses.replace(kept.options, out=folder))


def fits(kept: Kept) -> checkpoint.Fits:
    """What a checkpoint of the run must say of itself; see `checkpoint.load`."""
    wanted, length = kept.description, length_of(kept.config)

    def difference(about: dict[str, Any]) -> str | None:
        found = _understand(about, "about").description
        if found["config"].get(length) in kept.extended_from:
            found["config"][length] = wanted["config"][length]
        differs = first_difference(found, wanted)
        if differs is None:
            return None
        name, there, here = differs
        return f"is another run's: {name} was {there} there, {CONFIG} says {here}"

    return difference


def holds_run(out: Path | str) -> bool:
    """Whether a folder says that there is a run in it."""
    return (Path(out) / CONFIG).exists()


def length_of(config: Any) -> str:
    """The name of the field that says how long a run is."""
    return "total_steps" if hasattr(config, "total_steps") else "generations"


@contextlib.contextmanager
def claimed(
    kept: Kept, hosts: Hosts, given: Collection[str], ready: Callable[[Kept], None]
) -> Iterator[Kept]:
    """A folder that is this run's alone until the end, and the run as it holds there.

    `kept` is what is asked for; a run that is resumed holds as its folder says, and what is `given`
    by name, or is not the default, has to agree with that. `ready` is called before the processes
    of the run speak with each other.

    Raises `RunError`, in all processes, where the folder does not allow it or cannot be written.
    """
    with contextlib.ExitStack() as stack:
        fault, is_new = None, False
        try:
            with _writable(kept.options.out):
                out = _enter(kept, hosts)
                kept = kept._replace(options=dataclasses.replace(kept.options, out=out))
                if hosts.writes:
                    stack.enter_context(locked(out))
            kept, is_new = _settle(kept, given)
            ready(kept)
        except RunError as error:
            fault = error
        hosts.agree(fault)
        if hosts.writes and is_new:
            with _writable(kept.out):
                _begin(kept)
        yield kept


@contextlib.contextmanager
def failing_plainly(out: Path) -> Iterator[None]:
    """Turns errors of the system, such as a full disk, into `RunFailed` with a line about them."""
    try:
        yield
    except OSError as error:
        if not holds_run(out):
            raise RunFailed(f"{out}: was removed while the run was going on") from error
        is_begun = checkpoint.newest(out / CHECKPOINTS)
        left = "the last whole checkpoint is kept" if is_begun else "no checkpoint was written yet"
        raise RunFailed(f"{out}: {_reason(error)}; {left}, --resume goes on from there") from error


def require(out: Path) -> None:
    """Raises `FileNotFoundError` where the run's folder is gone: it must not be made again."""
    if not holds_run(out):
        raise FileNotFoundError(out / CONFIG)


def clear(out: Path) -> None:
    """Removes a run from its folder and leaves everything else there; raises `OSError`."""
    drifts = [path for pattern in _DRIFTS for path in out.glob(pattern)]
    partial = out.glob("*.partial")
    for path in [*drifts, *partial, *(out / name for name in _OWN)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _understand(content: Any, where: str) -> Kept:
    """A description that was read; `RunError` for one of another shape."""
    if not isinstance(content, dict):
        raise RunError(f"{where}: expected an object, got {content!r:.40}")
    algorithm = content.get("algorithm")
    if not isinstance(algorithm, str):
        raise RunError(f"{where}: algorithm: expected a name, got {algorithm!r:.40}")
    lengths = content.get("extended_from", [])
    try:
        default = default_config(algorithm)
        lengths = tuple(lengths) if isinstance(lengths, list) else lengths
        ranges.check_value("extended_from", lengths, tuple[ranges.Count, ...])
    except (ValueError, TypeError) as error:
        raise RunError(f"{where}: {error}") from error
    return Kept(algorithm, *restore(content, default, Options(), where), lengths)


def _enter(kept: Kept, hosts: Hosts) -> Path:
    """The folder, made where a new run needs it."""
    options = kept.options
    if options.resume and options.overwrite:
        raise RunError("resume and overwrite: expected one of them")
    if options.init_from is not None and _are_same(options.init_from, options.out):
        raise RunError("init_from: expected another folder than that of the new run")
    if options.out is None:
        if options.resume:
            raise RunError("resume: needs out, the folder of the run")
        return _new_folder(f"{kept.algorithm}-{kept.config.env}")
    out = Path(options.out)
    if out.exists() and not out.is_dir():
        raise RunError(f"{out}: expected a folder, found a file")
    if options.resume:
        if not holds_run(out):
            flag = " --overwrite" if _left(out) else ""
            start = f"jaxenvs train {kept.algorithm} --out {out}{flag}"
            raise RunError(f"{out}: holds no run to resume; to start one: {start}")
    elif hosts.writes:
        out.mkdir(parents=True, exist_ok=True)
    return out


def _are_same(one: Path | str, other: Path | str | None) -> bool:
    return other is not None and Path(one).resolve() == Path(other).resolve()


def plain(name: str) -> str:
    """`name` as the name of a folder, without what an id may have and a folder may not."""
    return re.sub(r"[/:]", "-", name)


def _new_folder(name: str) -> Path:
    """A folder of its own under runs/, named after the time; a number tells those of a second."""
    parent, stamp = Path("runs"), time.strftime("%Y%m%d-%H%M%S")
    parent.mkdir(exist_ok=True)
    for i in itertools.count(1):
        end = "" if i == 1 else f"-{i}"
        out = parent / plain(f"{name}-{stamp}{end}")
        with contextlib.suppress(FileExistsError):
            out.mkdir()
            return out
    raise AssertionError("unreachable")


def _settle(asked: Kept, given: Collection[str]) -> tuple[Kept, bool]:
    """The run as it holds, and whether its folder has yet to be told."""
    options, out = asked.options, asked.out
    if options.overwrite:
        return asked, True
    if not options.resume:
        if holds_run(out):
            raise RunError(f"{out}: holds a run; resume it, overwrite it, or choose another folder")
        if left := _left(out):
            raise RunError(
                f"{out}: holds {left[0]} of a run without its {CONFIG}; "
                "overwrite it, or choose another folder"
            )
        return asked, True
    return _resumed(asked, read(out), given)


def _resumed(asked: Kept, found: Kept, given: Collection[str]) -> tuple[Kept, bool]:
    """The run that was found, which must agree with what is asked for, with more steps if asked."""
    there, wish = found.description, asked.description
    usual = dataclasses.replace(
        preset(asked.algorithm, asked.config.env), env=default_config(asked.algorithm).env
    )
    default = describe(asked.algorithm, usual, Options())
    name = length_of(found.config)
    length, usual_length = (kind["config"].get(name) for kind in (wish, default))
    wish["config"][name] = there["config"][name]
    out = found.out
    difference = disagreement(there, wish, default, given)
    if difference is not None:
        raise RunError(f"{out}: cannot resume, {difference}")
    read_rows(out / ROWS)  # refuses now what would fail later
    decisive = {name: getattr(found.options, name) for name in DECISIVE}
    held = found._replace(options=dataclasses.replace(asked.options, **decisive))
    is_longer = name in given or length != usual_length
    if not is_longer or length == getattr(found.config, name):
        return held, False
    return _extended(held, name, length), True


def _extended(kept: Kept, name: str, length: int) -> Kept:
    """The run with another length, which must not be below what is done."""
    config = dataclasses.replace(kept.config, **{name: length})
    try:
        ranges.check(config)
        config.check()
    except (ValueError, TypeError) as error:
        raise RunError(str(error)) from error
    per_update = getattr(config, "batch_size", 1)
    written = checkpoint.newest(kept.out / CHECKPOINTS)
    done = checkpoint.update_of(written[0]) * per_update if written else 0
    if length < done:
        raise RunError(f"{name}: {done} are done already, expected at least as many, got {length}")
    before = (*kept.extended_from, getattr(kept.config, name))
    return kept._replace(config=config, extended_from=before)


def _begin(kept: Kept) -> None:
    """Writes which run the folder is of; there is no result any more where it goes on."""
    out = kept.out
    if kept.options.overwrite:
        clear(out)
    (out / RESULT).unlink(missing_ok=True)
    write_json(out / CONFIG, kept.description)


def _left(out: Path) -> list[str]:
    """Names of what a run has left in a folder."""
    return [name for name in _OWN if (out / name).exists()]


@contextlib.contextmanager
def _writable(out: Path | str | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{out or 'runs'}: cannot be written ({_reason(error)})") from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
