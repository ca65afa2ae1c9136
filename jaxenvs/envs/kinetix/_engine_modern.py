"""Levels in the engine of `jaxenvs.physics2d`.

The walls are its planes, body `i` of the level is its body `i - 4`, and what hangs on a wall hangs
on the world. Masses and centers of mass are the true ones. Differs from Jax2D in: a motor's torque
is limited to what Jax2D's motor gives at rest, 900 * power * tanh(0.1 * speed) per unit of inertia,
and it does not fade before a limit; restitution is the larger one of two bodies'; friction is
0.566 * sqrt(a b) for two bodies of friction a and b, as in Jax2D where they are equal.
"""

import functools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import physics2d
from jaxenvs.envs.kinetix import _facts
from jaxenvs.envs.kinetix._level import NUM_WALLS, Level, Size
from jaxenvs.envs.kinetix._state import Params, State, first_state
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
    mass = _facts.masses(level.bodies)
    # Walls stay where the level puts their frames.
    facts = _facts.facts(level, mass.center.at[:NUM_WALLS].set(np.float32(0)), pairs(level.size))
    start = jax.tree.map(jnp.asarray, physics2d.at_rest(sizes(level.size)))
    position, velocity = _of_centers(level, mass.center)
    rotation, spin = level.bodies.rotation, level.bodies.angular_velocity
    physics = start.replace(
        position=position[NUM_WALLS:],
        angle=rotation[NUM_WALLS:],
        velocity=velocity[NUM_WALLS:],
        spin=spin[NUM_WALLS:],
    )
    return first_state(level, _world(level, mass, facts.machine, params), physics, facts)


def steps(
    world: physics2d.World,
    physics: physics2d.State,
    motor: jax.Array,
    thrust: jax.Array,
    count: int,
) -> tuple[physics2d.State, jax.Array, None]:
    """`count` physics steps under the same commands.

    Returns:
      What comes after them, which `pairs` touched in each, (count, k) bool, and None: places
      between them are not told.
    """
    controls = physics2d.Controls(motor=motor, thrust=thrust)
    physics, contacts = physics2d.steps(world, physics, controls, count)
    both = [contacts.touching.reshape(count, -1), contacts.on_planes.reshape(count, -1)]
    return physics, jnp.concatenate(both, axis=1), None


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
    joints, thrusters = level.joints, level.thrusters
    body = [joints.a_index, joints.b_index, thrusters.body_index]
    place = [joints.a_relative_position, joints.b_relative_position, thrusters.relative_position]
    held = _held(level, mass, jnp.concatenate(body), jnp.concatenate(place))
    j = room.joints
    ends = [slice(0, j), slice(j, 2 * j), slice(2 * j, None)]
    a, b, thrust = (jax.tree.map(lambda column, k=k: column[k], held) for k in ends)
    return physics2d.World(
        bodies=_bodies(level, mass, params),
        planes=_planes(level, params),
        joints=_joints(level, (a, b), params),
        thrusters=_thrusters(level, thrust, params),
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
        edges=jnp.arange(corners.shape[1], dtype=jnp.int32) < num_edges[:, None],
        radius=jnp.concatenate([no_radius, bodies.radius]),
        friction=_friction(level, params)[NUM_WALLS:],
        restitution=bodies.restitution[NUM_WALLS:],
    )


def _planes(level: Level, params: Params) -> physics2d.Planes:
    """Of each wall the face that looks at the middle of the scene."""
    walls = jax.tree.map(lambda column: column[:NUM_WALLS], level.bodies)
    sin, cos = sincos(walls.rotation[:, None])
    corners = _facts.outlines(walls)
    x = walls.position[:, :1] + cos * corners[..., 0] - sin * corners[..., 1]
    y = walls.position[:, 1:] + sin * corners[..., 0] + cos * corners[..., 1]
    along_x, along_y = _following(x) - x, _following(y) - y
    length = jnp.sqrt(along_x * along_x + along_y * along_y)
    there = length > 0
    length = jnp.where(there, length, np.float32(1))
    right, up = along_y / length, -along_x / length
    offset = right * x + up * y
    depth = right * _MIDDLE[0] + up * _MIDDLE[1] - offset
    depth = jnp.where(there, depth, -np.float32(np.inf))
    # The first of the deepest.
    face = jnp.argmax(depth, axis=1)[:, None] == np.arange(depth.shape[1])
    right, up, offset = (
        jnp.where(face, column, np.float32(0)).sum(axis=1) for column in (right, up, offset)
    )
    return physics2d.Planes(
        active=walls.active,
        normal=jnp.stack([right, up], axis=1),
        offset=offset,
        friction=_friction(level, params)[:NUM_WALLS],
        restitution=walls.restitution,
    )


def _following(column: jax.Array) -> jax.Array:
    """Of the next corner, (k, v)."""
    return jnp.concatenate([column[:, 1:], column[:, :1]], axis=1)


class _Held(NamedTuple):
    """What ends of joints, and thrusters, hold on to."""

    slot: jax.Array  # (k,) int32; that of the world, after the last one, for a wall
    place: jax.Array  # (k, 2), relative to the center of mass, or in the world
    turn: jax.Array  # (k,) rad, by how much what is held is turned against its slot
    inverse_inertia: jax.Array  # (k,)


def _held(level: Level, mass: shapes.Mass, body: jax.Array, place: jax.Array) -> _Held:
    """Bodies (k,), and places (k, 2) in their frames."""
    bodies = level.bodies
    columns = [bodies.position, mass.center, bodies.rotation[:, None]]
    columns += [_facts.inverted(bodies, mass.inertia)[:, None]]
    table = jnp.concatenate(columns, axis=1)
    rows = table.at[body].get(mode="promise_in_bounds", wrap_negative_indices=False)
    on_wall = body < NUM_WALLS
    turn = jnp.where(on_wall, rows[:, 4], np.float32(0))
    offset = jnp.where(on_wall[:, None], rows[:, :2], -rows[:, 2:4])
    slot = jnp.where(on_wall, level.size.bodies, body) - NUM_WALLS
    return _Held(slot.astype(jnp.int32), offset + _turned(turn, place), turn, rows[:, 5])


def _joints(level: Level, held: tuple[_Held, _Held], params: Params) -> physics2d.Joints:
    joints, (a, b) = level.joints, held
    inertia = a.inverse_inertia + b.inverse_inertia
    speed = params.base_motor_speed * joints.motor_speed
    fading = jnp.tanh(np.float32(_MOTOR_DECAY) * jnp.abs(speed))
    strength = params.base_motor_power * joints.motor_power * fading
    driven = joints.motor_on & ~joints.is_fixed & (inertia > 0)
    return physics2d.Joints(
        active=joints.active & (a.slot != b.slot),
        body_a=a.slot,
        body_b=b.slot,
        anchor_a=a.place,
        anchor_b=b.place,
        reference=joints.rotation + a.turn - b.turn,
        is_fixed=joints.is_fixed,
        has_limits=joints.has_limits,
        lower=joints.min_rotation,
        upper=joints.max_rotation,
        motor_speed=speed,
        motor_torque=jnp.where(driven, strength / jnp.where(driven, inertia, 1), np.float32(0)),
    )


def _thrusters(level: Level, held: _Held, params: Params) -> physics2d.Thrusters:
    thrusters = level.thrusters
    sin, cos = sincos(thrusters.rotation)
    return physics2d.Thrusters(
        active=thrusters.active & (thrusters.body_index >= NUM_WALLS),
        body=held.slot,
        position=held.place,
        direction=jnp.stack([cos, sin], axis=1),
        force=params.base_thruster_power * thrusters.power,
    )
