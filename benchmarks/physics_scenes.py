"""Random scenes for the physics engine, in the sizes of Kinetix's S, M and L.

A room of 5 by 5 m with bodies that do not overlap, as in Kinetix's generator, a tree of joints
among the first of them, some with limits or motors, and thrusters. Everything comes from the
builder; `described` hands a scene to other engines.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from jaxenvs.physics2d import Body, Plane, Scene, Sizes, shapes

ROOM = 5.0
SLAB = 1.0  # m, how thick a plane is where it has to be a box
TRIES = 400  # places for a body before a scene is given up


class Size(NamedTuple):
    """How many of each a scene has; polygons without the four walls."""

    polygons: int
    circles: int
    joints: int
    thrusters: int

    @property
    def moving(self) -> int:
        """Bodies that are no walls."""
        return self.polygons + self.circles


SIZES = {"S": Size(1, 2, 1, 1), "M": Size(2, 3, 2, 2), "L": Size(8, 4, 6, 2)}
"""Kinetix's, whose 5, 6 and 12 polygons count the walls."""


def of_bodies(number: int) -> Size:
    """A scene without joints, half of whose bodies are polygons, for curves of growth."""
    return Size(number - number // 2, number // 2, 0, 0)


def random_scenes(size: Size, number: int, seed: int, crowded: float = 1.0) -> list[Scene]:
    """Different scenes of one size; `crowded` scales the bodies."""
    rng = np.random.default_rng(seed)
    found: list[Scene] = []
    while len(found) < number:
        scene = random_scene(size, rng, crowded)
        found += [scene] if scene else []
    return found


def random_scene(size: Size, rng: np.random.Generator, crowded: float = 1.0) -> Scene | None:
    """A scene, or nothing where no places were found."""
    circle = rng.permutation(np.arange(size.moving) < size.circles)
    radii = crowded * rng.uniform(0.1, 0.4, size.moving)
    found = _places(radii, size.joints, rng)
    if found is None:
        return None
    places, parents, anchors = found
    scene = Scene().walls((0, 0), (ROOM, ROOM), friction=1.0)
    velocities = rng.normal(size=(size.moving, 2))
    velocities[: size.joints + 1] = velocities[0]  # what is joined moves as one
    for k in range(size.moving):
        fields = {
            "position": tuple(places[k]),
            "rotation": rng.uniform(0, 2 * math.pi),
            "velocity": tuple(velocities[k]),
            "friction": 1.0,
            "restitution": rng.uniform(0, 0.5),
        }
        if circle[k]:
            scene = scene.circle(radii[k], **fields)
        else:
            scene = scene.polygon(_outline(rng, radii[k]), **fields)
    for k in range(1, size.joints + 1):
        a, b = int(parents[k]), k
        if rng.random() < 0.3:
            scene = scene.fixed(a, b, at=tuple(anchors[k]))
            continue
        limits = (-0.5, 0.5) if rng.random() < 0.3 else None
        at, torque = tuple(anchors[k]), rng.uniform(0.2, 3)
        scene = scene.revolute(a, b, at=at, limits=limits, motor_speed=6.0, motor_torque=torque)
    for _ in range(size.thrusters):
        body = int(rng.integers(size.moving))
        place = tuple(rng.normal(0, 0.05, 2))
        scene = scene.thruster(body, place, direction=rng.uniform(0, 2 * math.pi), force=5.0)
    return scene


def _places(
    radii: np.ndarray, joints: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Of each body its place, and in the tree its parent and the joint; circles around the bodies
    do not overlap, but for those in the tree, which pass through each other."""
    number = len(radii)
    places, anchors = np.zeros((number, 2)), np.zeros((number, 2))
    parents = np.zeros(number, int)
    for k, radius in enumerate(radii):
        in_tree = k <= joints
        strangers = slice(joints + 1, k) if in_tree else slice(0, k)
        for _ in range(TRIES):
            place = rng.uniform(radius, ROOM - radius, 2)
            if in_tree and k:
                parents[k] = rng.integers(k)
                anchors[k] = places[parents[k]] + rng.normal(0, 0.1, 2)
                place = anchors[k] + rng.normal(0, 0.25, 2)
            apart = np.linalg.norm(places[strangers] - place, axis=-1)
            inside = np.abs(place - ROOM / 2).max() + radius < ROOM / 2 - 0.01
            if inside and (apart > radii[strangers] + radius + 0.01).all():
                break
        else:
            return None
        places[k] = place
    return places, parents, anchors


def _outline(rng: np.random.Generator, radius: float) -> np.ndarray:
    """A triangle, a rectangle or a quadrilateral with its corners on a circle."""
    if rng.random() < 0.4:
        half = rng.uniform(0.4, 1.2)
        return radius * np.array(
            [[math.cos(t), math.sin(t)] for t in (half, math.pi - half, math.pi + half, -half)]
        )
    corners = int(rng.choice([3, 4]))
    turns = 2 * math.pi * (np.arange(corners) + rng.uniform(-0.25, 0.25, corners)) / corners
    return radius * np.stack([np.cos(turns), np.sin(turns)], axis=-1)


def common_sizes(scenes: list[Scene]) -> Sizes:
    """The smallest world that holds each of the scenes."""
    sizes = [scene.sizes for scene in scenes]
    names = Sizes.__dataclass_fields__
    return Sizes(**{name: max(getattr(one, name) for one in sizes) for name in names})


def _slab(plane: Plane) -> Body:
    """A long box whose upper side is the plane."""
    angle = math.atan2(plane.normal[1], plane.normal[0]) - math.pi / 2
    center = (
        plane.point[0] + SLAB * math.sin(angle) / 2,
        plane.point[1] - SLAB * math.cos(angle) / 2,
    )
    surface = {"friction": plane.friction, "restitution": plane.restitution}
    corners = shapes.box_vertices(60.0, SLAB)
    made: Any = {"vertices": corners, "position": center, "rotation": angle, **surface}
    return Body(kind="polygon", static=True, **made)


def described(scene: Scene) -> dict[str, Any]:
    """A scene in plain values for other engines: frames are those of the centers of mass.

    Planes become long static boxes behind the other bodies.
    """
    bodies, joints = [], []
    for body in (*scene.bodies, *map(_slab, scene.planes)):
        corners = None
        if body.vertices is not None:
            corners = (shapes.counter_clockwise(body.vertices) - body.mass.center).tolist()
        bodies.append(
            {
                "radius": body.radius,
                "vertices": corners,
                "position": body.to_world(body.mass.center),
                "angle": body.rotation,
                "velocity": body.velocity,
                "spin": body.angular_velocity,
                "density": body.density,
                "mass": float(body.mass.mass),
                "inertia": float(body.mass.inertia),
                "friction": body.friction,
                "restitution": body.restitution,
                "static": body.static,
            }
        )
    for joint in scene.joints:
        a, b = scene.index(joint.a), scene.index(joint.b)
        joints.append(
            {
                "fixed": joint.kind == "fixed",
                "a": a,
                "b": b,
                "at": scene.bodies[a].to_world(joint.anchor_a),
                "anchors": [
                    (np.array(anchor) - scene.bodies[k].mass.center).tolist()
                    for k, anchor in ((a, joint.anchor_a), (b, joint.anchor_b))
                ],
                "reference": joint.reference_angle,
                "limits": joint.limits,
                "motor_speed": joint.motor_speed,
                "motor_torque": joint.motor_torque,
            }
        )
    thrusters = [
        {
            "body": scene.index(thruster.body),
            "position": (
                np.array(thruster.position) - scene.body(thruster.body).mass.center
            ).tolist(),
            "direction": thruster.direction,
            "force": thruster.force,
        }
        for thruster in scene.thrusters
    ]
    return {"gravity": scene.gravity, "bodies": bodies, "joints": joints, "thrusters": thrusters}
