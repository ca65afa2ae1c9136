"""Runs: train an algorithm's learners side by side, keep everything in one folder, go on later.

A run's folder holds `config.json` (what was asked for), `metrics.jsonl` and `tensorboard/` (how it
went), `checkpoints/` (where it is), and in the end `result.json` (greedy returns of every learner)
and `curve.png`.
"""

import contextlib
import dataclasses
import platform
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.baselines.runs import checkpoint, folder, limits, loop
from jaxenvs.baselines.runs.algorithms import ALGORITHMS as ALGORITHMS
from jaxenvs.baselines.runs.algorithms import default_config as default_config
from jaxenvs.baselines.runs.algorithms import make_train as make_train
from jaxenvs.baselines.runs.algorithms import module_of as module_of
from jaxenvs.baselines.runs.algorithms import preset as preset
from jaxenvs.baselines.runs.algorithms import presets as presets
from jaxenvs.baselines.runs.curve import draw_curves
from jaxenvs.baselines.runs.folder import Kept
from jaxenvs.baselines.runs.hosts import Hosts, connect
from jaxenvs.baselines.runs.log import JsonLines, Row, Sink, TensorBoard, read_rows
from jaxenvs.baselines.runs.options import (
    Learner,
    Options,
    RunError,
    learners_of,
)
from jaxenvs.baselines.runs.progress import Progress, announcement
from jaxenvs.baselines.runs.result import Result, read_finished
from jaxenvs.baselines.runs.trained import Policy as Policy
from jaxenvs.baselines.runs.trained import load_learners, names_of, start_of
from jaxenvs.baselines.runs.trained import load_policy as load_policy
from jaxenvs.waiting import waiting

_EVALUATION_SEED = 2**31 - 1  # of the greedy episodes: the same for all learners of all runs
_KEPT_CHECKPOINTS = 2


def train(
    algorithm: str, config: Any, options: Options | None = None, given: Collection[str] = ()
) -> Result:
    """Trains, writes the run's folder, and returns what came of it.

    `config` is as of `preset`. When a run is resumed, the settings in its folder hold; what the
    caller changed from the defaults, and the fields `given` by name, must agree with them, except
    that another length may be asked for. Nobody else can work in the folder meanwhile.

    Raises:
      RunError: the config, the options or the folder do not allow it; the message names the field.
      CheckpointError: a run is to be resumed and none of its checkpoints is whole, or one belongs
        to another run.
      RunFailed: it failed on the way: no room on the disk, another process gone, ...
    """
    options = options or Options()
    limits.check(algorithm, config, options)
    hosts = connect(options)
    if not options.resume:
        _use_cores(config, options, hosts)
        trainer = _trainer(algorithm, config)  # refuses what does not fit before a folder is made
        limits.check_memory(algorithm, config, options)
        if options.init_from is not None:
            start_of(Path(options.init_from), trainer)
    asked = Kept(algorithm, config, options)
    with (
        folder.claimed(
            asked, hosts, given, lambda kept: _use_cores(kept.config, kept.options, hosts)
        ) as kept,
        folder.failing_plainly(kept.out),
    ):
        return _train_in_folder(kept, hosts)


def _train_in_folder(kept: Kept, hosts: Hosts) -> Result:
    """All of a run from compiling on, in a folder that says what it is.

    Of a run that is finished and whole the result is read, and nothing is compiled.
    """
    show = kept.options.show and hosts.writes
    trainer = _trainer(kept.algorithm, kept.config)
    loaded = _loaded(kept, trainer)
    if loaded is not None and (result := read_finished(kept.out, loaded[1])) is not None:
        if show:
            print(result.report())
        return result
    if show:
        print(announcement(*kept[:3]), file=sys.stderr, flush=True)
    with waiting("compiling", show):
        run = _prepare(kept, hosts, trainer, loaded)
    began = time.perf_counter()
    carry, end = _train(run)
    seconds = time.perf_counter() - began
    with waiting("evaluating", show):
        result = _judge(run, carry, end, seconds)
    carry = hosts.gather(carry)
    if hosts.writes:
        _write(run, carry, result)
    hosts.wait("the end")
    return result


def _write(run: "_Run", carry: Any, result: Result) -> None:
    """What a finished run leaves in its folder, beside log and checkpoints; the result is last."""
    folder.require(run.out)
    finish = getattr(module_of(run.algorithm), "finish", None)
    if finish is not None:
        for path in finish(run.config, carry, run.out):
            print(f"saved {path}")
    names = [learner.name for learner in run.learners]
    title = f"{run.algorithm.upper().replace('_', '-')} on {run.config.env}"
    draw_curves(run.out / "curve.png", title, read_rows(run.out / "metrics.jsonl"), names)
    result.write(run.out / folder.RESULT)
    if run.options.show:
        print(result.report())


@dataclasses.dataclass(frozen=True)
class _Run:
    """What is settled before the first update of this process."""

    kept: Kept
    out: Path
    learners: list[Learner]
    trainer: Trainer
    programs: loop.Programs
    chunk: int  # updates per row of the log
    carry: Any  # at the start of this process
    start: int  # updates done before
    hosts: Hosts

    @property
    def algorithm(self) -> str:
        return self.kept.algorithm

    @property
    def config(self) -> Any:
        return self.kept.config

    @property
    def options(self) -> Options:
        return self.kept.options

    @property
    def description(self) -> dict[str, Any]:
        return self.kept.description


def _use_cores(config: Any, options: Options, hosts: Hosts) -> None:
    """Gives JAX as many cores as the run can use; too late once JAX has started."""
    mine = hosts.share(len(learners_of(options, names_of(config.hyper_params))))
    loop.use_cpu_cores(max(mine.stop - mine.start, getattr(config, "population", 1)))


def _trainer(algorithm: str, config: Any) -> Trainer:
    """The trainer of a config; `RunError` for one that does not fit."""
    try:
        return make_train(algorithm, config)
    except (ValueError, TypeError) as error:
        raise RunError(str(error)) from error


def _prepare(kept: Kept, hosts: Hosts, trainer: Trainer, loaded: tuple[Any, int] | None) -> _Run:
    """Compiles, and starts from nothing or from the last checkpoint."""
    _, config, options, _ = kept
    out = kept.out
    learners = learners_of(options, names_of(config.hyper_params))
    mine = hosts.share(len(learners))
    num_mine = mine.stop - mine.start
    begin = None
    if loaded is None and options.init_from is not None:
        begin = start_of(Path(options.init_from), trainer)
    chunk = -(-trainer.num_updates // max(1, options.rows))
    programs = loop.compile_programs(trainer, num_mine, chunk, options.devices)
    if loaded is not None:
        carry, start = loaded
        carry = programs.place(jax.tree.map(lambda leaf: leaf[mine], carry))
    else:
        keys = jax.vmap(jax.random.key)(np.array([learner.seed for learner in learners[mine]]))
        carry, start = programs.init(keys, _settings(trainer.hp, learners[mine])), 0
        if begin is not None:
            carry = programs.place(begin(carry))
    return _Run(kept, out, learners, trainer, programs, chunk, carry, start, hosts)


def _loaded(kept: Kept, trainer: Trainer) -> tuple[Any, int] | None:
    """What a resumed run goes on from, if it has a checkpoint: all learners, and the updates done.

    They know how long the run is now, should more steps be asked for.
    """
    if not kept.options.resume or not checkpoint.newest(kept.out / folder.CHECKPOINTS):
        return None
    carry, start = load_learners(kept, trainer)
    if hasattr(carry, "num_updates"):
        num = jnp.full_like(carry.num_updates, trainer.num_updates)
        carry = carry.replace(num_updates=num)
    return carry, start


def _train(run: _Run) -> tuple[Any, int]:
    """All updates that are left, with logs and checkpoints; the carry and the updates done."""
    options, trainer = run.options, run.trainer
    carry, done = run.carry, run.start
    per_update = trainer.steps_per_update * len(run.learners)
    show = options.show and run.hosts.writes
    with (
        _sinks(run) as sinks,
        Progress(trainer.num_updates, run.start, per_update, show) as progress,
    ):
        chunks = loop.run_chunks(run.programs, carry, run.start, trainer.num_updates, run.chunk)
        for i, piece in enumerate(chunks, start=1):
            piece = piece._replace(metrics=run.hosts.gather(piece.metrics, axis=1))
            carry, done = piece.carry, piece.update_id
            row = loop.summarize(piece.metrics)
            for sink in sinks:
                sink.write(_rows(run, piece, row))
            returns = row["episode_return"][np.isfinite(row["episode_return"])]
            progress.update(done, row["episode_return"])
            reached = (
                options.stop_return is not None
                and returns.size > 0
                and returns.mean() >= options.stop_return
            )
            if reached or done == trainer.num_updates or i % max(1, options.save_every) == 0:
                _save(run, carry, done)
            if reached:
                break
    return carry, done


def _save(run: _Run, carry: Any, update_id: int) -> None:
    carry = run.hosts.gather(carry)
    if not run.hosts.writes:
        return
    folder.require(run.out)
    written = run.out / folder.CHECKPOINTS
    about = run.description | {"update_id": update_id, "versions": _versions()}
    checkpoint.save(written / checkpoint.name_of(update_id), carry, about)
    checkpoint.prune(written, _KEPT_CHECKPOINTS, update_id)


@contextlib.contextmanager
def _sinks(run: _Run) -> Iterator[list[Sink]]:
    """Where the rows go, open while the run goes on; only one process writes."""
    if not run.hosts.writes:
        yield []
        return
    header = run.description | {"versions": _versions(), "device": _device(), "start": run.start}
    sinks: list[Sink] = [JsonLines(run.out / "metrics.jsonl", header, run.start)]
    if run.options.tensorboard:
        names = [learner.name.replace(", ", " ") or "all" for learner in run.learners]
        sinks.append(TensorBoard(run.out / "tensorboard", names, run.start))
    with contextlib.ExitStack() as stack:
        for sink in sinks:
            stack.callback(sink.close)
        yield sinks


def _rows(run: _Run, piece: loop.Chunk, row: dict[str, np.ndarray]) -> list[Row]:
    """The figures of a chunk, one row per learner."""
    num_updates = len(piece.metrics["num_episodes"])
    steps = num_updates * run.trainer.steps_per_update * len(run.learners)
    common = {
        "update": piece.update_id,
        "env_steps": piece.update_id * run.trainer.steps_per_update,
        "steps_per_second": steps / max(piece.seconds, 1e-9),
    }
    return [
        common
        | {"seed": learner.seed}
        | learner.setting
        | {name: float(values[i]) for name, values in row.items()}
        for i, learner in enumerate(run.learners)
    ]


def _judge(run: _Run, carry: Any, end: int, seconds: float) -> Result:
    """Greedy episodes of every learner."""
    scores = run.programs.evaluate(carry, jax.random.key(_EVALUATION_SEED))
    scores = run.hosts.gather({name: np.asarray(values) for name, values in scores.items()})
    learners = [
        learner.setting
        | {"seed": learner.seed}
        | {name: float(values[i]) for name, values in scores.items()}
        for i, learner in enumerate(run.learners)
    ]
    steps = (end - run.start) * run.trainer.steps_per_update * len(learners)
    return Result(
        out=str(run.out),
        algorithm=run.algorithm,
        env=run.config.env,
        updates=end,
        env_steps=end * run.trainer.steps_per_update,
        agents=learners,
        train_seconds=seconds,
        compile_seconds=run.programs.compile_seconds,
        steps_per_second=steps / max(seconds, 1e-9),
        num_devices=run.programs.num_devices * run.hosts.num,
        versions=_versions(),
    )


def _settings(hp: Any, learners: list[Learner]) -> Any:
    """The traced numbers of all learners, `[num_learners]` each."""
    return type(hp)(
        **{
            name: np.array(
                [learner.setting.get(name, getattr(hp, name)) for learner in learners], np.float32
            )
            for name in names_of(hp)
        }
    )


def _versions() -> dict[str, str]:
    return {
        "jaxenvs": jaxenvs.__version__,
        "jax": jax.__version__,
        "python": platform.python_version(),
    }


def _device() -> str:
    first = jax.devices()[0]
    return f"{len(jax.devices())} x {first.platform} {first.device_kind}"
