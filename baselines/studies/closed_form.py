"""How near does learning come to the best there is, on models of trading that are solved?

    python -m jaxenvs.baselines.studies.closed_form --out runs/closed_form

trains PPO with a memory on the models of `jaxenvs.envs.lob.closed_form`, by their presets, and
plays each learner's greedy policy for many episodes. Its value stands beside the exact values of
the optimal policy and of simple ones, in `values.md`. Runs that are in the folder already are kept,
and what was cut is resumed.

The share of the optimum counts from a baseline: for market makers, from 0, which is what one earns
who does nothing; for sellers, from an even schedule, which is what one does who knows nothing.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.runs import folder, run
from jaxenvs.baselines.runs.options import Options
from jaxenvs.envs.lob.closed_form import policies
from jaxenvs.envs.lob.closed_form.avellaneda_stoikov import AvellanedaStoikov

ENVS = (
    "LOB-AvellanedaStoikov-v0",
    "LOB-CarteaJaimungalMaking-v0",
    "LOB-AlmgrenChriss-v0",
    "LOB-CarteaJaimungalExecution-v0",
)
_ALGORITHM = "ppo_rnn"


class Judged(NamedTuple):
    """What the learners on one model have reached."""

    env: str
    values: np.ndarray  # [num_seeds] float64
    errors: np.ndarray  # [num_seeds] float64, standard errors of the values
    optimal: float
    simple: dict[str, float]  # the exact values of other policies
    baseline: float  # the value that counts as nothing

    @property
    def shares(self) -> np.ndarray:
        """Of the way from the baseline to the optimum, `[num_seeds]`."""
        return self.share(self.values)

    def share(self, values: Any) -> Any:
        """The share of the way from the baseline to the optimum that values are."""
        return (values - self.baseline) / (self.optimal - self.baseline)


def train(
    env_id: str, out: Path, seeds: int, steps: int | None = None, devices: int | None = None
) -> Path:
    """The run on one model, by its preset, trained unless it is there."""
    there = out / folder.plain(env_id)
    config: Any = run.preset(_ALGORITHM, env_id)
    if steps is not None:
        config = dataclasses.replace(config, total_steps=steps)
    options = Options(
        seeds=seeds,
        out=there,
        resume=folder.holds_run(there),
        rows=40,
        save_every=40,
        devices=devices,
    )
    run.train(_ALGORITHM, config, options)
    return there


def judge(run_folder: Path, env_id: str, seeds: int, episodes: int) -> Judged:
    """The values of all learners of a run, and what they are compared with."""
    found = [
        value_of(run.load_policy(run_folder, seed), episodes, jax.random.key(1))
        for seed in range(seeds)
    ]
    env: Any = run.load_policy(run_folder, 0).env
    makers = policies.POLICIES[type(env.unwrapped)]
    simple = {name: policies.value(env, name) for name in makers}
    optimal = simple.pop("optimal")
    values, errors = np.array(found).T
    return Judged(env_id, values, errors, optimal, simple, simple.get("twap", 0.0))


def value_of(player: run.Policy, episodes: int, key: jax.Array) -> tuple[float, float]:
    """The value of a greedy policy and its standard error; the key is consumed.

    What the chance of the price alone earns has mean 0, and is taken off where rewards are sums of
    money. Of Avellaneda-Stoikov the value is the certainty equivalent.
    """
    env = player.env
    sums = np.asarray(jax.jit(lambda key: _sums(player, episodes, key))(key), np.float64)
    mean, error = float(sums.mean()), float(sums.std(ddof=1) / np.sqrt(episodes))
    if isinstance(env.unwrapped, AvellanedaStoikov):
        aversion = float(np.asarray(env.default_params.risk_aversion))
        return -np.log1p(-aversion * mean) / aversion, error / (1 - aversion * mean)
    return mean, error


def _sums(player: run.Policy, episodes: int, key: jax.Array) -> jax.Array:
    """The sum of rewards of each episode, without the luck of the price, `[episodes]` float32."""
    env: Any = player.env
    params = env.default_params
    has_utility = isinstance(env.unwrapped, AvellanedaStoikov)
    pushed = getattr(params, "permanent", np.float32(0))
    units = getattr(params, "units", np.float32(1))

    def step(carry: Any, key: jax.Array) -> tuple[Any, jax.Array]:
        obs, state, memory = carry
        action, memory = player.act(obs, None, None, memory)
        t = env.step(key, state, action)
        if has_utility:
            return (t.obs, t.state, memory), t.reward
        traded = getattr(t.state, "traded", np.float32(0))
        luck = t.state.moved - state.moved + pushed * traded
        held = t.state.inventory.astype(jnp.float32)
        return (t.obs, t.state, memory), t.reward - held * luck / units

    def one(key: jax.Array) -> jax.Array:
        keys = jax.random.split(key, int(params.num_steps))
        _, rewards = jax.lax.scan(step, (*env.reset(key), player.memory), keys)
        return rewards.sum(dtype=jnp.float32)

    return jax.vmap(one)(jax.random.split(key, episodes))


def table(judged: Sequence[Judged]) -> str:
    """A row for each model, in Markdown."""
    head = ("environment", "optimal", "others", "learned, mean", "share, mean", "worst seed")
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for one in judged:
        others = ", ".join(f"{name} {value:.4g}" for name, value in one.simple.items())
        cells = (
            one.env,
            f"{one.optimal:.4g}",
            others,
            f"{one.values.mean():.4g} ± {one.errors.max():.1g}",
            f"{100 * one.shares.mean():.1f} %",
            f"{100 * one.shares.min():.1f} %",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Trains, judges and writes."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--envs", nargs="+", default=ENVS, choices=ENVS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="of each learner; default: as in the preset")
    parser.add_argument("--devices", type=int, help="at most so many; default: all")
    parser.add_argument("--episodes", type=int, default=20_000, help="that judge a learner")
    asked = parser.parse_args(argv)
    asked.out.mkdir(parents=True, exist_ok=True)
    runs = [
        train(env_id, asked.out, asked.seeds, asked.steps, asked.devices) for env_id in asked.envs
    ]
    judged = [
        judge(there, env_id, asked.seeds, asked.episodes)
        for there, env_id in zip(runs, asked.envs, strict=True)
    ]
    text = table(judged)
    (asked.out / "values.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
