"""What the methods of a scene take by name, for type checkers and editors."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

Pair = Sequence[float] | np.ndarray
"""x and y."""


class BodyFields(TypedDict, total=False):
    """What any body may be given by name; see `Body`."""

    rotation: float
    velocity: Pair
    angular_velocity: float
    density: float
    friction: float
    restitution: float
    static: bool
    turns: bool
    group: str | None
    sensor: bool
    name: str | None


class PlaneFields(TypedDict, total=False):
    """What any plane may be given by name; see `Plane`."""

    friction: float
    restitution: float
    name: str | None


class JointFields(TypedDict, total=False):
    """What any joint may be given by name; see `Joint`."""

    anchor_a: Pair
    anchor_b: Pair
    reference_angle: float
    name: str | None


class RevoluteFields(JointFields, total=False):
    """What a revolute joint may be given by name; see `Joint`."""

    limits: Pair | None
    motor_speed: float
    motor_torque: float


class PrismaticFields(JointFields, total=False):
    """What a prismatic joint may be given by name; see `Joint`."""

    limits: Pair | None
    motor_speed: float
    motor_force: float


class DistanceFields(TypedDict, total=False):
    """What any distance joint may be given by name; see `Joint`."""

    anchor_a: Pair
    anchor_b: Pair
    at_a: Pair
    at_b: Pair
    limits: Pair | None
    name: str | None
