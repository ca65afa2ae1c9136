"""Scenes for Jax2D as arrays, from Kinetix's level files and at random; needs numpy alone."""

import json
import pathlib
from typing import Any, NamedTuple

import numpy as np


class Size(NamedTuple):
    polygons: int
    circles: int
    joints: int
    thrusters: int


SIZES = {"s": Size(5, 2, 1, 1), "m": Size(6, 3, 2, 2), "l": Size(12, 4, 6, 2)}
ODD = Size(9, 6, 5, 3)  # neither kind of pair with a polygon fills its batches

# A scene is a dict of dicts of numpy arrays: "polygon", "circle", "joint", "thruster", "gravity".
Scene = dict[str, Any]


def zeros(size: Size) -> Scene:
    """A scene without anything, every slot zero."""
    f, i, b = np.float32, np.int32, np.bool_

    def body(n: int) -> dict[str, np.ndarray]:
        scalars = ("rotation", "angular_velocity", "inverse_mass", "inverse_inertia")
        found = {name: np.zeros(n, f) for name in (*scalars, "friction", "restitution", "radius")}
        found |= {"position": np.zeros((n, 2), f), "velocity": np.zeros((n, 2), f)}
        found |= {"collision_mode": np.zeros(n, i), "n_vertices": np.zeros(n, i)}
        return (
            found
            | {"active": np.zeros(n, b), "vertices": np.zeros((n, 4, 2), f)}
            | {"role": np.zeros(n, i)}
        )

    n = size.joints
    vectors = ("a_relative_pos", "b_relative_pos", "global_position", "acc_impulse")
    joint = {name: np.zeros((n, 2), f) for name in vectors}
    numbers = ("acc_r_impulse", "motor_speed", "motor_power", "min_rotation", "max_rotation")
    joint |= {name: np.zeros(n, f) for name in (*numbers, "rotation")}
    joint |= {name: np.zeros(n, i) for name in ("a_index", "b_index")}
    flags = ("active", "motor_on", "motor_has_joint_limits", "is_fixed_joint")
    joint |= {name: np.zeros(n, b) for name in flags}
    n = size.thrusters
    thruster = {name: np.zeros((n, 2), f) for name in ("relative_position", "global_position")}
    thruster |= {"rotation": np.zeros(n, f), "power": np.zeros(n, f)}
    thruster |= {"object_index": np.zeros(n, i), "active": np.zeros(n, b)}
    gravity = np.array([0, -9.81], f)
    return {
        "polygon": body(size.polygons),
        "circle": body(size.circles),
        "joint": joint,
        "thruster": thruster,
        "gravity": gravity,
    }


def level(path: pathlib.Path, size: Size) -> Scene:
    """A level file, in the first slots of a scene of some size."""
    state = json.loads(path.read_text())["env_state"]
    scene = zeros(size)
    polygons = len(state["polygon"])
    for part in ("polygon", "circle", "joint", "thruster"):
        for slot, entry in enumerate(state[part]):
            for name, rows in scene[part].items():
                rows[slot] = plain(entry[name])
                if name.endswith("_index") and rows[slot] >= polygons:
                    rows[slot] += size.polygons - polygons
    scene["gravity"] = np.array(plain(state["gravity"]), np.float32)
    return scene


def plain(value: Any) -> Any:
    """Lists for the files' objects with the keys "0", "1", ..."""
    if isinstance(value, dict):
        return [plain(value[str(index)]) for index in range(len(value))]
    return value


def random_scene(size: Size, walls: Scene, rng: np.random.Generator) -> Scene:
    """Bodies anywhere within the walls of another scene, many of which overlap, and joints.

    None is so light, nor any joint so far out, that rounding is felt as a motion of its own.
    """
    scene = zeros(size)
    for name, rows in scene["polygon"].items():
        rows[:4] = walls["polygon"][name][:4]
    if rng.random() < 0.3:
        scene["gravity"] = rng.normal(0, 6, 2).astype(np.float32)
    bouncy = rng.random() < 0.5
    for slot in range(4, size.polygons):
        put(scene["polygon"], slot, rng, bouncy)
        polygon(scene["polygon"], slot, rng)
    for slot in range(size.circles):
        put(scene["circle"], slot, rng, bouncy)
        radius = rng.uniform(0.15, 0.45)
        scene["circle"]["radius"][slot] = radius
        weigh(scene["circle"], slot, np.pi * radius**2, np.pi * radius**4 / 4, rng)
    for slot in range(size.joints):
        join(scene, slot, size, rng)
    for slot in range(size.thrusters):
        push = scene["thruster"]
        push["object_index"][slot] = rng.integers(4, size.polygons + size.circles)
        push["relative_position"][slot] = rng.uniform(-0.2, 0.2, 2)
        push["rotation"][slot] = rng.uniform(-np.pi, np.pi)
        push["power"][slot] = rng.uniform(0.5, 3)
        push["active"][slot] = rng.random() < 0.8
    return scene


def put(bodies: dict[str, np.ndarray], slot: int, rng: np.random.Generator, bouncy: bool) -> None:
    bodies["position"][slot] = rng.uniform(0.5, 4.5, 2)
    bodies["rotation"][slot] = rng.choice([0, rng.uniform(-np.pi, np.pi)])
    bodies["velocity"][slot] = rng.normal(0, 2, 2)
    bodies["angular_velocity"][slot] = rng.normal(0, 3)
    bodies["friction"][slot] = rng.choice([1, rng.uniform(0, 2)])
    bodies["restitution"][slot] = rng.uniform(0, 0.8) if bouncy else 0
    bodies["collision_mode"][slot] = rng.choice([0, 1, 1, 1, 1, 2])
    bodies["active"][slot] = rng.random() < 0.85


def polygon(bodies: dict[str, np.ndarray], slot: int, rng: np.random.Generator) -> None:
    """A triangle, a rectangle or any convex quadrilateral."""
    corners = int(rng.choice([3, 4, 4]))
    if corners == 4 and rng.random() < 0.6:
        w, h = rng.uniform(0.15, 0.7, 2)
        points = np.array([[-w, h], [w, h], [w, -h], [-w, -h]])
    else:
        angles = 2 - np.arange(corners) * 2 * np.pi / corners + rng.uniform(-0.4, 0.4, corners)
        points = rng.uniform(0.3, 0.7) * np.stack([np.cos(angles), np.sin(angles)], -1)
    points -= points.mean(axis=0)
    following = np.roll(points, -1, axis=0)
    outer = np.abs(points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0])
    squares = points * points + points * following + following * following
    bodies["n_vertices"][slot] = corners
    bodies["vertices"][slot, :corners] = points
    weigh(bodies, slot, outer.sum() / 2, (outer * squares.sum(-1)).sum() / 12, rng)


def weigh(
    bodies: dict[str, np.ndarray], slot: int, mass: float, inertia: float, rng: np.random.Generator
) -> None:
    movable = rng.random() < 0.9
    density = rng.uniform(0.5, 2)
    bodies["inverse_mass"][slot] = movable / (mass * density)
    bodies["inverse_inertia"][slot] = movable / (inertia * density)


def join(scene: Scene, slot: int, size: Size, rng: np.random.Generator) -> None:
    """A joint that brings a body without one to another body; cycles of joints blow up in Jax2D."""
    joint = scene["joint"]
    linked = {*joint["a_index"][:slot], *joint["b_index"][:slot]}
    numbers = set(range(4, size.polygons + size.circles))
    if not numbers - linked:
        return
    second = rng.choice(sorted(numbers - linked))
    first = rng.choice(sorted((numbers | {0}) - {second}))
    anchors = rng.uniform(-0.15, 0.15, (2, 2)).astype(np.float32)
    ends = []
    for number, anchor in zip((first, second), anchors, strict=True):
        is_polygon = number < size.polygons
        bodies = scene["polygon" if is_polygon else "circle"]
        place = number if is_polygon else number - size.polygons
        angle = bodies["rotation"][place]
        arm = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ anchor
        ends.append((bodies["position"], place, arm, angle))
    (where, place, arm, angle), (other_where, other, other_arm, other_angle) = ends
    other_where[other] = where[place] + arm - other_arm + rng.normal(0, 0.01, 2)
    joint["a_index"][slot], joint["b_index"][slot] = first, second
    joint["a_relative_pos"][slot], joint["b_relative_pos"][slot] = anchors
    joint["active"][slot] = rng.random() < 0.9
    joint["rotation"][slot] = other_angle - angle
    joint["is_fixed_joint"][slot] = rng.random() < 0.25
    joint["motor_has_joint_limits"][slot] = rng.random() < 0.5
    joint["min_rotation"][slot] = -rng.uniform(0.2, 1.5)
    joint["max_rotation"][slot] = rng.uniform(0.2, 1.5)
    joint["motor_on"][slot] = rng.random() < 0.8
    joint["motor_speed"][slot] = rng.uniform(0.3, 3)
    joint["motor_power"][slot] = rng.uniform(0.3, 3)
