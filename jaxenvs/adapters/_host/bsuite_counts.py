"""What bsuite's own environments count besides rewards, for its loggers and its analysis.

Source: bsuite 0.3.6, the methods `bsuite_info` of `environments/*.py` and of
`experiments/cartpole_swingup/cartpole_swingup.py`.
"""

from collections.abc import Mapping
from typing import Any

from jaxenvs import registry
from jaxenvs.core import Env

_COUNTED: dict[str, tuple[str, ...]] = {
    "SimpleBandit": ("total_regret",),
    "MNISTBandit": ("total_regret",),
    "Catch": ("total_regret",),
    "Cartpole": ("raw_return", "best_episode"),
    "CartpoleSwingup": ("raw_return", "total_upright", "best_episode"),
    "MountainCar": ("raw_return",),
    "DeepSea": ("total_bad_episodes", "denoised_return"),
    "DiscountingChain": (),
    "MemoryChain": ("total_perfect", "total_regret"),
    "UmbrellaChain": ("total_regret",),
}
"""By the class of the game, what is reported of it."""


def is_of_bsuite(env: Env[Any, Any]) -> bool:
    """Whether the game, under all wrappers, is one of bsuite's."""
    return type(env.unwrapped).__module__.startswith("jaxenvs.envs.bsuite.")


def num_episodes(env: Env[Any, Any]) -> int:
    """For how many episodes bsuite plays the experiments with this game."""
    from jaxenvs.envs.bsuite.experiments import EXPERIMENTS

    (number,) = {
        experiment.num_episodes
        for experiment in EXPERIMENTS.values()
        if registry.spec(experiment.env_id).load() is type(env.unwrapped)
    }
    return number


class Counts:
    """Sums over all episodes, from the infos of steps."""

    def __init__(self, env: Env[Any, Any]) -> None:
        self._names = _COUNTED[type(env.unwrapped).__name__]
        self._sums = {name: 0.0 for names in _COUNTED.values() for name in names}
        self._episode_return = 0.0

    def add(self, reward: float, info: Mapping[str, Any], over: bool) -> None:
        """Counts a step. Rewards are those of the game itself, before any noise or scale."""
        reward, regret = info.get("raw_reward", reward), info.get("regret", 0.0)
        self._episode_return += reward
        self._sums["raw_return"] += reward
        self._sums["total_regret"] += regret
        self._sums["total_upright"] += info.get("upright", False)
        self._sums["denoised_return"] += info.get("denoised_reward", 0.0)
        if over:
            self._sums["total_perfect"] += regret == 0
            self._sums["total_bad_episodes"] += info.get("bad_episode", False)
            best = max(self._sums["best_episode"], self._episode_return)
            self._sums["best_episode"], self._episode_return = best, 0.0

    def restart(self) -> None:
        """An episode starts, also where the one before was broken off."""
        self._episode_return = 0.0

    def report(self) -> dict[str, float]:
        """The sums that bsuite reports of this game, by its names."""
        return {name: float(self._sums[name]) for name in self._names}
