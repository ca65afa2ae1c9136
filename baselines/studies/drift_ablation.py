"""What a drift is good for: PPO with each of them, gently and in a hurry.

    python -m jaxenvs.baselines.studies.drift_ablation --out runs/drift_ablation

trains agents on CartPole with every drift and writes `table.md`: the area under the learning curve,
which is the mean return over all updates, with its standard error over the seeds. In the gentle
setting nothing has to hold the policy back; in a hurry, with twice the passes and three times the
learning rate, an agent without a drift destroys what it has learned. Learned drifts are judged by
agents as those that they were evolved with:

    ... --settings "as evolved" --drifts none ppo dpo lpo ta_lpo --total-steps 12800 --num-seeds 32
"""

import argparse
import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np

from jaxenvs.baselines import ppo
from jaxenvs.baselines.meta import lpo
from jaxenvs.baselines.parts.trainer import scan_updates

GENTLE = ppo.Config(num_envs=16, num_steps=64, num_epochs=4, lr=1e-3)
SETTINGS = {
    "gentle": GENTLE,
    "in a hurry": dataclasses.replace(GENTLE, num_epochs=8, lr=3e-3),
    "as evolved": ppo.Config(**lpo.INNER),
}


def area(config: ppo.Config, num_seeds: int, seed: int = 0) -> np.ndarray:
    """The area under each seed's learning curve, `[num_seeds]`."""
    trainer = ppo.make_train(config)
    keys = jax.vmap(jax.random.key)(np.arange(seed, seed + num_seeds))
    program = jax.jit(jax.vmap(functools.partial(scan_updates, trainer), (0, None)))
    _, metrics = program(keys, trainer.hp)
    return np.nanmean(np.asarray(metrics["episode_return"]), axis=1)


def run(
    drifts: Sequence[str], total_steps: int, num_seeds: int, settings: Sequence[str]
) -> dict[str, dict[str, np.ndarray]]:
    """Areas by setting and drift."""
    return {
        setting: {
            drift: area(
                dataclasses.replace(SETTINGS[setting], drift=drift, total_steps=total_steps),
                num_seeds,
            )
            for drift in drifts
        }
        for setting in settings
    }


def table(areas: dict[str, dict[str, np.ndarray]]) -> str:
    """A row per drift, a column per setting, in Markdown."""
    lines = [f"| drift | {' | '.join(areas)} |", "|---" * (len(areas) + 1) + "|"]
    for drift in next(iter(areas.values())):
        cells = []
        for by_drift in areas.values():
            values = by_drift[drift]
            cells.append(f"{values.mean():.0f} ± {values.std() / np.sqrt(len(values) - 1):.0f}")
        lines.append(f"| {drift} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Runs the study and writes its table."""
    parser = argparse.ArgumentParser(description="PPO with every drift on CartPole.")
    parser.add_argument("--out", type=Path, default=Path("runs/drift_ablation"))
    parser.add_argument("--drifts", nargs="+", default=["none", "ppo", "dpo"])
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=["gentle", "in a hurry"])
    parser.add_argument("--total-steps", type=int, default=300_000)
    parser.add_argument("--num-seeds", type=int, default=8)
    args = parser.parse_args()
    text = table(run(args.drifts, args.total_steps, args.num_seeds, args.settings))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "table.md").write_text(text)
    print(text)
    print(f"written to {args.out}")


if __name__ == "__main__":
    main()
