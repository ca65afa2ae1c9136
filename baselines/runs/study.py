"""Studies: several algorithms on several environments, and one report that tells all of it.

Every combination is a run in the study's folder, with the preset of its environment unless changed;
a run that is already there is not done again, one that was cut is resumed. The report, `report.md`
and a self-contained `report.html`, has aggregates with intervals, profiles, curves, tables, and the
commands, versions and devices from which it can be made again.
"""

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

import jaxenvs
from jaxenvs import ranges
from jaxenvs.baselines.parts.evaluate import play_episodes
from jaxenvs.baselines.runs import curve, folder, run, statistics
from jaxenvs.baselines.runs.log import read_rows
from jaxenvs.baselines.runs.options import (
    Options,
    RunError,
    RunFailed,
    describe,
    first_difference,
    read_json,
)
from jaxenvs.baselines.runs.page import page_of
from jaxenvs.baselines.runs.statistics import Interval
from jaxenvs.baselines.runs.trained import read_agents
from jaxenvs.spaces import sample_legal

_RANDOM_EPISODES = 64
_RANDOM_STEPS = 5000  # of an episode of random play, where the game has no limit of its own


@dataclasses.dataclass(frozen=True)
class Entry:
    """One run of a study."""

    algorithm: str
    env: str
    changes: Mapping[str, Any]  # of the preset's fields

    @property
    def name(self) -> str:
        """Its folder."""
        return folder.plain(f"{self.algorithm}-{self.env}")

    @property
    def config(self) -> Any:
        """The settings of the run.

        Raises `RunError`, which names the field, for changes that the algorithm has not, and for
        values that do not fit.
        """
        preset = run.preset(self.algorithm, self.env)
        known = {field.name for field in dataclasses.fields(preset)}
        for name in self.changes:
            if name == "env":
                raise RunError("changes: env: is chosen by the study, not a change")
            if name not in known:
                raise RunError(f"changes: {self.algorithm} has no {name!r}")
        config = dataclasses.replace(preset, **self.changes)
        try:
            ranges.check(config)
            config.check()
            jaxenvs.make(self.env, **config.env_kwargs)
        except (ValueError, TypeError) as error:
            raise RunError(f"{self.name}: {error}") from error
        return config

    def command(self, seeds: int) -> str:
        """What to type to do this run alone."""
        flags = ["jaxenvs", "train", self.algorithm, "--env", self.env, "--seeds", str(seeds)]
        for name, value in self.changes.items():
            flag = name.replace("_", "-")
            if isinstance(value, bool):
                flags.append(f"--{flag}" if value else f"--no-{flag}")
            else:
                values = value if isinstance(value, list | tuple) else [value]
                flags += [f"--{flag}", *map(str, values)]
        return shlex.join(flags)


@dataclasses.dataclass(frozen=True)
class Scores:
    """Greedy returns of a study."""

    returns: dict[str, np.ndarray]  # by algorithm, [num_seeds, num_envs]
    envs: list[str]
    low: np.ndarray  # [num_envs], random play
    high: np.ndarray  # [num_envs], the best agent of the study

    def normalized(self, algorithm: str) -> np.ndarray:
        """Scores between random play, 0, and the best agent, 1; `[num_seeds, num_envs]`."""
        columns = self.returns[algorithm].T
        scales = zip(columns, self.low, self.high, strict=True)
        return np.array([statistics.normalized(*scale) for scale in scales]).T


def conduct(entries: Sequence[Entry], out: Path, seeds: int, title: str, show: bool = True) -> Path:
    """Does what is missing of a study, writes the report, and returns `report.html`.

    Every algorithm must be in the study for every environment. Raises `RunError` where it is not,
    where a run is there that was asked for otherwise, and what `run.train` raises.
    """
    if seeds < 1:
        raise RunError(f"seeds: expected at least 1, got {seeds}")
    algorithms = list(dict.fromkeys(entry.algorithm for entry in entries))
    envs = list(dict.fromkeys(entry.env for entry in entries))
    if len({entry.name for entry in entries}) != len(algorithms) * len(envs):
        raise RunError("study: expected every algorithm once on every environment")
    missing = [entry for entry in entries if _is_missing(entry, out / entry.name, seeds)]
    for entry in missing:  # nothing is trained before all that is there was found to fit
        there = out / entry.name
        options = Options(seeds=seeds, out=there, resume=folder.holds_run(there), show=show)
        run.train(entry.algorithm, entry.config, options)
    try:
        return _write(entries, out, seeds, title)
    except OSError as error:
        what = error.strerror or error
        raise RunFailed(f"{out}: {what}; the runs are kept, the report is not written") from error


def _is_missing(entry: Entry, there: Path, seeds: int) -> bool:
    """Whether a run has yet to be done or finished.

    Raises `RunError`, which names the field, for one that is there with other settings.
    """
    config = entry.config
    if not folder.holds_run(there):
        return True
    found = folder.read(there).description
    wanted = describe(entry.algorithm, config, Options(seeds=seeds))
    wanted["options"]["rows"] = found["options"]["rows"]  # of the log alone
    differs = first_difference(found, wanted)
    if differs is not None:
        name, was, asked = differs
        raise RunError(
            f"{there}: {name} was {was} there, the study asks for {asked}; "
            "choose another folder for the study"
        )
    return not (there / folder.RESULT).exists()


def _write(entries: Sequence[Entry], out: Path, seeds: int, title: str) -> Path:
    """The report of runs that are all there, and its pictures."""
    algorithms = list(dict.fromkeys(entry.algorithm for entry in entries))
    envs = list(dict.fromkeys(entry.env for entry in entries))
    for entry in entries:
        num = len(read_agents(out / entry.name))
        if num != seeds:
            path = out / entry.name / folder.RESULT
            raise RunError(f"{path}: agents: expected {seeds}, one per seed, got {num}")
    scores = collect(entries, out, algorithms, envs)
    figures = {
        "aggregate.png": lambda path: _draw_aggregate(scores, path),
        "profiles.png": lambda path: _draw_profiles(scores, path),
        "curves.png": lambda path: _draw_curves(entries, envs, out, path),
    }
    for name, draw in figures.items():
        draw(out / name)
    text = report(entries, scores, out, seeds, title)
    (out / "report.md").write_text(text)
    page = out / "report.html"
    page.write_text(page_of(text, out, title))
    return page


def collect(
    entries: Sequence[Entry], out: Path, algorithms: Sequence[str], envs: Sequence[str]
) -> Scores:
    """The returns of a study's runs, and what random play gets."""
    table: dict[str, dict[str, Any]] = {name: {} for name in algorithms}
    for entry in entries:
        agents = read_agents(out / entry.name)
        table[entry.algorithm][entry.env] = [agent["return"] for agent in agents]
    returns = {name: np.array([row[env] for env in envs]).T for name, row in table.items()}
    first = {entry.env: entry for entry in reversed(entries)}
    low = np.array([random_return(env, first[env].config.env_kwargs) for env in envs])
    high = np.max([values.max(axis=0) for values in returns.values()], axis=0)
    return Scores(returns, list(envs), low, high)


def random_return(env_id: str, env_kwargs: Mapping[str, Any]) -> float:
    """The mean return of random play."""
    env = jaxenvs.make(env_id, **env_kwargs)

    def act(policy: None, obs: Any, mask: Any, key: jax.Array) -> tuple[Any, jax.Array]:
        key, action_key = jax.random.split(key)
        return sample_legal(env.action_space(), action_key, mask), key

    def play(key: jax.Array) -> Any:
        return play_episodes(env, act, None, key, 1, step_limit=_RANDOM_STEPS, memory=key)[0][0]

    keys = jax.random.split(jax.random.key(0), _RANDOM_EPISODES)
    return float(np.mean(jax.jit(jax.vmap(play))(keys)))


def report(entries: Sequence[Entry], scores: Scores, out: Path, seeds: int, title: str) -> str:
    """The report in Markdown; pictures lie beside it."""
    results = {entry.name: _read_result(out / entry.name) for entry in entries}
    first = next(iter(results.values()))
    versions = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    lines = [
        f"# {title}",
        "",
        f"{_count(len(scores.returns), 'algorithm')} on {_count(len(scores.envs), 'environment')}, "
        f"{_count(seeds, 'seed')} each. "
        f"{versions}; {len(jax.devices())} x {jax.devices()[0].device_kind}.",
        "",
        "## All environments together",
        "",
        "Greedy returns, normalized: 0 is random play, 1 the best agent of the study. In brackets "
        "95 % stratified bootstrap intervals over seeds.",
        "",
        "| algorithm | interquartile mean | mean | median over environments |",
        "|---|---|---|---|",
    ]
    for name in scores.returns:
        cells = " | ".join(str(value) for value in aggregates(scores.normalized(name)))
        lines.append(f"| {name} | {cells} |")
    lines += ["", "![Interquartile means](aggregate.png)", "", "![Profiles](profiles.png)"]
    lines += [
        "",
        "## Each environment",
        "",
        "Mean greedy return over seeds ± standard deviation.",
        "",
    ]
    lines.append(f"| environment | random play | {' | '.join(scores.returns)} |")
    lines.append("|---" * (len(scores.returns) + 2) + "|")
    for i, env in enumerate(scores.envs):
        columns = [values[:, i] for values in scores.returns.values()]
        cells = " | ".join(f"{column.mean():.1f} ± {column.std():.1f}" for column in columns)
        lines.append(f"| {env} | {scores.low[i]:.1f} | {cells} |")
    lines += ["", "![Learning curves](curves.png)", "", "## Make it again", "", "```bash"]
    lines += [entry.command(seeds) for entry in entries]
    lines += ["```", "", "| run | steps per seed | compile | training | steps per second |"]
    lines.append("|---|---|---|---|---|")
    for name, result in results.items():
        lines.append(
            f"| {name} | {result['env_steps']:,} | {result['compile_seconds']:.1f} s | "
            f"{result['train_seconds']:.1f} s | {result['steps_per_second']:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def _read_result(there: Path) -> dict[str, Any]:
    """What the report says about a run. Raises `RunError` for a file of another shape."""
    read_agents(there)
    path = there / folder.RESULT
    result = read_json(path)
    for name in ("env_steps", "compile_seconds", "train_seconds", "steps_per_second"):
        found = result.get(name)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise RunError(f"{path}: {name}: expected a number, got {found!r:.40}")
    if not isinstance(result.get("versions"), dict):
        raise RunError(f"{path}: versions: expected an object")
    return result


def _count(number: int, name: str) -> str:
    """Such as "1 seed" or "2 seeds"."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def default_title(entries: Sequence[Entry]) -> str:
    """What is compared on what: "PPO and PQN on CartPole-v1"."""
    names = [entry.algorithm.upper().replace("_", "-") for entry in entries]
    envs = list(dict.fromkeys(entry.env for entry in entries))
    where = _listed(envs) if len(envs) < 4 else _count(len(envs), "environment")
    return f"{_listed(list(dict.fromkeys(names)))} on {where}"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def aggregates(scores: np.ndarray) -> list[Interval]:
    """Interquartile mean, mean, and median over environments of the means over runs."""

    def median(values: np.ndarray) -> float:
        return float(np.median(values.mean(axis=0)))

    return [
        statistics.interval(scores, statistics.iqm),
        statistics.interval(scores, lambda values: float(values.mean())),
        statistics.interval(scores, median),
    ]


def _draw_aggregate(scores: Scores, path: Path) -> None:
    """Interquartile means with their intervals."""
    plt = curve.pyplot()
    height = 0.7 + 0.5 * len(scores.returns)
    figure, axes = plt.subplots(figsize=(6.4, height), dpi=150, layout="constrained")
    for i, name in enumerate(scores.returns):
        found = statistics.interval(scores.normalized(name))
        axes.barh(i, found.high - found.low, left=found.low, height=0.6, color=curve.color(i))
        axes.plot([found.estimate] * 2, [i - 0.3, i + 0.3], color=curve.INK, linewidth=2.2)
    axes.set_yticks(range(len(scores.returns)), list(scores.returns))
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.0), max(high, 1.0))  # from random play to the best agent
    what = "interquartile mean of the normalized return (0 random play, 1 the best agent)"
    curve.style(axes, "All environments together", what)
    axes.grid(visible=False, axis="y")
    axes.invert_yaxis()  # the first on top
    figure.savefig(path)
    plt.close(figure)


def _draw_profiles(scores: Scores, path: Path) -> None:
    """The share of runs above each score."""
    plt = curve.pyplot()
    figure, axes = plt.subplots(figsize=(6.4, 3.6), dpi=150, layout="constrained")
    levels = np.linspace(-0.1, 1.05, 116)
    for i, name in enumerate(scores.returns):
        values, color = scores.normalized(name), curve.color(i)
        low, high = statistics.profile_band(values, levels)
        share = statistics.profile(values, levels)
        axes.step(levels, share, where="post", color=color, linewidth=2.2, label=name)
        axes.fill_between(levels, low, high, step="post", color=color, alpha=0.15)
    curve.style(axes, "Performance profiles", "normalized return t", "share of runs above t")
    curve.legend(axes)
    figure.savefig(path)
    plt.close(figure)


def _draw_curves(entries: Sequence[Entry], envs: Sequence[str], out: Path, path: Path) -> None:
    """Learning curves, one picture per environment: means over seeds and their range."""
    plt = curve.pyplot()
    figure, grid = plt.subplots(
        1, len(envs), figsize=(4.2 * len(envs), 3.4), dpi=150, layout="constrained", squeeze=False
    )
    algorithms = list(dict.fromkeys(entry.algorithm for entry in entries))
    for entry in entries:
        axes = grid[0][envs.index(entry.env)]
        rows = read_rows(out / entry.name / "metrics.jsonl")
        num = len({row["seed"] for row in rows})
        returns = np.array([row["episode_return"] for row in rows], float).reshape(-1, num)
        steps = np.array([row["env_steps"] for row in rows[::num]], float)
        known = np.isfinite(returns).all(axis=1)
        color, part = curve.color(algorithms.index(entry.algorithm)), returns[known]
        label = curve.label_of(entry.algorithm, num)
        axes.plot(steps[known], part.mean(axis=1), color=color, linewidth=2.2, label=label)
        axes.fill_between(steps[known], part.min(axis=1), part.max(axis=1), color=color, alpha=0.15)
    for env, axes in zip(envs, grid[0], strict=True):
        y = "return of finished episodes" if env == envs[0] else ""
        curve.style(axes, env, "environment steps of each seed", y)
        curve.steps_axis(axes)
        curve.legend(axes)
    figure.savefig(path)
    plt.close(figure)
