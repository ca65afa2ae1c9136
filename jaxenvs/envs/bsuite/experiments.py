"""All experiments of bsuite: which games with which settings, for how many episodes.

Source: bsuite's `sweep.py` and `experiments/*/sweep.py`; Osband et al., "Behaviour suite for
reinforcement learning" (2020). Where bsuite repeats a setting with other seeds, it stands here as
often: the seed is then the key that one plays with.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

import jaxenvs.registry as registry
from jaxenvs.core import Env
from jaxenvs.wrappers import RewardNoise, RewardScale

Settings = dict[str, Any]  # keyword arguments of `make`, `noise_scale` and `reward_scale` apart


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One game in all the settings that bsuite runs it in."""

    env_id: str
    settings: tuple[Settings, ...]
    num_episodes: int = 10_000  # of each setting


_NOISES = (0.1, 0.3, 1.0, 3.0, 10.0)
_SCALES = (0.001, 0.03, 1.0, 30.0, 1000.0)
_LENGTHS = (*range(1, 11), 12, 14, 17, 20, 25, *range(30, 105, 10))


def _each(name: str, values: Iterable[Any], **fixed: Any) -> tuple[Settings, ...]:
    return tuple({name: value} | fixed for value in values)


def _four_of_each(name: str, values: Iterable[float], seeded: bool) -> tuple[Settings, ...]:
    """Each value four times, with a mapping seed of its own where the game has one."""
    seeds: list[Settings] = [{"mapping_seed": seed} if seeded else {} for seed in range(4)]
    return tuple({name: value} | seed for value in values for seed in seeds)


_SEEDS = _each("mapping_seed", range(20))
_AGAIN: tuple[Settings, ...] = ({},) * 20
_SEAS = _each("size", range(10, 51, 2), mapping_seed=42)
_SWINGS = tuple({"height_threshold": n / 20, "x_reward_threshold": 1 - n / 20} for n in range(20))
_SIZES = tuple(length for length in _LENGTHS if length <= 40)

EXPERIMENTS: dict[str, Experiment] = {
    "bandit": Experiment("bsuite-Bandit-v0", _SEEDS),
    "cartpole": Experiment("bsuite-Cartpole-v0", _AGAIN, 1000),
    "cartpole_swingup": Experiment("bsuite-CartpoleSwingup-v0", _SWINGS, 1000),
    "catch": Experiment("bsuite-Catch-v0", _AGAIN),
    "deep_sea": Experiment("bsuite-DeepSea-v0", _SEAS),
    "deep_sea_stochastic": Experiment("bsuite-DeepSeaStochastic-v0", _SEAS),
    "discounting_chain": Experiment("bsuite-DiscountingChain-v0", _SEEDS, 1000),
    "memory_len": Experiment("bsuite-MemoryLength-v0", _each("memory_length", _LENGTHS)),
    "memory_size": Experiment("bsuite-MemorySize-v0", _each("num_bits", _SIZES)),
    "mnist": Experiment("bsuite-MNIST-v0", _AGAIN),
    "mountain_car": Experiment("bsuite-MountainCar-v0", _AGAIN, 1000),
    "umbrella_distract": Experiment("bsuite-UmbrellaDistract-v0", _each("n_distractor", _LENGTHS)),
    "umbrella_length": Experiment(
        "bsuite-UmbrellaLength-v0", _each("chain_length", _LENGTHS, n_distractor=20)
    ),
}
"""By bsuite's names; those with noise or scale, which wrap a plain game, are added below."""

for _name in ("bandit", "cartpole", "catch", "mnist", "mountain_car"):
    for _kind, _values in (("noise", _NOISES), ("scale", _SCALES)):
        EXPERIMENTS[f"{_name}_{_kind}"] = dataclasses.replace(
            EXPERIMENTS[_name],
            settings=_four_of_each(
                "noise_scale" if _kind == "noise" else "reward_scale", _values, _name == "bandit"
            ),
        )


def load(bsuite_id: str) -> Env[Any, Any]:
    """The environment of a bsuite id such as "catch_noise/3": experiment, slash, setting.

    Raises `ValueError` where there is no such experiment or setting.
    """
    name, _, number = bsuite_id.partition("/")
    if name not in EXPERIMENTS:
        raise ValueError(f"bsuite_id: expected one of {sorted(EXPERIMENTS)}, got {name!r}")
    settings = EXPERIMENTS[name].settings
    if not number.isdecimal() or int(number) >= len(settings):
        raise ValueError(f"bsuite_id: expected {name}/0 to {len(settings) - 1}, got {bsuite_id!r}")
    arguments = dict(settings[int(number)])
    noise, scale = arguments.pop("noise_scale", None), arguments.pop("reward_scale", None)
    env = registry.make(EXPERIMENTS[name].env_id, **arguments)
    if noise is not None:
        return RewardNoise(env=env, noise_scale=noise)
    return env if scale is None else RewardScale(env=env, reward_scale=scale)
