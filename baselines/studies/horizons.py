"""Do drifts carry over to longer and shorter lives? PPO with each of them at several horizons.

    python -m jaxenvs.baselines.studies.horizons --out runs/horizons

trains agents as the learned drifts' agents were trained on CartPole, for a quarter of their
lifetime N, for N, and for four times N, with seeds that no search has seen, and writes `table.md`:
the mean area under the learning curve with its 95 % bootstrap interval over the seeds. Files of
drifts may stand in place of names:

    ... --drifts none ppo runs/lpo/drift.npz
"""

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jaxenvs.baselines import ppo
from jaxenvs.baselines.meta import lpo
from jaxenvs.baselines.runs import statistics
from jaxenvs.baselines.runs.statistics import Interval
from jaxenvs.baselines.studies.drift_ablation import area

LIFE = ppo.Config(**lpo.INNER)
HORIZONS = (0.25, 1.0, 4.0)
FIRST_SEED = 1000


def run(
    drifts: Sequence[str], horizons: Sequence[float], num_seeds: int, life: ppo.Config = LIFE
) -> dict[str, list[Interval]]:
    """The mean area by drift, at each horizon, in units of the life's `total_steps`."""

    def mean_area(drift: str, horizon: float) -> Interval:
        total_steps = round(horizon * life.num_updates) * life.batch_size
        config = dataclasses.replace(life, drift=drift, total_steps=total_steps)
        areas = area(config, num_seeds, FIRST_SEED)
        return statistics.interval(areas[:, None], lambda scores: float(np.mean(scores)))

    return {drift: [mean_area(drift, horizon) for horizon in horizons] for drift in drifts}


def table(areas: dict[str, list[Interval]], horizons: Sequence[float]) -> str:
    """A row per drift, a column per horizon, in Markdown."""
    lines = [f"| drift | {' | '.join(f'{h:g} N' for h in horizons)} |"]
    lines.append("|---" * (len(horizons) + 1) + "|")
    for drift, by_horizon in areas.items():
        cells = [f"{a.estimate:.0f} [{a.low:.0f}, {a.high:.0f}]" for a in by_horizon]
        lines.append(f"| {drift} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Runs the study and writes its table."""
    parser = argparse.ArgumentParser(description="PPO with drifts at several horizons.")
    parser.add_argument("--out", type=Path, default=Path("runs/horizons"))
    parser.add_argument("--drifts", nargs="+", default=["none", "ppo", "dpo", "lpo", "ta_lpo"])
    parser.add_argument("--horizons", nargs="+", type=float, default=list(HORIZONS))
    parser.add_argument("--num-seeds", type=int, default=32)
    args = parser.parse_args()
    text = table(run(args.drifts, args.horizons, args.num_seeds), args.horizons)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "table.md").write_text(text)
    print(text)
    print(f"written to {args.out}")


if __name__ == "__main__":
    main()
