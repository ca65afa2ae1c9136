"""Films of agents at play, from Python: played, drawn, written to a file, shown in a notebook."""

import base64
import html
import os
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any, Protocol

import jax
import numpy as np

from jaxenvs.core import Env
from jaxenvs.extras import needs
from jaxenvs.spaces import Box, Space


class Player(Protocol):
    """A trained agent, as `jaxenvs.baselines.load_policy` gives it."""

    @property
    def env(self) -> Env[Any, Any]:
        """What it was trained on."""
        ...

    @property
    def act(self) -> Callable[..., Any]:
        """`act(obs, key, mask) -> action`; `act(obs, key, mask, memory) -> (action, memory)`."""
        ...

    @property
    def memory(self) -> Any:
        """What an episode starts with; None: it has no memory."""
        ...


class Film:
    """Frames of whole episodes, and what was scored in them; notebooks show it as it is."""

    def __init__(
        self,
        frames: list[np.ndarray],
        fps: float,
        title: str,
        scores: list[Any],
        path: pathlib.Path | None = None,
    ) -> None:
        self.frames = frames
        """Uint8 `[height, width, 3]` each."""
        self.fps = fps
        """Frames per second."""
        self.title = title
        self.scores = scores
        """The return of each episode; one per agent where there are several."""
        self.path = path
        """The file it was last written to."""

    def save(self, out: str | os.PathLike[str]) -> pathlib.Path:
        """Writes a `.gif`, `.mp4` or `.html`, by the name of `out`, and returns its path.

        Raises `ValueError` for another ending.
        """
        with needs("render"):
            from jaxenvs.render import record
        self.path = record.save(self.frames, out, self.fps, self.title)
        return self.path

    def __len__(self) -> int:
        return len(self.frames)

    def __repr__(self) -> str:
        where = f", {str(self.path)!r}" if self.path else ""
        return f"Film({self.title!r}, {len(self)} frames, scores {self.scores}{where})"

    def _repr_html_(self) -> str:
        """The film as an animated picture inside the page."""
        with needs("render"):
            from jaxenvs.render import record
        with tempfile.TemporaryDirectory() as folder:
            path = record.save(self.frames, pathlib.Path(folder) / "film.gif", self.fps)
            data = base64.b64encode(path.read_bytes()).decode("ascii")
        title = html.escape(self.title, quote=True)
        return f'<img alt="{title}" title="{title}" src="data:image/gif;base64,{data}">'


def film(
    env: Env[Any, Any] | Player,
    out: str | os.PathLike[str] | None = None,
    policy: Callable[..., Any] | Player | None = None,
    *,
    memory: Any = None,
    seed: int = 0,
    episodes: int = 1,
    max_steps: int = 1000,
    size: int = 512,
    fps: float | None = None,
    title: str | None = None,
    strip: bool = True,
    **options: Any,
) -> Film:
    """Plays, draws, and writes a film.

    Args:
      env: The environment; or a trained agent, which then plays the one it was trained on.
      out: A name that ends in `.gif`, `.mp4` or `.html`; None writes no file.
      policy: Who plays: `(key, obs, mask) -> action` for one observation, in JAX, where `mask` is
        None if every action is legal; with a `memory`, `(key, obs, mask, memory) ->
        (action, memory)`. A trained agent, as of `jaxenvs.baselines.load_policy`, or a policy
        that comes with the game, as of `jaxenvs.scripted.scripted`. None: random.
      memory: What a policy with a memory starts an episode with.
      seed: Decides the starts, the game's own chance and random play.
      episodes: How many are played.
      max_steps: An episode is cut after so many steps.
      size: Pixels of the picture's longer side.
      fps: Frames per second, one frame is one step; None: the game's own pace. A GIF has at most
        50.
      title: Stands under the picture; None: the name of the game.
      strip: Whether title, step and score stand under the picture.
      options: Those of the game's picture, as of `frame`, such as `theme="dark"`.

    Raises `ValueError`, which names the argument, for what cannot be played or written, before
    anything is played.
    """
    _check(episodes, max_steps, size, fps)
    with needs("render"):
        from jaxenvs.render import episode, picture, record
    if out is not None:
        record.writer(out)  # refuses an ending before the work
    game, act, memory = cast(env, policy, memory)
    picture.check_options(game, options)
    title = type(game.unwrapped).__name__ if title is None else title
    frames, scores = episode.film(
        game,
        act or episode.random_policy(game),
        jax.random.key(seed),
        episodes=episodes,
        max_steps=max_steps,
        size=size,
        title=title if strip else None,
        memory=memory,
        options=options,
    )
    shown = Film(frames, fps or episode.frame_rate(game), title, scores)
    if out is not None:
        shown.save(out)
    return shown


def _check(episodes: int, max_steps: int, size: int, fps: float | None) -> None:
    """Refuses numbers out of their ranges, as `ValueError`."""
    for name, value in (("episodes", episodes), ("max_steps", max_steps)):
        if value < 1:
            raise ValueError(f"{name}: expected at least 1, got {value}")
    if not 32 <= size <= 4096:
        raise ValueError(f"size: expected 32 to 4096 pixels, got {size}")
    if fps is not None and not 0 < fps < float("inf"):
        raise ValueError(f"fps: expected more than 0, got {fps:g}")


def cast(
    env: Env[Any, Any] | Player, policy: Callable[..., Any] | Player | None, memory: Any = None
) -> tuple[Env[Any, Any], Callable[..., Any] | None, Any]:
    """The environment, who plays it (None: random), and the memory an episode starts with.

    Raises `ValueError` for an agent that was trained on other spaces, `TypeError` for what is
    neither an environment nor an agent.
    """
    if not isinstance(env, Env):
        if not hasattr(env, "act"):
            raise TypeError(f"env: expected an environment or a trained agent, got {env!r}")
        if policy is not None:
            raise TypeError("policy: a trained agent plays itself; pass its env for another policy")
        env, policy = env.env, env
    if policy is None or not hasattr(policy, "act"):
        return env, policy, memory  # type: ignore[return-value]
    player: Any = policy
    if not fits(env, player.env):
        raise ValueError(f"policy: it was trained on {player.env}, with other spaces")

    def act(key: jax.Array, obs: Any, mask: Any, *past: Any) -> Any:
        return player.act(obs, key, mask, *past)

    return env, act, player.memory


def fits(env: Env[Any, Any], trained_on: Env[Any, Any]) -> bool:
    """Whether an agent trained on one environment can play another."""
    return _alike(env.observation_space(), trained_on.observation_space()) and _alike(
        env.action_space(), trained_on.action_space()
    )


def _alike(one: Space, other: Space) -> bool:
    """Whether a network takes both; the bounds of a box may differ, as when a limit is changed."""
    if isinstance(one, Box) and isinstance(other, Box):
        return (one.shape, one.dtype) == (other.shape, other.dtype)
    return one == other
