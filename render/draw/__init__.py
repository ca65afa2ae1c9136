"""Pictures of games: one module per family, loaded when one of its games is drawn.

A family's module has `draw(env, state, params, size) -> rgb`, where `state` and `params` hold numpy
arrays, and `KEYS`, from the name of an environment's class to the keys that play it, as
`jaxenvs.render.play` describes.
"""

import importlib
import importlib.util
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env
from jaxenvs.wrappers.base import MemoryState

ENVS = "jaxenvs.envs."


def draw(env: Env[Any, Any], state: Any, params: Any = None, size: int = 512) -> np.ndarray:
    """The picture of one state, uint8 `[height, width, 3]`, the longer side `size` pixels.

    `state` is concrete and unbatched, `env`'s own or the inner game's; `params` None means the
    env's defaults.
    Raises `ValueError` where the game has no picture.
    """
    game = env.unwrapped
    while isinstance(state, MemoryState):
        state = state.inner
    if params is None:
        params = env.default_params
    state, params = jax.tree.map(_to_numpy, (state, game.canonical_params(params)))
    return family_module(game).draw(game, state, params, size)


def family_module(env: Env[Any, Any]) -> ModuleType:
    """The module that draws the game of `env`. Raises `ValueError` where there is none."""
    cls = type(env.unwrapped)
    family = cls.__module__.removeprefix(ENVS).partition(".")[0]
    name = f"{__name__}.{family}"
    if not cls.__module__.startswith(ENVS) or importlib.util.find_spec(name) is None:
        raise ValueError(f"{cls.__name__} has no picture: nothing draws {cls.__module__}")
    return importlib.import_module(name)


def _to_numpy(leaf: Any) -> Any:
    """Keys stay as they are: they have no numpy form and no picture."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return leaf
    return np.asarray(leaf)
