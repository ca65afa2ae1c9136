"""Runs: train an algorithm's learners side by side, keep everything in one folder, go on later.

A run's folder holds `config.json` (what was asked for), `metrics.jsonl` and `tensorboard/` (how it
went), `checkpoints/` (where it is), and in the end `result.json` (greedy returns of every learner)
and `curve.png`.
"""

import dataclasses
import platform
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.baselines.runs import checkpoint, loop
from jaxenvs.baselines.runs.algorithms import ALGORITHMS as ALGORITHMS
from jaxenvs.baselines.runs.algorithms import default_config as default_config
from jaxenvs.baselines.runs.algorithms import make_train as make_train
from jaxenvs.baselines.runs.algorithms import module_of as module_of
from jaxenvs.baselines.runs.algorithms import preset as preset
from jaxenvs.baselines.runs.algorithms import presets as presets
from jaxenvs.baselines.runs.curve import draw_curves
from jaxenvs.baselines.runs.hosts import Hosts, connect
from jaxenvs.baselines.runs.log import JsonLines, Row, Sink, TensorBoard, read_rows
from jaxenvs.baselines.runs.options import (
    Learner,
    Options,
    RunError,
    describe,
    disagreement,
    learners_of,
    read_json,
    restore,
    write_json,
)
from jaxenvs.baselines.runs.progress import Progress, announcement
from jaxenvs.baselines.runs.result import Result, read_finished
from jaxenvs.baselines.runs.waiting import waiting
from jaxenvs.core import Env

_EVALUATION_SEED = 2**31 - 1  # of the greedy episodes: the same for all learners of all runs
_KEPT_CHECKPOINTS = 2


def train(algorithm: str, config: Any, options: Options | None = None) -> Result:
    """Trains, writes the run's folder, and returns what came of it.

    `config` is as of `preset`. When a run is resumed, the settings in its
    folder hold; what the caller changed from the defaults must agree with them.

    Raises:
      RunError: the config, the options or the folder do not allow it; the message names the field.
      CheckpointError: a run is to be resumed and none of its checkpoints is whole.
    """
    options = options or Options()
    hosts = connect(options)
    if not options.resume:
        _use_cores(config, options, hosts)
        _trainer(algorithm, config)  # refuses what does not fit before a folder is touched
    config, options = _settle(algorithm, config, options)
    _use_cores(config, options, hosts)
    show = options.show and hosts.writes
    if options.resume and (result := _finished(algorithm, config, options)) is not None:
        if show:
            print(result.report())
        return result
    if show:
        print(announcement(algorithm, config, options), file=sys.stderr, flush=True)
    with waiting("compiling", show):
        run = _prepare(algorithm, config, options, hosts)
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
    finish = getattr(module_of(run.algorithm), "finish", None)
    if finish is not None:
        for path in finish(run.config, carry, run.out):
            print(f"saved {path}")
    names = [learner.name for learner in run.learners]
    title = f"{run.algorithm.upper().replace('_', '-')} on {run.config.env}"
    draw_curves(run.out / "curve.png", title, read_rows(run.out / "metrics.jsonl"), names)
    result.write(run.out / "result.json")
    if run.options.show:
        print(result.report())


def _finished(algorithm: str, config: Any, options: Options) -> Result | None:
    """What a run has left that is whole and needs nothing more; nothing is compiled for it."""
    out, trainer = Path(options.out or ""), _trainer(algorithm, config)
    result = read_finished(out, trainer.num_updates, options.stop_return)
    if result is None or not any(checkpoint.newest(out / "checkpoints")):
        return None
    shapes = _shapes(trainer, len(learners_of(options, _names(trainer.hp))))
    _, about, faults = checkpoint.load_newest(out / "checkpoints", shapes)
    return None if faults or about["update_id"] != result.updates else result


class Policy(NamedTuple):
    """A trained learner, ready to play."""

    env: Env
    params: Any  # of the env
    act: Callable[..., Any]
    """`act(obs, key=None, mask=None) -> action`: greedy, compiled; the key is not needed.

    Of a learner with a memory, `act(obs, key, mask, memory) -> (action, memory)`.
    """
    memory: Any = None  # what an episode starts with; None: there is no memory


def load_policy(folder: str | Path, agent: int | None = None) -> Policy:
    """The policy of a run's newest checkpoint.

    `agent` counts the learners of the run in the order of result.json; by default it is the one
    with the best greedy return, or the first while there is no result.

    Raises `RunError` or `CheckpointError` where the folder holds no run that can be read.
    """
    folder = Path(folder)
    description = read_json(folder / "config.json")
    algorithm = description["algorithm"]
    config, options = restore(description, default_config(algorithm), Options())
    trainer = make_train(algorithm, config)
    if trainer.act is None:
        raise RunError(f"{folder}: {algorithm} trains no policy that could play")
    num_learners = len(learners_of(options, _names(trainer.hp)))
    carry, *_ = checkpoint.load_newest(folder / "checkpoints", _shapes(trainer, num_learners))
    if agent is None:
        finished = (folder / "result.json").exists()
        rows = read_json(folder / "result.json")["agents"] if finished else []
        agent = int(np.argmax([row["return"] for row in rows])) if rows else 0
    if not 0 <= agent < num_learners:
        raise RunError(f"agent: expected 0 to {num_learners - 1}, got {agent}")
    policy = trainer.policy(jax.tree.map(lambda leaf: leaf[agent], carry))
    choose, params = jax.jit(trainer.act), trainer.env.default_params

    def act(
        obs: Any, key: jax.Array | None = None, mask: jax.Array | None = None, memory: Any = None
    ) -> Any:
        del key
        return choose(policy, obs, mask, *([] if memory is None else [memory]))

    return Policy(trainer.env, params, act, trainer.memory)


@dataclasses.dataclass(frozen=True)
class _Run:
    """What is settled before the first update of this process."""

    algorithm: str
    config: Any
    options: Options
    out: Path
    learners: list[Learner]
    trainer: Trainer
    programs: loop.Programs
    chunk: int  # updates per row of the log
    carry: Any  # at the start of this process
    start: int  # updates done before
    hosts: Hosts

    @property
    def description(self) -> dict[str, Any]:
        return describe(self.algorithm, self.config, self.options)


def _settle(algorithm: str, config: Any, options: Options) -> tuple[Any, Options]:
    """Config and options as they hold: from the folder for a resumed run."""
    if options.out is None:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        out = Path("runs") / f"{algorithm}-{config.env}-{stamp}".replace("/", "-")
        return config, dataclasses.replace(options, out=out)
    out = Path(options.out)
    if not (out / "config.json").exists():
        return config, options
    if options.overwrite:
        if options.process_id:
            return config, options  # process 0 does it
        for name in ("config.json", "result.json", "curve.png", "metrics.jsonl"):
            (out / name).unlink(missing_ok=True)
        for name in ("checkpoints", "tensorboard"):
            shutil.rmtree(out / name, ignore_errors=True)
        return config, options
    if not options.resume:
        raise RunError(f"{out}: holds a run; resume it, overwrite it, or choose another folder")
    found = read_json(out / "config.json")
    asked = describe(algorithm, config, options)
    default = describe(algorithm, preset(algorithm, config.env), Options())
    difference = disagreement(found, asked, default)
    if difference is not None:
        raise RunError(f"{out}: cannot resume, {difference}")
    return restore(found, default_config(algorithm), options)


def _use_cores(config: Any, options: Options, hosts: Hosts) -> None:
    """Gives JAX as many cores as the run can use; too late once JAX has started."""
    mine = hosts.share(len(learners_of(options, _names(config.hyper_params))))
    loop.use_cpu_cores(max(mine.stop - mine.start, getattr(config, "population", 1)))


def _trainer(algorithm: str, config: Any) -> Trainer:
    """The trainer of a config; `RunError` for one that does not fit."""
    try:
        return make_train(algorithm, config)
    except (ValueError, TypeError) as error:
        raise RunError(str(error)) from error


def _prepare(algorithm: str, config: Any, options: Options, hosts: Hosts) -> _Run:
    """Compiles, and starts from nothing or from the last checkpoint."""
    assert options.out is not None
    out = Path(options.out)
    learners = learners_of(options, _names(config.hyper_params))
    mine = hosts.share(len(learners))
    num_mine = mine.stop - mine.start
    _use_cores(config, options, hosts)
    hosts.wait("all have seen the folder as it was")
    trainer = _trainer(algorithm, config)
    chunk = -(-trainer.num_updates // max(1, options.rows))
    programs = loop.compile_programs(trainer, num_mine, chunk, options.devices)
    resumed = options.resume and any(checkpoint.newest(out / "checkpoints"))
    if resumed:
        shapes = _shapes(trainer, len(learners))
        carry, about, faults = checkpoint.load_newest(out / "checkpoints", shapes)
        for fault in faults:
            print(f"left out {fault}", file=sys.stderr)
        carry = programs.place(jax.tree.map(lambda leaf: leaf[mine], carry))
        start = int(about["update_id"])
    else:
        if hosts.writes:
            write_json(out / "config.json", describe(algorithm, config, options))
        keys = jax.vmap(jax.random.key)(np.array([learner.seed for learner in learners[mine]]))
        carry, start = programs.init(keys, _settings(trainer.hp, learners[mine])), 0
    return _Run(
        algorithm, config, options, out, learners, trainer, programs, chunk, carry, start, hosts
    )


def _train(run: _Run) -> tuple[Any, int]:
    """All updates that are left, with logs and checkpoints; the carry and the updates done."""
    options, trainer = run.options, run.trainer
    sinks = _sinks(run)
    carry, done = run.carry, run.start
    per_update = trainer.steps_per_update * len(run.learners)
    show = options.show and run.hosts.writes
    with Progress(trainer.num_updates, run.start, per_update, show) as progress:
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
    for sink in sinks:
        sink.close()
    return carry, done


def _save(run: _Run, carry: Any, update_id: int) -> None:
    carry = run.hosts.gather(carry)
    if not run.hosts.writes:
        return
    folder = run.out / "checkpoints"
    about = run.description | {"update_id": update_id, "versions": _versions()}
    checkpoint.save(folder / checkpoint.name_of(update_id), carry, about)
    checkpoint.prune(folder, _KEPT_CHECKPOINTS)


def _sinks(run: _Run) -> list[Sink]:
    if not run.hosts.writes:
        return []
    header = run.description | {"versions": _versions(), "device": _device(), "start": run.start}
    sinks: list[Sink] = [JsonLines(run.out / "metrics.jsonl", header, run.start)]
    if run.options.tensorboard:
        names = [learner.name.replace(", ", " ") or "all" for learner in run.learners]
        sinks.append(TensorBoard(run.out / "tensorboard", names, run.start))
    return sinks


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


def _names(hp: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(hp)]


def _settings(hp: Any, learners: list[Learner]) -> Any:
    """The traced numbers of all learners, `[num_learners]` each."""
    return type(hp)(
        **{
            name: np.array(
                [learner.setting.get(name, getattr(hp, name)) for learner in learners], np.float32
            )
            for name in _names(hp)
        }
    )


def _shapes(trainer: Trainer, num_learners: int) -> Any:
    """The carry of that many learners, as shapes."""
    keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), num_learners))
    hp = jax.tree.map(lambda _: jax.ShapeDtypeStruct((num_learners,), jnp.float32), trainer.hp)
    return jax.eval_shape(jax.vmap(trainer.init), keys, hp)


def _versions() -> dict[str, str]:
    return {
        "jaxenvs": jaxenvs.__version__,
        "jax": jax.__version__,
        "python": platform.python_version(),
    }


def _device() -> str:
    first = jax.devices()[0]
    return f"{len(jax.devices())} x {first.platform} {first.device_kind}"
