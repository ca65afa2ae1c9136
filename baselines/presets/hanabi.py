"""Hanabi: wider networks, and many games at once."""

from typing import Any

_GAMES: dict[str, Any] = {
    "total_steps": 1_000_000,
    "num_envs": 128,
    "num_steps": 32,
    "show_id": False,
    "hidden": (128, 128),
    "activation": "relu",
    "lr": 5e-4,
    "gamma": 0.999,
}

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "ippo": {
        "Hanabi-VerySmall-2p-v0": _GAMES,
        "Hanabi-Small-2p-v0": _GAMES,
        "Hanabi-Full-2p-v0": {
            **_GAMES,
            "total_steps": 10_000_000_000,
            "num_envs": 1024,
            "num_steps": 128,
            "hidden": (512, 512),
        },
    },
}
