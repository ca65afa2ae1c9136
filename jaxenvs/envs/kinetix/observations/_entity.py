"""Kinetix's observation of entities, for networks that attend to sets.

Source: Kinetix 3.0.2 (render/renderer_symbolic_entity.py).
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.kinetix._level import Joints, Size
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix._view import motion
from jaxenvs.envs.kinetix.observations import _features as features


def space(size: Size) -> spaces.Dict:
    """Where `observe` lies."""
    n, j, t = size.bodies, size.joints, size.thrusters

    def numbers(*shape: int) -> spaces.Box:
        return spaces.Box(-np.inf, np.inf, shape)

    def indices(*shape: int) -> spaces.Box:
        return spaces.Box(0, n - 1, shape, np.int32)

    return spaces.Dict(
        {
            "polygons": numbers(size.polygons, features.NUM_POLYGON_FEATURES + 1),
            "circles": numbers(size.circles, features.NUM_CIRCLE_FEATURES + 1),
            "joints": numbers(2 * j, features.NUM_JOINT_FEATURES),
            "thrusters": numbers(t, features.NUM_THRUSTER_FEATURES),
            "polygon_mask": spaces.MultiBinary(size.polygons),
            "circle_mask": spaces.MultiBinary(size.circles),
            "joint_mask": spaces.MultiBinary(2 * j),
            "thruster_mask": spaces.MultiBinary(t),
            "attention_mask": spaces.MultiBinary((4, n, n)),
            "joint_indexes": indices(2 * j, 2),
            "thruster_indexes": indices(t),
        }
    )


def observe(state: State, pairs: np.ndarray) -> dict[str, jax.Array]:
    """The entities; `pairs` are those of `State.touching`.

    Joints come twice, first as seen from body b, then from body a. The four attention masks say
    which bodies are there, hang together, are joined, and touch (each pair once, as in Kinetix).
    """
    level, joints, thrusters = state.level, state.level.joints, state.level.thrusters
    active, num_polygons = level.bodies.active, level.size.polygons
    polygons, circles = features.bodies(state, motion(state))
    gravity = level.gravity[1] / np.float32(10)

    def with_gravity(rows: jax.Array, there: jax.Array) -> jax.Array:
        column = jnp.where(there, gravity, np.float32(0))[:, None]
        return jnp.nan_to_num(jnp.concatenate([rows, column], axis=1))

    from_b = features.joints(joints)
    return {
        "polygons": with_gravity(polygons, active[:num_polygons]),
        "circles": with_gravity(circles, active[num_polygons:]),
        "joints": jnp.nan_to_num(jnp.concatenate([from_b, features.from_a(from_b)])),
        "thrusters": jnp.nan_to_num(features.thrusters(thrusters)),
        "polygon_mask": jnp.asarray(active[:num_polygons]),
        "circle_mask": jnp.asarray(active[num_polygons:]),
        "joint_mask": jnp.concatenate([joints.active, joints.active]),
        "thruster_mask": jnp.asarray(thrusters.active),
        "attention_mask": _attention(state, pairs),
        "joint_indexes": _indices(joints),
        "thruster_indexes": jnp.where(thrusters.active, thrusters.body_index, 0),
    }


def _indices(joints: Joints) -> jax.Array:
    """(2 j, 2) int32: who sees the joint, and whom it leads to."""
    a, b = (jnp.where(joints.active, end, 0) for end in (joints.a_index, joints.b_index))
    return jnp.stack([jnp.concatenate([b, a]), jnp.concatenate([a, b])], axis=1)


def _attention(state: State, pairs: np.ndarray) -> jax.Array:
    """(4, n, n) bool."""
    active = state.level.bodies.active
    both = active[:, None] & active[None]
    machine = state.facts.machine
    together = machine[:, None] == machine[None]
    layers = [both, both & together, both & _joined(state), both & _meeting(state, pairs)]
    return jnp.stack(layers)


def _joined(state: State) -> jax.Array:
    """Which bodies a joint connects, (n, n) bool."""
    joints, count = state.level.joints, state.level.size.bodies
    ends = [jnp.where(joints.active, end, -1) for end in (joints.a_index, joints.b_index)]
    is_a, is_b = (features.one_hot(end, count) > 0 for end in ends)
    one_way = (is_a[:, :, None] & is_b[:, None, :]).any(axis=0)
    return one_way | one_way.T


def _meeting(state: State, pairs: np.ndarray) -> jax.Array:
    """Which bodies touch, (n, n) bool, each pair once."""
    count = state.level.size.bodies
    entry = np.full((count, count), len(pairs), np.int32)  # of a pair that cannot touch
    entry[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    touching = jnp.concatenate([state.touching, jnp.zeros(1, jnp.bool_)])
    return touching[entry]
