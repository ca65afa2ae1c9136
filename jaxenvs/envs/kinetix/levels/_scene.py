"""Scenes of traced arrays: an empty one, the boxes of its bodies, and which of them overlap."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._level import (
    MOST_VERTICES,
    NUM_WALLS,
    WALL_CORNERS,
    WALL_PLACES,
    Bodies,
    Level,
    Size,
    empty,
)
from jaxenvs.envs.kinetix.levels._settings import Generation
from jaxenvs.trig import sincos

SIDE = 5.0
"""Of the scene, m."""
FLOOR = 0.4
"""Height of the floor, m."""
CORNERS = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]], np.float32)
"""Of a rectangle with half sides of 1, clockwise."""


def empty_scene(size: Size, settings: Generation) -> Level:
    """The four walls and nothing else, in numpy."""
    level = empty(size)
    bodies = level.bodies
    walls = slice(0, NUM_WALLS)
    bodies.active[walls] = bodies.fixated[walls] = True
    bodies.collision_mode[walls] = 2
    bodies.density[walls] = bodies.friction[walls] = 1
    bodies.num_vertices[walls] = MOST_VERTICES
    bodies.position[walls], bodies.vertices[walls] = WALL_PLACES, WALL_CORNERS
    return level.replace(
        gravity=np.array([0, settings.gravity], np.float32),
        max_timesteps=np.array(settings.max_timesteps, np.int32),
    )


class Boxes(NamedTuple):
    """Rectangles, or circles where the radius is above 0 and the half sides are 0.

    The fields have one shape in common.
    """

    x: Any
    """Of the middle, m, in the world."""
    y: Any
    half_x: Any
    half_y: Any
    radius: Any
    cos: Any
    """Of the rotation."""
    sin: Any


def boxes_of(bodies: Bodies) -> Boxes:
    """The smallest rectangles around polygons, along the axes of their frames; the circles."""
    num_circles = bodies.radius.shape[0]
    low, high = extent(bodies)
    middle, half = (low + high) * np.float32(0.5), (high - low) * np.float32(0.5)
    middle, half = (jnp.pad(a, ((0, num_circles), (0, 0))) for a in (middle, half))
    sin, cos = sincos(jnp.asarray(bodies.rotation))
    return Boxes(
        x=bodies.position[:, 0] + cos * middle[:, 0] - sin * middle[:, 1],
        y=bodies.position[:, 1] + sin * middle[:, 0] + cos * middle[:, 1],
        half_x=half[:, 0],
        half_y=half[:, 1],
        radius=jnp.pad(bodies.radius, (bodies.vertices.shape[0], 0)),
        cos=cos,
        sin=sin,
    )


def extent(bodies: Bodies) -> tuple[jax.Array, jax.Array]:
    """The least and greatest coordinates of each polygon's corners in its frame, `(p, 2)` each."""
    corners = [bodies.vertices[:, i] for i in range(MOST_VERTICES)]
    is_triangle = jnp.asarray(bodies.num_vertices < MOST_VERTICES)[:, None]
    corners[3] = jnp.where(is_triangle, corners[0], corners[3])
    low, high = (
        pick(pick(corners[0], corners[1]), pick(corners[2], corners[3]))
        for pick in (jnp.minimum, jnp.maximum)
    )
    return low, high


def num_contacts(one: Boxes, other: Boxes) -> jax.Array:
    """In how many points they touch: 0, 1, or 2 for rectangles; float32.

    Rectangles are tested along their four axes. Where the overlap along the axis of least overlap
    takes in a whole side of the other rectangle, there are two points.
    """
    dx, dy = other.x - one.x, other.y - one.y
    in_one = jnp.abs(one.cos * dx + one.sin * dy), jnp.abs(one.cos * dy - one.sin * dx)
    in_other = jnp.abs(other.cos * dx + other.sin * dy), jnp.abs(other.cos * dy - other.sin * dx)
    cos = jnp.abs(one.cos * other.cos + one.sin * other.sin)
    sin = jnp.abs(one.sin * other.cos - one.cos * other.sin)
    least = jnp.float32(np.inf)
    has_two = False
    for (x, y), a, b in ((in_one, one, other), (in_other, other, one)):
        along_x = b.half_x * cos, b.half_y * sin
        along_y = b.half_x * sin, b.half_y * cos
        for distance, half, (u, v) in ((x, a.half_x, along_x), (y, a.half_y, along_y)):
            overlap = half + u + v - distance
            whole_side = overlap > np.float32(2) * jnp.minimum(u, v)
            has_two = jnp.where(overlap < least, whole_side, has_two)
            least = jnp.minimum(overlap, least)
    flat = jnp.where(least > 0, jnp.where(has_two, np.float32(2), np.float32(1)), np.float32(0))

    # Where one is a circle: how far its middle is from the other, in whose frame.
    circle_first = one.radius > 0
    x = jnp.where(circle_first, in_other[0] - other.half_x, in_one[0] - one.half_x)
    y = jnp.where(circle_first, in_other[1] - other.half_y, in_one[1] - one.half_y)
    x, y = jnp.maximum(x, np.float32(0)), jnp.maximum(y, np.float32(0))
    reach = one.radius + other.radius
    round_ = jnp.where(x * x + y * y < reach * reach, np.float32(1), np.float32(0))
    return jnp.where(circle_first | (other.radius > 0), round_, flat)
