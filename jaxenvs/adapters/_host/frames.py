"""Pictures of running games, drawn by `jaxenvs.render`, which is loaded when one is asked for."""

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxenvs.core import Env

if TYPE_CHECKING:
    from jaxenvs.render.window import Window

FPS = 30
"""Steps per second of games that do not say how fast they are played."""


def check_render_mode(render_mode: str | None, known: list[str]) -> None:
    """Raises `ValueError` where the mode is neither None nor known."""
    if render_mode is not None and render_mode not in known:
        raise ValueError(f"render_mode: expected None or one of {known}, got {render_mode!r}")


def natural_fps(env: Env[Any, Any]) -> int:
    """Steps per second at which this game looks right."""
    from jaxenvs.render.episode import frame_rate

    return round(frame_rate(env, FPS))


def picture(env: Env[Any, Any], state: Any, params: Any) -> np.ndarray:
    """The picture of one state, uint8 `[height, width, 3]`."""
    from jaxenvs.render import draw

    return draw(env, state, params)


def open_window(title: str, frame: np.ndarray) -> "Window":
    """A window of the frame's size."""
    from jaxenvs.render.window import Window

    return Window(title, frame.shape[1], frame.shape[0])
