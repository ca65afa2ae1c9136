"""Reinforcement-learning environments and baselines that run on the accelerator, in JAX."""

import importlib as _importlib
from typing import TYPE_CHECKING
from typing import Any as _Any

import jaxenvs.envs as _envs  # registers the ids
from jaxenvs import spaces as spaces
from jaxenvs.compilation_cache import enable_compilation_cache as enable_compilation_cache
from jaxenvs.core import Env as Env
from jaxenvs.core import Params as Params
from jaxenvs.core import State as State
from jaxenvs.core import Transition as Transition
from jaxenvs.levels import LevelEnv as LevelEnv
from jaxenvs.levels import LevelSource as LevelSource
from jaxenvs.levels import has_levels as has_levels
from jaxenvs.multi import MultiAgentEnv as MultiAgentEnv
from jaxenvs.multi import has_agents as has_agents
from jaxenvs.registry import EnvSpec as EnvSpec
from jaxenvs.registry import list_envs as list_envs
from jaxenvs.registry import make as make
from jaxenvs.registry import register as register
from jaxenvs.registry import spec as spec
from jaxenvs.vector import VecEnv as VecEnv
from jaxenvs.vector import VecState as VecState
from jaxenvs.vector import vectorize as vectorize

if TYPE_CHECKING:
    from jaxenvs import baselines as baselines
    from jaxenvs import render as render

_LAZY = ("baselines", "render")
"""Packages that are imported when they are first named, as in `jaxenvs.render.film(env)`."""


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        return _importlib.import_module(f"jaxenvs.{name}")
    raise AttributeError(f"module 'jaxenvs' has no attribute {name!r}")


__version__ = "0.1.0"
