"""Temporally-aware LPO: a learned drift that knows how much of the agent's life is over.

Source: Jackson et al., "Discovering temporally-aware reinforcement learning algorithms" (ICLR
2024), equation 10; no public code has this form. Each generation draws a lifetime among several
horizons; the two candidates of an antithetic pair get the same lifetime and seeds, and only which
of them did better counts.
Differs from it in: one horizon per generation for all pairs, so that one program serves them all;
the scale is that of a laptop by default.
"""

import dataclasses
from pathlib import Path
from typing import Any

from jaxenvs.baselines.meta import lpo
from jaxenvs.baselines.meta.search import Search, save_means
from jaxenvs.baselines.parts import checks
from jaxenvs.baselines.parts.drifts import NeuralDrift
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.ranges import Positive


@dataclasses.dataclass(frozen=True)
class Config(lpo.Config):
    """A search. The agents' traced numbers may be swept; the rest is fixed when compiling."""

    horizons: tuple[Positive, ...] = (1.0, 0.25, 4.0)  # lifetimes, in the agents' total_steps
    temporal: bool = True  # False: LPO, searched for in the same way

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        num_updates = self.agents.num_updates
        for i, horizon in enumerate(self.horizons):
            if not 1 <= horizon * num_updates <= checks.MOST:
                raise ValueError(
                    f"horizons[{i}]: expected 1 to {checks.MOST:,} updates of the agents, "
                    f"got {horizon:g} times the {num_updates} of inner"
                )
        if not self.horizons:
            raise ValueError("horizons: expected at least one")


def updates_of(config: Config, num_updates: int) -> tuple[int, ...]:
    """The lifetimes in updates, for agents that live for `num_updates` at horizon 1."""
    return tuple(round(share * num_updates) for share in config.horizons)


def search_of(config: Config) -> Search:
    """The search of a config."""
    inner = config.agents
    settings = dataclasses.replace(
        lpo.settings_of(config, inner.num_updates),
        ranking="pairs",
        shared_seeds=False,
        horizons=updates_of(config, inner.num_updates),
    )
    drift = NeuralDrift(width=config.width, temporal=config.temporal, from_ppo=config.from_ppo)
    return Search(inner, drift, settings)


def make_train(config: Config) -> Trainer:
    """The trainer of a config; raises `ValueError`, naming the field, for one that does not fit."""
    config.check()
    return search_of(config).trainer()


def finish(config: Config, carries: Any, out: Path) -> list[Path]:
    """Writes the drift that each search found, for `jaxenvs train ppo --drift`."""
    return save_means(out, search_of(config), carries, "ta_lpo", config)
