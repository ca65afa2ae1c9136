"""Learned policy optimization (LPO): the drift of PPO's objective, evolved.

Source: Lu et al., "Discovered policy optimisation" (NeurIPS 2022).
Differs from it in: fitness is the area under the learning curve, by rank, instead of the final
return, standardized; the scale is that of a laptop by default.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jaxenvs import ranges
from jaxenvs.baselines import ppo
from jaxenvs.baselines.meta.search import Search, Settings, inner_config, save_means
from jaxenvs.baselines.parts.config import HyperParams
from jaxenvs.baselines.parts.drifts import NeuralDrift
from jaxenvs.baselines.parts.kinds import PositiveShare, Width
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.ranges import Count, NonNegative, Positive

INNER: dict[str, Any] = {
    "total_steps": 12_800,
    "num_envs": 16,
    "num_steps": 32,
    "num_epochs": 8,
    "hidden": (32, 32),
    "lr": 3e-3,
}
"""Agents that learn fast: many passes with a high rate, where the drift matters."""


@dataclasses.dataclass(frozen=True)
class Config:
    """A search. The agents' traced numbers may be swept; the rest is fixed when compiling."""

    env: str = "CartPole-v1"  # id of the environment that agents live in
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    inner: dict[str, Any] = dataclasses.field(default_factory=lambda: dict(INNER))  # PPO's settings
    generations: Count = 50  # steps of the search
    population: Count = 32  # candidates per generation, in antithetic pairs
    num_seeds: Count = 1  # agents per candidate; all candidates share their seeds
    sigma: Positive = 0.1  # deviation of the candidates from the mean, at first
    meta_lr: NonNegative = 0.02  # learning rate of Adam on the mean, at first
    decay: PositiveShare = 0.999  # of both, per generation
    width: Width = 128  # of the drift's hidden layer
    from_ppo: bool = False  # start from PPO's drift instead of none
    eval_episodes: Count = 32  # unseen agents that judge the mean in the end

    @property
    def agents(self) -> ppo.Config:
        """The config of the agents. Raises `ValueError` for an `inner` that does not fit."""
        return inner_config(self.env, self.env_kwargs, self.inner)

    @property
    def hyper_params(self) -> HyperParams:
        """The agents' traced numbers."""
        return self.agents.hyper_params

    @property
    def sweepable(self) -> Mapping[str, Any]:
        """The annotations of the agents' traced numbers."""
        return self.agents.sweepable

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        ranges.check(self)
        if self.population % 2:
            raise ValueError(f"population: expected an even number, got {self.population}")
        self.agents.check()


def settings_of(config: Config, num_updates: int) -> Settings:
    """How a config searches, for agents that live for `num_updates` updates."""
    return Settings(
        population=config.population,
        num_seeds=config.num_seeds,
        sigma=config.sigma,
        lr=config.meta_lr,
        decay=config.decay,
        ranking="all",
        shared_seeds=True,
        horizons=(num_updates,),
        num_generations=config.generations,
        held_out=config.eval_episodes,
    )


def search_of(config: Config) -> Search:
    """The search of a config."""
    inner = config.agents
    drift = NeuralDrift(width=config.width, from_ppo=config.from_ppo)
    return Search(inner, drift, settings_of(config, inner.num_updates))


def make_train(config: Config) -> Trainer:
    """The trainer of a config; raises `ValueError`, naming the field, for one that does not fit."""
    config.check()
    return search_of(config).trainer()


def finish(config: Config, carries: Any, out: Path) -> list[Path]:
    """Writes the drift that each search found, for `jaxenvs train ppo --drift`."""
    return save_means(out, search_of(config), carries, "lpo", config)
