"""From a scene to the records of the engine: slots, masses, who collides with whom."""

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxenvs.physics2d import shapes
from jaxenvs.physics2d.records import Body, SceneError, describe
from jaxenvs.physics2d.world import Sizes, State, World, at_rest, collides, empty_world

if TYPE_CHECKING:
    from jaxenvs.physics2d.scene import Scene


def slots(scene: "Scene") -> tuple[int, ...]:
    """See `Scene.slots`."""
    ground = next((i for i, body in enumerate(scene.bodies) if body.static), None)
    others = itertools.count(1)
    return tuple(0 if i == ground else next(others) for i in range(len(scene.bodies)))


def sizes(scene: "Scene") -> Sizes:
    """See `Scene.sizes`."""
    used = 1 + max(slots(scene), default=0)
    corners = [len(body.vertices) for body in scene.bodies if body.vertices is not None]
    return Sizes(
        bodies=max(4, used + used % 2),
        vertices=max(corners, default=shapes.MIN_VERTICES),
        joints=len(scene.joints),
        thrusters=len(scene.thrusters),
    )


def build(scene: "Scene", given: Sizes | None) -> tuple[World, State]:
    """See `Scene.world`."""
    scene.validate()
    room = given or sizes(scene)
    _check_room(scene, room)
    world, state = empty_world(room), at_rest(room)
    for slot, body in zip(slots(scene), scene.bodies, strict=True):
        _fill_body(world, state, slot, body)
    _fill_joints(scene, world)
    _fill_thrusters(scene, world)
    matrix = np.zeros((room.bodies, room.bodies), bool)
    places = np.array(slots(scene), np.int32)
    matrix[np.ix_(places, places)] = collision_matrix(scene)
    return world.replace(
        collides=collides(matrix), gravity=np.array(scene.gravity, np.float32)
    ), state


def collision_matrix(scene: "Scene") -> np.ndarray:
    """Whether bodies `i` and `j` of the scene push each other: bool `(n, n)`, symmetric."""
    static = np.array([body.static for body in scene.bodies], bool)
    groups = [body.group for body in scene.bodies]
    allowed = np.ones((len(groups), len(groups)), bool)
    for i, group in enumerate(groups):
        allowed[i] = [group is None or group != other for other in groups]
    allowed &= ~_joined(scene, static)
    for rule in scene.rules:
        i, j = scene.index(rule.a), scene.index(rule.b)
        allowed[i, j] = allowed[j, i] = rule.collide
    np.fill_diagonal(allowed, False)
    return allowed & ~(static[:, None] & static[None, :])


def _joined(scene: "Scene", static: np.ndarray) -> np.ndarray:
    """Which bodies pass through each other because of joints, bool `(n, n)`.

    A static body that holds two machines does not make one of them: chains of joints end at it.
    """
    joints = [(scene.index(joint.a), scene.index(joint.b)) for joint in scene.joints]
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
    for name, kind in (("joints", "joint"), ("thrusters", "thruster")):
        if getattr(needed, name) > (most := getattr(room, name)):
            label = describe(kind, most, getattr(scene, name)[most])
            raise SceneError(f"{label}: expected at most {most} {name} in a world of these sizes")
    for index, (slot, body) in enumerate(zip(slots(scene), scene.bodies, strict=True)):
        label = describe("body", index, body)
        if slot >= room.bodies:
            expected = f"at most {room.bodies} slots, the first for a static body"
            raise SceneError(f"{label}: expected {expected}, needs slot {slot}")
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


def _fill_joints(scene: "Scene", world: World) -> None:
    joints: Any = world.joints
    places = slots(scene)
    for k, joint in enumerate(scene.joints):
        a, b = scene.index(joint.a), scene.index(joint.b)
        joints.active[k] = True
        joints.body_a[k], joints.body_b[k] = places[a], places[b]
        joints.anchor_a[k] = joint.anchor_a - scene.bodies[a].mass.center
        joints.anchor_b[k] = joint.anchor_b - scene.bodies[b].mass.center
        joints.reference[k] = joint.reference_angle
        joints.is_fixed[k] = joint.kind == "fixed"
        if joint.limits is not None:
            joints.has_limits[k] = True
            joints.lower[k], joints.upper[k] = joint.limits
        joints.motor_speed[k], joints.motor_torque[k] = joint.motor_speed, joint.motor_torque


def _fill_thrusters(scene: "Scene", world: World) -> None:
    thrusters: Any = world.thrusters
    places = slots(scene)
    for k, thruster in enumerate(scene.thrusters):
        body = scene.index(thruster.body)
        thrusters.active[k], thrusters.body[k] = True, places[body]
        thrusters.position[k] = thruster.position - scene.bodies[body].mass.center
        thrusters.direction[k] = math.cos(thruster.direction), math.sin(thruster.direction)
        thrusters.force[k] = thruster.force
