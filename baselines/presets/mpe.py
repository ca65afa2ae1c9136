"""The particle world."""

from typing import Any

ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ippo": {
        "MPE-SimpleSpread-v3": {},
        "MPE-SimpleReference-v3": {"total_steps": 1_000_000},
        "MPE-SimpleTag-v3": {"total_steps": 1_000_000, "normalize_reward": True},
    },
}
