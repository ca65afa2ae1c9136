"""Pictures of worlds of `jaxenvs.physics2d`, without any game.

rgb = physics.picture(Scene().floor().circle(0.5, (0, 2)))
rgb = physics.picture(world, state, controls, theme="dark", contacts=True)
"""

import math
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from jaxenvs.extras import needs
from jaxenvs.physics2d import Controls, Scene, State, World

with needs("render"):
    from jaxenvs.render import sketch, themes
    from jaxenvs.render.canvas import Canvas, View
    from jaxenvs.render.touching import contact_points

Window = tuple[float, float, float, float]
"""Left, bottom, right, top; m."""

FAR = 1e3  # m, as large as planes are drawn
MARGIN = 0.08  # of the window, around what moves


def picture(
    world: Scene | World,
    state: State | None = None,
    controls: Controls | None = None,
    *,
    size: int = 512,
    window: Window | None = None,
    theme: str = "light",
    contacts: bool = False,
) -> np.ndarray:
    """A picture, uint8 `[height, width, 3]`, the longer side `size` pixels.

    Args:
      world: What the scene is made of; a `Scene` brings its own state, and its sensors are pale.
      state: Where the bodies are.
      controls: What motors and thrusters are told: arrows and flames show it.
      size: Pixels of the longer side.
      window: What is shown; None: what moves, and what stands near it.
      theme: "light" or "dark".
      contacts: Whether the points are shown at which bodies touch.

    Raises `ValueError` for another theme, a window without area, and a world without a state.
    """
    colors = themes.named(theme)
    sensors: frozenset[int] = frozenset()  # a `World` only knows who pushes whom
    if isinstance(world, Scene):
        sensors = frozenset(i for i, body in enumerate(world.bodies) if body.sensor)
        world, state = world.world() if state is None else (world.world()[0], state)
    if state is None:
        raise ValueError("state: expected where the bodies of the world are, got None")
    world, state, controls = jax.tree.map(np.asarray, (world, state, controls))
    shapes = list(_shapes(world, state, colors, sensors))
    left, low, right, high = _window(shapes) if window is None else window
    if not (left < right and low < high):
        raise ValueError(f"window: expected left < right and bottom < top, got {window}")
    meet = _meet(world, len(shapes))
    shown = sketch.Sketch(
        shapes=tuple(shapes),
        links=tuple(_links(world, state)),
        hinges=tuple(_hinges(world, state, controls, colors)),
        jets=tuple(_jets(world, state, controls, colors)),
        contacts=contact_points(shapes, meet) if contacts else np.zeros((0, 2)),
        x_range=(left, right),
        y_range=(low, high),
    )
    scale = size / max(right - left, high - low)
    width, height = (max(1, round(scale * side)) for side in (right - left, high - low))
    canvas = Canvas(width, height, colors.background)
    view = View(((left + right) / 2, (low + high) / 2), (width / 2, height / 2), scale)
    sketch.paint(sketch.Pen(canvas, view, colors, size / 420), shown)
    return canvas.rgb()


# -- from worlds to sketches -----------------------------------------------------------------------


def _turned(angle: Any, points: np.ndarray) -> np.ndarray:
    """Points `(..., 2)`, turned."""
    sin, cos = np.sin(angle), np.cos(angle)
    x, y = points[..., 0], points[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def _shapes(
    world: Any, state: Any, theme: themes.Theme, sensors: frozenset[int]
) -> Iterator[sketch.Shape]:
    """The planes, and then the bodies, both without slots that are not active."""
    for p in np.flatnonzero(world.planes.active):
        normal, offset = world.planes.normal[p], world.planes.offset[p]
        along = np.array([-normal[1], normal[0]])
        sides = [(-FAR, 0), (FAR, 0), (FAR, -FAR), (-FAR, -FAR)]
        corners = np.array([normal * (offset + back) + along * aside for aside, back in sides])
        yield sketch.Shape(corners, 0.0, 0.0, theme.grey, is_fixed=True)
    bodies = world.bodies
    colors = theme.sky, theme.orange, theme.green, theme.purple, theme.yellow, theme.blue
    for i in np.flatnonzero(bodies.active):
        angle, num_edges = float(state.angle[i]), int(bodies.edges[i].sum())
        corners = state.position[i] + _turned(angle, bodies.vertices[i][: max(1, num_edges)])
        is_fixed = not bodies.inverse_mass[i]
        color = theme.grey if is_fixed else colors[i % len(colors)]
        radius, is_open = float(bodies.radius[i]), int(i) in sensors
        yield sketch.Shape(corners, radius, angle, color, is_fixed=is_fixed, is_open=is_open)


def _window(shapes: list[sketch.Shape]) -> Window:
    """What moves with a margin around it, and of what stands still what is not far larger."""
    boxes = [(_box(shape), shape.is_fixed) for shape in shapes]
    moving = [box for box, is_fixed in boxes if not is_fixed] or [box for box, _ in boxes]
    if not moving:
        return 0.0, 0.0, 5.0, 5.0
    whole = _around(moving)
    side = max(whole[2] - whole[0], whole[3] - whole[1], 1.0)
    near = [box for box, _ in boxes if max(box[2] - box[0], box[3] - box[1]) < 3 * side]
    whole = _around([*moving, *near])
    side = max(whole[2] - whole[0], whole[3] - whole[1], 1.0)
    # With the edges of planes and of large bodies that are not far away.
    for box, _ in boxes:
        edge = box[3]  # a floor's top
        if box[2] - box[0] >= 3 * side and whole[1] - 2 * side < edge <= whole[1] + side:
            whole = (whole[0], min(whole[1], edge - MARGIN * side), whole[2], whole[3])
    margin = MARGIN * side
    return whole[0] - margin, whole[1] - margin, whole[2] + margin, whole[3] + margin


def _box(shape: sketch.Shape) -> Window:
    low, high = shape.corners.min(axis=0) - shape.radius, shape.corners.max(axis=0) + shape.radius
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _around(boxes: list[Window]) -> Window:
    lefts, lows, rights, highs = zip(*boxes, strict=True)
    return min(lefts), min(lows), max(rights), max(highs)


def _meet(world: Any, count: int) -> np.ndarray:
    """Which of the shapes push each other, `(n, n)` bool."""
    from jaxenvs.physics2d import pairs

    num_planes, num_bodies = world.meets.shape
    meet = np.zeros((num_planes + num_bodies,) * 2, bool)
    meet[:num_planes, num_planes:] = world.meets
    table = pairs(num_bodies)[world.collides] + num_planes
    meet[table[:, 0], table[:, 1]] = True
    there = np.concatenate([world.planes.active, world.bodies.active])
    assert there.sum() == count
    return (meet | meet.T)[there][:, there]


def _anchor(state: Any, body: int, place: np.ndarray) -> tuple[np.ndarray, float]:
    """A place on a body in the world, and the body's angle; past the last slot is the world."""
    if body >= len(state.angle):
        return place, 0.0
    angle = float(state.angle[body])
    return state.position[body] + _turned(angle, place), angle


def _links(world: Any, state: Any) -> Iterator[sketch.Link]:
    """Distance joints, and the rails of sliders, as long as their limits or to where they are."""
    joints, axial = world.joints, world.joints.axial
    if axial is None:
        return
    for j in np.flatnonzero(joints.active & (axial.is_distance | axial.is_prismatic)):
        start, angle = _anchor(state, int(joints.body_a[j]), joints.anchor_a[j])
        end, _ = _anchor(state, int(joints.body_b[j]), joints.anchor_b[j])
        if axial.is_distance[j]:
            yield sketch.Link(start, end, bool(axial.hertz[j] > 0))
            continue
        axis = _turned(angle, axial.axis[j])
        if joints.has_limits[j]:
            start, end = start + axis * joints.lower[j], start + axis * joints.upper[j]
        yield sketch.Link(start, end)


def _hinges(world: Any, state: Any, controls: Any, theme: themes.Theme) -> Iterator[sketch.Hinge]:
    joints = world.joints
    for j in np.flatnonzero(joints.active):
        if joints.axial is not None and joints.axial.is_distance[j]:
            continue  # a link
        place, angle = _anchor(state, int(joints.body_a[j]), joints.anchor_a[j])
        if joints.axial is not None and joints.axial.is_prismatic[j]:
            place, _ = _anchor(state, int(joints.body_b[j]), joints.anchor_b[j])
            yield sketch.Hinge(place, angle, is_weld=True)
            continue
        if joints.is_fixed[j] or not joints.motor_torque[j]:
            yield sketch.Hinge(place, angle, bool(joints.is_fixed[j]))
            continue
        told = 0.0 if controls is None else float(controls.motor[j])
        turning = told * math.copysign(1.0, joints.motor_speed[j])
        yield sketch.Hinge(place, angle, color=theme.bindings[j % 4], turning=turning)


def _jets(world: Any, state: Any, controls: Any, theme: themes.Theme) -> Iterator[sketch.Jet]:
    thrusters = world.thrusters
    for t in np.flatnonzero(thrusters.active):
        place, angle = _anchor(state, int(thrusters.body[t]), thrusters.position[t])
        x, y = thrusters.direction[t]
        power = 0.0 if controls is None else float(controls.thrust[t])
        yield sketch.Jet(place, angle + math.atan2(y, x), theme.bindings[t % 4], power=power)
