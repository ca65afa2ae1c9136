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
