"""From a level to the content of a file that Kinetix loads."""

import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from jaxenvs.envs.kinetix._level import (
    NUM_WALLS,
    Level,
    Size,
    collision_matrix,
    in_world,
    inverse_masses,
)
from jaxenvs.envs.kinetix.files import _format as form

_CONTACT = {
    "normal": {"0": 0.0, "1": 0.0},
    "penetration": 0.0,
    "collision_point": {"0": 0.0, "1": 0.0},
    "active": False,
    "acc_impulse_normal": 0.0,
    "acc_impulse_tangent": 0.0,
    "restitution_velocity_target": 0.0,
}


def to_content(level: Level) -> dict[str, Any]:
    """The level as JSON values; nothing is checked."""
    level = jax.tree.map(np.asarray, level)
    size = level.size
    bodies = _bodies(level)
    return {
        "env_state": {
            "polygon": bodies[: size.polygons],
            "circle": bodies[size.polygons :],
            "joint": _joints(level),
            "thruster": _thrusters(level),
            "collision_matrix": _indexed(collision_matrix(level).tolist()),
            **_contacts(size),
            "gravity": _indexed(level.gravity.tolist()),
            "motor_auto": level.joints.motor_auto.tolist(),
        },
        "env_params": form.RULES | form.SETTINGS | {"max_timesteps": int(level.max_timesteps)},
        "static_env_params": dict(zip(form.SIZE, size, strict=True))
        | form.STATIC_RULES
        | form.STATIC_SETTINGS,
    }


def _indexed(value: Any) -> Any:
    """Lists as the objects with the keys "0", "1", ... that vectors are in the files."""
    if isinstance(value, list):
        return {str(i): _indexed(entry) for i, entry in enumerate(value)}
    return value


def _slots(columns: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """The fields of each slot."""
    names, lists = columns.keys(), [column.tolist() for column in columns.values()]
    slots = zip(*lists, strict=True)
    return [dict(zip(names, map(_indexed, slot), strict=True)) for slot in slots]


def _bodies(level: Level) -> list[dict[str, Any]]:
    bodies, size = level.bodies, level.size
    inverse_mass, inverse_inertia = inverse_masses(level)
    no_vertices = np.zeros((size.circles, *bodies.vertices.shape[1:]), np.float32)
    columns = {
        "inverse_mass": inverse_mass,
        "inverse_inertia": inverse_inertia,
        "n_vertices": np.append(bodies.num_vertices, np.zeros(size.circles, np.int32)),
        "vertices": np.concatenate([bodies.vertices, no_vertices]),
        "radius": np.append(np.zeros(size.polygons, np.float32), bodies.radius),
        "highlighted": np.zeros(size.bodies, bool),
    }
    return _slots(_copied(bodies, form.BODY_NAMES) | columns)


def _joints(level: Level) -> list[dict[str, Any]]:
    joints, count = level.joints, level.size.joints
    place = in_world(level, _safe(level, joints.a_index), joints.a_relative_position)
    columns = {
        "global_position": np.where(joints.active[:, None], place, np.float32(0)),
        "acc_impulse": np.zeros((count, 2), np.float32),
        "acc_r_impulse": np.zeros(count, np.float32),
    }
    return _slots(_copied(joints, form.JOINT_NAMES) | columns)


def _thrusters(level: Level) -> list[dict[str, Any]]:
    thrusters = level.thrusters
    place = in_world(level, _safe(level, thrusters.body_index), thrusters.relative_position)
    columns = {"global_position": np.where(thrusters.active[:, None], place, np.float32(0))}
    return _slots(_copied(thrusters, form.THRUSTER_NAMES) | columns)


def _copied(record: Any, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """The fields of a record under their names in a file."""
    return {there: getattr(record, here) for here, there in names.items()}


def _safe(level: Level, index: np.ndarray) -> np.ndarray:
    """Indices that exist: a wrong one is refused when the content is checked."""
    return np.clip(index, 0, level.size.bodies - 1)


def _contacts(size: Size) -> dict[str, list[dict[str, Any]]]:
    polygons = math.comb(size.polygons, 2) - math.comb(NUM_WALLS, 2)
    counts = {"rr": 2 * polygons, "cr": size.circles * size.polygons}
    counts["cc"] = math.comb(size.circles, 2)
    return {f"acc_{pair}_manifolds": [_CONTACT] * count for pair, count in counts.items()}
