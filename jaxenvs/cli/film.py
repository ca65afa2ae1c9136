"""Films of agents: from a run or an id to a file."""

import dataclasses
import pathlib
from typing import Annotated, Any

import tyro

import jaxenvs
from jaxenvs import scripted
from jaxenvs.cli.arguments import UsageError, extra, usage_errors
from jaxenvs.cli.make import make, settings
from jaxenvs.core import Env
from jaxenvs.waiting import waiting


@dataclasses.dataclass(frozen=True)
class Film:
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

    policy: Annotated[str, tyro.conf.arg(metavar="random|NAME|RUN", help_behavior_hint="")] = ""
    """Who plays: random, a policy that comes with the game, or the agent of the run in a folder."""

    agent: Annotated[int, tyro.conf.arg(help_behavior_hint="(default: the best)")] = -1
    """Which agent of a run, counted from 0 as in its result.json."""

    set: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE ...")] = ()
    """Changes to the options and numbers of an id's game, such as gravity=3.7."""

    episodes: int = 1
    """How many episodes."""

    max_steps: int = 1000
    """Cut an episode after this many steps."""

    seed: int = 0
    """Decides the starts and the game's own chance."""

    fps: Annotated[float, tyro.conf.arg(help_behavior_hint="(default: the game's own pace)")] = 0.0
    """Frames per second; every step is a frame. A GIF has at most 50."""

    size: int = 512
    """Pixels of the picture's longer side."""

    picture: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE ...")] = ()
    """Options of the game's picture, such as theme=dark."""

    plain: bool = False
    """Leave out the strip that shows step and score."""

    @property
    def path(self) -> pathlib.Path:
        """The file to write."""
        name = pathlib.Path(self.subject).name
        return pathlib.Path(self.out or f"{name.rpartition(':')[2]}.gif")


def shoot(film: Film) -> list[Any]:
    """Plays, draws and writes; returns the score of every episode.

    Raises `UsageError` for an unknown subject, a policy that does not fit, numbers out of range,
    or a form of file that cannot be written.
    """
    with extra("render"):
        from jaxenvs.render import films, record
    with usage_errors():
        record.writer(film.path)  # before a run is loaded
    env, policy, title = who_plays(film)
    errors = (ValueError, TypeError, OSError)
    with waiting("filming"), extra("render"), usage_errors(errors):
        shot = films.film(
            env,
            film.path,
            policy,
            seed=film.seed,
            episodes=film.episodes,
            max_steps=film.max_steps,
            size=film.size,
            fps=film.fps or None,
            title=title,
            strip=not film.plain,
            **settings(film.picture),
        )
    return shot.scores


def who_plays(film: Film) -> tuple[Env[Any, Any], Any, str]:
    """The environment, the policy that plays it (None: random), and the film's title."""
    folder = pathlib.Path(film.subject)
    if film.subject in jaxenvs.list_envs() or not folder.exists():
        env = make(film.subject, film.set)
        if film.policy in ("", "random"):
            return env, None, f"{film.subject}, random play"
        policy = _named(env, film.policy, film.agent, "--policy")
        told = f", {film.policy}" if isinstance(policy, scripted.Scripted) else ""
        return env, policy, f"{film.subject}{told}"
    if film.set:
        raise UsageError("--set: changes an id's game, but a run brings its own")
    player, title = _trained(folder, film.agent)
    if film.policy == "random":
        return player.env, None, f"{title}, random play"
    if not film.policy:
        return player.env, player, title
    if film.policy not in scripted.makers(player.env):
        raise UsageError(
            f"--policy: a run plays itself or {_choices(player.env)}, got {film.policy!r}"
        )
    with usage_errors():
        return player.env, scripted.scripted(player.env, film.policy), f"{title}, {film.policy}"


def partner_for(env: Env[Any, Any], name: str) -> tuple[Any, Any]:
    """The policy, and its memory, for the agents of `env` that are not played by hand.

    `name` is that of a policy of the game, or the folder of a run. Raises `UsageError` where there
    is neither, or the run was trained on something else.
    """
    from jaxenvs.render import films

    _, policy, memory = films.cast(env, _named(env, name, -1, "--partner"))
    return policy, memory


def _named(env: Env[Any, Any], name: str, agent: int, flag: str) -> Any:
    """The policy of this name that comes with the game, or else the trained agent of a run.

    Raises `UsageError` where there is neither, or the agent cannot play `env`.
    """
    from jaxenvs.render import films

    if name in scripted.makers(env):
        with usage_errors():
            return scripted.scripted(env, name)
    folder = pathlib.Path(name)
    if not folder.exists() and scripted.makers(env):
        raise UsageError(f"{flag}: expected {_choices(env)} or the folder of a run, got {name!r}")
    player, trained_on = _trained(folder, agent)
    if not films.fits(env, player.env):
        raise UsageError(f"{flag}: it was trained on {trained_on}, with other spaces")
    return player


def _choices(env: Env[Any, Any]) -> str:
    """The words that `--policy` knows for a game."""
    return ", ".join(["random", *scripted.makers(env)])


def _trained(folder: pathlib.Path, agent: int) -> tuple[Any, str]:
    """The trained agent of a run, and the id of its environment."""
    with extra("baselines"):
        from jaxenvs.baselines.runs import run
        from jaxenvs.baselines.runs.folder import read
    with usage_errors():
        player = run.load_policy(folder, None if agent < 0 else agent)
    return player, read(folder).config.env
