"""Social dilemmas and riddles."""

from typing import Any

_OWN_NETWORKS: dict[str, Any] = {"num_steps": 50, "share": False}

ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
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
