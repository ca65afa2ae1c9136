"""`jaxenvs watch`: a film of a trained or a random agent."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Annotated

import tyro

from jaxenvs.cli.arguments import UsageError, parse
from jaxenvs.cli.film import Film, shoot


@dataclasses.dataclass(frozen=True)
class Arguments:
    """Record an agent as GIF, MP4 or web page.

    Of a run it shows the trained policy, of an id random play, unless --policy says otherwise. A
    web page is one file with the film in it; it plays, pauses and goes step by step.
    """

    subject: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN_OR_ID")]
    """The folder of a run, or an environment as `jaxenvs list` names it."""

    out: Annotated[
        str, tyro.conf.arg(metavar="FILE", help_behavior_hint="(default: RUN_OR_ID.gif)")
    ] = ""
    """Where to; the name ends in .gif, .mp4 or .html."""

    policy: Annotated[str, tyro.conf.arg(metavar="random|RUN", help_behavior_hint="")] = ""
    """Who plays: random, or the agent of a run, by its folder."""

    agent: Annotated[int, tyro.conf.arg(help_behavior_hint="(default: the best)")] = -1
    """Which agent of a run, counted from 0 as in its result.json."""

    set: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE ...")] = ()
    """Changes to the options and numbers of an id's game, such as gravity=3.7."""

    episodes: int = 1
    """How many episodes."""

    max_steps: int = 1000
    """Cut an episode after so many steps."""

    seed: int = 0
    """Decides the starts and the game's own chance."""

    fps: Annotated[float, tyro.conf.arg(help_behavior_hint="(default: the game's own pace)")] = 0.0
    """Frames per second; every step is a frame. A GIF has at most 50."""

    size: int = 512
    """Pixels of the picture's longer side."""

    plain: bool = False
    """Leave out the strip that tells step and score."""


def main(argv: Sequence[str]) -> None:
    """Plays and writes the file. Raises `UsageError` for what cannot be shown or written."""
    arguments = parse(Arguments, argv, "jaxenvs watch")
    for name in ("episodes", "max_steps"):
        if getattr(arguments, name) < 1:
            flag = name.replace("_", "-")
            raise UsageError(f"--{flag}: expected at least 1, got {getattr(arguments, name)}")
    if not 32 <= arguments.size <= 4096:
        raise UsageError(f"--size: expected 32 to 4096, got {arguments.size}")
    if arguments.fps < 0:
        raise UsageError(f"--fps: expected more than 0, got {arguments.fps:g}")
    subject = pathlib.Path(arguments.subject)
    film = Film(
        subject=arguments.subject,
        out=pathlib.Path(arguments.out or f"{subject.name}.gif"),
        policy=arguments.policy,
        agent=arguments.agent,
        changes=arguments.set,
        episodes=arguments.episodes,
        max_steps=arguments.max_steps,
        seed=arguments.seed,
        fps=arguments.fps,
        size=arguments.size,
        plain=arguments.plain,
    )
    scores = shoot(film)
    from jaxenvs.render.panel import score

    print(f"score {', '.join(map(score, scores))}")
    print(film.out)
