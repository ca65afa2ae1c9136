"""`jaxenvs play`: a game, a window and a keyboard."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import tyro

from jaxenvs.cli.arguments import UsageError, extra, parse, usage_errors
from jaxenvs.cli.film import partner_for
from jaxenvs.cli.make import make, settings


@dataclasses.dataclass(frozen=True)
class Arguments:
    """Play a game with the keyboard.

    It waits for your first key. The keys, the score and the steps are shown under the picture.
    Enter pauses, backspace restarts, tab is slow motion, escape quits.
    """

    id: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ID")]
    """The game, as `jaxenvs list` names it."""

    set: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE ...")] = ()
    """Changes to the game's options and numbers, such as gravity=3.7."""

    seat: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Of several agents, the one that you play, from 0; by default as the game's keys have it.

    The line over the keys says whom you play: one agent, or all of them."""

    partner: Annotated[str, tyro.conf.arg(metavar="NAME|RUN")] = "random"
    """Who plays the agents that you do not, where you play one agent: random, a policy that comes
    with the game, or a run's folder."""

    picture: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE ...")] = ()
    """Options of the game's picture, such as theme=dark."""

    seed: int = 0
    """Decides the starts and the game's own chance."""

    size: int = 640
    """Pixels of the picture's longer side."""

    seconds: Annotated[float, tyro.conf.arg(metavar="S")] = 0.0
    """Close the window after so many seconds; 0: when it is closed by hand."""


def main(argv: Sequence[str]) -> None:
    """Opens the window. Raises `UsageError` where the game cannot be played or shown."""
    arguments = parse(Arguments, argv, "jaxenvs play")
    if not 64 <= arguments.size <= 4096:
        raise UsageError(f"--size: expected 64 to 4096, got {arguments.size}")
    env = make(arguments.id, arguments.set)
    with extra("render"):
        import pygame

        from jaxenvs.render.picture import check_options
        from jaxenvs.render.play import Partner, play, seat_of
    title, look = arguments.id, settings(arguments.picture)
    with usage_errors():
        check_options(env, look)
        seat = seat_of(env, arguments.seat)  # before a window is opened
    partner = None
    if arguments.partner != "random":
        if seat is None:
            hint = "choose yours by --seat" if env.agents else "the game has one agent"
            raise UsageError(f"--partner: your keys play everybody; {hint}")
        partner = Partner(*partner_for(env, arguments.partner))
    try:
        pace = {"size": arguments.size, "seconds": arguments.seconds or None}
        game = play(env, title, arguments.seed, **pace, seat=seat, partner=partner, **look)
    except pygame.error as error:
        raise UsageError(f"no window can be opened: {error}") from error
    print(f"{title}: {game.steps} steps, score {game.total}")
