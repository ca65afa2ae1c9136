"""The numbers by which Kinetix describes bodies, joints and thrusters.

Source: Kinetix 3.0.2 (render/renderer_symbolic_common.py). Every function gives a table, float32,
with a row for each slot, zeros where nothing is in it.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._level import (
    MOST_VERTICES,
    NUM_MOTOR_BINDINGS,
    NUM_THRUSTER_BINDINGS,
    RED,
    Joints,
    Thrusters,
)
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix._view import Motion
from jaxenvs.trig import sincos

NUM_POLYGON_FEATURES, NUM_CIRCLE_FEATURES = 26, 18
NUM_JOINT_FEATURES, NUM_THRUSTER_FEATURES = 22, 8
MOVING = (0, 1, 2, 3, 7, 12, 13)
"""Where the row of a body tells of its motion; all else is decided by the level."""
_HERE, _THERE = slice(2, 4), slice(4, 6)  # where a joint's row says where it sits


def bodies(state: State, motion: Motion) -> tuple[jax.Array, jax.Array]:
    """Polygons, walls included, and circles."""
    level = state.level.bodies
    count = level.num_vertices.shape[0]
    corner = np.arange(MOST_VERTICES, dtype=np.int32)[:, None]
    there = corner < level.num_vertices[:, None, None]
    corners = jnp.where(there, level.vertices, np.float32(-1)).reshape(count, -1)
    shape = _shapes(state, motion)
    no_radius = jnp.zeros((count, 1), jnp.float32)
    is_triangle = (level.num_vertices <= 3)[:, None].astype(jnp.float32)
    polygons = jnp.concatenate([shape[:count], no_radius, corners, is_triangle], axis=1)
    radius = level.radius[:, None]
    circles = jnp.concatenate([shape[count:], radius, jnp.ones_like(radius)], axis=1)
    return _shown(polygons, level.active[:count]), _shown(circles, level.active[count:])


def moving(motion: Motion) -> jax.Array:
    """The numbers at `MOVING`, (n, 7)."""
    rest = _table([_spin(motion), motion.sin, motion.cos])
    return jnp.concatenate([motion.position, motion.velocity, rest], axis=1)


def _spin(motion: Motion) -> jax.Array:
    return jnp.tanh(motion.angular_velocity / np.float32(10))


def _shapes(state: State, motion: Motion) -> jax.Array:
    """What polygons and circles have in common, (n, 16)."""
    level, facts = state.level.bodies, state.facts
    mass = [facts.inverse_mass, facts.inverse_inertia, level.density, _spin(motion)]
    surface = [motion.sin, motion.cos, level.friction, level.restitution]
    parts = [motion.position, motion.velocity, _table(mass), one_hot(level.role, RED + 1)]
    return jnp.concatenate([*parts, _table(surface)], axis=1)


def joints(joints: Joints) -> jax.Array:
    """Joints as body b sees them; `from_a` turns the rows around."""
    turns = [joints.rotation, joints.min_rotation, joints.max_rotation]
    sin, cos = sincos(_table(turns))
    limits = joints.has_limits[:, None].astype(jnp.float32)
    ways = [joints.min_rotation - joints.rotation, joints.max_rotation - joints.rotation]
    bounds = [sin[:, 1], cos[:, 1], sin[:, 2], cos[:, 2], *ways]
    motor = [joints.motor_speed, joints.motor_power, joints.motor_on.astype(jnp.float32)]
    hinge = [
        *(_table(motor), limits),
        *(one_hot(joints.motor_binding, NUM_MOTOR_BINDINGS), _table(bounds) * limits),
    ]
    is_fixed = joints.is_fixed[:, None].astype(jnp.float32)
    table = [
        *(jnp.ones_like(is_fixed), is_fixed),
        *(joints.b_relative_position, joints.a_relative_position),
        *(sin[:, :1], cos[:, :1]),
        jnp.concatenate(hinge, axis=1) * (np.float32(1) - is_fixed),
    ]
    return _shown(jnp.concatenate(table, axis=1), joints.active)


def from_a(rows: jax.Array) -> jax.Array:
    """Rows of `joints` as body a sees them."""
    before, after = slice(0, _HERE.start), slice(_THERE.stop, None)
    return jnp.concatenate([rows[:, k] for k in (before, _THERE, _HERE, after)], axis=1)


def thrusters(thrusters: Thrusters) -> jax.Array:
    """Thrusters."""
    sin, cos = sincos(thrusters.rotation)
    table = [
        jnp.ones_like(sin)[:, None],
        thrusters.relative_position,
        one_hot(thrusters.binding, NUM_THRUSTER_BINDINGS),
        _table([sin, cos, thrusters.power]),
    ]
    return _shown(jnp.concatenate(table, axis=1), thrusters.active)


def one_hot(index: jax.Array, count: int) -> jax.Array:
    """Numbers (k,) as rows of zeros and a one, (k, count)."""
    return (index[:, None] == np.arange(count, dtype=np.int32)).astype(jnp.float32)


def _table(columns: list[jax.Array]) -> jax.Array:
    return jnp.stack(columns, axis=1)


def _shown(table: jax.Array, there: jax.Array) -> jax.Array:
    return jnp.where(there[:, None], table, np.float32(0))
