"""Pictures of bodies, joints and thrusters, without a game."""

from typing import Any

import numpy as np
import pytest

from jaxenvs.physics2d import Controls, Scene
from jaxenvs.render import physics, sketch, themes
from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.hatching import convex_part, hatch
from jaxenvs.render.touching import contact_points

SQUARE = np.array([(0.0, 0.0), (4, 0), (4, 4), (0, 4)])
SIZE = 96


@pytest.fixture(scope="module")
def car():
    scene = (
        Scene()
        .floor()
        .box(1.6, 0.3, (0, 0.75), name="body")
        .circle(0.3, (-0.6, 0.3), name="wheel")
        .revolute("body", "wheel", at=(-0.6, 0.3), motor_speed=6, motor_torque=5)
        .box(0.5, 0.5, (0.5, 0.25), name="load")
        .fixed("body", "load", at=(0.5, 0.55))
        .thruster("body", at=(0.8, 0.75), direction=np.pi)
    )
    return scene.world()


def controls(motor=0.0, thrust=0.0):
    told: dict[str, Any] = {"motor": np.array([motor, 0.0]), "thrust": np.array([thrust])}
    return Controls(**told)


def differ(one, other):
    """The share of pixels."""
    assert one.shape == other.shape
    return (one != other).any(axis=-1).mean()


def test_a_world_is_drawn_with_what_it_is_told(car):
    world, state = car
    idle = physics.picture(world, state, controls(), size=SIZE)
    assert idle.dtype == np.uint8
    assert max(idle.shape) == SIZE
    np.testing.assert_array_equal(idle, physics.picture(*car, size=SIZE))
    ahead, back = (physics.picture(world, state, controls(motor=m), size=SIZE) for m in (1.0, -1.0))
    assert differ(idle, ahead) > 0
    assert differ(ahead, back) > 0
    weak, full = (physics.picture(world, state, controls(thrust=t), size=SIZE) for t in (0.2, 1.0))
    assert differ(idle, full) > differ(idle, weak) > 0


def test_contact_points_are_shown_on_request(car):
    plain, marked = (physics.picture(*car, size=SIZE, contacts=c) for c in (False, True))
    assert 0 < differ(plain, marked) < 0.05


def test_a_theme_colors_everything_around_the_bodies(car):
    light, dark = (physics.picture(*car, size=SIZE, theme=name) for name in themes.THEMES)
    assert differ(light, dark) > 0.9
    assert light.mean() > dark.mean() + 50


def test_a_window_may_be_chosen_and_is_checked(car):
    wide = physics.picture(*car, size=SIZE, window=(-4, -1, 4, 1))
    assert wide.shape == (SIZE // 4, SIZE, 3)
    with pytest.raises(ValueError, match=r"^window: expected left < right and bottom < top"):
        physics.picture(*car, window=(0, 0, 0, 1))
    with pytest.raises(ValueError, match=r"^theme: expected light or dark, got 'sepia'"):
        physics.picture(*car, theme="sepia")
    with pytest.raises(ValueError, match=r"^state: expected"):
        physics.picture(car[0])


def test_planes_and_empty_scenes_have_a_picture():
    room = physics.picture(Scene().walls((0, 0), (5, 5)).circle(0.5, (1, 1)), size=SIZE)
    assert len(np.unique(room.reshape(-1, 3), axis=0)) > 5
    assert physics.picture(Scene(), size=SIZE).shape == (SIZE, SIZE, 3)


def test_a_sensor_is_pale_and_behind_what_moves():
    def pixel(sensor, x):
        scene = Scene().box(2, 2, sensor=sensor, static=True).box(0.5, 0.5, name="load")
        picture = physics.picture(scene, size=SIZE, window=(-2, -2, 2, 2))
        return picture[SIZE // 2, round((x + 2) / 4 * SIZE)].astype(int)

    outside = pixel(sensor=True, x=1.5)
    seen, solid = (np.abs(pixel(sensor, x=0.7) - outside).sum() for sensor in (True, False))
    assert 0 < seen < 0.5 * solid
    np.testing.assert_array_equal(pixel(sensor=True, x=0), pixel(sensor=False, x=0))
    assert np.abs(pixel(sensor=True, x=0) - outside).sum() > seen


def test_springs_rods_and_rails_are_drawn():
    bodies = Scene().box(0.4, 0.4, (0, 2), static=True).box(0.4, 0.4, (1, 1))
    joined = (
        bodies.distance(0, 1),
        bodies.spring(0, 1, hertz=2),
        bodies.prismatic(0, 1, at=(0, 2), limits=(-0.5, 2)),
    )
    window = (-1, 0, 3, 3)
    plain, *others = (physics.picture(s, size=SIZE, window=window) for s in (bodies, *joined))
    for i, one in enumerate(others):
        assert differ(plain, one) > 0.005
        assert all(differ(one, other) > 0.002 for other in others[i + 1 :])


def test_shapes_meet_where_corners_lie_on_each_other():
    def shape(corners, radius=0.0, is_fixed=False):
        corners = np.array(corners, float)
        return sketch.Shape(corners, radius, 0.0, themes.LIGHT.grey, is_fixed=is_fixed)

    floor = shape([(-9, 0), (9, 0), (9, -1), (-9, -1)], is_fixed=True)
    box = shape([(1, 0), (2, 0), (2, 1), (1, 1)])
    disc = shape([(4, 0.5)], 0.5)
    assert contact_points([floor, box, disc]).tolist() == [[1, 0], [2, 0], [4, 0]]
    apart = np.zeros((3, 3), bool)
    assert len(contact_points([floor, box, disc], apart)) == 0
    near = shape([(5.0, 0.5)], 0.5)
    np.testing.assert_allclose(contact_points([disc, near])[0], [4.5, 0.5])
    assert len(contact_points([floor, shape(box.corners, is_fixed=True)])) == 0


def test_a_part_of_an_outline_lies_in_both():
    inner = convex_part(np.array([(2.0, -1), (6, 2), (2, 5)]), SQUARE)
    assert inner.min() >= 0
    assert inner.max() <= 4
    assert len(convex_part(SQUARE + 9, SQUARE)) == 0
    np.testing.assert_array_equal(convex_part(SQUARE[::-1], SQUARE), SQUARE[::-1])


def test_hatching_stays_inside():
    lines = np.array(hatch(SQUARE, 0.5))
    assert lines.shape[1:] == (2, 2)
    assert len(lines) > 8
    assert lines.min() >= 0
    assert lines.max() <= 4


@pytest.mark.parametrize("mark", ["dot", "ring", "cross"])
def test_marks_differ_without_color(mark):
    def drawn(mark):
        canvas = Canvas(30, 30, themes.LIGHT.ink)
        pen = sketch.Pen(canvas, View((0, 0), (15, 15), 1.0), themes.LIGHT, 1.0)
        sketch.symbol(pen, mark, (15, 15), 10, themes.LIGHT.ink)
        return canvas.rgb()

    for other in {"", "dot", "ring", "cross"} - {mark}:
        assert differ(drawn(mark), drawn(other)) > 0.05
