"""Reads what `harvest.py` wrote, and puts it into our records."""

import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix import _actions
from jaxenvs.envs.kinetix._level import NUM_MOTOR_BINDINGS, NUM_THRUSTER_BINDINGS, Level
from jaxenvs.envs.kinetix._published import load_published
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix.kinetix import Kinetix
from tests.parity.physics2d import original as engine

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "kinetix_plays.npz"
FULL = HERE.parents[2] / ".cache" / "kinetix_plays.npz"

Arrays = dict[str, Any]
BINDINGS = NUM_MOTOR_BINDINGS, NUM_THRUSTER_BINDINGS


def read(path: pathlib.Path, size: str) -> Arrays:
    """The arrays of one size."""
    return engine.read(path, size)


def levels(arrays: Arrays) -> Level:
    """The levels in play, stacked."""
    found = [load_published(str(name)) for name in arrays["names"]]
    return jax.tree.map(lambda *leaves: np.stack(leaves), *found)


def before(env: Kinetix, arrays: Arrays) -> State:
    """The states before each step, stacked: our own start of the level, moved on."""
    build = jax.jit(jax.vmap(env.initial_on, in_axes=(None, 0, None)))
    start = build(jax.random.key(0), levels(arrays), env.default_params)
    start = jax.tree.map(lambda leaf: leaf[arrays["level"]], start)
    part = {
        name.removeprefix("before/"): rows
        for name, rows in arrays.items()
        if name.startswith("before/")
    }
    physics = jax.tree.map(jnp.asarray, engine.state(part))
    return start.replace(physics=physics, last_distance=jnp.asarray(arrays["last_distance"]))


def commands(arrays: Arrays) -> np.ndarray:
    """What each step's action says to kinds of motors and thrusters by our reading, [m, 6]."""
    kinds = arrays["kinds"][arrays["level"]]
    found = np.zeros((len(kinds), sum(BINDINGS)), np.float32)
    for kind in ("discrete", "multidiscrete", "continuous"):
        rows = np.flatnonzero(kinds == kind)
        action = jnp.asarray(arrays["action"][rows])
        if kind != "continuous":
            action = action.astype(jnp.int32)
        columns = action[:, 0] if kind == "discrete" else action.T
        motors, thrusters = _actions.commands(kind, columns, *BINDINGS)
        found[rows] = np.stack([*motors, *thrusters], axis=1)
    return found
