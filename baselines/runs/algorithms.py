"""The table of algorithms: a name, the code behind it, its defaults and its tuned settings."""

import dataclasses
import difflib
import importlib
from typing import Any

from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.baselines.presets import PRESETS
from jaxenvs.baselines.runs.options import RunError
from jaxenvs.core import Env


@dataclasses.dataclass(frozen=True)
class Algorithm:
    """One row of the table."""

    about: str  # in a line
    module: str  # under jaxenvs.baselines, with `make_train`
    config: str = "Config"  # the class in it
    defaults: dict[str, Any] = dataclasses.field(default_factory=dict)  # beside the class's own
    presets: str = ""  # the algorithm whose presets serve this one too; empty: its own


_RECURRENT: dict[str, Any] = {
    "env": "POPGym-RepeatPreviousEasy-v0",
    "num_envs": 32,
    "num_steps": 64,
    "memory": "gru",
    "hidden": (64,),
    "lr": 1e-3,
}
_SPREAD: dict[str, Any] = {
    "env": "MPE-SimpleSpread-v3",
    "total_steps": 2_000_000,
    "num_envs": 64,
    "num_steps": 25,
    "lr": 1e-3,
}

_WINDOWED: dict[str, Any] = {
    "targets": "per_minibatch",
    "window": 4,
    "num_minibatches": 4,
    "memory": "gru",
    "hidden": (64,),
    "lr": 1e-3,
}
_REPLAYING_TEAM: dict[str, Any] = {
    "env": "MPE-SimpleSpread-v3",
    "total_steps": 1_000_000,
    "num_steps": 25,
    "replay": "sequences",
    "num_gradient_steps": 2,
    "sample_size": 32,
    "buffer_size": 1_000,
    "target_every": 20,
    "memory": "gru",
    "hidden": (64,),
    "lr": 1e-3,
    "epsilon_share": 0.2,
}

ALGORITHMS: dict[str, Algorithm] = {
    "ppo": Algorithm("PPO: proximal policy optimization, for one agent", "ppo"),
    "ppo_rnn": Algorithm(
        "PPO with a memory, for games that do not show everything",
        "ppo",
        defaults={**_RECURRENT, "total_steps": 1_000_000, "trunk": True},
    ),
    "pqn": Algorithm("PQN: Q-learning from what was just played, for one agent", "pqn"),
    "pqn_rnn": Algorithm(
        "PQN with a memory, for games that do not show everything",
        "pqn",
        defaults={
            "env": "POPGym-RepeatPreviousEasy-v0",
            **_WINDOWED,
            "trace_lambda": 0.95,
            "epsilon_end": 0.01,
            "epsilon_share": 0.1,
        },
    ),
    "dqn": Algorithm("DQN: Q-learning from a replay buffer, for one agent", "dqn"),
    "iql": Algorithm(
        "Independent Q-learning: every agent of a team learns the value of its own reward",
        "dqn",
        "TeamConfig",
        {**_REPLAYING_TEAM, "mixing": "own"},
        presets="vdn",
    ),
    "vdn": Algorithm(
        "Value decomposition: the team's value is the sum of its agents'",
        "dqn",
        "TeamConfig",
        {**_REPLAYING_TEAM, "mixing": "sum"},
    ),
    "qmix": Algorithm(
        "QMIX: the team's value is a monotonic mixture of its agents'",
        "dqn",
        "TeamConfig",
        {**_REPLAYING_TEAM, "mixing": "monotonic"},
        presets="vdn",
    ),
    "pqn_vdn": Algorithm(
        "PQN for a team whose value is the sum of its agents'",
        "pqn",
        "TeamConfig",
        {
            "env": "MPE-SimpleSpread-v3",
            "total_steps": 1_000_000,
            "num_envs": 64,
            "num_steps": 25,
            **_WINDOWED,
            "trace_lambda": 0.3,
            "mixing": "sum",
        },
    ),
    "ippo": Algorithm(
        "Independent PPO: every agent of a team learns by PPO", "ppo", "TeamConfig", _SPREAD
    ),
    "mappo": Algorithm(
        "Multi-agent PPO: independent PPO whose critic gets the global state",
        "mappo",
        defaults=_SPREAD,
        presets="ippo",
    ),
    "lpo": Algorithm("LPO: evolves the drift of PPO's objective", "meta.lpo"),
    "ta_lpo": Algorithm(
        "Temporally-aware LPO: the drift knows how much of the run is over",
        "meta.ta_lpo",
        presets="lpo",
    ),
}


def algorithm_of(name: str) -> Algorithm:
    """The row of an algorithm. Raises `RunError` for an unknown name."""
    if name not in ALGORITHMS:
        near = difflib.get_close_matches(name, ALGORITHMS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise RunError(f"algorithm: expected one of {', '.join(ALGORITHMS)}; got {name!r}{hint}")
    return ALGORITHMS[name]


def module_of(name: str) -> Any:
    """The module of an algorithm. Raises `RunError` for an unknown name."""
    return importlib.import_module(f"jaxenvs.baselines.{algorithm_of(name).module}")


def default_config(name: str) -> Any:
    """The config of an algorithm on its default environment."""
    row = algorithm_of(name)
    return getattr(module_of(name), row.config)(**row.defaults)


def presets(name: str) -> dict[str, Any]:
    """The configs of an algorithm that are tuned, by the environment's id."""
    row, default = algorithm_of(name), default_config(name)
    tuned = PRESETS.get(row.presets or name, {})
    return {env: dataclasses.replace(default, env=env, **own) for env, own in tuned.items()}


def preset(name: str, env: str) -> Any:
    """The config tuned for an environment, or the algorithm's default one on it."""
    return presets(name).get(env) or dataclasses.replace(default_config(name), env=env)


def serves_teams(name: str) -> bool:
    """Whether an algorithm is for games of several agents."""
    return hasattr(default_config(name), "show_id")


def make_train(name: str, config: Any, env: Env | None = None) -> Trainer:
    """The trainer of an algorithm's config, on `env` if one is given, else on the one it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    return module_of(name).make_train(config, *([] if env is None else [env]))
