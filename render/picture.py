"""How a game looks and which keys play it: one record per class, found through the class.

A table `PICTURES` from class to `Picture` stands in the module of the class, or in a module
`pictures` beside it (`jaxenvs/envs/classic/pictures.py` is an example):

    PICTURES = {Maze: Picture(draw_maze, Controls(keys={"left": (0, "turn left")}))}

A game that is in no table shows what its agents observe.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env
from jaxenvs.extras import needs
from jaxenvs.render.controls import Controls
from jaxenvs.render.observation import numbered, observation
from jaxenvs.tables import tables
from jaxenvs.wrappers.base import MemoryState

Draw = Callable[..., np.ndarray]
"""`(env, state, params, size) -> rgb`, uint8 `[height, width, 3]`, the longer side `size` pixels.

`env` is the game without wrappers; `state` and `params` hold numpy arrays. Options of the picture
are given by name.
"""


@dataclasses.dataclass(frozen=True)
class Picture:
    """How the games of one class are drawn and played by hand."""

    draw: Draw

    controls: Controls | None = None
    """Its keys; None: it cannot be played by hand."""

    controls_for: Callable[[Any], Controls] | None = None
    """Where its keys depend on how the game was made: from the game to its keys."""

    options: Mapping[str, tuple[Any, ...]] = dataclasses.field(default_factory=dict)
    """What else `draw` takes by name, and the values that each may have, the default first."""


Pictures = dict[type[Env[Any, Any]], Picture]
"""The type of a table `PICTURES`. A class without an entry has its base class's."""


def frame(
    env: Env[Any, Any], state: Any, params: Any = None, size: int = 512, **options: Any
) -> np.ndarray:
    """The picture of one state, uint8 `[height, width, 3]`, the longer side `size` pixels.

    `state` is concrete and unbatched, `env`'s own or the inner game's; `params` None means the
    env's defaults. A game without a picture of its own shows what its agents observe.
    `options` are those of the game's picture, such as `theme="dark"`. Raises `ValueError` for one
    that it has not, `ModuleNotFoundError` where the extra `render` is not installed.
    """
    game = env.unwrapped
    while isinstance(state, MemoryState):
        state = state.inner
    if params is None:
        params = env.default_params
    with needs("render"):
        picture = picture_of(env)
        check_options(env, options)
        state, params = jax.tree.map(_to_numpy, (state, game.canonical_params(params)))
        return picture.draw(game, state, params, size, **options)


draw = frame
"""The older name of `frame`."""


def check_options(env: Env[Any, Any], options: Mapping[str, Any]) -> None:
    """Raises `ValueError` for an option that the game's picture has not, or another value of it."""
    known, name = picture_of(env).options, type(env.unwrapped).__name__
    for option, value in options.items():
        if option not in known:
            has = f"it has {', '.join(known)}" if known else "it has no options"
            raise ValueError(f"{option}: the picture of {name} has no such option; {has}")
        if value not in known[option]:
            expected = " or ".join(map(repr, known[option]))
            raise ValueError(f"{option}: expected {expected}, got {value!r}")


def picture_of(env: Env[Any, Any]) -> Picture:
    """The picture and the keys of the game under all wrappers of `env`.

    The game's class is looked for, and after it each class that it inherits from, in the table
    `PICTURES` of that class's own module, or of the module `pictures` in its package, or in a
    package around it. In no table: a picture of what its agents observe, with a key for each
    action where actions are numbered.
    """
    own = own_picture(env)
    if own is not None and own.controls_for is not None:
        return dataclasses.replace(own, controls=own.controls_for(env.unwrapped))
    return own or Picture(observation, numbered(env.unwrapped))


def own_picture(env: Env[Any, Any]) -> Picture | None:
    """The picture that a table `PICTURES` has of the game; None where there is none."""
    for base in type(env.unwrapped).__mro__:
        for table in tables(base.__module__, "pictures", "PICTURES"):
            if base in table:
                return table[base]
    return None


def _to_numpy(leaf: Any) -> Any:
    """Keys stay as they are: they have no numpy form and no picture."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return leaf
    return np.asarray(leaf)
