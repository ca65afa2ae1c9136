"""Studies: several algorithms on several environments, and one report that tells all of it.

Every combination is a run in the study's folder, with the preset of its environment unless changed;
a run that is already there is not done again, one that was cut is resumed. The report, `report.md`
and a self-contained `report.html`, has aggregates with intervals, profiles, curves, tables, and the
commands, versions and devices from which it can be made again.
"""

import base64
import dataclasses
import html
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

import jaxenvs
from jaxenvs.baselines.parts.evaluate import play_episodes
from jaxenvs.baselines.runs import run, statistics
from jaxenvs.baselines.runs.log import read_rows
from jaxenvs.baselines.runs.options import Options, RunError, read_json
from jaxenvs.baselines.runs.statistics import Interval
from jaxenvs.spaces import sample_legal

_COLORS = ("#2a6fdb", "#e07b39", "#2f9e6e", "#c2477f", "#7a5cc4", "#8a8a3a")
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
        return f"{self.algorithm}-{self.env}".replace("/", "-")

    @property
    def config(self) -> Any:
        """The settings of the run. Raises `RunError` for changes that the algorithm has not."""
        preset = run.preset(self.algorithm, self.env)
        known = {field.name for field in dataclasses.fields(preset)}
        for name in self.changes:
            if name not in known:
                raise RunError(f"changes: {self.algorithm} has no {name!r}")
        return dataclasses.replace(preset, **self.changes)

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
    and what `run.train` raises.
    """
    algorithms = list(dict.fromkeys(entry.algorithm for entry in entries))
    envs = list(dict.fromkeys(entry.env for entry in entries))
    if len({entry.name for entry in entries}) != len(algorithms) * len(envs):
        raise RunError("study: expected every algorithm once on every environment")
    for entry in entries:
        if not (out / entry.name / "result.json").exists():
            options = Options(seeds=seeds, out=out / entry.name, resume=True, show=show)
            run.train(entry.algorithm, entry.config, options)
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
    page.write_text(_page(text, out, title))
    return page


def collect(
    entries: Sequence[Entry], out: Path, algorithms: Sequence[str], envs: Sequence[str]
) -> Scores:
    """The returns of a study's runs, and what random play gets."""
    table: dict[str, dict[str, Any]] = {name: {} for name in algorithms}
    for entry in entries:
        agents = read_json(out / entry.name / "result.json")["agents"]
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
    results = {entry.name: read_json(out / entry.name / "result.json") for entry in entries}
    first = next(iter(results.values()))
    versions = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    lines = [
        f"# {title}",
        "",
        f"{len(scores.returns)} algorithms on {len(scores.envs)} environments, {seeds} seeds each. "
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


def aggregates(scores: np.ndarray) -> list[Interval]:
    """Interquartile mean, mean, and median over environments of the means over runs."""

    def median(values: np.ndarray) -> float:
        return float(np.median(values.mean(axis=0)))

    return [
        statistics.interval(scores, statistics.iqm),
        statistics.interval(scores, lambda values: float(values.mean())),
        statistics.interval(scores, median),
    ]


def _plot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _draw_aggregate(scores: Scores, path: Path) -> None:
    """Interquartile means with their intervals."""
    plt = _plot()
    height = 0.7 + 0.5 * len(scores.returns)
    figure, axes = plt.subplots(figsize=(6.4, height), dpi=120, layout="constrained")
    for i, name in enumerate(scores.returns):
        found = statistics.interval(scores.normalized(name))
        axes.barh(i, found.high - found.low, left=found.low, height=0.6, color=_COLORS[i % 6])
        axes.plot([found.estimate] * 2, [i - 0.3, i + 0.3], color="black", linewidth=1.5)
    axes.set_yticks(range(len(scores.returns)), list(scores.returns))
    axes.set_xlabel("interquartile mean of the normalized return")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    plt.close(figure)


def _draw_profiles(scores: Scores, path: Path) -> None:
    """The share of runs above each score."""
    plt = _plot()
    figure, axes = plt.subplots(figsize=(6.4, 3.6), dpi=120, layout="constrained")
    levels = np.linspace(-0.1, 1.05, 116)
    for i, name in enumerate(scores.returns):
        values, color = scores.normalized(name), _COLORS[i % 6]
        low, high = statistics.profile_band(values, levels)
        axes.step(levels, statistics.profile(values, levels), where="post", color=color, label=name)
        axes.fill_between(levels, low, high, step="post", color=color, alpha=0.15)
    axes.set_xlabel("normalized return t")
    axes.set_ylabel("share of runs above t")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    plt.close(figure)


def _draw_curves(entries: Sequence[Entry], envs: Sequence[str], out: Path, path: Path) -> None:
    """Learning curves, one picture per environment: means over seeds and their range."""
    plt = _plot()
    figure, grid = plt.subplots(
        1, len(envs), figsize=(4.2 * len(envs), 3.4), dpi=120, layout="constrained", squeeze=False
    )
    algorithms = list(dict.fromkeys(entry.algorithm for entry in entries))
    for entry in entries:
        axes = grid[0][envs.index(entry.env)]
        rows = read_rows(out / entry.name / "metrics.jsonl")
        num = len({row["seed"] for row in rows})
        returns = np.array([row["episode_return"] for row in rows], float).reshape(-1, num)
        steps = np.array([row["env_steps"] for row in rows[::num]], float)
        known = np.isfinite(returns).all(axis=1)
        color = _COLORS[algorithms.index(entry.algorithm) % 6]
        part = returns[known]
        axes.plot(steps[known], part.mean(axis=1), color=color, label=entry.algorithm)
        axes.fill_between(steps[known], part.min(axis=1), part.max(axis=1), color=color, alpha=0.15)
        axes.set_title(entry.env, loc="left", fontsize=10)
        axes.set_xlabel("environment steps per seed")
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    grid[0][0].set_ylabel("return of training episodes")
    figure.savefig(path)
    plt.close(figure)


def _page(text: str, out: Path, title: str) -> str:
    """The report as one HTML file that holds its pictures."""
    body: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            body.append(f"<h{level}>{html.escape(line[level:].strip())}</h{level}>")
        elif line.startswith("!["):
            alt, _, name = line[2:-1].partition("](")
            data = base64.b64encode((out / name).read_bytes()).decode()
            body.append(f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">')
        elif line.startswith("```"):
            code = []
            for inner in lines:
                if inner.startswith("```"):
                    break
                code.append(html.escape(inner))
            body.append("<pre>" + "\n".join(code) + "</pre>")
        elif line.startswith("|---"):
            continue
        elif line.startswith("|"):
            cells = [html.escape(cell.strip()) for cell in line.strip("|").split("|")]
            body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        elif line:
            body.append(f"<p>{html.escape(line)}</p>")
        else:
            body.append("")
    joined = _with_tables(body)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><main>{joined}</main></html>\n"
    )


def _with_tables(body: Sequence[str]) -> str:
    """Rows that follow each other become a table, the first of them its head."""
    out, inside = [], False
    for part in body:
        row = part.startswith("<tr>")
        if row and not inside:
            part = "<table>" + part.replace("td>", "th>")
        if inside and not row:
            out.append("</table>")
        inside = row
        out.append(part)
    return "\n".join([*out, "</table>"] if inside else out)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#223;background:#fff}"
    "main{max-width:60rem;margin:2rem auto;padding:0 1rem}img{max-width:100%;display:block}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .8rem;text-align:left;"
    "border-bottom:1px solid #dde}pre{background:#f4f4f8;padding:1rem;overflow-x:auto}"
)
