"""Scenes in Box2D and in pymunk; run by a Python that has them, without jaxenvs.

    PYTHON benchmarks/physics_c.py box2d PLAN.json OUT.npz

The plan is a list of scenes, as `physics_scenes.described` has them, and a number of steps. Written
are the motions of all bodies after each step, and their masses and moments as the engine has them;
with `--seconds` it prints instead how many steps it does in a second of one core.
"""

import argparse
import json
import math
import pathlib
import sys
import time
from typing import Any

import numpy as np

ITERATIONS = 10
SLOP = 0.005  # m, Box2D's; pymunk's own is meant for pixels
FAR = 1e9


def machines(scene: dict[str, Any]) -> list[int]:
    """A number for each body, the same for those that joints connect."""
    number = list(range(len(scene["bodies"])))
    for joint in scene["joints"]:
        old, new = number[joint["a"]], number[joint["b"]]
        number = [new if one == old else one for one in number]
    return number


class Box2D:
    """A scene in Box2D 2.3, awake."""

    def __init__(self, scene: dict[str, Any]) -> None:
        import Box2D as box2d  # type: ignore[import-not-found]

        self.world = box2d.b2World(gravity=scene["gravity"])
        self.scene, self.bodies = scene, []
        numbers = machines(scene)
        for part, number in zip(scene["bodies"], numbers, strict=True):
            make = self.world.CreateStaticBody if part["static"] else self.world.CreateDynamicBody
            body = make(position=part["position"], angle=part["angle"])
            shape = (
                box2d.b2CircleShape(radius=part["radius"])
                if part["radius"]
                else box2d.b2PolygonShape(vertices=[tuple(v) for v in part["vertices"]])
            )
            fixture = body.CreateFixture(shape=shape, density=part["density"])
            fixture.friction, fixture.restitution = part["friction"], part["restitution"]
            if numbers.count(number) > 1:
                fixture.filterData.groupIndex = -1 - number
            if not part["static"]:
                body.linearVelocity, body.angularVelocity = part["velocity"], part["spin"]
                body.sleepingAllowed = False
            self.bodies.append(body)
        for joint in scene["joints"]:
            self._join(joint)

    def _join(self, joint: dict[str, Any]) -> None:
        ends = {
            "bodyA": self.bodies[joint["a"]],
            "bodyB": self.bodies[joint["b"]],
            "anchor": joint["at"],
        }
        if joint["fixed"]:
            self.world.CreateWeldJoint(**ends)
            return
        lower, upper = joint["limits"] or (0, 0)
        self.world.CreateRevoluteJoint(
            **ends,
            enableLimit=joint["limits"] is not None,
            lowerAngle=lower,
            upperAngle=upper,
            enableMotor=joint["motor_torque"] > 0,
            motorSpeed=joint["motor_speed"],
            maxMotorTorque=joint["motor_torque"],
        )

    def step(self) -> None:
        """A 60th of a second, thrusters fully on."""
        for push in self.scene["thrusters"]:
            body = self.bodies[push["body"]]
            angle = body.angle + push["direction"]
            force = (push["force"] * math.cos(angle), push["force"] * math.sin(angle))
            body.ApplyForce(force, body.GetWorldPoint(push["position"]), True)
        self.world.Step(1 / 60, ITERATIONS, ITERATIONS)

    def motion(self) -> list[tuple[float, ...]]:
        """x, y, angle, their rates of each body."""
        return [
            (*b.worldCenter, b.angle, *b.linearVelocity, b.angularVelocity) for b in self.bodies
        ]

    def masses(self) -> list[tuple[float, float]]:
        """Mass, and moment of inertia about the center of mass."""
        return [(b.mass, b.inertia - b.mass * b.localCenter.lengthSquared) for b in self.bodies]


class Pymunk:
    """A scene in pymunk (Chipmunk), awake."""

    def __init__(self, scene: dict[str, Any]) -> None:
        import pymunk  # type: ignore[import-not-found]

        self.space = pymunk.Space()
        self.space.gravity, self.space.iterations = tuple(scene["gravity"]), ITERATIONS
        self.space.collision_slop = SLOP
        self.scene, self.bodies = scene, []
        numbers = machines(scene)
        for part, number in zip(scene["bodies"], numbers, strict=True):
            kind = pymunk.Body.STATIC if part["static"] else pymunk.Body.DYNAMIC
            body = pymunk.Body(body_type=kind)
            body.position, body.angle = tuple(part["position"]), part["angle"]
            shape = (
                pymunk.Circle(body, part["radius"])
                if part["radius"]
                else pymunk.Poly(body, [tuple(v) for v in part["vertices"]])
            )
            # It multiplies the values of two surfaces; ours and Box2D's are equal where both are.
            shape.friction, shape.elasticity = (
                math.sqrt(part[name]) for name in ("friction", "restitution")
            )
            if numbers.count(number) > 1:
                shape.filter = pymunk.ShapeFilter(group=1 + number)
            if not part["static"]:
                shape.density = part["density"]
                body.velocity, body.angular_velocity = tuple(part["velocity"]), part["spin"]
            self.space.add(body, shape)
            self.bodies.append(body)
        for joint in scene["joints"]:
            self._join(joint, pymunk)

    def _join(self, joint: dict[str, Any], pymunk: Any) -> None:
        a, b = self.bodies[joint["a"]], self.bodies[joint["b"]]
        parts = [pymunk.PivotJoint(a, b, tuple(joint["at"]))]
        if joint["fixed"]:
            parts.append(pymunk.GearJoint(a, b, joint["reference"], 1))
        if joint["limits"]:
            low, high = (limit + joint["reference"] for limit in joint["limits"])
            parts.append(pymunk.RotaryLimitJoint(a, b, low, high))
        if joint["motor_torque"]:
            motor = pymunk.SimpleMotor(a, b, -joint["motor_speed"])
            motor.max_force = joint["motor_torque"]
            parts.append(motor)
        self.space.add(*parts)

    def step(self) -> None:
        """A 60th of a second, thrusters fully on."""
        for push in self.scene["thrusters"]:
            angle, force = push["direction"], push["force"]
            local = (force * math.cos(angle), force * math.sin(angle))
            self.bodies[push["body"]].apply_force_at_local_point(local, tuple(push["position"]))
        self.space.step(1 / 60)

    def motion(self) -> list[tuple[float, ...]]:
        """x, y, angle, their rates of each body."""
        return [(*b.position, b.angle, *b.velocity, b.angular_velocity) for b in self.bodies]

    def masses(self) -> list[tuple[float, float]]:
        """Mass, and moment of inertia about the center of mass."""
        return [(b.mass, b.moment) for b in self.bodies]


ENGINES = {"box2d": Box2D, "pymunk": Pymunk}


def steps_per_second(engine: Any, scenes: list[dict[str, Any]], steps: int) -> float:
    """Of the engine's own work as called from Python, the best of three rounds.

    Without thrusters, whose forces Python has to give.
    """
    scenes, best = [scene | {"thrusters": []} for scene in scenes], math.inf
    for _ in range(3):
        worlds = [engine(scene) for scene in scenes]
        start = time.process_time()
        for world in worlds:
            for _ in range(steps):
                world.step()
        best = min(best, time.process_time() - start)
    return steps * len(scenes) / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("plan", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path, nargs="?")
    parser.add_argument("--seconds", action="store_true")
    options = parser.parse_args()
    plan, engine = json.loads(options.plan.read_text()), ENGINES[options.engine]
    if options.seconds:
        print(steps_per_second(engine, plan["scenes"], plan["steps"]))
        return
    arrays = {}
    for number, scene in enumerate(plan["scenes"]):
        world, motions = engine(scene), []
        for _ in range(plan["steps"]):
            world.step()
            motions.append(world.motion())
        arrays[f"{number}/motion"] = np.array(motions)
        arrays[f"{number}/masses"] = np.array(world.masses())
    np.savez(options.out, **arrays)


if __name__ == "__main__":
    sys.exit(main())
