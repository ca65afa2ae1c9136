"""bsuite's experiments."""

from typing import Any

_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo_rnn": {"bsuite-MemoryLength-v0": {"total_steps": 300_000}},
}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn_rnn": {"bsuite-MemoryLength-v0": {"total_steps": 300_000}},
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
