"""From a scene to the records of the engine: slots, masses, who collides with whom."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxenvs.physics2d import shapes
from jaxenvs.physics2d.records import WORLD, Body, Joint, SceneError, describe
from jaxenvs.physics2d.scene_checks import holder, resolve_holder, resolve_rule
from jaxenvs.physics2d.world import Sizes, State, World, at_rest, collides, empty_world

if TYPE_CHECKING:
    from jaxenvs.physics2d.scene import Scene


AXIAL = ("prismatic", "distance")
"""Kinds of joints for which a world needs `Sizes(axial=True)`."""


def sizes(scene: "Scene") -> Sizes:
    """See `Scene.sizes`."""
    corners = [len(body.vertices) for body in scene.bodies if body.vertices is not None]
    return Sizes(
        bodies=max(1, len(scene.bodies)),
        planes=len(scene.planes),
        vertices=max(corners, default=shapes.MIN_VERTICES),
        joints=len(scene.joints),
        thrusters=len(scene.thrusters),
        axial=any(joint.kind in AXIAL for joint in scene.joints),
    )


def build(scene: "Scene", given: Sizes | None) -> tuple[World, State]:
    """See `Scene.world`."""
    scene.validate()
    room = given or sizes(scene)
    _check_room(scene, room)
    world, state = empty_world(room), at_rest(room)
    for slot, body in enumerate(scene.bodies):
        _fill_body(world, state, slot, body)
    _fill_planes(scene, world)
    _fill_joints(scene, world)
    _fill_thrusters(scene, world)
    bodies, planes = len(scene.bodies), len(scene.planes)
    matrix = np.zeros((room.bodies, room.bodies), bool)
    meets = np.zeros((room.planes, room.bodies), bool)
    matrix[:bodies, :bodies], meets[:planes, :bodies] = collision_matrix(scene)
    return world.replace(
        collides=collides(matrix), meets=meets, gravity=np.array(scene.gravity, np.float32)
    ), state


def collision_matrix(scene: "Scene") -> tuple[np.ndarray, np.ndarray]:
    """Who pushes whom: bodies of the scene, bool `(n, n)`, symmetric; planes bodies, `(p, n)`."""
    static = np.array([body.static for body in scene.bodies], bool)
    sensor = np.array([body.sensor for body in scene.bodies], bool)
    groups = [body.group for body in scene.bodies]
    allowed = np.ones((len(groups), len(groups)), bool)
    for i, group in enumerate(groups):
        allowed[i] = [group is None or group != other for other in groups]
    allowed &= ~_joined(scene, static)
    meets = np.ones((len(scene.planes), len(groups)), bool)
    for number, rule in enumerate(scene.rules):
        i, j = resolve_rule(scene, f"rule {number}", rule)
        if j < len(groups):
            allowed[i, j] = allowed[j, i] = rule.collide
        else:
            meets[j - len(groups), i] = rule.collide
    np.fill_diagonal(allowed, False)
    allowed &= ~(static[:, None] & static) & ~(sensor[:, None] | sensor)
    return allowed, meets & ~static & ~sensor


def _joined(scene: "Scene", static: np.ndarray) -> np.ndarray:
    """Which bodies pass through each other because of joints, bool `(n, n)`.

    A static body that holds two machines does not make one of them: chains of joints end at it.
    """
    joints = [
        (scene.index(joint.a), scene.index(joint.b))
        for joint in scene.joints
        if WORLD not in (joint.a, joint.b)
    ]
    direct = np.zeros((len(static), len(static)), bool)
    for i, j in joints:
        direct[i, j] = direct[j, i] = True
    if scene.joined == "touch":
        return direct
    machine = list(range(len(static)))  # each body's, by the index of one of its members
    for i, j in joints:
        if not static[i] and not static[j]:
            old, new = machine[i], machine[j]
            machine = [new if one == old else one for one in machine]
    same = np.array(machine)[:, None] == np.array(machine)[None, :]
    held = same.astype(np.int32) @ direct.astype(np.int32) > 0  # [moving body, what holds it]
    return same | (held & static[None, :]) | (held & static[None, :]).T


def _check_room(scene: "Scene", room: Sizes) -> None:
    needed = sizes(scene)
    for name, kind in (("planes", "plane"), ("joints", "joint"), ("thrusters", "thruster")):
        if getattr(needed, name) > (most := getattr(room, name)):
            label = describe(kind, most, getattr(scene, name)[most])
            raise SceneError(f"{label}: expected at most {most} {name} in a world of these sizes")
    for index, joint in enumerate(scene.joints):
        if joint.kind in AXIAL and not room.axial:
            label = describe("joint", index, joint)
            raise SceneError(f"{label}: kind: expected revolute or fixed in a world of these sizes")
    for index, body in enumerate(scene.bodies):
        label = describe("body", index, body)
        if index >= room.bodies:
            raise SceneError(
                f"{label}: expected at most {room.bodies} bodies in a world of these sizes"
            )
        if body.vertices is not None and (count := len(body.vertices)) > room.vertices:
            expected = f"at most {room.vertices} in a world of these sizes"
            raise SceneError(f"{label}: vertices: expected {expected}, got {count}")


def _fill_body(world: World, state: State, slot: int, body: Body) -> None:
    bodies: Any = world.bodies
    start: Any = state  # numpy arrays, which JAX's type does not tell
    mass = body.mass
    bodies.active[slot] = True
    bodies.friction[slot], bodies.restitution[slot] = body.friction, body.restitution
    if not body.static:
        bodies.inverse_mass[slot] = 1 / mass.mass
        bodies.inverse_inertia[slot] = 1 / mass.inertia if body.turns else 0
    if body.vertices is None:
        bodies.radius[slot] = body.radius
    else:
        corners = shapes.counter_clockwise(body.vertices) - mass.center
        bodies.vertices[slot] = shapes.padded(corners, bodies.vertices.shape[1])
        bodies.normals[slot, : len(corners)] = shapes.face_normals(corners)
        bodies.edges[slot, : len(corners)] = True
    start.position[slot] = body.to_world(mass.center)
    start.angle[slot] = body.rotation
    start.velocity[slot], start.spin[slot] = body.velocity, body.angular_velocity


def _fill_planes(scene: "Scene", world: World) -> None:
    planes: Any = world.planes
    for k, plane in enumerate(scene.planes):
        normal = np.array(plane.normal) / math.hypot(*plane.normal)
        planes.active[k], planes.normal[k] = True, normal
        planes.offset[k] = normal @ plane.point
        planes.friction[k], planes.restitution[k] = plane.friction, plane.restitution


def _fill_joints(scene: "Scene", world: World) -> None:
    joints: Any = world.joints
    most = len(world.bodies.active)  # the world's own number
    for k, joint in enumerate(scene.joints):
        a, b = (resolve_holder(scene, f"joint {k}", "a", ref) for ref in (joint.a, joint.b))
        joints.active[k] = True
        joints.body_a[k], joints.body_b[k] = (most if i == len(scene.bodies) else i for i in (a, b))
        joints.anchor_a[k] = joint.anchor_a - holder(scene, a).mass.center
        joints.anchor_b[k] = joint.anchor_b - holder(scene, b).mass.center
        joints.reference[k] = joint.reference_angle
        joints.is_fixed[k] = joint.kind == "fixed"
        if joint.limits is not None:
            joints.has_limits[k] = True
            joints.lower[k], joints.upper[k] = joint.limits
        joints.motor_speed[k] = joint.motor_speed
        joints.motor_torque[k] = joint.motor_torque or joint.motor_force
        if joint.kind in AXIAL:
            _fill_axial(joints.axial, k, joint)


def _fill_axial(axial: Any, k: int, joint: Joint) -> None:
    axial.is_prismatic[k], axial.is_distance[k] = (joint.kind == kind for kind in AXIAL)
    if joint.axis is not None:
        axial.axis[k] = np.array(joint.axis) / math.hypot(*joint.axis)
    axial.length[k], axial.hertz[k], axial.damping[k] = joint.length, joint.hertz, joint.damping


def _fill_thrusters(scene: "Scene", world: World) -> None:
    thrusters: Any = world.thrusters
    for k, thruster in enumerate(scene.thrusters):
        body = scene.index(thruster.body)
        thrusters.active[k], thrusters.body[k] = True, body
        thrusters.position[k] = thruster.position - scene.bodies[body].mass.center
        thrusters.direction[k] = math.cos(thruster.direction), math.sin(thruster.direction)
        thrusters.force[k] = thruster.force
