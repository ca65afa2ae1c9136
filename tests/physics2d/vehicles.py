"""A scene that the tests share."""

import math

from jaxenvs.physics2d.scene import Scene


def car():
    """At least one of everything that a scene may hold."""
    return (
        Scene(gravity=(0, -10))
        .circle(0.2, (2.0, 0.9), name="wheel", friction=1, density=2)
        .walls((0, 0), (5, 4))
        .box(1.0, 0.2, (2.5, 1.0), name="car", velocity=(1, 0), angular_velocity=0.5)
        .polygon([(0, 0), (0.2, 0.6), (0.4, 0)], (2.2, 1.1), name="cabin", rotation=0.1)
        .box(1, 0.1, (4, 0.05), static=True, name="ramp")
        .revolute("car", "wheel", at=(2.0, 0.9), name="axle", motor_speed=6, motor_torque=2)
        .fixed("car", "cabin", anchor_a=(0, 0.1), name="weld")
        .revolute("world", "car", at=(2.5, 4.0), limits=(-0.5, 0.5))
        .thruster("cabin", at=(2.2, 1.1), direction=math.pi / 2, force=20)
        .collide("car", "floor", False)
    )
