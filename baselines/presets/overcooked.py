"""Overcooked, with the dynamics of Carroll et al. (2019)."""

from typing import Any

CLASSIC_KITCHENS = (
    "Overcooked-CrampedRoom-v0",
    "Overcooked-AsymmetricAdvantages-v0",
    "Overcooked-CoordinationRing-v0",
    "Overcooked-ForcedCoordination-v0",
    "Overcooked-CounterCircuitO1Order-v0",
)
"""The five kitchens of the paper."""

LONG_WAYS = CLASSIC_KITCHENS[3:]
"""Those of them in which a first soup takes long to find."""


def _kitchen(env: str) -> dict[str, Any]:
    """With the shaped reward of the paper for half of the run."""
    return {
        "env_kwargs": {"dynamics": "old"},
        "total_steps": 3_000_000 if env in LONG_WAYS else 1_000_000,
        "num_envs": 32,
        "num_steps": 128,
        "show_id": False,
        "shaping": 1.0,
    }


_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ippo": {env: _kitchen(env) for env in CLASSIC_KITCHENS},
}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn_vdn": {
        "Overcooked-CrampedRoom-v0": {
            "env_kwargs": {"dynamics": "old"},
            "num_steps": 16,
            "window": 0,
            "memory": "none",
            "hidden": (128, 128),
            "lr": 5e-4,
            "trace_lambda": 0.5,
            "epsilon_share": 0.3,
            "shaping": 1.0,
        },
    },
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
