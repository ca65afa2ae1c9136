"""What random levels of Kinetix are like: every number of its generator.

Source: Kinetix 3.0.2 (environment/ued/ued_state.py), and the numbers written out in
environment/ued/{distributions,mutators,util}.py.
"""

import dataclasses
import math
from typing import Annotated

from jaxenvs.ranges import Count, NonNegative, Positive, Range, Share, Whole, check

_Angle = Annotated[float, Range(0, 2 * math.pi)]
_Interval = tuple[NonNegative, NonNegative]


@dataclasses.dataclass(frozen=True)
class Generation:
    """Chances, sizes and powers of random levels; lengths in m, the defaults are Kinetix's.

    Raises `TypeError` or `ValueError`, which name the field, for what it may not hold.
    """

    # The scene
    gravity: Annotated[float, Range(-100, 100)] = -9.81
    """Its component upwards, m/s^2."""
    max_timesteps: Count = 256
    floor_green: Share = 0.0
    floor_blue: Share = 0.02
    floor_red: Share = 0.08
    swap_chance: Share = 0.5
    """That green and blue trade places in the end, where the floor has no role."""

    # What is added once green and blue are there; nothing with the rest of the chances
    free_chance: Share = 0.35
    connected_chance: Share = 0.35
    thruster_chance: Share = 0.3
    """Of each thruster but the first."""
    proposals: Count = 8
    """Drawn for each shape; the one with the fewest contacts is kept."""
    few_bodies: Whole = 7
    """Levels of so many slots of bodies, or fewer, draw one proposal and fixate no shape."""

    # Shapes
    density: Positive = 1.0
    friction: NonNegative = 1.0
    restitution: Share = 0.0
    max_size: Positive = 1.0
    goal_size_factor: Positive = 1.0
    """Of free green and blue shapes."""
    min_half_side: Positive = 0.05
    min_radius: Positive = 0.1
    circle_size_factor: Positive = 0.8
    long_chance: Share = 0.3
    """That one side of a rectangle is `long_factor` times as long."""
    long_factor: Positive = 2.0
    opposite_chance: Share = 0.5
    """That a green shape starts in the left half, a blue one in the right half."""
    red_weight: NonNegative = 1 / 3
    """Of red, beside 1 of grey, while there is no red shape."""
    fixate_base: Share = 0.02
    fixate_per_mass: NonNegative = 4.0
    """1/kg."""
    fixate_most: Share = 1.0
    low_chance: Share = 0.0
    """That a fixated grey shape of the upper half is moved down by half the scene."""
    low_chance_with_role: Share = 0.6

    # Connected shapes
    fixated_weight: Share = 0.05
    """Of fixated shapes, beside 1, when one is chosen to connect to."""
    min_hinges: Whole = 2
    """Joints are hinges until there are so many."""
    fixed_chance: Share = 0.5
    """Of a rigid joint afterwards."""
    motor_chance: Share = 0.8
    motor_speed: _Interval = (0.4, 3.0)
    motor_power: _Interval = (1.0, 3.0)
    wheel_power: _Interval = (1.0, 1.0)
    """Of joints with a circle."""
    limit_chance: Share = 0.4
    """Of hinges between polygons."""
    limit_most: _Angle = math.pi
    """To either side, rad."""
    visible_margin: NonNegative = 0.05
    hidden_contacts: NonNegative = 10.0
    """How many contacts a proposal counts for in which one of two joined shapes hides the other."""
    anchors_mixed: bool = True
    """As in Kinetix, the test for hidden shapes takes each shape's anchor for the other's, but for
    a new rectangle on a circle."""

    # Thrusters
    aligned_chance: Share = 0.8
    """That a thruster points to the middle of its body, or away from it."""
    thruster_power: NonNegative = 2.0
    """Per mass, and times a factor of `thruster_factor`."""
    thruster_factor: _Interval = (0.5, 2.0)

    def __post_init__(self) -> None:
        check(self)
        sums = (
            ("floor_red", ("floor_green", "floor_blue", "floor_red")),
            ("connected_chance", ("free_chance", "connected_chance")),
        )
        for field, names in sums:
            if (total := sum(getattr(self, name) for name in names)) > 1:
                raise ValueError(f"{field}: expected {', '.join(names)} of at most 1, got {total}")
        for name in ("motor_speed", "motor_power", "wheel_power", "thruster_factor"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: expected the lower number first, got {(low, high)}")
        if self.max_size < 4 * max(self.min_half_side, self.min_radius):
            raise ValueError(f"max_size: expected room above the least sizes, got {self.max_size}")
