"""MinAtar's games by gymnax's settings, by which most published curves were measured."""

from typing import Any

from jaxenvs.envs.minatar import GYMNAX_SETTINGS

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
    "ppo": {env: {"env_kwargs": flavour, **_PPO} for env, flavour in GYMNAX_SETTINGS.items()},
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
    "pqn": {env: {"env_kwargs": flavour, **_PQN} for env, flavour in GYMNAX_SETTINGS.items()},
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
