"""What agents see that look at pixels: the middle 5 x 5 m of a scene, 125 x 125 points.

Source: Kinetix 3.0.2 (render/renderer_pixels.py, at its default `downscale` of 4, and the picture
of a thruster in assets/thruster.png). As there, the first axis is x, the second y, which points up;
pixel (i, j) has the color at (i, j) / 25 m.

Differences: bodies that reach further than 1 m from their middle along an axis are drawn whole,
where Kinetix draws what lies in a square of 2 x 2 m; triangles have their three corners, where
Kinetix looks at a fourth one that they have not; a joint is drawn where body a holds it, Kinetix
shows where it was before the last correction of places, which is the same point unless the joint
is torn; colors are whole bytes. On Kinetix's levels with their bodies moved at random all pixels
are equal; as published, where many outlines lie on points and rounding decides, 99.96 % are.

Thousands of frames per CPU-second, 256 in a batch, for sizes S, M and L: 10, 8 and 7, most of which
is memory for float32 (45, 24 and 16 in bytes); Kinetix 1.4, 1.3 and 0.8, on the same machine
(`benchmarks/kinetix_pixels.py`, `tests/parity/kinetix/draw_originals.py --speed`).
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import raster
from jaxenvs.envs.kinetix._level import NUM_WALLS, Level
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix._view import motion
from jaxenvs.raster import Canvas, Layer
from jaxenvs.trig import sincos

SIDE = 125
PIXELS_PER_METER = 25
CANVAS = Canvas(height=SIDE, width=SIDE)  # its rows are x, its columns y

ROLES = np.array([(160, 160, 160), (0, 204, 0), (0, 102, 204), (255, 102, 102)], np.uint8)
FIXATED = np.array([(80, 80, 80), (0, 102, 0), (0, 51, 102), (128, 51, 51)], np.uint8)
"""By role, of bodies that never move."""
BINDINGS = np.array(
    [(255, 255, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255), (255, 153, 51)], np.uint8
)
"""Of joints and thrusters: those that no action drives, then by binding."""

_RIM = np.float32(3e-5)
"""Pixels by which shapes are larger: points on their outline lie within, whatever is rounded."""
_FLOOR_RIM = np.array([-_RIM, _RIM])  # y, x
"""The floor's top lies on points in nearly all levels, and in Kinetix a little below them."""
_MARGIN = np.float32(2)
"""Meters that Kinetix draws beyond the picture's left and lower edge: numbers are rounded alike."""

THRUSTER_ART = """
........+-+.....
.......++-+.....
......+--+......
......+--+......
...+++----+.....
...+++----+++...
..+-----o--++...
..+----ooo---+..
..+----oooo--+..
################
##============##
.#============#.
.##==========##.
..#==========#..
..##========##..
...##########...
"""
"""A flame below, which has the color of the binding, and a nozzle; it pushes downwards as drawn."""
_INK = {".": -1, "+": 132, "-": 196, "o": 255, "#": 0, "=": 93}
_INKS = np.array([_INK[letter] for letter in "".join(THRUSTER_ART.split())], np.float32)
_ART_SIDE = 16
_ROWS = np.arange(SIDE, dtype=np.float32)
_FLAME_ROWS = 9
_REACH = 2  # pixels from the middle of a thruster to its sides: 4 are as long as the art


def pixels(state: State) -> jax.Array:
    """The picture of a state, `(125, 125, 3)` float32 from 0 to 1, axes (x, y)."""
    now = motion(state)
    picture = painted(state.level, now.position, now.sin, now.cos)
    return picture.astype(jnp.float32) / np.float32(255)


def painted(level: Level, position: Any, sin: Any, cos: Any) -> jax.Array:
    """The same in bytes, `(125, 125, 3)` uint8.

    Args:
        level: what the scene is made of; where its bodies start does not matter.
        position: `(n, 2)` float32, m, where its bodies are.
        sin: `(n,)` float32, of the angles by which they are turned.
        cos: likewise.
    """
    level = jax.tree.map(jnp.asarray, level)
    place = _Places(*(jnp.asarray(numbers, jnp.float32) for numbers in (position, sin, cos)))
    return CANVAS.paint(
        raster.WHITE,
        _polygons(level, place),
        _circles(level, place),
        _joints(level, place),
        _thrusters(level, place),
    )


class _Places:
    """Where points of bodies lie on the canvas."""

    def __init__(self, position: jax.Array, sin: jax.Array, cos: jax.Array) -> None:
        self.position, self.sin, self.cos = position, sin, cos

    def of(self, body: Any, point: jax.Array) -> jax.Array:
        """Points `(k, ..., 2)` of bodies `(k,)`, in their frames, on the canvas, y before x."""
        body_shape = (-1, *(1,) * (point.ndim - 2))
        sin, cos = (x[body].reshape(body_shape) for x in (self.sin, self.cos))
        x, y = point[..., 0], point[..., 1]
        origin = self.position[body]
        x, y = cos * x - sin * y, sin * x + cos * y
        x = _pixel(origin[:, 0].reshape(body_shape) + x)
        y = _pixel(origin[:, 1].reshape(body_shape) + y)
        return jnp.stack([y, x], axis=-1)

    def nearest(self, body: Any, point: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The row and column `(k, 1)` of the pixel that is nearest to each point `(k, 2)`."""
        where = jnp.round(self.of(body, point) - np.float32(0.5))
        return where[:, 1, None], where[:, 0, None]


def _pixel(meters: jax.Array) -> jax.Array:
    """On the canvas, whose pixels have their middle at a half."""
    shift = np.float32(0.5) - _MARGIN * np.float32(PIXELS_PER_METER)
    return (meters + _MARGIN) * np.float32(PIXELS_PER_METER) + shift


def _polygons(level: Level, place: _Places) -> Layer:
    """The floor and all polygons that are not walls."""
    count = level.size.polygons
    slots = np.array([0, *range(NUM_WALLS, count)])
    bodies = level.bodies
    color = _body_colors(bodies.role[slots], bodies.fixated[slots].at[0].set(True))
    return raster.polygons(
        CANVAS,
        _grown(place.of(slots, bodies.vertices[slots])),
        bodies.num_vertices[slots],
        color,
        bodies.active[slots],
    )


def _circles(level: Level, place: _Places) -> Layer:
    """Each circle, and a black line from its middle to its rim, over it."""
    count = level.size.polygons
    bodies, slots = level.bodies, np.arange(count, level.size.bodies)
    radius = bodies.radius * np.float32(PIXELS_PER_METER)
    center = place.of(slots, jnp.zeros((len(slots), 2), jnp.float32))
    active = bodies.active[slots]
    color = _body_colors(bodies.role[slots], bodies.fixated[slots])
    discs = raster.circles(CANVAS, center, radius + _RIM, color, active)
    up = jnp.stack([place.cos[slots], -place.sin[slots]], axis=-1)
    rim = center + up * (2 * radius)[:, None]
    spokes = raster.segments(CANVAS, center, rim, 2.0, raster.BLACK, active).within(discs)
    return jax.tree.map(
        lambda a, b: jnp.stack([a, b], axis=1).reshape(-1, *a.shape[1:]), discs, spokes
    )


def _joints(level: Level, place: _Places) -> Layer:
    """A pixel each, white without a motor."""
    joints = level.joints
    row, col = place.nearest(joints.a_index, joints.a_relative_position)
    drives = joints.motor_on & ~joints.is_fixed
    color = raster.pick(BINDINGS, jnp.where(drives, joints.motor_binding + 1, 0))
    return _columns(row == _ROWS, col, color, joints.active)


def _thrusters(level: Level, place: _Places) -> Layer:
    """Each as five columns of up to five pixels, which are points of the art."""
    thrusters = level.thrusters
    body = thrusters.body_index
    row, col = place.nearest(body, thrusters.relative_position)
    sin, cos = sincos(thrusters.rotation)
    sin, cos = (  # of the sum of two angles
        (sin * place.cos[body] + cos * place.sin[body])[:, None, None],
        (cos * place.cos[body] - sin * place.sin[body])[:, None, None],
    )
    offset = np.arange(-_REACH, _REACH + 1, dtype=np.float32)
    x = (_ROWS - row)[:, None, :]  # thruster, column, row of the canvas
    y = offset[:, None]
    shown, color = _art(cos * x + sin * y, cos * y - sin * x, thrusters.binding)
    active = jnp.repeat(thrusters.active, len(offset))
    col = (col + offset).reshape(-1, 1)
    return _columns(shown.reshape(-1, SIDE), col, color.reshape(-1, SIDE, 3), active)


def _art(x: jax.Array, y: jax.Array, binding: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Whether points are in the art, and their colors; pixels from its middle, x along the push."""
    texel, inside = [], True
    for along in (x, y):
        share = along / np.float32(2 * _REACH) + np.float32(0.5)
        inside = inside & (share >= 0) & (share <= 1)
        # The small number is Kinetix's: points between two texels go to the next.
        number = jnp.round(share * np.float32(_ART_SIDE) - np.float32(0.5 - 0.001))
        texel.append(jnp.clip(number, 0, _ART_SIDE - 1).astype(jnp.int32))
    ink = jnp.asarray(_INKS)[texel[0] * _ART_SIDE + texel[1]]
    flame = raster.pick(BINDINGS, binding + 1).astype(jnp.float32) / np.float32(255)
    tint = jnp.where((texel[0] < _FLAME_ROWS)[..., None], flame[:, None, None], 1)
    color = jnp.round(jnp.maximum(ink, 0)[..., None] * tint).astype(jnp.uint8)
    return inside & (ink >= 0), color


def _columns(shown: jax.Array, col: jax.Array, color: jax.Array, active: jax.Array) -> Layer:
    """Single pixels in the rows that are shown, `(k, rows)`, of a column `(k, 1)` each."""
    left = jnp.where(shown, col, np.float32(SIDE))
    return CANVAS.layer(left, left + 1, color, active)


def _grown(points: jax.Array) -> jax.Array:
    """Polygons `(k, v, 2)`, of which the first is the floor, with their rims."""
    middle = points[:, :3].mean(axis=1, keepdims=True)
    rim = np.full((points.shape[0], 1, 2), _RIM)
    rim[0] = _FLOOR_RIM
    return points + jnp.sign(points - middle) * rim


def _body_colors(role: jax.Array, fixated: jax.Array) -> jax.Array:
    return raster.pick(np.concatenate([ROLES, FIXATED]), role + jnp.where(fixated, len(ROLES), 0))
