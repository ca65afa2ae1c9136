"""How a game looks and which keys play it: one record per class, found through the class.

A family of games has a module `pictures` with a table `PICTURES` from class to `Picture`:
`jaxenvs/envs/classic/pictures.py` is an example. Games of other packages are found the same way:

    # my_games/pictures.py, beside my_games/maze.py
    PICTURES = {Maze: Picture(draw_maze, Controls(keys={"left": (0, "turn left")}))}
"""

import dataclasses
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env
from jaxenvs.render.controls import Controls
from jaxenvs.wrappers.base import MemoryState

Draw = Callable[[Any, Any, Any, int], np.ndarray]
"""`(env, state, params, size) -> rgb`, uint8 `[height, width, 3]`, the longer side `size` pixels.

`env` is the game without wrappers; `state` and `params` hold numpy arrays.
"""


@dataclasses.dataclass(frozen=True)
class Picture:
    """How the games of one class are drawn and played by hand."""

    draw: Draw

    controls: Controls | None = None
    """Its keys; None: it cannot be played by hand."""


Pictures = dict[type[Env[Any, Any]], Picture]
"""The type of a table `PICTURES`. A class without an entry has its base class's."""


def draw(env: Env[Any, Any], state: Any, params: Any = None, size: int = 512) -> np.ndarray:
    """The picture of one state, uint8 `[height, width, 3]`, the longer side `size` pixels.

    `state` is concrete and unbatched, `env`'s own or the inner game's; `params` None means the
    env's defaults.
    Raises `ValueError` where the game has no picture.
    """
    picture = picture_of(env)
    game = env.unwrapped
    while isinstance(state, MemoryState):
        state = state.inner
    if params is None:
        params = env.default_params
    state, params = jax.tree.map(_to_numpy, (state, game.canonical_params(params)))
    return picture.draw(game, state, params, size)


def picture_of(env: Env[Any, Any]) -> Picture:
    """The picture and the keys of the game under all wrappers of `env`.

    The game's class is looked for, and after it each class that it inherits from, in the table
    `PICTURES` of the module `pictures` in that class's package, or in a package around it. A class
    of a script has its table in the script itself.
    Raises `ValueError` where no table has the class.
    """
    cls = type(env.unwrapped)
    for base in cls.__mro__:
        for table in _tables(base.__module__):
            if base in table:
                return table[base]
    package = cls.__module__.rpartition(".")[0]
    where = f"{package}.pictures" if package else f"{cls.__module__}, as PICTURES"
    raise ValueError(f"{cls.__name__} has no picture: it is not in {where}")


def _tables(module: str) -> Iterator[Pictures]:
    """The tables where a class of `module` may stand, the nearest first."""
    yield getattr(sys.modules.get(module), "PICTURES", {})
    package = module.rpartition(".")[0]
    while package in sys.modules:
        name = f"{package}.pictures"
        if importlib.util.find_spec(name) is not None:
            yield getattr(importlib.import_module(name), "PICTURES", {})
        package = package.rpartition(".")[0]


def _to_numpy(leaf: Any) -> Any:
    """Keys stay as they are: they have no numpy form and no picture."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return leaf
    return np.asarray(leaf)
