"""MinAtar: five Atari games on a 10 x 10 board.

`v1` has the actions that mean something in the game, `v0` all six of MinAtar.
"""

from typing import Any

from jaxenvs.registry import register

_GYMNAX: dict[str, Any] = {"sticky_action_prob": 0.0, "max_steps": 1000}
GYMNAX_SETTINGS: dict[str, dict[str, Any]] = {
    "MinAtar-Asterix-v1": _GYMNAX,
    "MinAtar-Breakout-v1": _GYMNAX,
    "MinAtar-Freeway-v1": {"sticky_action_prob": 0.0, "max_steps": 2500, "time_limit": 0},
    "MinAtar-Seaquest-v1": _GYMNAX,
    "MinAtar-SpaceInvaders-v1": _GYMNAX,
}
"""From an id to the options of `make` by which gymnax plays the game, and most published curves
were measured; gymnax's observations are those of `as_float=True` as well."""

for _name, _module in (
    ("Asterix", "asterix"),
    ("Breakout", "breakout"),
    ("Freeway", "freeway"),
    ("Seaquest", "seaquest"),
    ("SpaceInvaders", "space_invaders"),
):
    for _version, _minimal in (("v0", False), ("v1", True)):
        register(
            f"MinAtar-{_name}-{_version}",
            f"jaxenvs.envs.minatar.{_module}:{_name}",
            max_steps=0,
            reference=f"MinAtar 1.0.15 MinAtar/{_name}-{_version}",
            minimal_actions=_minimal,
        )
