"""Where the bodies of a level in play are, whichever engine moves them."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.envs.kinetix._level import NUM_WALLS
from jaxenvs.envs.kinetix._state import State
from jaxenvs.physics2d import jax2d
from jaxenvs.trig import sincos


class Motion(NamedTuple):
    """Of all bodies, in the order and in the frames of `Level`."""

    position: jax.Array  # (n, 2) float32, m, of the origin of the body's frame
    rotation: jax.Array  # (n,) float32, rad, not wrapped
    velocity: jax.Array  # (n, 2) float32, m/s, of that origin
    angular_velocity: jax.Array  # (n,) float32, rad/s
    sin: jax.Array  # (n,) float32, of the rotation
    cos: jax.Array  # (n,) float32


def motion(state: State) -> Motion:
    """Where bodies are and how they move; slots without a body hold anything."""
    physics = state.physics
    if isinstance(physics, jax2d.State):  # whose bodies are those of the level
        sin, cos = sincos(physics.angle)
        return Motion(physics.position, physics.angle, physics.velocity, physics.spin, sin, cos)
    bodies = state.level.bodies

    def with_walls(start: jax.Array, now: jax.Array) -> jax.Array:
        return jnp.concatenate([start[:NUM_WALLS], now])

    # The engine tells of centers of mass.
    position = with_walls(bodies.position, physics.position)
    rotation = with_walls(bodies.rotation, physics.angle)
    velocity = with_walls(bodies.velocity, physics.velocity)
    spin = with_walls(bodies.angular_velocity, physics.spin)
    sin, cos = sincos(rotation)
    x, y = state.facts.center[:, 0], state.facts.center[:, 1]
    x, y = cos * x - sin * y, sin * x + cos * y
    position = position - jnp.stack([x, y], axis=1)
    velocity = velocity + spin[:, None] * jnp.stack([y, -x], axis=1)
    return Motion(position, rotation, velocity, spin, sin, cos)
