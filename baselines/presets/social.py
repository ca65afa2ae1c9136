"""Social dilemmas and riddles."""

from typing import Any

_OWN_NETWORKS: dict[str, Any] = {"num_steps": 50, "share": False}

_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ippo": {
        "Social-CoinGame-v1": {**_OWN_NETWORKS, "total_steps": 1_000_000, "num_envs": 32},
        "Social-MatrixGame-v1": {**_OWN_NETWORKS, "total_steps": 200_000, "num_envs": 16},
        # The last day is a rule of the game: were it bootstrapped, waiting would cost nothing.
        "Social-SwitchRiddle-v1": {
            "total_steps": 400_000,
            "num_steps": 12,
            "num_epochs": 2,
            "memory": "gru",
            "memory_width": 32,
            "hidden": (32,),
            "lr": 5e-3,
            "gamma": 1.0,
            "bootstrap_truncated": False,
            "eval_episodes": 2048,
        },
    },
}

_SWITCH_RIDDLE: dict[str, Any] = {
    "total_steps": 400_000,
    "num_steps": 12,
    "memory_width": 32,
    "hidden": (32,),
    "lr": 5e-3,
    "gamma": 1.0,
    "trace_lambda": 0.8,
    "epsilon_start": 0.1,  # steady play, so that the light says something
    "bootstrap_truncated": False,  # the last day is a rule of the game
    "eval_episodes": 2048,
}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn_vdn": {
        "Social-SwitchRiddle-v1": {
            **_SWITCH_RIDDLE,
            "window": 0,
            "num_epochs": 2,
            "epsilon_share": 0.5,
        },
    },
    "vdn": {"Social-SwitchRiddle-v1": {**_SWITCH_RIDDLE, "num_envs": 32, "layer_norm": True}},
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
