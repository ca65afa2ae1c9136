"""Does an agent that learned on random levels play levels that people made?

    python -m jaxenvs.baselines.studies.kinetix_transfer --out runs/kinetix_transfer

trains generalists by PPO on random levels of Kinetix, a new one in every episode, and then asks two
things. Zero-shot: how often do they solve levels that they never saw, the published ones of that
size and our own, beside networks that have learned nothing? Fine-tuning: on single levels, does a
generalist that goes on learning get further than a network from scratch with as many steps?
Written are `zero_shot.md`, `fine_tuning.md` and `fine_tuning.png`. Runs that are in the folder
already are kept, and what was cut is resumed, as `jaxenvs study` does.

Source: Matthews, Beukman et al., "Kinetix" (ICLR 2025), sections 5 and 6, whose generalists learned
from billions of steps. The flags for a GPU are in docs/baselines/kinetix.md.
"""

import argparse
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

import jaxenvs
from jaxenvs.baselines.runs import curve, folder, run, statistics
from jaxenvs.baselines.runs.log import read_rows
from jaxenvs.baselines.runs.options import Options
from jaxenvs.baselines.runs.solved import rates_of_run
from jaxenvs.envs.kinetix import _library, _published

WAYS = ("from scratch", "fine-tuned")
TARGETS = (
    "s/h6_unicycle_right",
    "s/h2_one_wheel_car",
    "s/h4_thrust_aim",
    "s/h0_weak_thrust",
)


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much of it."""

    out: Path
    size: str = "s"  # s, m or l
    steps: int = 4_000_000  # of each generalist
    seeds: int = 2  # generalists
    targets: tuple[str, ...] = TARGETS  # levels to learn one by one
    target_steps: int = 200_000  # of each learner on one of them
    target_seeds: int = 5
    attempts: int = 20  # at each level, to judge a learner
    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # of the preset's fields
    devices: int | None = None

    @property
    def env(self) -> str:
        """The id that is played."""
        return f"Kinetix-{self.size.upper()}-Entity-MultiDiscrete-v0"

    def folder_of(self, target: str, way: str) -> Path:
        """Where the learners on one level are."""
        return self.out / folder.plain(f"{target}-{way}")


def level_names(size: str) -> tuple[str, ...]:
    """The hand-made levels of a size: those of Kinetix, then our own."""
    names = (*_published.published(), *_library.handmade())
    return tuple(name for name in names if name.startswith(f"{size}/"))


def train_generalists(plan: Plan) -> Path:
    """The run on random levels, trained unless it is there."""
    return _train(plan, plan.out / "general", plan.steps, plan.seeds, {}, None)


def train_on(plan: Plan, target: str, way: str) -> Path:
    """The run on one level, from scratch or from the best generalist, unless it is there."""
    begin = plan.out / "general" if way == "fine-tuned" else None
    there = plan.folder_of(target, way)
    return _train(plan, there, plan.target_steps, plan.target_seeds, {"level": target}, begin)


def _train(
    plan: Plan, out: Path, steps: int, seeds: int, env_kwargs: dict[str, Any], begin: Path | None
) -> Path:
    preset = run.preset("ppo", plan.env)
    kwargs = preset.env_kwargs | env_kwargs
    config = dataclasses.replace(preset, **plan.changes, total_steps=steps, env_kwargs=kwargs)
    options = Options(
        seeds=seeds,
        out=out,
        init_from=begin,
        resume=folder.holds_run(out),
        devices=plan.devices,
        rows=40,
        save_every=4,
    )
    run.train("ppo", config, options)
    return out


def zero_shot(plan: Plan, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Solve rates of the generalists, and of networks that have learned nothing, by kind.

    Each `[num_seeds, num_levels]`.
    """
    levels = [level_of(plan, name) for name in names]
    general = plan.out / "general"
    return {
        "untrained": rates_of_run(general, levels, plan.attempts, trained=False),
        "trained": rates_of_run(general, levels, plan.attempts),
    }


def level_of(plan: Plan, name: str) -> Any:
    """A level by its name, in the slots of the size that is played."""
    env: Any = jaxenvs.make(plan.env, level=name)
    return env.sample_level(jax.random.key(0), env.default_params)


def zero_shot_table(rates: Mapping[str, np.ndarray], names: Sequence[str]) -> str:
    """A row per level and their mean, in Markdown; means over seeds, in percent."""
    num = len(rates["trained"])
    lines = [
        f"Solve rate in %, mean of {num} seeds; of all levels with its 95 % bootstrap interval.",
        "",
        "| level | untrained | trained on random levels |",
        "|---|---|---|",
    ]
    for i, name in enumerate(names):
        cells = [f"{100 * rates[kind][:, i].mean():.0f}" for kind in ("untrained", "trained")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    cells = []
    for kind in ("untrained", "trained"):
        found = statistics.interval(100 * rates[kind], lambda scores: float(np.mean(scores)))
        cells.append(f"{found.estimate:.0f} [{found.low:.0f}, {found.high:.0f}]")
    return "\n".join([*lines, f"| all {len(names)} | {' | '.join(cells)} |"]) + "\n"


def rates_on(plan: Plan, target: str) -> dict[str, np.ndarray]:
    """Solve rates of the learners on one level after their training, `[num_seeds]`, by way."""
    level = level_of(plan, target)
    return {
        way: rates_of_run(plan.folder_of(target, way), [level], plan.attempts)[:, 0] for way in WAYS
    }


def fine_tuning_table(
    plan: Plan, zero: Mapping[str, float], after: Mapping[str, Mapping[str, np.ndarray]]
) -> str:
    """A row per level, in Markdown: solve rates before and after; `zero` are the generalists'."""
    lines = [
        f"Solve rate in %, of {plan.attempts} attempts; after {plan.target_steps:,} steps, mean of "
        f"{plan.target_seeds} seeds (worst).",
        "",
        f"| level | zero-shot | {' | '.join(WAYS)} |",
        "|---|---|---|---|",
    ]
    for target, rates in after.items():
        cells = [f"{100 * rates[way].mean():.0f} ({100 * rates[way].min():.0f})" for way in WAYS]
        lines.append(f"| {target} | {100 * zero[target]:.0f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def draw(plan: Plan, path: Path) -> None:
    """Success while training, a picture per level: means over seeds, and their range."""
    plt = curve.pyplot()
    num = len(plan.targets)
    figure, grid = plt.subplots(
        1, num, figsize=(3.4 * num, 3.1), dpi=150, layout="constrained", squeeze=False, sharey=True
    )
    for target, axes in zip(plan.targets, grid[0], strict=True):
        for i, way in enumerate(WAYS):
            steps, shares = success_curve(plan.folder_of(target, way))
            color = curve.color(i)
            label = curve.label_of(way, plan.target_seeds)
            axes.plot(steps, np.nanmean(shares, axis=1), color=color, linewidth=2.2, label=label)
            low, high = np.nanmin(shares, axis=1), np.nanmax(shares, axis=1)
            axes.fill_between(steps, low, high, color=color, alpha=0.15)
        y = "share of episodes solved" if target == plan.targets[0] else ""
        curve.style(axes, target, "environment steps of each seed", y)
        curve.steps_axis(axes)
        axes.set_ylim(-0.03, 1.03)
    curve.legend(grid[0][0])
    figure.savefig(path)
    plt.close(figure)


def success_curve(out: Path) -> tuple[np.ndarray, np.ndarray]:
    """Of a run's log: steps `[num_rows]`, and the share of episodes solved, a column per seed.

    Rows in which no seed ended an episode are left out.
    """
    rows = read_rows(out / "metrics.jsonl")
    num = len({row["seed"] for row in rows})
    shares = np.array([row["episode_success"] for row in rows], float).reshape(-1, num)
    steps = np.array([row["env_steps"] for row in rows[::num]], float)
    known = np.isfinite(shares).any(axis=1)
    return steps[known], shares[known]


def conduct(plan: Plan) -> None:
    """Does what is missing, and writes tables and picture; a row as soon as its level is done."""
    train_generalists(plan)
    names = level_names(plan.size)
    rates = zero_shot(plan, names)
    (plan.out / "zero_shot.md").write_text(zero_shot_table(rates, names))
    means = dict(zip(names, rates["trained"].mean(axis=0).tolist(), strict=True))
    after: dict[str, dict[str, np.ndarray]] = {}
    for target in plan.targets:
        for way in WAYS:
            train_on(plan, target, way)
        after[target] = rates_on(plan, target)
        table = fine_tuning_table(plan, means, after)
        (plan.out / "fine_tuning.md").write_text(table)
    draw(plan, plan.out / "fine_tuning.png")


def main() -> None:
    """Reads the plan from the command line and conducts it."""
    parser = argparse.ArgumentParser(description="Kinetix: zero-shot play and fine-tuning.")
    parser.add_argument("--out", type=Path, default=Path("runs/kinetix_transfer"))
    parser.add_argument("--size", choices=("s", "m", "l"), default="s")
    for name in ("steps", "seeds", "target_steps", "target_seeds", "attempts"):
        flag, default = f"--{name.replace('_', '-')}", getattr(Plan, name)
        parser.add_argument(flag, type=int, default=default)
    parser.add_argument("--targets", nargs="+", default=list(TARGETS))
    parser.add_argument("--changes", type=json.loads, default={}, metavar="JSON")
    parser.add_argument("--devices", type=int)
    fields = vars(parser.parse_args())
    changes = {k: tuple(x) if isinstance(x, list) else x for k, x in fields["changes"].items()}
    plan = Plan(**fields | {"targets": tuple(fields["targets"]), "changes": changes})
    conduct(plan)
    for name in ("zero_shot.md", "fine_tuning.md"):
        print((plan.out / name).read_text())
    print(f"written to {plan.out}")


if __name__ == "__main__":
    main()
