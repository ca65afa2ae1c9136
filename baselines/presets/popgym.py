"""POPGym's memory tasks."""

from typing import Any

ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo_rnn": {"POPGym-RepeatPreviousEasy-v0": {}},
}
