"""Moving, turning and resizing a body of a level, with all that hangs on it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._facts import machines
from jaxenvs.envs.kinetix._generate_scene import FLOOR, SIDE, boxes_of
from jaxenvs.envs.kinetix._level import NUM_WALLS, Bodies, Joints, Level, Thrusters
from jaxenvs.trig import sincos

_FARTHEST = np.float32(15)  # that a level file may hold, m
_GAP = np.float32(1e-4)  # between anchors that ought to meet, m
_ZERO = np.float32(0)


def reshaped(
    level: Level, body: jax.Array, scale: jax.Array, turn: jax.Array, shift: jax.Array
) -> tuple[Level, jax.Array]:
    """The level with one body scaled and turned about its origin and moved.

    What joints connect with it moves along, so that the anchors meet; rigid joints take the new
    angle. All of it is moved back into the scene as far as it stands out, unless a wall is part of
    it, which stays where it is.

    Args:
      level: of traced arrays.
      body: () int32, not a wall.
      scale: (2,) float32, by axis of the body's frame.
      turn: () float32, rad.
      shift: (2,) float32, m.

    Returns:
      The new level, and whether it is one: () bool, false where joints that run in a ring or to a
      wall do not allow it.
    """
    joints, position = level.joints, level.bodies.position
    num_bodies = level.size.bodies
    bodies = _scaled(level.bodies, body, scale, turn)
    at_a, at_b = joints.a_index == body, joints.b_index == body
    is_held = joints.active & (at_a | at_b)
    joints = _rescaled(joints, at_a & is_held, at_b & is_held, scale, turn)
    thrusters = _rescaled_thrusters(level.thrusters, body, scale)

    # Each joint of the body pulls along the branch that hangs on it.
    other = jnp.where(at_a, joints.b_index, joints.a_index)
    own = jnp.where(at_a[:, None], joints.a_relative_position, joints.b_relative_position)
    there = jnp.where(at_a[:, None], joints.b_relative_position, joints.a_relative_position)
    pull = in_world(bodies, body, own) - in_world(bodies, other, there)
    branch = machines(num_bodies, joints.replace(active=joints.active & ~is_held))
    pulled = is_held[:, None] & (branch[other][:, None] == branch)  # (j, n)
    move = jnp.zeros_like(position)
    for j in range(pulled.shape[0]):
        move = jnp.where(pulled[j][:, None], pull[j], move)
    is_body = np.arange(num_bodies, dtype=np.int32) == body
    is_moved = is_body | jnp.any(pulled, axis=0)

    # A wall stays: all else moves the other way.
    is_wall = is_moved & (np.arange(num_bodies, dtype=np.int32) < NUM_WALLS)
    has_wall = jnp.any(is_wall)
    held = jnp.where(has_wall, move[jnp.argmax(is_wall)], _ZERO)
    move = move - held + jnp.where(has_wall, _ZERO, shift)
    bodies = bodies.replace(position=position + jnp.where(is_moved[:, None], move, _ZERO))
    back = jnp.where(has_wall, _ZERO, _back_inside(bodies, is_moved))
    bodies = bodies.replace(position=bodies.position + jnp.where(is_moved[:, None], back, _ZERO))

    level = level.replace(bodies=bodies, joints=joints, thrusters=thrusters)
    meets = _meets(bodies, joints, is_held)
    stays = jnp.all(~is_wall[:, None] | (jnp.abs(move) < _GAP))
    can_shift = ~has_wall | jnp.all(shift == 0)
    return level, meets & stays & can_shift & _is_near(level)


def in_world(bodies: Bodies, body: jax.Array, point: jax.Array) -> jax.Array:
    """Points `(k, 2)` in the frames of bodies, () or `(k,)`, where they are in the world."""
    sin, cos = sincos(bodies.rotation[body])
    x = cos * point[:, 0] - sin * point[:, 1]
    y = sin * point[:, 0] + cos * point[:, 1]
    return bodies.position[body] + jnp.stack([x, y], axis=1)


def _scaled(bodies: Bodies, body: jax.Array, scale: jax.Array, turn: jax.Array) -> Bodies:
    num_bodies, num_polygons = bodies.active.shape[0], bodies.vertices.shape[0]
    here = np.arange(num_bodies, dtype=np.int32) == body
    is_here, is_there = here[:num_polygons], here[num_polygons:]
    vertices = jnp.where(is_here[:, None, None], bodies.vertices * scale, bodies.vertices)
    return bodies.replace(
        vertices=vertices,
        radius=jnp.where(is_there, bodies.radius * scale[0], bodies.radius),
        rotation=jnp.where(here, bodies.rotation + turn, bodies.rotation),
    )


def _rescaled(joints: Joints, at_a: Any, at_b: Any, scale: jax.Array, turn: jax.Array) -> Joints:
    a, b = joints.a_relative_position, joints.b_relative_position
    change = jnp.where(at_b, turn, jnp.where(at_a, -turn, _ZERO))
    return joints.replace(
        a_relative_position=jnp.where(at_a[:, None], a * scale, a),
        b_relative_position=jnp.where(at_b[:, None], b * scale, b),
        rotation=jnp.where(joints.is_fixed, joints.rotation + change, joints.rotation),
    )


def _rescaled_thrusters(thrusters: Thrusters, body: jax.Array, scale: jax.Array) -> Thrusters:
    here = thrusters.active & (thrusters.body_index == body)
    place = thrusters.relative_position
    return thrusters.replace(relative_position=jnp.where(here[:, None], place * scale, place))


def _back_inside(bodies: Bodies, is_moved: jax.Array) -> jax.Array:
    """How far to move bodies into the scene, `(2,)`, m."""
    boxes = boxes_of(bodies)
    cos, sin = jnp.abs(boxes.cos), jnp.abs(boxes.sin)
    reach_x = cos * boxes.half_x + sin * boxes.half_y + boxes.radius
    reach_y = sin * boxes.half_x + cos * boxes.half_y + boxes.radius
    backs = []
    for middle, reach, least in ((boxes.x, reach_x, 0.0), (boxes.y, reach_y, FLOOR)):
        low = jnp.min(jnp.where(is_moved, middle - reach, np.float32(np.inf)))
        high = jnp.max(jnp.where(is_moved, middle + reach, np.float32(-np.inf)))
        back = jnp.maximum(np.float32(least) - low, _ZERO)
        backs.append(back - jnp.maximum(high - np.float32(SIDE), _ZERO))
    return jnp.stack(backs)


def _meets(bodies: Bodies, joints: Joints, is_held: jax.Array) -> jax.Array:
    """Whether the anchors of joints meet; () bool."""
    a = in_world(bodies, joints.a_index, joints.a_relative_position)
    b = in_world(bodies, joints.b_index, joints.b_relative_position)
    return jnp.all(~is_held[:, None] | (jnp.abs(a - b) < _GAP))


def _is_near(level: Level) -> jax.Array:
    """Whether a file may hold all places; () bool."""
    bodies, joints, thrusters = level.bodies, level.joints, level.thrusters
    limited = [
        bodies.position,
        bodies.vertices,
        bodies.radius,
        joints.a_relative_position,
        joints.b_relative_position,
        thrusters.relative_position,
    ]
    return jnp.all(jnp.stack([jnp.all(jnp.abs(one) <= _FARTHEST) for one in limited if one.size]))
