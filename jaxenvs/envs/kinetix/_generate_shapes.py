"""Proposals of a shape for a random level: its kind, size, role and place.

A free shape lies anywhere in the scene; a connected one hangs on a shape that is there, its target.
The same numbers serve both. A field of a proposal has one entry for each that is drawn.
"""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._generate_draws import between, choose, chosen
from jaxenvs.envs.kinetix._generate_scene import FLOOR, SIDE, Boxes, boxes_of
from jaxenvs.envs.kinetix._generate_settings import Generation
from jaxenvs.envs.kinetix._level import (
    BLUE,
    GREEN,
    GREY,
    MOST_VERTICES,
    NUM_WALLS,
    RED,
    Joints,
    Level,
)
from jaxenvs.trig import sincos

_HALF, _ONE, _TWO = np.float32(0.5), np.float32(1), np.float32(2)


class Draws(NamedTuple):
    """The random numbers of a proposal, each from 0 to 1."""

    kind: Any
    target_kind: Any
    target: Any
    width: Any
    """Or the radius."""
    height: Any
    long: Any
    rotation: Any
    role: Any
    x: Any
    """Of the place of a free shape; of the anchor of a connected one."""
    y: Any
    target_x: Any
    """Of the anchor in the target."""
    target_y: Any
    opposite: Any
    fixated: Any
    low: Any


class Shape(NamedTuple):
    """A shape that may be added."""

    is_circle: Any
    role: Any
    fixated: Any
    half_x: Any
    half_y: Any
    radius: Any
    x: Any
    y: Any
    rotation: Any
    target: Any
    """The body that it is connected to, if it is."""
    anchor_x: Any
    """Where, in its own frame."""
    anchor_y: Any
    target_x: Any
    """Where, in the frame of the target."""
    target_y: Any
    is_hidden: Any
    """Whether one of the two may lie wholly inside the other, however they turn."""

    def boxes(self) -> Boxes:
        """Their places, as `num_contacts` wants them."""
        sin, cos = sincos(self.rotation)
        return Boxes(self.x, self.y, self.half_x, self.half_y, self.radius, cos, sin)


class Surroundings(NamedTuple):
    """What proposals depend on, of the level as it is."""

    bodies: Any
    boxes: Boxes
    has_polygon_slot: jax.Array
    has_circle_slot: jax.Array
    polygon_weights: jax.Array
    """`(p,)`: of being a target."""
    circle_weights: jax.Array
    """`(c,)`"""
    is_missing: list[jax.Array]
    """By role: no active body has it."""

    @property
    def can_connect(self) -> jax.Array:
        """Whether there is a target."""
        return jnp.any(self.polygon_weights > 0) | jnp.any(self.circle_weights > 0)


def surroundings(level: Level, settings: Generation) -> Surroundings:
    """What proposals depend on."""
    bodies, num_polygons = level.bodies, level.size.polygons
    place = np.arange(level.size.bodies, dtype=np.int32)
    is_shape = bodies.active & (place >= NUM_WALLS)
    weight = jnp.where(bodies.fixated, np.float32(settings.fixated_weight), _ONE)
    weight = jnp.where(is_shape, weight, np.float32(0))
    count = num_joints(level.joints, level.size.bodies)
    polygons = weight[:num_polygons] * jnp.maximum(_TWO - count[:num_polygons], np.float32(0))
    # Where every polygon has two joints, those are targets all the same.
    full = is_shape[:num_polygons].astype(jnp.float32)
    is_active = [bodies.active & (bodies.role == role) for role in range(RED + 1)]
    return Surroundings(
        bodies=bodies,
        boxes=boxes_of(bodies),
        has_polygon_slot=~jnp.all(bodies.active[:num_polygons]),
        has_circle_slot=~jnp.all(bodies.active[num_polygons:]),
        polygon_weights=jnp.where(jnp.any(polygons > 0), polygons, full),
        circle_weights=jnp.where(count[num_polygons:] == 0, weight[num_polygons:], np.float32(0)),
        is_missing=[~jnp.any(active) for active in is_active],
    )


def num_joints(joints: Joints, num_bodies: int) -> jax.Array:
    """How many joints hold each body, `(n,)` float32."""
    place = np.arange(num_bodies, dtype=np.int32)
    count = jnp.zeros(num_bodies, jnp.float32)
    for j in range(joints.active.shape[0]):
        held = (place == joints.a_index[j]) | (place == joints.b_index[j])
        count = count + (held & joints.active[j]).astype(jnp.float32)
    return count


def propose(
    draws: Draws, around: Surroundings, is_connected: Any, may_fixate: Any, settings: Generation
) -> Shape:
    """Shapes that may be added, as many as there are numbers of each name in `draws`."""
    target = _target(draws, around)
    is_circle = _kind(draws, around, is_connected & (target >= around.polygon_weights.shape[0]))
    target_role = jnp.where(is_connected, around.bodies.role[target], GREY)
    role = _role(draws.role, around.is_missing, target_role, settings)
    has_goal = (role == GREEN) | (role == BLUE)
    factor = jnp.where(has_goal & ~is_connected, np.float32(settings.goal_size_factor), _ONE)
    half_x, half_y, radius = dimensions(draws, is_circle, factor, settings)
    mass = jnp.where(is_circle, np.float32(math.pi) * radius * radius, 4 * half_x * half_y)
    mass = mass * np.float32(settings.density)
    chance = np.float32(settings.fixate_base) + np.float32(settings.fixate_per_mass) * mass
    chance = jnp.minimum(chance, np.float32(settings.fixate_most))
    fixated = (draws.fixated < chance) & may_fixate & ~is_connected
    rotation = draws.rotation * np.float32(2 * math.pi)

    free_x, free_y = _free_place(draws, role, jnp.maximum(half_x, half_y), radius, settings)
    low = jnp.where(role == GREY, settings.low_chance, settings.low_chance_with_role)
    is_low = fixated & (draws.low < low.astype(jnp.float32)) & (free_y >= SIDE / 2)
    free_y = free_y - jnp.where(is_low, np.float32(SIDE / 2), np.float32(0))

    anchor = (_TWO * draws.x - _ONE) * half_x, (_TWO * draws.y - _ONE) * half_y
    there = _inside(draws, around, target)
    x, y = _connected_place(rotation, anchor, there, around, target)
    own = half_x, half_y, radius, *anchor
    is_hidden = _is_hidden(own, around.boxes, target, there, settings)
    return Shape(
        is_circle=is_circle,
        role=role,
        fixated=fixated,
        half_x=half_x,
        half_y=half_y,
        radius=radius,
        x=jnp.where(is_connected, x, free_x),
        y=jnp.where(is_connected, y, free_y),
        rotation=rotation,
        target=target,
        anchor_x=anchor[0],
        anchor_y=anchor[1],
        target_x=there[0],
        target_y=there[1],
        is_hidden=is_connected & is_hidden,
    )


def _target(draws: Draws, around: Surroundings) -> jax.Array:
    """The body to connect to: polygons and circles alike often, if there are both."""
    has_polygon = jnp.any(around.polygon_weights > 0)
    has_circle = jnp.any(around.circle_weights > 0)
    # Without a slot for a polygon, what comes is a circle, and goes on a polygon.
    prefers = ~around.has_polygon_slot | ~has_circle | (draws.target_kind < _HALF)
    polygon = choose(draws.target, around.polygon_weights)
    circle = choose(draws.target, around.circle_weights)
    num_polygons = np.int32(around.polygon_weights.shape[0])
    return jnp.where(has_polygon & prefers, polygon, num_polygons + circle)


def _kind(draws: Draws, around: Surroundings, is_on_circle: Any) -> jax.Array:
    """Whether it is a circle: as often as not, but none comes on a circle if a polygon can."""
    prefers = (draws.kind < _HALF) & ~is_on_circle
    return around.has_circle_slot & (prefers | ~around.has_polygon_slot)


def _role(
    number: jax.Array, is_missing: list[jax.Array], target_role: jax.Array, settings: Generation
) -> jax.Array:
    """Green and blue come first, red once at most; green, blue and red do not touch by a joint."""
    is_whole = ~is_missing[GREEN] & ~is_missing[BLUE]
    weights = []
    for role, weight, is_wanted in (
        (GREY, 1.0, is_whole),
        (GREEN, 1.0, is_missing[GREEN]),
        (BLUE, 1.0, is_missing[BLUE]),
        (RED, settings.red_weight, is_whole & is_missing[RED]),
    ):
        fits = role == GREY or ((target_role == GREY) | (target_role == role))
        weights.append(jnp.where(is_wanted & fits, np.float32(weight), np.float32(0)))
    totals = weights[:1]
    for weight in weights[1:]:
        totals.append(totals[-1] + weight)
    return chosen(number, totals)


def dimensions(
    draws: Draws, is_circle: jax.Array, factor: jax.Array, settings: Generation
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Half sides, or a radius, and 0 for what it has not."""
    size = np.float32(settings.max_size) * factor
    least = np.float32(settings.min_half_side)
    most = size * np.float32(0.5 / math.sqrt(2))
    stretch, chance = np.float32(settings.long_factor), np.float32(settings.long_chance)
    wide = jnp.where(draws.long < chance * _HALF, stretch, _ONE)
    high = jnp.where((draws.long >= chance * _HALF) & (draws.long < chance), stretch, _ONE)
    half_x = between(draws.width, least, most) * wide
    half_y = between(draws.height, least, most) * high
    largest = size * np.float32(0.5 * settings.circle_size_factor)
    radius = between(draws.width, np.float32(settings.min_radius), largest)
    none = np.float32(0)
    return (
        jnp.where(is_circle, none, half_x),
        jnp.where(is_circle, none, half_y),
        jnp.where(is_circle, radius, none),
    )


def _free_place(
    draws: Draws, role: jax.Array, half: jax.Array, radius: jax.Array, settings: Generation
) -> tuple[jax.Array, jax.Array]:
    """Anywhere in the scene; sometimes green on the left and blue on the right."""
    reach = jnp.maximum(half * np.float32(math.sqrt(2)), radius)
    is_opposite = draws.opposite < np.float32(settings.opposite_chance)
    middle, none = np.float32(SIDE / 2), np.float32(0)
    low = reach + jnp.where(is_opposite & (role == BLUE), middle, none)
    high = np.float32(SIDE) - reach - jnp.where(is_opposite & (role == GREEN), middle, none)
    x = between(draws.x, low, high)
    y = between(draws.y, reach + np.float32(FLOOR), np.float32(SIDE) - reach)
    return x, y


def _inside(draws: Draws, around: Surroundings, target: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A point of the target, in its frame: the middle of a circle, any of a polygon."""
    return point_of(around.bodies, target, draws.target_x, draws.target_y)


def point_of(bodies: Any, body: jax.Array, u: jax.Array, v: jax.Array) -> tuple[Any, Any]:
    """A point of a polygon for two numbers from 0 to 1, in its frame; 0 of a circle.

    The point moves along two opposite sides by `u` and from the one to the other by `v`: even in a
    rectangle. A triangle has its first corner twice.
    """
    num_polygons = bodies.vertices.shape[0]
    is_polygon = body < num_polygons
    slot = jnp.minimum(body, np.int32(num_polygons - 1))
    corners = bodies.vertices[slot]
    is_triangle = bodies.num_vertices[slot] < MOST_VERTICES

    def along(axis: int) -> jax.Array:
        a, b, c, d = (corners[..., i, axis] for i in range(MOST_VERTICES))
        d = jnp.where(is_triangle, a, d)
        first, second = a + u * (b - a), d + u * (c - d)
        return jnp.where(is_polygon, first + v * (second - first), np.float32(0))

    return along(0), along(1)


def _connected_place(
    rotation: jax.Array, anchor: Any, there: Any, around: Surroundings, target: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Where the shape lies if its anchor meets that in the target."""
    bodies, boxes = around.bodies, around.boxes
    sin, cos = sincos(rotation)
    target_sin, target_cos = boxes.sin[target], boxes.cos[target]
    origin = bodies.position[target]
    x = origin[..., 0] + target_cos * there[0] - target_sin * there[1]
    y = origin[..., 1] + target_sin * there[0] + target_cos * there[1]
    return x - cos * anchor[0] + sin * anchor[1], y - sin * anchor[0] - cos * anchor[1]


def _is_hidden(
    own: Any, boxes: Boxes, target: jax.Array, there: Any, settings: Generation
) -> jax.Array:
    """Whether one shape may lie wholly inside the other, turned about the joint as it may be."""
    half_x, half_y, radius, own_x, own_y = own
    target_radius = boxes.radius[target]
    is_circle, is_on_circle = radius > 0, target_radius > 0
    if settings.anchors_mixed:
        mixed = is_circle | ~is_on_circle
        own_x, there_x = _swapped(mixed, own_x, there[0])
        own_y, there_y = _swapped(mixed, own_y, there[1])
    else:
        there_x, there_y = there
    margin = np.float32(settings.visible_margin)
    one = _farthest_and_nearest(half_x, half_y, radius, own_x, own_y)
    other = _farthest_and_nearest(
        boxes.half_x[target], boxes.half_y[target], target_radius, there_x, there_y
    )
    shows = (one[0] > other[1] + margin) & (other[0] > one[1] + margin)
    return ~shows | (is_circle & is_on_circle)


def _swapped(condition: jax.Array, one: jax.Array, other: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jnp.where(condition, other, one), jnp.where(condition, one, other)


def _farthest_and_nearest(
    half_x: jax.Array, half_y: jax.Array, radius: jax.Array, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Distances of the edge from a point in the shape's frame; of a circle always the radius."""
    x, y = jnp.abs(x), jnp.abs(y)
    farthest = jnp.sqrt((half_x + x) ** 2 + (half_y + y) ** 2)
    nearest = jnp.minimum(half_x - x, half_y - y)
    is_circle = radius > 0
    return jnp.where(is_circle, radius, farthest), jnp.where(is_circle, radius, nearest)
