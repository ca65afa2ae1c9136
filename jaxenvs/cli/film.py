"""Films of agents: from a run or an id to a file."""

import dataclasses
import pathlib
from typing import Annotated, Any

import jax
import tyro

import jaxenvs
from jaxenvs.baselines.runs.waiting import waiting
from jaxenvs.cli.arguments import UsageError, extra, usage_errors
from jaxenvs.cli.make import make
from jaxenvs.core import Env
from jaxenvs.spaces import Box, Space


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

    policy: Annotated[str, tyro.conf.arg(metavar="random|RUN", help_behavior_hint="")] = ""
    """Who plays: random, or the agent of a run, by its folder."""

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

    plain: bool = False
    """Leave out the strip that shows step and score."""

    @property
    def path(self) -> pathlib.Path:
        """The file to write."""
        return pathlib.Path(self.out or f"{pathlib.Path(self.subject).name}.gif")


def shoot(film: Film) -> list[Any]:
    """Plays, draws and writes; returns the score of every episode.

    Raises `UsageError` for an unknown subject, a game without a picture, a policy that does not
    fit, or a form of file that cannot be written.
    """
    with extra("render"):
        from jaxenvs.render import episode, picture_of, record
    with usage_errors():
        record.writer(film.path)
    env, policy, memory, title = _cast(film)
    with usage_errors():
        picture_of(env)
    with waiting("filming"):
        frames, scores = episode.film(
            env,
            policy or episode.random_policy(env),
            jax.random.key(film.seed),
            episodes=film.episodes,
            max_steps=film.max_steps,
            size=film.size,
            title=None if film.plain else title,
            memory=memory,
        )
        fps = film.fps or episode.frame_rate(env)
        with usage_errors((OSError,)):
            record.save(frames, film.path, fps, title)
    return scores


def _cast(film: Film) -> tuple[Env[Any, Any], Any, Any, str]:
    """The environment, the policy (None: random), its memory and what the film is called."""
    folder = pathlib.Path(film.subject)
    if film.subject in jaxenvs.list_envs():
        env = make(film.subject, film.set)
        if film.policy in ("", "random"):
            return env, None, None, f"{film.subject}, random play"
        policy, memory = _fitting(env, pathlib.Path(film.policy), film.agent, "--policy")
        return env, policy, memory, film.subject
    if not folder.exists():
        with usage_errors():
            jaxenvs.spec(film.subject)  # names the nearest ids
    if film.set:
        raise UsageError("--set: changes an id's game, but a run brings its own")
    env, policy, memory, title = _trained(folder, film.agent)
    if film.policy not in ("", "random"):
        raise UsageError(f"--policy: a run plays itself or random, got {film.policy!r}")
    if film.policy:
        return env, None, None, f"{title}, random play"
    return env, policy, memory, title


def partner_for(env: Env[Any, Any], folder: pathlib.Path) -> tuple[Any, Any]:
    """The policy of a run, and its memory, for the agents of `env` that are not played by hand.

    Raises `UsageError` where it was trained on something else.
    """
    return _fitting(env, folder, -1, "--partner")


def _fitting(env: Env[Any, Any], folder: pathlib.Path, agent: int, flag: str) -> tuple[Any, Any]:
    trained_on, policy, memory, name = _trained(folder, agent)
    fit = _alike(env.observation_space(), trained_on.observation_space())
    if not fit or not _alike(env.action_space(), trained_on.action_space()):
        raise UsageError(f"{flag}: it was trained on {name}, with other spaces")
    return policy, memory


def _trained(folder: pathlib.Path, agent: int) -> tuple[Env[Any, Any], Any, Any, str]:
    """The environment, the policy, its memory and the environment's id of a run."""
    with extra("baselines"):
        from jaxenvs.baselines.runs import run
        from jaxenvs.baselines.runs.folder import read
    with usage_errors():
        loaded = run.load_policy(folder, None if agent < 0 else agent)
        env_id = read(folder).config.env

    def policy(key: Any, obs: Any, mask: Any, *memory: Any) -> Any:
        return loaded.act(obs, key, mask, *memory)

    return loaded.env, policy, loaded.memory, env_id


def _alike(one: Space, other: Space) -> bool:
    """Whether a network takes both; the bounds of a box may differ, as when a limit is changed."""
    if isinstance(one, Box) and isinstance(other, Box):
        return (one.shape, one.dtype) == (other.shape, other.dtype)
    return one == other
