"""What many random levels are like, in numbers: histograms by name.

It needs numpy alone, so that the script which asks Kinetix can use it too.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

NUM_WALLS = 4
GREEN, BLUE, RED = 1, 2, 3
NUM_BINS = 100

Samples = dict[str, np.ndarray]

SPANS = {
    "center_x": (-1, 6),
    "center_y": (-1, 6),
    "green_x": (0, 5),
    "goal_width": (0, 5),
    "short_side": (0, 1.5),
    "long_side": (0, 1.5),
    "radius": (0, 0.5),
    "rotation": (0, 2 * np.pi),
    "fixated_mass": (0, 1),
    "motor_speed": (0, 4),
    "motor_power": (0, 4),
    "lowest_angle": (-np.pi, 0),
    "highest_angle": (0, np.pi),
    "joined_distance": (0, 2),
    "wheel_radius": (0, 0.5),
    "thruster_power": (0, 4),
    "thruster_offset": (0, 1),
    "nearest_distance": (0, 5),
}
"""The least and greatest value of what is not a whole number."""


def samples(levels: Any) -> Samples:
    """Values by name, `(k,)` each, of levels that are records as `Level` with an axis in front."""
    bodies, joints, thrusters = levels.bodies, levels.joints, levels.thrusters
    num_polygons = bodies.num_vertices.shape[1]
    shape = bodies.active.copy()
    shape[:, :NUM_WALLS] = False
    polygons, circles = shape[:, :num_polygons], shape[:, num_polygons:]
    sides = np.ptp(bodies.vertices, axis=2)
    areas = np.concatenate([sides.prod(axis=2), np.pi * bodies.radius**2], axis=1)
    goal = shape & ((bodies.role == GREEN) | (bodies.role == BLUE))
    count = {
        "polygons": polygons.sum(axis=1),
        "circles": circles.sum(axis=1),
        "joints": joints.active.sum(axis=1),
        "thrusters": thrusters.active.sum(axis=1),
        "fixated_polygons": bodies.fixated[:, :num_polygons][polygons],
        "fixated_circles": bodies.fixated[:, num_polygons:][circles],
        "floor_role": bodies.role[:, 0],
        "green": (shape & (bodies.role == GREEN)).sum(axis=1),
        "blue": (shape & (bodies.role == BLUE)).sum(axis=1),
        "red": (shape & (bodies.role == RED)).sum(axis=1),
        "goal_is_circle": goal[:, num_polygons:].sum(axis=1),
        "goal_fixated": (goal & bodies.fixated).sum(axis=1),
        "red_fixated": (shape & (bodies.role == RED) & bodies.fixated).sum(axis=1),
    }
    return (
        {name: np.asarray(value, np.int64).ravel() for name, value in count.items()}
        | _places(bodies, shape, sides[polygons], areas)
        | _connections(bodies, joints, num_polygons)
        | {
            "thruster_power": thrusters.power[thrusters.active],
            "thruster_offset": np.hypot(*thrusters.relative_position[thrusters.active].T),
            "thruster_binding": thrusters.binding[thrusters.active].astype(np.int64),
        }
    )


def _places(bodies: Any, shape: np.ndarray, sides: np.ndarray, areas: np.ndarray) -> Samples:
    gap = np.linalg.norm(bodies.position[:, :, None] - bodies.position[:, None], axis=-1)
    green, blue = (shape & (bodies.role == role) for role in (GREEN, BLUE))
    whole = green.any(axis=1) & blue.any(axis=1)  # blue may be the floor alone
    goals = [bodies.position[whole][mask[whole]] for mask in (green, blue)]
    apart = shape[:, :, None] & shape[:, None] & ~np.eye(shape.shape[1], dtype=bool)
    return {
        "center_x": bodies.position[shape][:, 0],
        "center_y": bodies.position[shape][:, 1],
        "green_x": bodies.position[green][:, 0],
        "goal_width": np.abs(goals[0] - goals[1])[:, 0],
        "short_side": sides.min(axis=1),
        "long_side": sides.max(axis=1),
        "radius": bodies.radius[shape[:, -bodies.radius.shape[1] :]],
        "rotation": bodies.rotation[shape],
        "fixated_mass": areas[shape & bodies.fixated],
        "nearest_distance": np.where(apart, gap, np.inf).min(axis=2)[shape],
    }


def _connections(bodies: Any, joints: Any, num_polygons: int) -> Samples:
    rows, slots = np.nonzero(joints.active)
    a, b = joints.a_index[rows, slots], joints.b_index[rows, slots]
    on, hinge = joints.active, joints.active & ~joints.is_fixed
    wheel = np.concatenate([a[a >= num_polygons], b[b >= num_polygons]])
    wheel_rows = np.concatenate([rows[a >= num_polygons], rows[b >= num_polygons]])
    gap = bodies.position[rows, a] - bodies.position[rows, b]
    inside = np.minimum(a, b) >= NUM_WALLS  # Kinetix joins some to walls, far away
    limited = on & joints.has_limits
    count = {
        "fixed_joint": joints.is_fixed[on],
        "motor_on": joints.motor_on[hinge],
        "has_limits": joints.has_limits[hinge],
        "motor_binding": joints.motor_binding[hinge],
        "joined_circles": (a >= num_polygons).astype(int) + (b >= num_polygons),
        "joined_to_wall": ~inside,
        "polygon_first": a < num_polygons,
    }
    return {name: np.asarray(value, np.int64) for name, value in count.items()} | {
        "motor_speed": joints.motor_speed[hinge],
        "motor_power": joints.motor_power[hinge],
        "lowest_angle": joints.min_rotation[limited],
        "highest_angle": joints.max_rotation[limited],
        "joined_distance": np.hypot(*gap[inside].T),
        "wheel_radius": bodies.radius[wheel_rows, wheel - num_polygons],
    }


def histograms(found: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How often each value comes, int32: whole numbers from 0 on, or bins of the span."""
    counts = {}
    for name, values in found.items():
        if name in SPANS:
            low, high = SPANS[name]
            values = np.clip(values, low, high)
            counts[name] = np.histogram(values, NUM_BINS, (low, high))[0].astype(np.int32)
        else:
            counts[name] = np.bincount(values, minlength=8).astype(np.int32)
    return counts
