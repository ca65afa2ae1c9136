"""Levels in the engine that reproduces Jax2D's steps, faults included."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxenvs.envs.kinetix import _facts
from jaxenvs.envs.kinetix._level import NUM_WALLS, Level, Size
from jaxenvs.envs.kinetix._state import Params, State, first_state
from jaxenvs.physics2d import jax2d

_RULES = jax2d.Rules()


def pairs(size: Size) -> np.ndarray:
    """The two bodies of each entry of `State.touching`, (k, 2) int32."""
    return jax2d.pairs(size.polygons, size.circles, NUM_WALLS)


def build(level: Level, params: Params) -> State:
    """The level at its start."""
    level = jax.tree.map(jnp.asarray, level)
    centers = jnp.zeros((level.size.bodies, 2), jnp.float32)
    facts = _facts.facts(level, centers, pairs(level.size))
    scene = _scene(level, facts, params)
    start = jax2d.at_rest(scene, level.bodies.position, level.bodies.rotation, _RULES)
    physics = start.replace(velocity=level.bodies.velocity, spin=level.bodies.angular_velocity)
    return first_state(level, scene, physics, facts)


def steps(
    scene: jax2d.Scene, physics: jax2d.State, motor: jax.Array, thrust: jax.Array, count: int
) -> tuple[jax2d.State, jax.Array, jax.Array]:
    """`count` physics steps under the same commands.

    Returns:
      What comes after them, which `pairs` touched before each, (count, k) bool, and where bodies
      were after each, (count, n, 2) float32.
    """
    action = jnp.concatenate([motor, thrust])

    def one(physics: jax2d.State, _: None) -> Any:
        physics, touching = jax2d.step(scene, physics, action, _RULES)
        return physics, (touching, physics.position)

    physics, (touching, places) = lax.scan(one, physics, None, length=count)
    return physics, touching, places


def _scene(level: Level, facts: _facts.Facts, params: Params) -> jax2d.Scene:
    bodies, joints, thrusters = level.bodies, level.joints, level.thrusters
    return jax2d.Scene(
        vertices=bodies.vertices,
        sides=bodies.num_vertices,
        radius=bodies.radius,
        inverse_mass=facts.inverse_mass,
        inverse_inertia=facts.inverse_inertia,
        friction=bodies.friction * (params.base_friction / np.float32(_RULES.friction)),
        restitution=bodies.restitution,
        collision_mode=bodies.collision_mode,
        active=bodies.active,
        collides=facts.machine[:, None] != facts.machine,
        gravity=level.gravity,
        joints=jax2d.Joints(
            a=joints.a_index,
            b=joints.b_index,
            a_anchor=joints.a_relative_position,
            b_anchor=joints.b_relative_position,
            active=joints.active,
            is_fixed=joints.is_fixed,
            angle=joints.rotation,
            is_limited=joints.has_limits,
            lower=joints.min_rotation,
            upper=joints.max_rotation,
            has_motor=joints.motor_on,
            motor_speed=joints.motor_speed
            * (params.base_motor_speed / np.float32(_RULES.motor_speed)),
            motor_power=joints.motor_power
            * (params.base_motor_power / np.float32(_RULES.motor_power)),
        ),
        thrusters=jax2d.Thrusters(
            body=thrusters.body_index,
            anchor=thrusters.relative_position,
            angle=thrusters.rotation,
            power=thrusters.power
            * (params.base_thruster_power / np.float32(_RULES.thruster_power)),
            active=thrusters.active,
        ),
    )
