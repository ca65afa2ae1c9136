"""Reads what `harvest.py` wrote, into our records."""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxenvs.physics2d import jax2d

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "jax2d_steps.npz"
FULL = HERE.parents[2] / ".cache" / "jax2d_steps.npz"

Arrays = Mapping[str, Any]


class Steps(NamedTuple):
    """Single steps of Jax2D, with an entry per step; records as ours, of numpy arrays."""

    scene: jax2d.Scene
    before: jax2d.State
    action: np.ndarray
    after: jax2d.State
    touching: np.ndarray


def read(path: pathlib.Path, group: str) -> dict[str, np.ndarray]:
    """The arrays of one group of a file."""
    with np.load(path) as file:
        names = [name for name in file.files if name.startswith(f"{group}/")]
        return {name.removeprefix(f"{group}/"): file[name] for name in names}


def steps(arrays: Arrays) -> Steps:
    """The steps of a group."""
    entries = arrays["scene_of"]
    return Steps(
        scene=scene({name: rows[entries] for name, rows in _part(arrays, "scene").items()}),
        before=state(_part(arrays, "before")),
        action=arrays["action"],
        after=state(_part(arrays, "after")),
        touching=arrays["active"],
    )


def _part(arrays: Arrays, part: str) -> dict[str, Any]:
    return {
        name.removeprefix(f"{part}/"): rows
        for name, rows in arrays.items()
        if name.startswith(f"{part}/")
    }


def scenes(arrays: Arrays) -> jax2d.Scene:
    """The scenes of a group, with an entry per scene."""
    return scene(_part(arrays, "scene"))


def starts(arrays: Arrays) -> jax2d.State:
    """The states of a group before its steps."""
    return state(_part(arrays, "before"))


def roles(arrays: Arrays) -> np.ndarray:
    """What Kinetix's goal takes each body for, int32 [scenes, B]: 1 green, 2 blue, 3 red."""
    return bodies(_part(arrays, "scene"), "role")


def scene(arrays: Arrays) -> jax2d.Scene:
    """Scenes of Jax2D as ours."""
    joint = {name: arrays[f"joint.{name}"] for name in _names(arrays, "joint")}
    thruster = {name: arrays[f"thruster.{name}"] for name in _names(arrays, "thruster")}
    return jax2d.Scene(
        vertices=arrays["polygon.vertices"],
        sides=arrays["polygon.n_vertices"],
        radius=arrays["circle.radius"],
        inverse_mass=bodies(arrays, "inverse_mass"),
        inverse_inertia=bodies(arrays, "inverse_inertia"),
        friction=bodies(arrays, "friction"),
        restitution=bodies(arrays, "restitution"),
        collision_mode=bodies(arrays, "collision_mode"),
        active=bodies(arrays, "active"),
        collides=arrays["collision_matrix"],
        gravity=arrays["gravity"],
        joints=jax2d.Joints(
            a=joint["a_index"],
            b=joint["b_index"],
            a_anchor=joint["a_relative_pos"],
            b_anchor=joint["b_relative_pos"],
            active=joint["active"],
            is_fixed=joint["is_fixed_joint"],
            angle=joint["rotation"],
            is_limited=joint["motor_has_joint_limits"],
            lower=joint["min_rotation"],
            upper=joint["max_rotation"],
            has_motor=joint["motor_on"],
            motor_speed=joint["motor_speed"],
            motor_power=joint["motor_power"],
        ),
        thrusters=jax2d.Thrusters(
            body=thruster["object_index"],
            anchor=thruster["relative_position"],
            angle=thruster["rotation"],
            power=thruster["power"],
            active=thruster["active"],
        ),
    )


def _names(arrays: Arrays, part: str) -> list[str]:
    return [name.removeprefix(f"{part}.") for name in arrays if name.startswith(f"{part}.")]


def bodies(arrays: Arrays, name: str) -> Any:
    """An array of polygons, then one of circles, joined along the axis of bodies."""
    return np.concatenate([arrays[f"polygon.{name}"], arrays[f"circle.{name}"]], axis=1)


def state(arrays: Arrays) -> jax2d.State:
    """States of Jax2D as ours."""
    directions = ("normal", "tangent")
    contact: Any = np.stack([_contacts(arrays, f"acc_impulse_{name}") for name in directions], -1)
    turned = arrays["joint.acc_r_impulse"][..., None]
    joint: Any = np.concatenate([arrays["joint.acc_impulse"], turned], axis=-1)
    return jax2d.State(
        position=bodies(arrays, "position"),
        angle=bodies(arrays, "rotation"),
        velocity=bodies(arrays, "velocity"),
        spin=bodies(arrays, "angular_velocity"),
        contact_impulse=contact,
        joint_impulse=joint,
    )


def _contacts(arrays: Arrays, name: str) -> Any:
    twice = arrays[f"rr.{name}"]
    return np.concatenate(
        [twice[..., 0], twice[..., 1], arrays[f"cr.{name}"], arrays[f"cc.{name}"]], axis=1
    )
