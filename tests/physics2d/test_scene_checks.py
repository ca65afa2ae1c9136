"""What is refused while a scene is built, by part and field."""

import math
from typing import Any

import pytest

from jaxenvs.physics2d import shapes
from jaxenvs.physics2d.records import Body, Joint, SceneError
from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.world import Sizes
from tests.physics2d.vehicles import car

NO_KIND: Any = "cube"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda s: s.circle(-1), "body 2: radius: expected a number from 0.001 to 10,000, got -1"),
        (lambda s: s.circle(math.nan, name="x"), "body 2 'x': radius: expected .*, got nan"),
        (lambda s: s.circle("1"), "body 2: radius: expected a number .*, got '1'"),
        (lambda s: s.circle(1, (0, math.inf)), r"body 2: position\[1\]: expected .* got inf"),
        (lambda s: s.circle(1, (0, 0, 0)), r"body 2: position: expected 2 values, got \(0"),
        (lambda s: s.box(-1, 1, name="x"), "body 2 'x': width: expected a number from 0.001 to"),
        (lambda s: s.box(1, math.nan), "body 2: height: expected a number from 0.001 to"),
        (lambda s: s.box("1", 1), "body 2: width: expected a number .*, got '1'"),
        (lambda s: s.walls((0, 0), (5, "5")), r"walls: high\[1\]: expected a number .* got '5'"),
        (
            lambda s: Scene().walls((0, 0), (-0.2, 1)),
            r"walls: high: expected a corner above and to the right of \(0, 0\), got \(-0.2, 1\)",
        ),
        (lambda s: s.circle(1, density=0), "body 2: density: expected a number from 0.001"),
        (lambda s: s.circle(1, friction=-0.1), "body 2: friction: expected a number from 0 to 100"),
        (
            lambda s: s.circle(1, restitution=1.5),
            "body 2: restitution: expected a number from 0 to",
        ),
        (lambda s: s.circle(1, static=1), "body 2: static: expected True or False, got 1"),
        (
            lambda s: s.circle(1, static=True, velocity=(1, 0)),
            "body 2: velocity: expected .*static",
        ),
        (lambda s: s.circle(1, name="a"), "body 2 'a': name: expected one of its own, number 0"),
        (lambda s: s.circle(1, name="floor"), "body 2 'floor': name: .*, plane 'floor' has it"),
        (lambda s: s.circle(1, name="world"), "body 2 'world': name: .* is the world itself"),
        (lambda s: s.circle(1, sensor=1), "body 2: sensor: expected True or False, got 1"),
        (lambda s: s.floor(), "plane 1 'floor': name: expected one of its own, number 0 has it"),
        (lambda s: s.plane(name="a"), "plane 1 'a': name: expected one of its own, body 'a'"),
        (lambda s: s.plane(normal=(0, 0)), r"plane 1: normal: expected a direction, got \(0"),
        (lambda s: s.plane((0, math.nan)), r"plane 1: point\[1\]: expected .* got nan"),
        (lambda s: s.plane(friction=-1), "plane 1: friction: expected a number from 0 to 100"),
        (lambda s: s.circle(1, name=" "), "body 2 ' ': name: expected at least a letter"),
        (lambda s: s.circle(1, name=3), "body 2: name: expected a str, got 3"),
        (
            lambda s: s.polygon([(0, 0), (1, 0)]),
            "body 2: vertices: expected 3 to 8 vertices, got 2",
        ),
        (lambda s: s.polygon(shapes.regular_polygon(9, 1)), "body 2: vertices: expected 3 to 8"),
        (
            lambda s: s.polygon([(0, 0), (2, 0), (0.5, 0.5), (0, 2)]),
            r"body 2: vertices\[2\]: expected a convex polygon, it turns inwards here",
        ),
        (
            lambda s: s.add(Body(kind="circle")),
            "body 2: radius: expected one, as this is a circle, got None",
        ),
        (
            lambda s: s.add(
                Body(kind="circle", radius=1, vertices=shapes.as_points(shapes.box_vertices(1, 1)))
            ),
            "body 2: vertices: expected none, as this is a circle",
        ),
        (
            lambda s: s.add(Body(kind=NO_KIND, radius=1)),
            "body 2: kind: expected 'circle' or 'polyg",
        ),
    ],
)
def test_bodies_that_are_refused(build, message):
    with pytest.raises(SceneError, match=f"^{message}"):
        build(Scene().circle(1, name="a").box(1, 1).floor())


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda s: s.revolute("whel", "car", at=(0, 0)),
            "joint 0: a: .*got 'whel'; did you mean 'w",
        ),
        (
            lambda s: s.revolute("car", "?", at=(0, 0)),
            "joint 0: b: .*; names are wheel, car, world",
        ),
        (lambda s: s.revolute(0, 4, at=(0, 0)), "joint 0: b: .*, got 4; indices are 0 to 3"),
        (
            lambda s: s.revolute(-1, 0, at=(0, 0)),
            "joint 0: a: expected the name or index of a body",
        ),
        (lambda s: s.revolute(0, True, at=(0, 0)), "joint 0: b: expected .*, got True"),
        (lambda s: s.revolute(0, 1.0, at=(0, 0)), "joint 0: b: expected .*, got 1.0"),
        (
            lambda s: s.revolute("wheel", 0, at=(0, 0), name="j"),
            "joint 0 'j': b: expected another body than a, got 0",
        ),
        (lambda s: s.revolute(2, 3, at=(0, 0)), "joint 0: b: expected a body that can move"),
        (lambda s: s.revolute("world", 3, at=(0, 0)), "joint 0: b: expected a body that can move"),
        (lambda s: s.fixed("world", "world", at=(0, 0)), "joint 0: b: expected another body"),
        (lambda s: s.revolute(0, 1), "joint 0: at: expected a place in the world, or an anchor"),
        (lambda s: s.revolute(0, 1, at=(0, math.nan)), r"joint 0: at\[1\]: expected .* got nan"),
        (lambda s: s.revolute(0, 1, at=3), "joint 0: at: expected a tuple, got 3"),
        (lambda s: s.fixed(0, 1, at=(0, 0), anchor_a=(0, 0)), "joint 0: at: expected none beside"),
        (
            lambda s: s.revolute(0, 1, at=(0, 120)),
            "joint 0: anchor_a: expected a point within 100 m of the center of mass, is 120 m away",
        ),
        (
            lambda s: s.revolute(0, 1, anchor_a=(0, 0), anchor_b=(0, 0)),
            "joint 0: anchor_b: expected the place of anchor_a, within 0.05 m, is 3 m away",
        ),
        (
            lambda s: s.revolute(0, 1, at=(0, 0), limits=(1, -1)),
            r"joint 0: limits: expected the smaller angle first, got \(1, -1\)",
        ),
        (
            lambda s: s.revolute(0, 1, at=(0, 0), limits=(0.1, 1)),
            "joint 0: limits: expected an interval with the angle at the start, 0",
        ),
        (
            lambda s: s.fixed(0, 1, at=(0, 0), reference_angle=0.5),
            "joint 0: reference_angle: expected the angle of b less that of a at the start, 0",
        ),
        (
            lambda s: s.revolute(0, 1, at=(0, 0), motor_torque=-1),
            "joint 0: motor_torque: expected a number from 0 to 1,000,000, got -1",
        ),
        (
            lambda s: s.add(
                Joint(kind="fixed", a=0, b=1, anchor_a=(3, 0), anchor_b=(0, 0), motor_speed=1)
            ),
            "joint 0: motor_speed: expected 0.0, as the joint is fixed, got 1",
        ),
        (
            lambda s: s.fixed(0, 1, at=(0, 0), name="j").fixed(0, 1, at=(0, 0), name="j"),
            "joint 1 'j': name: expected one of its own, number 0 has it",
        ),
    ],
)
def test_joints_that_are_refused(build, message):
    with pytest.raises(SceneError, match=f"^{message}"):
        build(
            Scene()
            .circle(1, name="wheel")
            .box(1, 1, (3, 0), name="car")
            .circle(1, static=True)
            .circle(1, static=True)
        )


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda s: s.thruster("x"), "thruster 0: body: expected the name or index of a body"),
        (lambda s: s.thruster(0, (200, 0)), "thruster 0: position: expected a point within 100 m"),
        (lambda s: s.thruster(0, (0, 0), at=(0, 0)), "thruster 0: at: expected none beside"),
        (lambda s: s.thruster(0, force=-1), "thruster 0: force: expected a number from 0 to"),
        (lambda s: s.thruster(0, direction=math.nan), "thruster 0: direction: expected .* got nan"),
        (lambda s: s.collide(0, 0), "rule 0: b: expected another body than a, got 0"),
        (lambda s: s.collide(0, 5), "rule 0: b: expected the name or index of a body, got 5"),
        (lambda s: s.collide(1, 2), "rule 0: collide: expected False, as both are static"),
        (lambda s: s.collide(1, "floor"), "rule 0: collide: expected False, as both are static"),
        (lambda s: s.collide(3, 0), "rule 0: collide: expected False, as one is a sensor"),
        (lambda s: s.collide("floor", 0), "rule 0: a: expected the name or index of a body"),
        (
            lambda s: s.collide(0, 1).collide(1, 0, False),
            "rule 1: b: expected a pair without a rule",
        ),
        (lambda s: s.replace(gravity=(0, math.nan)), r"scene: gravity\[1\]: expected .* got nan"),
        (lambda s: s.replace(joined="no"), "scene: joined: expected 'apart' or 'touch', got 'no'"),
        (lambda s: s.replace(bodies=[3]), r"scene: bodies\[0\]: expected a Body, got 3"),
    ],
)
def test_other_parts_that_are_refused(build, message):
    with pytest.raises(SceneError, match=f"^{message}"):
        build(
            Scene()
            .circle(1)
            .circle(1, static=True)
            .circle(1, static=True)
            .circle(1, sensor=True)
            .floor()
        )


def test_empty_scene_has_no_body_to_join():
    with pytest.raises(SceneError, match="got 0; the scene has no body yet"):
        Scene().thruster(0)


def test_unknown_names_are_python_errors():
    with pytest.raises(TypeError, match="frictoin"):
        Scene().circle(1, frictoin=2)  # type: ignore[call-arg]


def test_validate_finds_what_was_put_in_past_the_builder():
    scene = car()
    assert scene.validate() is scene
    broken = scene.bodies[0].replace(density=-1.0)
    with pytest.raises(SceneError, match=r"^body 0 'wheel': density: expected"):
        scene.replace(bodies=(broken, *scene.bodies[1:])).validate()
    with pytest.raises(SceneError, match=r"^joint 1 'weld': b: expected the name or index"):
        scene.replace(bodies=scene.bodies[:2]).world()
    with pytest.raises(SceneError, match=r"^joint 1 'weld': b: expected the name or index"):
        scene.replace(bodies=scene.bodies[:2]).world(Sizes(bodies=20, joints=9, thrusters=9))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (
            Sizes(bodies=2, planes=4, vertices=4, joints=3, thrusters=1),
            "body 2 'cabin': expected at most 2 bodies",
        ),
        (
            Sizes(bodies=4, planes=3, vertices=4, joints=3, thrusters=1),
            "plane 3 'ceiling': expected at most 3 planes",
        ),
        (
            Sizes(bodies=4, planes=4, vertices=3, joints=3, thrusters=1),
            "body 1 'car': vertices: expected at",
        ),
        (Sizes(bodies=4, vertices=4, joints=2, thrusters=1), "joint 2: expected at most 2 joints"),
        (Sizes(bodies=4, vertices=4, joints=3, thrusters=0), "thruster 0: expected at most 0"),
    ],
)
def test_scene_that_does_not_fit(sizes, message):
    with pytest.raises(SceneError, match=f"^{message}"):
        car().world(sizes)
