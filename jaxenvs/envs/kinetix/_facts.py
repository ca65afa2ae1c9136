"""What follows from a level: masses, machines, and which pairs decide the game. Traced."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxenvs.envs.kinetix._level import BLUE, GREEN, RED, Bodies, Joints, Level
from jaxenvs.physics2d import shapes
from jaxenvs.struct import PyTree

# Where the engine's corners, counter-clockwise, come from: those of a level run clockwise, and a
# triangle's fourth means nothing. Repeats of the first corner count for nothing.
_QUAD, _TRIANGLE = np.array([[0, 3, 2, 1], [0, 2, 1, 0]], np.int32)


class Facts(PyTree):
    """Arrays over bodies are (n, ...), over pairs (k, ...)."""

    inverse_mass: jax.Array  # (n,) float32, 1/kg, as Kinetix shows it; 0 if nothing moves it
    inverse_inertia: jax.Array  # (n,) float32, 1/(kg m^2), likewise
    machine: jax.Array  # (n,) int32, the same for bodies that joints connect
    center: jax.Array  # (n, 2) float32, m: the center of mass in the body's frame
    wins: jax.Array  # (k,) bool, a green and a blue body
    loses: jax.Array  # (k,) bool, a green and a red body


# -- masses ----------------------------------------------------------------------------------------


def outlines(bodies: Bodies) -> jax.Array:
    """The corners of the polygons, counter-clockwise, (p, 4, 2); a triangle's first one twice."""
    vertices = jnp.asarray(bodies.vertices)
    is_triangle = jnp.asarray(bodies.num_vertices)[:, None, None] == 3
    return jnp.where(is_triangle, vertices[:, _TRIANGLE], vertices[:, _QUAD])


def masses(bodies: Bodies) -> shapes.Mass:
    """The true ones, fixated or not: masses (n,), centers (n, 2), moments of inertia (n,)."""
    density = jnp.asarray(bodies.density)
    num_polygons = bodies.vertices.shape[0]
    corners = outlines(bodies)
    # Slots without a body have no area, by which the center would be divided.
    there = jnp.asarray(bodies.active)[:num_polygons, None, None]
    square = jnp.asarray(shapes.box_vertices(1, 1), jnp.float32)
    polygons = shapes.polygon_mass(jnp.where(there, corners, square), density[:num_polygons])
    circles = shapes.circle_mass(jnp.asarray(bodies.radius), density[num_polygons:])
    joined = zip(polygons, circles, strict=True)
    return shapes.Mass(*(jnp.concatenate(both).astype(jnp.float32) for both in joined))


def inverted(bodies: Bodies, value: jax.Array) -> jax.Array:
    """1 / value, (n,), for bodies that can be moved; 0 for others."""
    moves = jnp.asarray(bodies.active) & ~jnp.asarray(bodies.fixated) & (value > 0)
    return jnp.where(moves, 1 / jnp.where(moves, value, np.float32(1)), np.float32(0))


def shown_masses(bodies: Bodies) -> tuple[jax.Array, jax.Array]:
    """1 / mass and 1 / moment of inertia, (n,) each, as Jax2D reckons them.

    As `_level.inverse_masses`: a disc has half of its moment of inertia, and a triangle's is that
    of three of four corners, the unused one included.
    """
    density, radius = jnp.asarray(bodies.density), jnp.asarray(bodies.radius)
    corners, num_vertices = jnp.asarray(bodies.vertices), jnp.asarray(bodies.num_vertices)
    area, inertia = _of_polygons(corners, num_vertices)
    area = jnp.concatenate([area, np.float32(math.pi) * radius**2])
    inertia = jnp.concatenate([inertia, np.float32(math.pi / 4) * radius**4])
    return inverted(bodies, area * density), inverted(bodies, inertia * density)


def _of_polygons(corners: jax.Array, num_vertices: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Areas, and second moments about the origin as Jax2D reckons them; (p,) each."""
    area, inertia = jnp.zeros_like(corners[:, 0, 0]), jnp.zeros_like(corners[:, 0, 0])
    for k in range(corners.shape[1]):
        one, other = corners[:, k], corners[:, (k + 1) % corners.shape[1]]
        product = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
        squares = one * one + one * other + other * other
        moment = jnp.abs(product * (squares[:, 0] + squares[:, 1])) / 12
        inertia = inertia + jnp.where(k < num_vertices, moment, np.float32(0))
        if k in (1, 2):  # the triangles of a fan
            one, other = one - corners[:, 0], other - corners[:, 0]
            product = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
            area = area + jnp.where(k + 1 < num_vertices, jnp.abs(product) / 2, np.float32(0))
    return area, inertia


# -- who belongs together --------------------------------------------------------------------------


def machines(num_bodies: int, joints: Joints) -> jax.Array:
    """A number for each body, (n,) int32: the same where a chain of joints connects two bodies."""
    ends = [jnp.asarray(column) for column in (joints.active, joints.a_index, joints.b_index)]

    def join(group: jax.Array, joint: tuple[jax.Array, ...]) -> tuple[jax.Array, None]:
        active, a, b = joint
        return jnp.where(active & (group == group[b]), group[a], group), None

    group = jnp.arange(num_bodies, dtype=jnp.int32)
    return lax.scan(join, group, tuple(ends))[0] if ends[0].shape[0] else group


def may_push(level: Level, machine: jax.Array) -> jax.Array:
    """Which bodies push each other when they meet, (n, n) bool, by joints and collision modes."""
    mode = jnp.asarray(level.bodies.collision_mode)
    active = jnp.asarray(level.bodies.active)
    one, other = mode[:, None], mode[None]
    willing = (one == 2) | (other == 2) | (one * other > 0)
    return (machine[:, None] != machine) & willing & active[:, None] & active


# -- the goal --------------------------------------------------------------------------------------


def goal_pairs(bodies: Bodies, pairs: np.ndarray) -> tuple[jax.Array, jax.Array]:
    """Which of the pairs, (k, 2), win and lose when they touch; (k,) bool each."""
    role = roles(bodies)
    product = role[pairs[:, 0]] * role[pairs[:, 1]]
    return product == GREEN * BLUE, product == GREEN * RED


def roles(bodies: Bodies) -> jax.Array:
    """(n,) int32, 0 where there is no body."""
    return jnp.where(jnp.asarray(bodies.active), jnp.asarray(bodies.role), 0).astype(jnp.int32)


def facts(level: Level, center: jax.Array, pairs: np.ndarray) -> Facts:
    """What follows from the level, for an engine with these centers and pairs."""
    inverse_mass, inverse_inertia = shown_masses(level.bodies)
    wins, loses = goal_pairs(level.bodies, pairs)
    return Facts(
        inverse_mass=inverse_mass,
        inverse_inertia=inverse_inertia,
        machine=machines(level.size.bodies, level.joints),
        center=center,
        wins=wins,
        loses=loses,
    )
