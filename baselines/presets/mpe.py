"""The particle world."""

from typing import Any

_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ippo": {
        "MPE-SimpleSpread-v3": {},
        "MPE-SimpleReference-v3": {"total_steps": 1_000_000},
        "MPE-SimpleTag-v3": {"total_steps": 1_000_000, "normalize_reward": True},
    },
}

# Without a memory: little is hidden.
_REPLAYING: dict[str, Any] = {
    "memory": "none",
    "hidden": (64, 64),
    "lr": 5e-3,
    "gamma": 0.9,
    "trace_lambda": 0.6,
    "num_gradient_steps": 4,
}
_ONLINE: dict[str, Any] = {
    "total_steps": 2_000_000,
    "window": 0,
    "num_minibatches": 8,
    "memory": "none",
    "hidden": (64, 64),
    "lr": 2e-3,
    "gamma": 0.9,
    "trace_lambda": 0.7,
}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn_vdn": {"MPE-SimpleSpread-v3": _ONLINE, "MPE-SimpleReference-v3": _ONLINE},
    "vdn": {"MPE-SimpleSpread-v3": _REPLAYING, "MPE-SimpleReference-v3": _REPLAYING},
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
