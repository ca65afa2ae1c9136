"""Impulses at joints, motors and thrusters."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.physics2d.jax2d import plane
from jaxenvs.physics2d.jax2d.records import Rules, Scene

_Moved = tuple[jax.Array, jax.Array]  # positions and motions


class Pins(NamedTuple):
    """What the solver reads of joints; all axes after those named here are those of joints."""

    bodies: jax.Array
    """The two bodies, int32 [2, ...]."""
    arms: jax.Array
    """From the centers of both bodies to the joint, float32 [2, 2, ...]."""
    inverse_mass: jax.Array
    """Of the two bodies, [2, ...]."""
    inverse_inertia: jax.Array
    """Of the two bodies, [2, ...]."""
    weld: jax.Array
    """Angular velocity that a fixed joint takes away for its wrong angle, in rad/s."""
    limit: jax.Array
    """Angular velocity that a joint beyond its limits takes away, in rad/s."""
    is_fixed: jax.Array
    is_beyond: jax.Array
    """Whether the relative angle is outside the limits, bool."""
    resolved: jax.Array
    """Whether there is an impulse, bool."""


def pins(scene: Scene, angle: jax.Array, turn: jax.Array, rules: Rules) -> Pins:
    """Pins of all joints of bodies at angles [B]."""
    joints = scene.joints
    bodies = jnp.stack([joints.a, joints.b])
    anchors = jnp.stack([joints.a_anchor.T, joints.b_anchor.T], axis=1)
    relative = _relative(scene, angle)
    allowed = jnp.clip(relative, joints.lower, joints.upper)
    return Pins(
        bodies=bodies,
        arms=plane.turned(anchors, turn[:, bodies]),
        inverse_mass=scene.inverse_mass[bodies],
        inverse_inertia=scene.inverse_inertia[bodies],
        weld=relative * rules.weld_pull,
        limit=(relative - allowed) * rules.limit_pull,
        is_fixed=joints.is_fixed,
        is_beyond=joints.is_limited & (allowed != relative),
        resolved=_resolved(scene),
    )


def _relative(scene: Scene, angle: jax.Array) -> jax.Array:
    joints = scene.joints
    return angle[joints.b] - angle[joints.a] - joints.angle


def _resolved(scene: Scene) -> jax.Array:
    a, b = scene.joints.a, scene.joints.b
    is_movable = (scene.inverse_mass[a] != 0) | (scene.inverse_mass[b] != 0)
    return scene.joints.active & scene.active[a] & scene.active[b] & is_movable


def given_before(pins: Pins, impulse: jax.Array, motion: jax.Array) -> jax.Array:
    """Motions [3, B] after the accumulated impulses [3, J] are given once more."""
    change = _change(pins, impulse[:2]) + _twist(pins, impulse[2])
    change = jnp.where(pins.resolved, change, np.float32(0))
    return motion.at[:, pins.bodies.reshape(-1)].add(change.reshape(3, -1))


def _change(pins: Pins, push: jax.Array) -> jax.Array:
    """Changes of motion [3, 2, ...] of both bodies by an impulse [2, ...] on the first."""
    pushes = jnp.stack([push, -push], axis=1)
    turned = plane.cross(pins.arms, pushes) * pins.inverse_inertia
    return jnp.concatenate([pins.inverse_mass * pushes, turned[None]])


def _twist(pins: Pins, impulse: jax.Array) -> jax.Array:
    """Changes of motion [3, 2, ...] of both bodies by an angular impulse on the first."""
    turned = jnp.stack([impulse, -impulse]) * pins.inverse_inertia
    return jnp.stack([jnp.zeros_like(turned), jnp.zeros_like(turned), turned])


def solved(
    pins: Pins, impulses: jax.Array, position: jax.Array, motion: jax.Array, rules: Rules
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """One round over the joints, in their order.

    Returns positions [2, B], motions [3, B] and accumulated impulses [J, 3].
    """

    def joint(carry: _Moved, xs: tuple[Pins, jax.Array]) -> tuple[_Moved, jax.Array]:
        position, motion = carry
        pin, before = xs
        shift, change, impulse = _pulled(
            pin, before, position[:, pin.bodies], motion[:, pin.bodies], rules
        )
        position = position.at[:, pin.bodies].add(jnp.where(pin.resolved, shift, np.float32(0)))
        motion = motion.at[:, pin.bodies].add(jnp.where(pin.resolved, change, np.float32(0)))
        return (position, motion), jnp.where(pin.resolved, impulse, np.float32(0))

    rows = Pins(*(jnp.moveaxis(part, -1, 0) for part in pins))
    (position, motion), impulses = jax.lax.scan(joint, (position, motion), (rows, impulses))
    return position, motion, impulses


def _pulled(
    pin: Pins, before: jax.Array, position: jax.Array, motion: jax.Array, rules: Rules
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Shifts [2, 2], changes of motion [3, 2] and the accumulated impulse [3] of a joint."""
    mass = plane.nonzero(pin.inverse_mass[0] + pin.inverse_mass[1])
    ends = position + pin.arms
    gap = ends[:, 1] - ends[:, 0]
    at = motion[:2] + plane.swept(motion[2], _center(pin, ends)[:, None] - position)
    slip = at[:, 1] - at[:, 0]
    direction = slip / plane.nonzero(plane.length(slip))
    levers = jnp.square(plane.cross(pin.arms, direction[:, None])) * pin.inverse_inertia
    push = (slip + rules.joint_pull * gap) / plane.nonzero(mass + (levers[0] + levers[1]))
    push = push * rules.joint_stiffness
    shift = jnp.stack([gap, -gap], axis=1) / mass * pin.inverse_mass * rules.joint_shift
    change = _change(pin, push)

    spin = motion[2, 1] + change[2, 1] - motion[2, 0] - change[2, 0]
    # A spin that leads back inside is left alone.
    limit = jnp.where(jnp.sign(spin) == jnp.sign(pin.limit), spin + pin.limit, np.float32(0))
    limit = jnp.where(pin.is_beyond, limit, np.float32(0))
    excess = jnp.where(pin.is_fixed, spin + pin.weld, limit)
    twist = excess / plane.nonzero(pin.inverse_inertia[0] + pin.inverse_inertia[1])
    kept = jnp.where(pin.is_fixed, twist + before[2], np.float32(0))
    return shift, change + _twist(pin, twist), jnp.append(push + before[:2], kept)


def _center(pin: Pins, ends: jax.Array) -> jax.Array:
    """The point [2] of a joint whose ends on the two bodies [2, 2] have come apart."""
    weights = 1 / plane.nonzero(pin.inverse_mass)
    between = (ends[:, 0] * weights[0] + ends[:, 1] * weights[1]) / (weights[0] + weights[1])
    center = jnp.where(pin.inverse_mass[1] == 0, ends[:, 1], between)
    return jnp.where(pin.inverse_mass[0] == 0, ends[:, 0], center)


def driven(
    scene: Scene, action: jax.Array, angle: jax.Array, motion: jax.Array, rules: Rules
) -> jax.Array:
    """Motions [3, B] after the motors; `action` is float32 [J], and 0 leaves a motor idle."""
    joints = scene.joints
    bodies = jnp.stack([joints.a, joints.b])
    inertia = scene.inverse_inertia[bodies]
    fade = _fade(scene, action, angle, rules)
    most = rules.motor_power * joints.motor_power * rules.dt
    most = most / plane.nonzero(inertia[0] + inertia[1])
    spin = motion[2, joints.b] - motion[2, joints.a]
    excess = spin - joints.motor_speed * action * rules.motor_speed
    twist = most * fade * jnp.tanh(excess * rules.motor_decay)
    is_on = _resolved(scene) & joints.has_motor & ~joints.is_fixed & (action != 0)
    twist = jnp.where(is_on, twist, np.float32(0))
    change = jnp.stack([twist, -twist]) * inertia
    return motion.at[2, bodies.reshape(-1)].add(change.reshape(-1))


def _fade(scene: Scene, action: jax.Array, angle: jax.Array, rules: Rules) -> jax.Array:
    """Share of its torque [J] that a motor keeps which turns a joint towards a near limit."""
    joints = scene.joints
    relative = _relative(scene, angle)
    lower, upper = joints.lower + rules.motor_margin, joints.upper - rules.motor_margin
    excess = relative - jnp.clip(relative, lower, upper)
    left = jnp.maximum(np.float32(0), 1 - jnp.abs(excess) / rules.motor_margin)
    is_free = (excess == 0) | ~joints.is_limited | (jnp.sign(excess) != jnp.sign(action))
    return jnp.where(is_free, np.float32(1), left)


def thrust(
    scene: Scene, action: jax.Array, angle: jax.Array, motion: jax.Array, rules: Rules
) -> jax.Array:
    """Motions [3, B] after the thrusters; `action` is float32 [T]."""
    thrusters = scene.thrusters
    body = thrusters.body
    arm = plane.turned(thrusters.anchor.T, plane.turn_by(angle[body]))
    direction = plane.turn_by(thrusters.angle + angle[body])
    force = thrusters.power * rules.thruster_power * action * rules.dt
    force = jnp.where(thrusters.active, force, np.float32(0))
    push = scene.inverse_mass[body] * direction * force
    turned = scene.inverse_inertia[body] * plane.cross(arm, direction) * force
    return motion.at[:, body].add(jnp.concatenate([push, turned[None]]))
