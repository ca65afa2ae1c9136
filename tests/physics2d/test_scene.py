"""Scenes as they are built in Python: what they hold, and the world they make."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from jaxenvs.physics2d.records import Body, Joint, Plane, Rule, Thruster
from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.scene_checks import holder, resolve_holder
from jaxenvs.physics2d.world import Sizes, pairs
from tests.physics2d.vehicles import car


def test_every_call_returns_a_new_scene():
    empty = Scene()
    ball = empty.circle(1.0)
    assert (empty.bodies, len(ball.bodies)) == ((), 1)
    assert ball == Scene().circle(1)
    assert hash(ball) == hash(Scene().circle(1.0))
    assert ball != ball.replace(gravity=(0, 0))
    with pytest.raises(dataclasses.FrozenInstanceError):
        ball.bodies = ()  # type: ignore[misc]


def test_numbers_of_any_kind_become_floats():
    one: Any = np.int64(1)
    body = Scene().box(one, 2, np.array([3, 4]), velocity=[one, np.float64(2)]).body(0)
    assert body.position == (3.0, 4.0)
    assert body.velocity == (1.0, 2.0)
    assert {type(number) for number in (*body.position, body.density)} == {float}


def test_walls_leave_the_room_free():
    scene = Scene().walls((1, 2), (4, 5), friction=0.1)
    assert [plane.name for plane in scene.planes] == ["floor", "left wall", "right wall", "ceiling"]
    assert all(plane.friction == 0.1 for plane in scene.planes)
    world, _ = scene.world()
    planes = world.planes
    assert planes.active.all()
    np.testing.assert_array_equal(planes.normal, [(0, 1), (1, 0), (-1, 0), (0, -1)])
    assert planes.offset.tolist() == [2, 1, -4, -5]
    tilted = Scene().floor(1.5, restitution=0.5).plane((1, 1), (-3, 4)).world()[0].planes
    np.testing.assert_allclose(tilted.normal, [(0, 1), (-0.6, 0.8)], atol=1e-7)
    np.testing.assert_allclose(tilted.offset, [1.5, 0.2], atol=1e-7)
    assert tilted.restitution.tolist() == [0.5, 0]


def test_joints_remember_places_in_the_frames_of_bodies():
    scene = car()
    for joint in scene.joints:
        a, b = (holder(scene, resolve_holder(scene, "", "a", ref)) for ref in (joint.a, joint.b))
        place = a.to_world(joint.anchor_a)
        np.testing.assert_allclose(place, b.to_world(joint.anchor_b), atol=1e-12)
        assert joint.reference_angle == b.rotation - a.rotation
    axle, weld, _ = scene.joints
    np.testing.assert_allclose(axle.anchor_b, (0, 0), atol=1e-12)
    np.testing.assert_allclose(axle.anchor_a, (-0.5, -0.1), atol=1e-12)
    np.testing.assert_allclose(scene.body("cabin").to_world(weld.anchor_b), (2.5, 1.1), atol=1e-12)
    by_b = Scene().circle(1).circle(1, (1, 0), rotation=1.0).fixed(0, 1, anchor_b=(0.5, 0))
    np.testing.assert_allclose(by_b.joints[0].anchor_a, (1 + 0.5 * math.cos(1), 0.5 * math.sin(1)))


def test_world_has_what_the_scene_says():
    scene = car()
    world, state = scene.world(Sizes(bodies=9, planes=5, vertices=5, joints=4, thrusters=2))
    bodies = world.bodies
    assert bodies.active.tolist() == [True] * 4 + [False] * 5
    wheel, beam, cabin, ramp = 0, 1, 2, 3
    assert bodies.inverse_mass[wheel] == pytest.approx(1 / (2 * math.pi * 0.04))
    assert bodies.inverse_inertia[wheel] == pytest.approx(1 / (math.pi * 0.2**4))
    assert (bodies.inverse_mass[ramp], bodies.inverse_inertia[ramp]) == (0, 0)
    assert bodies.inverse_mass[beam] == pytest.approx(5)
    assert bodies.inverse_inertia[beam] == pytest.approx(60 / 1.04)
    assert bodies.radius.tolist() == pytest.approx([0.2, *[0] * 8])
    assert bodies.edges.sum(axis=1).tolist() == [0, 4, 3, 4, 0, 0, 0, 0, 0]
    assert bodies.friction[[wheel, beam]].tolist() == pytest.approx([1, 0.6])
    # The cabin was given clockwise and around its lower left corner.
    triangle = np.array([(-0.2, -0.2), (0.2, -0.2), (0, 0.4)])
    np.testing.assert_allclose(bodies.vertices[cabin, :3], triangle, atol=1e-6)
    np.testing.assert_allclose(bodies.vertices[cabin, 3:], [triangle[0]] * 2, atol=1e-6)
    np.testing.assert_allclose(bodies.normals[cabin, 0], (0, -1), atol=1e-6)
    assert (bodies.normals[cabin, 3:] == 0).all()
    assert (bodies.vertices[wheel] == 0).all()
    shift = np.array(
        [0.2 * math.cos(0.1) - 0.2 * math.sin(0.1), 0.2 * (math.sin(0.1) + math.cos(0.1))]
    )
    np.testing.assert_allclose(state.position[cabin], np.add([2.2, 1.1], shift), atol=1e-6)
    assert state.angle[cabin] == pytest.approx(0.1)
    assert (state.velocity[beam].tolist(), state.spin[beam]) == ([1, 0], 0.5)
    assert world.gravity.tolist() == [0, -10]


def test_world_joints_and_thrusters():
    world, state = car().world(Sizes(bodies=9, planes=5, vertices=5, joints=4, thrusters=2))
    joints = world.joints
    assert joints.active.tolist() == [True] * 3 + [False]
    assert joints.body_a.tolist() == [1, 1, 9, 0]  # 9 is the world
    assert joints.body_b.tolist() == [0, 2, 1, 0]
    assert joints.is_fixed.tolist() == [False, True, False, False]
    assert joints.has_limits.tolist() == [False, False, True, False]
    assert (joints.lower[2], joints.upper[2]) == (-0.5, 0.5)
    assert (joints.motor_speed[0], joints.motor_torque[0]) == (6, 2)
    position, angle = np.vstack([state.position, [0, 0]]), np.append(state.angle, 0)
    for k in range(3):  # anchors are relative to centers of mass
        a, b = int(joints.body_a[k]), int(joints.body_b[k])
        places = [
            position[body] + turned(anchor, angle[body])
            for body, anchor in ((a, joints.anchor_a[k]), (b, joints.anchor_b[k]))
        ]
        np.testing.assert_allclose(places[0], places[1], atol=1e-6)
        assert joints.reference[k] == pytest.approx(float(angle[b] - angle[a]))
    thrusters = world.thrusters
    assert thrusters.active.tolist() == [True, False]
    assert (thrusters.body[0], thrusters.force[0]) == (2, 20)
    np.testing.assert_allclose(thrusters.position[0], (-0.2, -0.2), atol=1e-6)
    np.testing.assert_allclose(thrusters.direction[0], (0, 1), atol=1e-6)


def turned(point, angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([cos * point[0] - sin * point[1], sin * point[0] + cos * point[1]])


def test_dtypes_are_the_records_own():
    for record, like in zip(car().world(), Scene().world(), strict=True):
        kinds = [[leaf.dtype for leaf in leaves(part)] for part in (record, like)]
        assert kinds[0] == kinds[1]
        assert {str(kind) for kind in kinds[0]} <= {"float32", "int32", "bool"}


def leaves(record):
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if value is not None:
            yield from leaves(value) if dataclasses.is_dataclass(value) else [value]


def test_smallest_world():
    assert Scene().sizes == Sizes(bodies=1, planes=0, vertices=3)
    assert car().sizes == Sizes(bodies=4, planes=4, vertices=4, joints=3, thrusters=1)
    assert Scene().circle(1).circle(1).circle(1).floor().sizes == Sizes(3, planes=1, vertices=3)


def who_collides(scene):
    """Pairs of names that push each other, read from the world's table of pairs."""
    world, _ = scene.world()
    names = [body.name for body in scene.bodies]
    table = pairs(scene.sizes.bodies)[np.asarray(world.collides)]
    found = {frozenset(names[int(slot)] for slot in pair) for pair in table}
    assert len(found) == len(table)
    return {"".join(sorted(pair)) for pair in found}


def crowd(**settings):
    """Static s and t, and moving a, b, c, d: s holds the chain a-b-c, and d."""
    scene = Scene(**settings)
    for name in "stabcd":
        scene = scene.circle(1.0, name=name, static=name in "st")
    for one, other in ("sa", "ab", "bc", "sd"):
        scene = scene.revolute(one, other, at=(0, 0))
    return scene


def test_joined_bodies_pass_through_each_other():
    apart = {"ad", "bd", "cd", "at", "bt", "ct", "dt"}
    assert who_collides(crowd()) == apart  # chains end at static bodies: d is free of a, b, c
    assert who_collides(crowd(joined="touch")) == apart | {"ac", "bs", "cs"}


def test_groups_and_rules():
    scene = Scene()
    for name, group in (("a", "legs"), ("b", "legs"), ("c", "arms"), ("d", None), ("e", None)):
        scene = scene.circle(1.0, name=name, group=group)
    free = {"ac", "ad", "ae", "bc", "bd", "be", "cd", "ce", "de"}
    assert who_collides(scene) == free
    assert who_collides(scene.collide("b", "a").collide(3, "e", False)) == (free | {"ab"}) - {"de"}
    assert "ab" in who_collides(crowd().collide("a", "b"))  # a rule is above a joint


def test_who_meets_planes():
    scene = Scene().floor().plane((3, 0), (-1, 0), name="wall").circle(1, name="ball").box(1, 1)
    scene = scene.circle(1, static=True).circle(1, sensor=True).collide("ball", "wall", False)
    world, _ = scene.world()
    np.testing.assert_array_equal(world.meets, [[1, 1, 0, 0], [0, 1, 0, 0]])
    assert {frozenset(pair) for pair in pairs(4)[world.collides].tolist()} == {
        frozenset(pair) for pair in ((0, 1), (0, 2), (1, 2))
    }


def test_joint_to_the_world_joins_nothing():
    scene = Scene().circle(1, name="a").circle(1, (3, 0), name="b")
    for body in "ab":
        scene = scene.revolute("world", body, at=scene.body(body).position)
    assert who_collides(scene) == {"ab"}


def test_body_that_does_not_turn():
    world, _ = Scene().box(1, 1, turns=False).world()
    assert (world.bodies.inverse_mass[0], world.bodies.inverse_inertia[0]) == (1, 0)


def test_records_can_be_added_as_they_are():
    scene = car()
    again = Scene(gravity=(0, -10))
    for part in (*scene.bodies, *scene.planes, *scene.joints, *scene.thrusters, *scene.rules):
        assert isinstance(part, Body | Plane | Joint | Thruster | Rule)
        again = again.add(part)
    assert again == scene
