"""Levels in the engine of `jaxenvs.physics2d`.

The walls are its planes, body `i` of the level is its body `i - 4`, and what hangs on a wall hangs
on the world. Masses and centers of mass are the true ones. Differs from Jax2D in: a motor's torque
is limited to what Jax2D's motor gives at rest, 900 * power * tanh(0.1 * speed) per unit of inertia,
and it does not fade before a limit; restitution is the larger one of two bodies'; friction is
0.566 * sqrt(a b) for two bodies of friction a and b, as in Jax2D where they are equal.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import physics2d
from jaxenvs.envs.kinetix import _facts
from jaxenvs.envs.kinetix._level import NUM_WALLS, Level, Size
from jaxenvs.envs.kinetix._state import Params, State
from jaxenvs.physics2d import shapes
from jaxenvs.trig import sincos

_MIDDLE = (2.5, 2.5)
_MOTOR_DECAY = 0.1  # s/rad, of Jax2D's motors


@functools.cache
def sizes(size: Size) -> physics2d.Sizes:
    """The slots of the engine for levels of this size."""
    return physics2d.Sizes(
        bodies=size.bodies - NUM_WALLS,
        planes=NUM_WALLS,
        vertices=4,
        joints=size.joints,
        thrusters=size.thrusters,
    )


@functools.cache
def pairs(size: Size) -> np.ndarray:
    """The two bodies of each entry of `State.touching`, (k, 2) int32, in Kinetix's order.

    Those of two bodies of the engine come first, then those of each wall. Of two of a kind the
    lower number is first; a circle stands before a polygon.
    """
    num_bodies = size.bodies - NUM_WALLS
    both = physics2d.pairs(num_bodies).reshape(-1, 2) + NUM_WALLS
    walls = np.indices((NUM_WALLS, num_bodies)).reshape(2, -1).T + np.array([0, NUM_WALLS])
    table = np.sort(np.concatenate([both, walls]), axis=1)
    mixed = (table[:, :1] < size.polygons) & (table[:, 1:] >= size.polygons)
    return np.where(mixed, table[:, ::-1], table).astype(np.int32)


def build(level: Level, params: Params) -> State:
    """The level at its start."""
    level = jax.tree.map(jnp.asarray, level)
    table = pairs(level.size)
    mass = _facts.masses(level.bodies)
    facts = _facts.facts(level, mass.center, table)
    start = jax.tree.map(jnp.asarray, physics2d.at_rest(sizes(level.size)))
    position, velocity = _of_centers(level, mass.center)
    rotation, spin = level.bodies.rotation, level.bodies.angular_velocity
    return State(
        time=jnp.int32(0),
        level=level,
        world=_world(level, mass, facts.machine, params),
        physics=start.replace(
            position=position[NUM_WALLS:],
            angle=rotation[NUM_WALLS:],
            velocity=velocity[NUM_WALLS:],
            spin=spin[NUM_WALLS:],
        ),
        facts=facts,
        touching=jnp.zeros(len(table), jnp.bool_),
        last_distance=jnp.float32(-1),
    )


def step(
    world: physics2d.World, physics: physics2d.State, motor: jax.Array, thrust: jax.Array
) -> tuple[physics2d.State, jax.Array]:
    """A physics step: what comes after it, and which `pairs` touched before it."""
    controls = physics2d.Controls(motor=motor, thrust=thrust)
    physics, contacts = physics2d.step(world, physics, controls)
    touching = [contacts.touching.reshape(-1), contacts.on_planes.reshape(-1)]
    return physics, jnp.concatenate(touching)


# -- from level to world ---------------------------------------------------------------------------


def _of_centers(level: Level, center: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Positions and velocities of the centers of mass, (n, 2) each."""
    offset = _turned(level.bodies.rotation, center)
    across = jnp.stack([-offset[:, 1], offset[:, 0]], axis=1)
    spin = level.bodies.angular_velocity[:, None]
    return level.bodies.position + offset, level.bodies.velocity + spin * across


def _turned(angle: jax.Array, points: jax.Array) -> jax.Array:
    """Points (k, 2), turned by angles (k,)."""
    sin, cos = sincos(angle)
    x, y = points[:, 0], points[:, 1]
    return jnp.stack([cos * x - sin * y, sin * x + cos * y], axis=1)


def _world(level: Level, mass: shapes.Mass, machine: jax.Array, params: Params) -> physics2d.World:
    room = sizes(level.size)
    push = _facts.may_push(level, machine)
    movable = _facts.inverted(level.bodies, mass.mass)[NUM_WALLS:] > 0
    table = physics2d.pairs(room.bodies)
    first, second = table[..., 0], table[..., 1]
    return physics2d.World(
        bodies=_bodies(level, mass, params),
        planes=_planes(level, params),
        joints=_joints(level, mass, params),
        thrusters=_thrusters(level, mass, params),
        collides=push[first + NUM_WALLS, second + NUM_WALLS] & (movable[first] | movable[second]),
        meets=push[:NUM_WALLS, NUM_WALLS:] & movable,
        gravity=level.gravity,
    )


def _friction(level: Level, params: Params) -> jax.Array:
    """Of all bodies: the engine's geometric mean then agrees with Jax2D for equal bodies."""
    return level.bodies.friction * (params.base_friction * np.float32(math.sqrt(2)))


def _bodies(level: Level, mass: shapes.Mass, params: Params) -> physics2d.Bodies:
    bodies, size = level.bodies, level.size
    ours = slice(NUM_WALLS, size.polygons)
    corners = _facts.outlines(bodies)[ours] - mass.center[ours][:, None]
    num_edges = jnp.concatenate([bodies.num_vertices[ours], jnp.zeros(size.circles, jnp.int32)])
    along = jnp.concatenate([corners[:, 1:], corners[:, :1]], axis=1) - corners
    outward = jnp.stack([along[..., 1], -along[..., 0]], axis=-1)
    length = jnp.sqrt(outward[..., 0] ** 2 + outward[..., 1] ** 2)[..., None]
    outward = jnp.where(length > 0, outward / jnp.where(length > 0, length, 1), np.float32(0))
    points = jnp.zeros((size.circles, *corners.shape[1:]), jnp.float32)
    no_radius = jnp.zeros(size.polygons - NUM_WALLS, jnp.float32)
    return physics2d.Bodies(
        active=bodies.active[NUM_WALLS:],
        inverse_mass=_facts.inverted(bodies, mass.mass)[NUM_WALLS:],
        inverse_inertia=_facts.inverted(bodies, mass.inertia)[NUM_WALLS:],
        vertices=jnp.concatenate([corners, points]),
        normals=jnp.concatenate([outward, points]),
        edges=jnp.arange(corners.shape[1]) < num_edges[:, None],
        radius=jnp.concatenate([no_radius, bodies.radius]),
        friction=_friction(level, params)[NUM_WALLS:],
        restitution=bodies.restitution[NUM_WALLS:],
    )


def _planes(level: Level, params: Params) -> physics2d.Planes:
    """Of each wall the face that looks at the middle of the scene."""
    walls = jax.tree.map(lambda column: column[:NUM_WALLS], level.bodies)
    corners = _facts.outlines(walls)
    normals, offsets, depths = [], [], []
    for k in range(corners.shape[1]):
        along = corners[:, (k + 1) % corners.shape[1]] - corners[:, k]
        length = jnp.sqrt(along[:, 0] ** 2 + along[:, 1] ** 2)
        outward = jnp.stack([along[:, 1], -along[:, 0]], axis=1)
        outward = outward / jnp.where(length > 0, length, 1)[:, None]
        normal = _turned(walls.rotation, outward)
        place = _turned(walls.rotation, corners[:, k]) + walls.position
        offset = normal[:, 0] * place[:, 0] + normal[:, 1] * place[:, 1]
        depth = normal[:, 0] * _MIDDLE[0] + normal[:, 1] * _MIDDLE[1] - offset
        normals.append(normal)
        offsets.append(offset)
        depths.append(jnp.where(length > 0, depth, -np.float32(np.inf)))
    normal, offset, depth = normals[0], offsets[0], depths[0]
    for k in range(1, len(normals)):
        better = depths[k] > depth
        normal = jnp.where(better[:, None], normals[k], normal)
        offset = jnp.where(better, offsets[k], offset)
        depth = jnp.where(better, depths[k], depth)
    return physics2d.Planes(
        active=walls.active,
        normal=normal,
        offset=offset,
        friction=_friction(level, params)[:NUM_WALLS],
        restitution=walls.restitution,
    )


def _joints(level: Level, mass: shapes.Mass, params: Params) -> physics2d.Joints:
    joints = level.joints
    slot_a, anchor_a, turn_a = _held(level, mass, joints.a_index, joints.a_relative_position)
    slot_b, anchor_b, turn_b = _held(level, mass, joints.b_index, joints.b_relative_position)
    inverse_inertia = _facts.inverted(level.bodies, mass.inertia)
    inertia = inverse_inertia[joints.a_index] + inverse_inertia[joints.b_index]
    speed = params.base_motor_speed * joints.motor_speed
    fading = jnp.tanh(np.float32(_MOTOR_DECAY) * jnp.abs(speed))
    strength = params.base_motor_power * joints.motor_power * fading
    driven = joints.motor_on & ~joints.is_fixed & (inertia > 0)
    return physics2d.Joints(
        active=joints.active & (slot_a != slot_b),
        body_a=slot_a,
        body_b=slot_b,
        anchor_a=anchor_a,
        anchor_b=anchor_b,
        reference=joints.rotation + turn_a - turn_b,
        is_fixed=joints.is_fixed,
        has_limits=joints.has_limits,
        lower=joints.min_rotation,
        upper=joints.max_rotation,
        motor_speed=speed,
        motor_torque=jnp.where(driven, strength / jnp.where(driven, inertia, 1), np.float32(0)),
    )


def _held(
    level: Level, mass: shapes.Mass, body: jax.Array, place: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """What a joint holds: slots (k,), anchors (k, 2), and by how much the held is turned, (k,).

    Of the world for a wall: the slot after the last one.
    """
    on_wall = body < NUM_WALLS
    slot = jnp.where(on_wall, level.size.bodies - NUM_WALLS, body - NUM_WALLS)
    rotation = jnp.where(on_wall, level.bodies.rotation[body], np.float32(0))
    in_world = level.bodies.position[body] + _turned(rotation, place)
    anchor = jnp.where(on_wall[:, None], in_world, place - mass.center[body])
    return slot.astype(jnp.int32), anchor, rotation


def _thrusters(level: Level, mass: shapes.Mass, params: Params) -> physics2d.Thrusters:
    thrusters = level.thrusters
    body = thrusters.body_index
    sin, cos = sincos(thrusters.rotation)
    on_wall = body < NUM_WALLS
    return physics2d.Thrusters(
        active=thrusters.active & ~on_wall,
        body=jnp.where(on_wall, 0, body - NUM_WALLS).astype(jnp.int32),
        position=thrusters.relative_position - mass.center[body],
        direction=jnp.stack([cos, sin], axis=1),
        force=params.base_thruster_power * thrusters.power,
    )
