"""Hanabi: players who see all cards but their own build fireworks together."""

from typing import Any

from jaxenvs.registry import register

_SMALL = {"hand_size": 2, "information_tokens": 3, "life_tokens": 1}


def _add(size: str, original: str, num_players: int, **fields: Any) -> None:
    register(
        f"Hanabi-{size}-{num_players}p-v0",
        "jaxenvs.envs.hanabi.hanabi:Hanabi",
        max_steps=0,
        reference=f"the Hanabi Learning Environment's {original}",
        multi_agent=True,
        num_players=num_players,
        **fields,
    )


for _num_players in (2, 3, 4, 5):
    _add("Full", "Hanabi-Full", _num_players)
_add("Small", "Hanabi-Small", 2, num_colors=2, **_SMALL)
_add("VerySmall", "Hanabi-Very-Small", 2, num_colors=1, **_SMALL)
