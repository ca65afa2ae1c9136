"""The fields of Kinetix's level files, and the settings that such a file repeats.

Source: Kinetix 3.0.2 (util/saving.py), the 74 published files, and Kinetix.js 83aa7e2
(src/kinetixjs/saving.ts), whose exports have a version, lack what only drawing needs, and may name
a size in place of its settings.
"""

from typing import Any

from jaxenvs.envs.kinetix._level import (
    MOST_VERTICES,
    NUM_MOTOR_BINDINGS,
    NUM_THRUSTER_BINDINGS,
    RED,
)
from jaxenvs.envs.kinetix.files._fields import Flag, Kind, Number, Vector, Whole
from jaxenvs.ranges import Range

ANY = Number()
_NOT_NEGATIVE = Number(Range(0))
_POSITIVE = Number(Range(0, above=True))
# Kinetix clips what moves to these values.
_PLACE, _SPEED, _SPIN = (Number(Range(-most, most)) for most in (15, 100, 50))
_POINT = Vector(2, ANY)

_BODY: dict[str, Kind] = {
    "active": Flag(),
    "position": Vector(2, _PLACE),
    "rotation": ANY,
    "velocity": Vector(2, _SPEED),
    "angular_velocity": _SPIN,
    "inverse_mass": _NOT_NEGATIVE,
    "inverse_inertia": _NOT_NEGATIVE,
    "friction": _NOT_NEGATIVE,
    "restitution": Number(Range(0, 1)),
    "collision_mode": Whole(0, 2),
    "role": Whole(0, RED),
    "density": _POSITIVE,
    "highlighted": Flag(),  # in the editor
}
# A polygon's radius, and the vertices of a circle, are left over from what was in the slot before.
POLYGON: dict[str, Kind] = _BODY | {
    "n_vertices": Whole(3, MOST_VERTICES),
    "vertices": Vector(MOST_VERTICES, Vector(2, _PLACE)),
    "radius": ANY,
}
CIRCLE: dict[str, Kind] = _BODY | {
    "n_vertices": Whole(),
    "vertices": Vector(MOST_VERTICES, _POINT),
    "radius": Number(Range(0, 15, above=True)),
}
NOT_IN_WEB_EXPORTS = ("highlighted",)

JOINT: dict[str, Kind] = {
    "active": Flag(),
    "a_index": Whole(),
    "b_index": Whole(),
    "a_relative_pos": Vector(2, _PLACE),
    "b_relative_pos": Vector(2, _PLACE),
    "global_position": _POINT,  # follows from the bodies; for drawing
    "acc_impulse": _POINT,
    "acc_r_impulse": ANY,
    "motor_speed": ANY,
    "motor_power": _NOT_NEGATIVE,
    "motor_on": Flag(),
    "motor_has_joint_limits": Flag(),
    "min_rotation": ANY,
    "max_rotation": ANY,
    "is_fixed_joint": Flag(),
    "rotation": ANY,
    "motor_binding": Whole(0, NUM_MOTOR_BINDINGS - 1),
}
THRUSTER: dict[str, Kind] = {
    "active": Flag(),
    "object_index": Whole(),
    "relative_position": Vector(2, _PLACE),
    "rotation": ANY,
    "power": _NOT_NEGATIVE,
    "global_position": _POINT,  # follows from the body; for drawing
    "thruster_binding": Whole(0, NUM_THRUSTER_BINDINGS - 1),
}
MANIFOLD: dict[str, Kind] = {
    "normal": _POINT,
    "penetration": ANY,
    "collision_point": _POINT,
    "active": Flag(),
    "acc_impulse_normal": ANY,
    "acc_impulse_tangent": ANY,
    "restitution_velocity_target": ANY,
}
"""A contact between two bodies: left over from play, and forgotten by Kinetix when it loads."""

MOST_SLOTS = 64
_SLOTS = Whole(0, MOST_SLOTS)
SIZE: dict[str, Kind] = {
    "num_polygons": Whole(4, MOST_SLOTS),
    "num_circles": _SLOTS,
    "num_joints": _SLOTS,
    "num_thrusters": _SLOTS,
}

RULES: dict[str, Any] = {
    "dt": 1 / 60,
    "slop": 0.01,
    "baumgarte_coefficient_joints_v": 2.0,
    "baumgarte_coefficient_joints_p": 0.7,
    "baumgarte_coefficient_fjoint_av": 2.0,
    "baumgarte_coefficient_rjoint_limit_av": 5.0,
    "baumgarte_coefficient_collision": 0.2,
    "joint_stiffness": 0.6,
    "clip_position": 15,
    "clip_velocity": 100,
    "clip_angular_velocity": 50,
    "base_motor_speed": 6.0,
    "base_motor_power": 900.0,
    "base_thruster_power": 10.0,
    "motor_decay_coefficient": 0.1,
    "motor_joint_limit": 0.1,
    "base_friction": 0.4,
    "num_shape_roles": 4,
}
"""`env_params` that every level shares: a file with another value was made for another game."""

STATIC_RULES: dict[str, Any] = {
    "max_polygon_vertices": MOST_VERTICES,
    "num_solver_iterations": 10,
    "solver_batch_size": 16,
    "do_warm_starting": True,
    "num_static_fixated_polys": 4,
    "max_shape_size": 2,
    "num_motor_bindings": NUM_MOTOR_BINDINGS,
    "num_thruster_bindings": NUM_THRUSTER_BINDINGS,
}
"""`static_env_params` that every level shares."""

MAX_TIMESTEPS = 256
"""Of a file that does not say it."""

SETTINGS: dict[str, Any] = {"pixels_per_unit": 100, "dense_reward_scale": 0.1}
"""`env_params` of pictures and training: no part of a level. These values are written."""

STATIC_SETTINGS: dict[str, Any] = {
    "screen_dim": {"0": 500, "1": 500},
    "downscale": 4,
    "frame_skip": 2,
}
"""`static_env_params` of the same sort."""

SETTING_KINDS: dict[str, Kind] = {
    "pixels_per_unit": _POSITIVE,
    "dense_reward_scale": ANY,
    "screen_dim": Vector(2, _POSITIVE),
    "downscale": Whole(1),
    "frame_skip": Whole(1),
}

_SAME = ("active", "position", "rotation", "velocity", "angular_velocity", "friction")
BODY_NAMES = {name: name for name in (*_SAME, "restitution", "collision_mode", "role", "density")}
"""The fields of `Bodies` that are copied, with their names in a file; so below."""
POLYGON_NAMES = {"num_vertices": "n_vertices", "vertices": "vertices"}
CIRCLE_NAMES = {"radius": "radius"}
JOINT_NAMES = {
    "active": "active",
    "a_index": "a_index",
    "b_index": "b_index",
    "a_relative_position": "a_relative_pos",
    "b_relative_position": "b_relative_pos",
    "is_fixed": "is_fixed_joint",
    "rotation": "rotation",
    "has_limits": "motor_has_joint_limits",
    "min_rotation": "min_rotation",
    "max_rotation": "max_rotation",
    "motor_on": "motor_on",
    "motor_speed": "motor_speed",
    "motor_power": "motor_power",
    "motor_binding": "motor_binding",
}
THRUSTER_NAMES = {
    "active": "active",
    "body_index": "object_index",
    "relative_position": "relative_position",
    "rotation": "rotation",
    "power": "power",
    "binding": "thruster_binding",
}
