"""What is added to a level: a shape, free or with the joint that it hangs on, and a thruster."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._facts import masses
from jaxenvs.envs.kinetix._level import (
    MOST_VERTICES,
    NUM_MOTOR_BINDINGS,
    NUM_THRUSTER_BINDINGS,
    Bodies,
    Joints,
    Level,
)
from jaxenvs.envs.kinetix.levels._draws import between, choose
from jaxenvs.envs.kinetix.levels._scene import CORNERS
from jaxenvs.envs.kinetix.levels._settings import Generation
from jaxenvs.envs.kinetix.levels._shapes import Shape, point_of

_ZERO = np.float32(0)


class Draws(NamedTuple):
    """The random numbers of an added shape beside those of its proposal, each from 0 to 1."""

    slot: Any
    joint_slot: Any
    fixed: Any
    motor: Any
    binding: Any
    speed: Any
    power: Any
    limited: Any
    lowest: Any
    highest: Any


class ThrusterDraws(NamedTuple):
    """The random numbers of a thruster, each from 0 to 1."""

    body: Any
    slot: Any
    x: Any
    y: Any
    away: Any
    aligned: Any
    angle: Any
    factor: Any
    binding: Any


def with_shape(
    level: Level,
    shape: Shape,
    draws: Draws,
    is_added: Any,
    is_connected: Any,
    is_hinge: Any,
    settings: Generation,
) -> Level:
    """The level with the shape in a random free slot of its kind, where `is_added`.

    With the joint as well where `is_connected` too; a hinge whatever `draws` say where `is_hinge`.
    """
    bodies, (num_polygons, *_) = level.bodies, level.size
    place = np.arange(level.size.bodies, dtype=np.int32)
    is_free = ~bodies.active & ((place >= num_polygons) == shape.is_circle)
    slot = choose(draws.slot, is_free.astype(jnp.float32))
    here = (place == slot) & is_added
    joints = level.joints
    if joints.active.shape[0] > 0:
        joint = _joint(level, shape, slot, draws, is_hinge, settings)
        joint_slot = choose(draws.joint_slot, (~joints.active).astype(jnp.float32))
        there = (
            (np.arange(joints.active.shape[0], dtype=np.int32) == joint_slot)
            & is_added
            & is_connected
        )
        joints = put(there, joint, joints)
    return level.replace(bodies=_with_body(here, shape, bodies, settings), joints=joints)


def put(here: Any, one: Any, many: Any) -> Any:
    """A record of slots with `one` in the slot that `here` marks, if it marks any."""

    def leaf(new: Any, old: Any) -> jax.Array:
        mask = here.reshape(here.shape + (1,) * (jnp.ndim(old) - 1))
        return jnp.where(mask, jnp.asarray(new, old.dtype), old)

    return jax.tree.map(leaf, one, many)


def _with_body(here: Any, shape: Shape, bodies: Bodies, settings: Generation) -> Bodies:
    num_polygons = bodies.num_vertices.shape[0]
    new = {
        "active": True,
        "role": shape.role,
        "fixated": shape.fixated,
        "collision_mode": 1,
        "density": settings.density,
        "friction": settings.friction,
        "restitution": settings.restitution,
        "position": jnp.stack([shape.x, shape.y]),
        "rotation": shape.rotation,
        "velocity": 0.0,
        "angular_velocity": 0.0,
    }
    fields = {name: put(here, value, getattr(bodies, name)) for name, value in new.items()}
    half = jnp.stack([shape.half_x, shape.half_y])
    is_here, is_there = here[:num_polygons], here[num_polygons:]
    return bodies.replace(
        **fields,
        num_vertices=put(is_here, MOST_VERTICES, bodies.num_vertices),
        vertices=put(is_here, half * CORNERS, bodies.vertices),
        radius=put(is_there, shape.radius, bodies.radius),
    )


def _joint(
    level: Level, shape: Shape, slot: jax.Array, draws: Draws, is_hinge: Any, settings: Generation
) -> Joints:
    """The joint of the shape, which will be in that slot, and its target: one, not slots.

    Its first body is the target, but for a new polygon on a circle.
    """
    joints, num_polygons = level.joints, level.size.polygons
    is_on_circle = shape.target >= num_polygons
    is_first = ~shape.is_circle & is_on_circle
    with_circle = shape.is_circle | is_on_circle
    num_hinges = jnp.sum(joints.active & ~joints.is_fixed, dtype=jnp.int32)
    is_fixed = (draws.fixed < np.float32(settings.fixed_chance)) & ~is_hinge
    is_fixed = is_fixed & (num_hinges >= settings.min_hinges)
    own = jnp.stack([shape.anchor_x, shape.anchor_y])
    there = jnp.stack([shape.target_x, shape.target_y])
    turned = shape.rotation - level.bodies.rotation[shape.target]
    has_limits = (draws.limited < np.float32(settings.limit_chance)) & ~is_fixed & ~with_circle
    limit = jnp.where(has_limits, np.float32(settings.limit_most), _ZERO)
    low, high = (
        jnp.where(with_circle, np.float32(wheel), np.float32(arm))
        for wheel, arm in zip(settings.wheel_power, settings.motor_power, strict=True)
    )
    speed = between(draws.speed, *(np.float32(number) for number in settings.motor_speed))
    return Joints(
        active=True,
        a_index=jnp.where(is_first, slot, shape.target),
        b_index=jnp.where(is_first, shape.target, slot),
        a_relative_position=jnp.where(is_first, own, there),
        b_relative_position=jnp.where(is_first, there, own),
        is_fixed=is_fixed,
        # As in Kinetix, a hinge counts its angle from where both bodies stand upright.
        rotation=jnp.where(is_fixed, jnp.where(is_first, -turned, turned), _ZERO),
        has_limits=has_limits,
        min_rotation=-limit * draws.lowest,
        max_rotation=limit * draws.highest,
        motor_on=(draws.motor < np.float32(settings.motor_chance)) & ~is_fixed,
        motor_speed=jnp.where(is_fixed, _ZERO, speed),
        motor_power=jnp.where(is_fixed, _ZERO, between(draws.power, low, high)),
        motor_binding=_number(draws.binding, NUM_MOTOR_BINDINGS),
        motor_auto=False,
    )


def _number(number: jax.Array, count: int) -> jax.Array:
    return (number * np.float32(count)).astype(jnp.int32)


def with_thruster(
    level: Level, draws: ThrusterDraws, candidates: jax.Array, is_added: Any, settings: Generation
) -> Level:
    """The level with a thruster in a random free slot, on one of the bodies that are candidates.

    Without a free slot or a candidate that is active and not fixated nothing changes.
    """
    bodies, thrusters = level.bodies, level.thrusters
    num_thrusters = thrusters.active.shape[0]
    if num_thrusters == 0:
        return level
    candidates = candidates & bodies.active & ~bodies.fixated
    body = choose(draws.body, candidates.astype(jnp.float32))
    slot = choose(draws.slot, (~thrusters.active).astype(jnp.float32))
    is_added = is_added & jnp.any(candidates) & ~jnp.all(thrusters.active)
    num_polygons = level.size.polygons
    radius = bodies.radius[jnp.maximum(body - num_polygons, 0)] if level.size.circles else _ZERO
    mass = masses(bodies).mass[body]
    corner_x, corner_y = point_of(bodies, body, draws.x, draws.y)
    is_circle = body >= num_polygons
    way = draws.x * np.float32(2 * math.pi)
    far = radius * draws.y
    x = jnp.where(is_circle, far * jnp.cos(way), corner_x)
    y = jnp.where(is_circle, far * jnp.sin(way), corner_y)
    sign = jnp.where(draws.away > np.float32(0.5), np.float32(1), np.float32(-1))
    aligned = draws.aligned < np.float32(settings.aligned_chance)
    angle = jnp.arctan2(sign * y, jnp.where((x == 0) & (y == 0), np.float32(1), sign * x))
    factor = between(draws.factor, *(np.float32(number) for number in settings.thruster_factor))
    power = mass * np.float32(settings.thruster_power) * factor
    new = {
        "active": True,
        "body_index": body,
        "relative_position": jnp.stack([x, y]),
        "rotation": jnp.where(aligned, angle, draws.angle * np.float32(2 * math.pi)),
        "power": power,
        "binding": _number(draws.binding, NUM_THRUSTER_BINDINGS),
    }
    here = (np.arange(num_thrusters, dtype=np.int32) == slot) & is_added
    fields = {name: put(here, value, getattr(thrusters, name)) for name, value in new.items()}
    return level.replace(thrusters=thrusters.replace(**fields))
