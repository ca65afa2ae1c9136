"""POPGym: small tasks that cannot be done without memory.

Ids are `POPGym-<Name><Easy|Medium|Hard>-v0`. Names, spaces, rewards and limits are popgym's. The
other port in JAX, popjaxrl, calls the position-only tasks "Stateless" and plays some of these games
by other rules: its Autoencode shows the cards while they should be named and hides them before, its
CountRecall takes no answer above 1, its MineSweeper cannot be won, its RepeatPrevious asks for a
card one step further back, and its time limits are terminations.
"""

from typing import Any

from jaxenvs.registry import register

DIFFICULTIES = ("Easy", "Medium", "Hard")


def _register(
    name: str, module: str, *levels: dict[str, Any], max_steps: tuple[int, int, int] = (0, 0, 0)
) -> None:
    """The three ids of a task; `levels` are what makes them easy, medium and hard."""
    for difficulty, kwargs, limit in zip(DIFFICULTIES, levels, max_steps, strict=True):
        register(
            f"POPGym-{name}{difficulty}-v0",
            f"jaxenvs.envs.popgym.{module}:{name}",
            max_steps=limit,
            reference=f"popgym 1.0.7 {name}{difficulty}",
            **kwargs,
        )


_register("RepeatFirst", "repeat_first", {"num_decks": 1}, {"num_decks": 8}, {"num_decks": 16})
_register(
    "RepeatPrevious",
    "repeat_previous",
    {"num_decks": 1, "k": 4},
    {"num_decks": 2, "k": 32},
    {"num_decks": 3, "k": 64},
)
_register("Autoencode", "autoencode", {"num_decks": 1}, {"num_decks": 2}, {"num_decks": 3})
_register(
    "CountRecall",
    "count_recall",
    {"num_decks": 1, "deck_type": "colors"},
    {"num_decks": 2, "deck_type": "suits"},
    {"num_decks": 4, "deck_type": "ranks"},
)
_register("HigherLower", "higher_lower", {"num_decks": 1}, {"num_decks": 2}, {"num_decks": 3})
_register(
    "Battleship",
    "battleship",
    {"board_size": 8},
    {"board_size": 10},
    {"board_size": 12},
    max_steps=(64, 100, 144),
)
_register(
    "Concentration",
    "concentration",
    {"num_decks": 1, "deck_type": "colors"},
    {"num_decks": 2, "deck_type": "colors"},
    {"num_decks": 1, "deck_type": "ranks"},
    max_steps=(104, 208, 104),
)
_register(
    "MineSweeper",
    "minesweeper",
    {"board_size": 4, "num_mines": 2},
    {"board_size": 6, "num_mines": 6},
    {"board_size": 8, "num_mines": 10},
    max_steps=(14, 30, 54),
)
_CARTPOLE = ({}, {"episode_length": 400}, {"episode_length": 600})
_NOISE = ({"noise": 0.1}, {"noise": 0.2}, {"noise": 0.3})
_register("PositionOnlyCartPole", "cartpole", *_CARTPOLE, max_steps=(200, 400, 600))
_register("VelocityOnlyCartPole", "cartpole", *_CARTPOLE, max_steps=(200, 400, 600))
_register("NoisyPositionOnlyCartPole", "cartpole", *_NOISE, max_steps=(200, 200, 200))
_register(
    "PositionOnlyPendulum",
    "pendulum",
    {},
    {"episode_length": 150},
    {"episode_length": 100},
    max_steps=(200, 150, 100),
)
_register("NoisyPositionOnlyPendulum", "pendulum", *_NOISE, max_steps=(200, 200, 200))
_register(
    "MultiarmedBandit",
    "multiarmed_bandit",
    {"num_bandits": 10, "episode_length": 200},
    {"num_bandits": 20, "episode_length": 400},
    {"num_bandits": 30, "episode_length": 600},
    max_steps=(200, 400, 600),
)
