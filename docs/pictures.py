"""Pictures of the docs: a frame of each class, or frames of several of its ids side by side."""

import pathlib
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from pages import Game
from sheets import SHEETS

import jaxenvs
from jaxenvs.cli.make import make

SIDE = 400  # pixels: the longer side of a single frame, the width of several
GAP = 6  # pixels between frames
BACKGROUND = (24, 27, 33)  # between frames


def draw(env: jaxenvs.Env[Any, Any], state: Any, size: int) -> np.ndarray:
    """The picture of a state, uint8 `[height, width, 3]`, the longer side `size` pixels."""
    from jaxenvs.render import frame

    return frame(env, state, size=size)


def write(game: Game, num_steps: int) -> pathlib.Path:
    """Draws a class beside its page."""
    from PIL import Image

    rows = SHEETS.get(game.name, [[game.example]])
    frames = []
    for row in rows:
        envs = [make(env_id, changes) for env_id, *changes in map(str.split, row)]
        frames.append([draw(env, state_in_play(env, num_steps), SIDE) for env in envs])
    path = game.page.with_suffix(".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    if game.name not in SHEETS:
        Image.fromarray(frames[0][0]).save(path)
        return path
    few_colors = Image.fromarray(sheet(frames)).quantize(
        255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    few_colors.save(path, optimize=True)
    return path


def state_in_play(env: jaxenvs.Env[Any, Any], num_steps: int, num_tries: int = 20) -> Any:
    """The state after random steps, or of the longest of some episodes the one before its end."""
    best: tuple[int, Any] = (-1, None)
    step = jax.jit(env.step)
    for seed in range(num_tries):
        key, num_played = jax.random.key(seed), 0
        _, state = env.reset(key)
        for step_id in range(num_steps):
            action_key, step_key = jax.random.split(jax.random.fold_in(key, step_id))
            t = step(step_key, state, env.action_space().sample(action_key))
            if (t.terminated | t.truncated).any():
                break
            state, num_played = t.state, step_id + 1
        best = max(best, (num_played, state), key=lambda found: found[0])
        if num_played == num_steps:
            break
    return best[1]


def sheet(rows: Sequence[Sequence[np.ndarray]], width: int = 2 * SIDE) -> np.ndarray:
    """Rows of frames, each scaled to one height and `width` pixels wide, with gaps between."""
    lines = [line(frames, width) for frames in rows]
    gap = np.full((GAP, width, 3), BACKGROUND, np.uint8)
    parts = [part for one in lines for part in (one, gap)]
    return np.concatenate(parts[:-1])


def line(frames: Sequence[np.ndarray], width: int) -> np.ndarray:
    """Frames of any shape side by side, scaled to the height at which they fill the width."""
    from PIL import Image

    widths = shares([frame.shape[1] / frame.shape[0] for frame in frames], width)
    height = round((width - GAP * (len(frames) - 1)) / sum(f.shape[1] / f.shape[0] for f in frames))
    picture = np.full((height, width, 3), BACKGROUND, np.uint8)
    left = 0
    for frame, wide in zip(frames, widths, strict=True):
        scaled = Image.fromarray(frame).resize((wide, height), Image.Resampling.LANCZOS)
        picture[:, left : left + wide] = np.asarray(scaled)
        left += wide + GAP
    return picture


def shares(aspects: Sequence[float], width: int) -> list[int]:
    """The widths of frames of these aspects that, with gaps between them, fill `width` pixels."""
    free = width - GAP * (len(aspects) - 1)
    edges = np.rint(np.cumsum([0.0, *aspects]) / sum(aspects) * free).astype(int)
    return np.diff(edges).tolist()
