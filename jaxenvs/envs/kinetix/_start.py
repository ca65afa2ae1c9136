"""The first state of an environment's only level, worked out once and not by every program."""

import functools
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxenvs import core
from jaxenvs.envs.kinetix._level import Level
from jaxenvs.envs.kinetix._named import FixedLevel
from jaxenvs.envs.kinetix._state import Params, Pinned, State
from jaxenvs.envs.kinetix.observations import _symbolic
from jaxenvs.struct import ByValue


def start(engine: ModuleType, level: FixedLevel, params: Params) -> State:
    """The level at its start, which the state holds as a value and not in its leaves.

    Params that are not traced make all of it constants; else the engine builds its part anew.
    """
    if any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(params)):
        given = _known(engine, level, ByValue(core.canonical(Params()))).given
        return engine.build(level.tree, params).replace(given=given)
    return jax.tree.map(jnp.asarray, _known(engine, level, ByValue(core.canonical(params))))


@functools.lru_cache(maxsize=64)
def _known(engine: ModuleType, level: FixedLevel, params: ByValue) -> State:
    """The same in numpy."""

    def build(tree: Level, params: Params) -> tuple[State, jax.Array]:
        state = engine.build(tree, params)
        return state, _symbolic.observe(state)

    # The level is an argument, and compiled first: to evaluate constants one by one takes longer.
    compiled = jax.jit(build).lower(level.tree, params.tree).compile()
    with jax.ensure_compile_time_eval():
        state, row = jax.tree.map(np.asarray, compiled(level.tree, params.tree))
    return state.replace(given=Pinned(state.given.replace(row=row)))
