"""Sliders, rods, ropes and springs in scenes: what is built, written and refused."""

import math
from typing import Any

import pytest

from jaxenvs.physics2d.records import SceneError
from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.world import Sizes


def machine() -> Scene:
    return (
        Scene()
        .box(0.4, 0.2, (1, 1), name="car", rotation=math.pi / 2)
        .circle(0.1, (1, 2), name="ball")
        .circle(0.1, (2, 2), name="bob")
        .prismatic(
            "world", "car", (1, 1), axis=(0, 3), limits=(-1, 2), motor_speed=1, motor_force=5
        )
        .prismatic("car", "bob", anchor_a=(0, 0), anchor_b=(0, 0), axis=(1, 1), name="piston")
        .distance("car", "ball", anchor_a=(0.1, 0))
        .distance("ball", "bob", limits=(0, 1.5), name="rope")
        .spring("world", "ball", at_a=(0, 2), hertz=2, damping=0.1, length=0.5)
        .spring("bob", "ball", hertz=1, limits=(0.5, 1.5))
    )


def test_records_of_joints_along_an_axis():
    scene = machine()
    world, _ = scene.world()
    joints, axial = world.joints, world.joints.axial
    assert scene.sizes == Sizes(3, planes=0, vertices=4, joints=6, axial=True)
    assert axial is not None
    assert axial.is_prismatic.tolist() == [True, True, False, False, False, False]
    assert (axial.is_distance == ~axial.is_prismatic).all()
    assert not joints.is_fixed.any()
    assert axial.axis[0].tolist() == [0, 1]
    root = math.sqrt(0.5)  # in the car's frame, which is turned by a quarter
    assert axial.axis[1].tolist() == pytest.approx([root, -root])
    assert (joints.lower[0], joints.upper[0]) == (-1, 2)
    assert (joints.motor_speed[0], joints.motor_torque[0]) == (1, 5)
    assert joints.has_limits.tolist() == [True, False, True, True, False, True]
    assert joints.lower[2] == joints.upper[2] == pytest.approx(0.9)
    assert joints.anchor_a[2].tolist() == pytest.approx([0.1, 0])
    assert joints.anchor_a[4].tolist() == [0, 2]
    assert axial.length.tolist() == pytest.approx([0, 0, 0, 0, 0.5, 1])
    assert axial.hertz.tolist() == [0, 0, 0, 0, 2, 1]
    assert axial.damping[4] == pytest.approx(0.1)


def test_files_hold_joints_along_an_axis():
    scene = machine()
    assert Scene.from_json(scene.to_json()) == scene
    joints = scene.to_dict()["joints"]
    assert joints[3] == {
        "kind": "distance",
        "name": "rope",
        "a": "ball",
        "b": "bob",
        "anchor_a": [0.0, 0.0],
        "anchor_b": [0.0, 0.0],
        "limits": [0.0, 1.5],
    }


def test_worlds_of_pins_and_welds_hold_nothing_else():
    scene = Scene().circle(1).circle(1).revolute(0, 1, (0, 0))
    assert scene.world()[0].joints.axial is None
    assert not scene.sizes.axial
    axial = scene.world(Sizes(2, planes=0, joints=1, axial=True))[0].joints.axial
    assert axial is not None
    assert not (axial.is_distance | axial.is_prismatic).any()
    message = "joint 0: kind: expected revolute or fixed in a world of these sizes"
    with pytest.raises(SceneError, match=message):
        machine().world(Sizes(3, planes=0, joints=6))


BAD: Any = "1"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda s: s.prismatic(0, 1, (0, 0), axis=(0, 0)), r"joint 0: axis: expected a direction"),
        (lambda s: s.prismatic(0, 1, (0, 0), axis=(BAD, 0)), r"joint 0: axis\[0\]: expected a num"),
        (lambda s: s.prismatic(0, 1), "joint 0: at: expected a place in the world"),
        (
            lambda s: s.prismatic(0, 1, anchor_a=(0, 0), anchor_b=(0, 0.1)),
            "joint 0: anchor_b: expected a place on the axis, within 0.05 m, is 0.1 m away",
        ),
        (
            lambda s: s.prismatic(0, 1, (0, 0), limits=(1, 2)),
            r"joint 0: limits: expected an interval with the length at the start, 0, got \(1, 2\)",
        ),
        (
            lambda s: s.prismatic(0, 1, (0, 0), reference_angle=0.1),
            "joint 0: reference_angle: expected the angle of b less that of a at the start, 0",
        ),
        (lambda s: s.prismatic(0, 1, (0, 0), motor_torque=1), "joint 0: motor_torque: expected 0"),
        (
            lambda s: s.prismatic(0, 1, (0, 0), motor_force=-1),
            "joint 0: motor_force: expected a nu",
        ),
        (
            lambda s: s.revolute(0, 1, (0, 0), motor_force=1),
            "joint 0: motor_force: expected 0.0, as",
        ),
        (lambda s: s.revolute(0, 1, (0, 0), hertz=1), "joint 0: hertz: expected 0.0, as the joint"),
        (lambda s: s.distance(0, "x"), "joint 0: b: expected the name or index of a body"),
        (lambda s: s.distance(0, 1, limits=(2, 1)), "joint 0: limits: expected the smaller length"),
        (lambda s: s.distance(0, 1, limits=(-1, 3)), "joint 0: limits: expected lengths of at lea"),
        (lambda s: s.distance(0, 1, limits=(0, 1)), "joint 0: limits: .* at the start, 2, got"),
        (lambda s: s.distance(0, 1, limits=None), "joint 0: limits: expected two lengths, as the"),
        (
            lambda s: s.distance(0, 1, anchor_a=(0, 0), at_a=(0, 0)),
            "joint 0: at_a: expected none beside an anchor",
        ),
        (lambda s: s.distance(0, 1, at_b=(0, BAD)), r"joint 0: at_b\[1\]: expected a number"),
        (lambda s: s.spring(0, 1, hertz=-1), "joint 0: hertz: expected a number from 0 to 1,000"),
        (lambda s: s.spring(0, 1, hertz=1, damping=math.nan), "joint 0: damping: expected a num"),
        (lambda s: s.spring(0, 1, hertz=1, length=-1), "joint 0: length: expected a number from 0"),
    ],
)
def test_joints_along_an_axis_that_are_refused(build: Any, message: str) -> None:
    with pytest.raises(SceneError, match=message):
        build(Scene().circle(1).circle(1, (2, 0)))
