"""MinAtar's games in gymnax's flavour, in which most published curves were measured."""

from typing import Any

_FLAVOUR: dict[str, Any] = {"sticky_action_prob": 0.0, "max_steps": 1000}

GYMNAX_FLAVOUR: dict[str, dict[str, Any]] = {
    "MinAtar-Asterix-v1": _FLAVOUR,
    "MinAtar-Breakout-v1": _FLAVOUR,
    "MinAtar-Freeway-v1": {"sticky_action_prob": 0.0, "max_steps": 2500, "time_limit": 0},
    "MinAtar-Seaquest-v1": _FLAVOUR,
    "MinAtar-SpaceInvaders-v1": _FLAVOUR,
}
"""From the id of a game to the options that turn it into gymnax's."""

# With a tenth of the published steps.
_PPO: dict[str, Any] = {
    "total_steps": 1_000_000,
    "num_envs": 64,
    "num_minibatches": 8,
    "hidden": (64,),
    "filters": 16,
    "activation": "relu",
    "lr": 2.5e-3,
}

# For an accelerator.
_LPO: dict[str, Any] = {
    "inner": {
        "total_steps": 1_000_000,
        "num_envs": 64,
        "num_minibatches": 8,
        "activation": "relu",
        "lr": 5e-3,
    },
    "generations": 200,
    "population": 64,
}

_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo": {env: {"env_kwargs": flavour, **_PPO} for env, flavour in GYMNAX_FLAVOUR.items()},
    "lpo": {"MinAtar-SpaceInvaders-v1": _LPO},
}

# With a tenth of the published steps.
_PQN: dict[str, Any] = {
    "total_steps": 1_000_000,
    "num_envs": 64,
    "num_steps": 32,
    "num_epochs": 2,
    "num_minibatches": 8,
    "hidden": (128,),
    "filters": 16,
    "lr": 1e-3,
    "epsilon_share": 0.1,
}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn": {env: {"env_kwargs": flavour, **_PQN} for env, flavour in GYMNAX_FLAVOUR.items()},
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
