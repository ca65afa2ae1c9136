"""Levels built in Python have what was asked for, and say what is wrong by name and field."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from jaxenvs.envs.kinetix import files
from jaxenvs.envs.kinetix._draft import LevelDraft
from jaxenvs.envs.kinetix._level import BLUE, GREEN, RED, Size, in_world, same
from jaxenvs.envs.kinetix._published import load_published


def car() -> LevelDraft:
    return (
        LevelDraft("m")
        .box(1.2, 0.2, (1.0, 0.7), name="car", role="green", rotation=0.1, density=2)
        .circle(0.15, (0.6, 0.55), name="wheel", friction=0.5, restitution=0.2)
        .revolute("car", "wheel", motor=-1, power=2, binding=3, limits=(-1, 2), auto=True)
        .box(0.2, 0.5, (4.8, 0.65), name="goal", role="blue", fixated=True, collision_mode=2)
        .thruster("car", (0.5, 0.7), angle=math.pi / 2, power=0.3, binding=1)
    )


def test_parts_lie_in_their_slots() -> None:
    level = car().gravity(1, -2).level()
    bodies, joints, jets = level.bodies, level.joints, level.thrusters
    assert bodies.active.tolist() == [True] * 7 + [False] * 2
    assert bodies.role[[4, 5, 6]].tolist() == [GREEN, BLUE, 0]
    assert bodies.fixated.tolist() == [True] * 4 + [False, True] + [False] * 3
    assert (bodies.density[4], bodies.friction[6]) == (2, 0.5)
    assert (bodies.collision_mode[5], bodies.radius[0]) == (2, np.float32(0.15))
    assert (joints.a_index[0], joints.b_index[0], joints.motor_binding[0]) == (4, 6, 3)
    assert (joints.motor_on[0], joints.motor_auto[0], joints.has_limits[0]) == (True,) * 3
    assert (joints.motor_speed[0], joints.motor_power[0], joints.is_fixed[0]) == (-1, 2, False)
    assert joints.rotation[0] == np.float32(-0.1)
    assert (joints.min_rotation[0], joints.max_rotation[0]) == (-1, 2)
    for body, at in ((joints.a_index, "a"), (joints.b_index, "b")):
        place = in_world(level, body[:1], getattr(joints, f"{at}_relative_position")[:1])
        np.testing.assert_allclose(place, [[0.6, 0.55]], atol=1e-6)
    place = in_world(level, jets.body_index[:1], jets.relative_position[:1])
    np.testing.assert_allclose(place, [[0.5, 0.7]], atol=1e-6)
    assert (jets.rotation[0], jets.power[0], jets.binding[0]) == pytest.approx(
        (math.pi / 2, 0.3, 1)
    )
    assert level.gravity.tolist() == [1, -2]
    assert int(level.max_timesteps) == 256
    assert same(files.parse(files.dumps(level)), level)


def test_the_room_is_that_of_kinetix() -> None:
    ours, theirs = car().wall("floor", role="red").level(), load_published("m/h1_car_left")
    assert ours.bodies.role[0] == RED
    for name in ("position", "rotation", "fixated", "density", "friction", "collision_mode"):
        found, expected = getattr(ours.bodies, name)[:4], getattr(theirs.bodies, name)[:4]
        np.testing.assert_array_equal(found, expected, err_msg=name)
    np.testing.assert_array_equal(ours.bodies.vertices[:4], theirs.bodies.vertices[:4])


@pytest.mark.parametrize("turned", [False, True])
def test_polygons_lie_around_their_center_of_mass(turned: bool) -> None:
    corners = [(1, 1), (2, 1), (2, 3)]
    draft = LevelDraft("s").polygon(corners[::-1] if turned else corners)
    level = draft.level(needs_goal=False)
    np.testing.assert_allclose(level.bodies.position[4], [5 / 3, 5 / 3], rtol=1e-6)
    found = level.bodies.vertices[4, :3] + level.bodies.position[4]
    assert sorted(np.round(found, 5).tolist()) == [[1, 1], [2, 1], [2, 3]]
    same_one = LevelDraft("s").triangle(*corners).level(needs_goal=False)
    assert sorted(same_one.bodies.vertices[4].tolist()) == sorted(level.bodies.vertices[4].tolist())


def test_a_draft_is_a_value() -> None:
    before = LevelDraft("s")
    after = before.circle(0.1, (1, 1))
    assert (len(before.bodies), len(after.bodies)) == (4, 5)
    assert after.bodies[4].name == "body 4"
    assert (
        LevelDraft(Size(4, 2, 0, 0)).circle(0.1, (1, 1)).level(needs_goal=False).size.circles == 2
    )


WRONG: dict[str, tuple[Callable[[LevelDraft], object], str]] = {
    "radius": (lambda d: d.circle(-1, (1, 1), name="b"), r"^b: radius: .* above 0.*got -1"),
    "role": (lambda d: d.circle(1, (1, 1), role="gren"), r"^body 7: role: .*'green'.*'gren'"),  # type: ignore[arg-type]
    "place": (lambda d: d.circle(1, (1, 99), name="b"), r"^b: position\[1\]: .*-15 to 15"),
    "no such field": (lambda d: d.circle(1, (1, 1), rol="green"), r"^body 7: rol: expected one"),  # type: ignore[call-arg]
    "corners": (
        lambda d: LevelDraft("m").polygon([(0, 0), (1, 1)]),
        r"^body 4: vertices: .*3 to 4",
    ),
    "crossed": (
        lambda d: LevelDraft("m").polygon([(0, 0), (1, 1), (0, 1), (1, 0)], name="bow"),
        r"^bow: vertices",
    ),
    "full": (lambda d: d.box(1, 1, (1, 1), name="b"), r"^b: .*at most 6 polygons with the walls"),
    "full of joints": (
        lambda d: d.revolute("car", "wheel").revolute("car", "goal"),
        r"^joint 2: expected at most 2 joints",
    ),
    "taken": (lambda d: d.circle(1, (1, 1), name="car"), "^car: name: .*taken"),
    "body": (lambda d: d.revolute("car", "weel"), r"^joint 1: b: .*car.*'weel'"),
    "itself": (lambda d: d.fixed("car", "car"), "^joint 1: b: expected another body"),
    "limits": (
        lambda d: d.revolute("car", "wheel", limits=(1, 2)),
        r"^joint 1: limits: .*\(1, 2\)",
    ),
    "binding": (lambda d: d.revolute("car", "wheel", binding=4), r"^joint 1: binding: .*0 to 3"),
    "jet": (lambda d: d.thruster("cr", angle=0), r"^thruster 1: on: .*'cr'"),
    "power": (lambda d: d.thruster("car", angle=0, power=-1), r"^thruster 1: power: .*-1"),
    "wall": (lambda d: d.wall("flor"), r"^wall: expected one of floor.*'flor'"),
    "gravity": (lambda d: d.gravity(0, 1e9), r"^level: gravitation\[1\]"),
    "size": (lambda d: LevelDraft("x"), "^level: size: "),  # type: ignore[arg-type]
    "goal": (lambda d: LevelDraft("s").level(), "green"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_said(fault: str) -> None:
    act, said = WRONG[fault]
    with pytest.raises(ValueError, match=said):
        act(car())
