"""The numbers by which Kinetix describes bodies, joints and thrusters.

Source: Kinetix 3.0.2 (render/renderer_symbolic_common.py). Every function gives columns, a list of
arrays (count,), float32; rows of slots that nothing is in hold anything.
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

Columns = list[jax.Array]


def polygons(state: State, motion: Motion) -> Columns:
    """Of all polygons, walls included."""
    bodies = state.level.bodies
    count = bodies.num_vertices.shape[0]
    corners = []
    for k in range(MOST_VERTICES):
        there = k < bodies.num_vertices
        for axis in (0, 1):
            corners.append(jnp.where(there, bodies.vertices[:, k, axis], np.float32(-1)))
    shape = _shape(state, motion, slice(0, count))
    return [
        *shape,
        jnp.zeros(count, jnp.float32),
        *corners,
        _number(bodies.num_vertices <= 3),
    ]


def circles(state: State, motion: Motion) -> Columns:
    """Of all circles."""
    bodies = state.level.bodies
    count = bodies.num_vertices.shape[0]
    shape = _shape(state, motion, slice(count, None))
    return [*shape, bodies.radius, jnp.ones_like(bodies.radius)]


def _shape(state: State, motion: Motion, rows: slice) -> Columns:
    bodies, facts = state.level.bodies, state.facts
    columns = [
        motion.position[:, 0],
        motion.position[:, 1],
        motion.velocity[:, 0],
        motion.velocity[:, 1],
        facts.inverse_mass,
        facts.inverse_inertia,
        bodies.density,
        jnp.tanh(motion.angular_velocity / np.float32(10)),
        *_one_hot(bodies.role, RED + 1),
        motion.sin,
        motion.cos,
        bodies.friction,
        bodies.restitution,
    ]
    return [column[rows] for column in columns]


def joints(joints: Joints, *, from_a: bool) -> Columns:
    """Of all joints, as the one body or the other sees them."""
    here, there = joints.a_relative_position, joints.b_relative_position
    if not from_a:
        here, there = there, here
    sin, cos = sincos(joints.rotation)
    limits = _number(joints.has_limits)
    (low_sin, low_cos), (high_sin, high_cos) = (
        sincos(limit) for limit in (joints.min_rotation, joints.max_rotation)
    )
    turning = _number(~joints.is_fixed)
    of_hinges = [
        joints.motor_speed,
        joints.motor_power,
        _number(joints.motor_on),
        limits,
        *_one_hot(joints.motor_binding, NUM_MOTOR_BINDINGS),
        low_sin * limits,
        low_cos * limits,
        high_sin * limits,
        high_cos * limits,
        (joints.min_rotation - joints.rotation) * limits,
        (joints.max_rotation - joints.rotation) * limits,
    ]
    return [
        _number(joints.active),
        _number(joints.is_fixed),
        *(here[:, 0], here[:, 1], there[:, 0], there[:, 1]),
        *(sin, cos),
        *(column * turning for column in of_hinges),
    ]


def thrusters(thrusters: Thrusters) -> Columns:
    """Of all thrusters."""
    sin, cos = sincos(thrusters.rotation)
    return [
        _number(thrusters.active),
        thrusters.relative_position[:, 0],
        thrusters.relative_position[:, 1],
        *_one_hot(thrusters.binding, NUM_THRUSTER_BINDINGS),
        sin,
        cos,
        thrusters.power,
    ]


def _one_hot(index: jax.Array, count: int) -> Columns:
    return [_number(index == k) for k in range(count)]


def _number(flag: jax.Array) -> jax.Array:
    return flag.astype(jnp.float32)


def table(columns: Columns, there: jax.Array) -> jax.Array:
    """Columns side by side, (count, k), with zeros in rows that are not `there`."""
    return jnp.stack([jnp.where(there, column, np.float32(0)) for column in columns], axis=1)
