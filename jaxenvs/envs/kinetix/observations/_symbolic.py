"""Kinetix's flat observation: all numbers in a row, slot after slot.

Source: Kinetix 3.0.2 (render/renderer_symbolic_flat.py).
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.kinetix._level import NUM_WALLS, Size
from jaxenvs.envs.kinetix._state import Pinned, State
from jaxenvs.envs.kinetix._view import motion
from jaxenvs.envs.kinetix.observations import _features as features

LARGEST = 10.0
_UNSEEN = NUM_WALLS - 1  # walls and ceiling, which are the same in all levels
_NUM_KINDS = 4


def _widths(size: Size) -> tuple[int, int, int, int]:
    """Numbers for each polygon, circle, joint and thruster."""
    return (
        features.NUM_POLYGON_FEATURES,
        features.NUM_CIRCLE_FEATURES,
        features.NUM_JOINT_FEATURES + 2 * size.bodies,
        features.NUM_THRUSTER_FEATURES + size.bodies,
    )


def _counts(size: Size) -> tuple[int, int, int, int]:
    return size.polygons - _UNSEEN, size.circles, size.joints, size.thrusters


def space(size: Size) -> spaces.Box:
    """Where `observe` lies."""
    numbers = zip(_widths(size), _counts(size), strict=True)
    return spaces.Box(-LARGEST, LARGEST, (1 + sum(width * count for width, count in numbers),))


def padded_space(size: Size) -> spaces.Box:
    """Where `observe_padded` lies."""
    shape = sum(_counts(size)), max(_widths(size)) + _NUM_KINDS + 1
    return spaces.Box(-LARGEST, LARGEST, shape)


def observe(state: State) -> jax.Array:
    """The floor and the polygons, circles, joints, thrusters, gravity / 10, in a row."""
    if isinstance(state.given, Pinned):
        return _renewed(state, state.given.tree.row)
    parts = [part.reshape(-1) for part in _parts(state)]
    return _bounded(jnp.concatenate([*parts, _gravity(state)[None]]))


def _renewed(state: State, row: np.ndarray) -> jax.Array:
    """The row of the level's start with the numbers of today where bodies move."""
    size, active = state.level.size, np.asarray(state.level.bodies.active)
    shown = np.r_[0, NUM_WALLS : size.bodies]
    widths = np.repeat(_widths(size)[:2], _counts(size)[:2])
    starts = np.cumsum(widths) - widths
    places = starts[:, None] + np.array(features.MOVING)
    source = np.zeros(row.shape, np.int32)
    source[places] = shown[:, None] * len(features.MOVING) + np.arange(len(features.MOVING))
    moves = np.zeros(row.shape, bool)
    moves[places[active[shown]]] = True
    numbers = _bounded(features.moving(motion(state))).reshape(-1)
    return jnp.where(moves, numbers[source], row)


def observe_padded(state: State) -> jax.Array:
    """The same as a table: a row for each slot, its kind and gravity at the end."""
    parts, size = _parts(state), state.level.size
    width = max(_widths(size))
    rows = jnp.concatenate([jnp.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in parts])
    kinds = np.repeat(np.eye(_NUM_KINDS, dtype=np.float32), _counts(size), axis=0)
    gravity = jnp.broadcast_to(_gravity(state), (len(kinds), 1))
    return _bounded(jnp.concatenate([rows, jnp.asarray(kinds), gravity], axis=1))


def _parts(state: State) -> list[jax.Array]:
    """A table for each kind of slot."""
    level = state.level
    polygons, circles = features.bodies(state, motion(state))
    joints, thrusters = level.joints, level.thrusters
    return [
        jnp.concatenate([polygons[:1], polygons[NUM_WALLS:]]),
        circles,
        _with_bodies(
            features.joints(joints), joints.active, [joints.b_index, joints.a_index], level.size
        ),
        _with_bodies(
            features.thrusters(thrusters), thrusters.active, [thrusters.body_index], level.size
        ),
    ]


def _with_bodies(
    rows: jax.Array, there: jax.Array, bodies: list[jax.Array], size: Size
) -> jax.Array:
    """Rows followed by whom they are about: a one among as many zeros as there are bodies."""
    named = [jnp.where(there, body, -1) for body in bodies]
    return jnp.concatenate([rows, *(features.one_hot(body, size.bodies) for body in named)], axis=1)


def _gravity(state: State) -> jax.Array:
    return state.level.gravity[1] / np.float32(10)


def _bounded(numbers: jax.Array) -> jax.Array:
    """From -10 to 10, and 0 for NaN."""
    largest = np.float32(LARGEST)
    numbers = jnp.where(jnp.isnan(numbers), np.float32(0), numbers)
    return jnp.clip(numbers, -largest, largest)
