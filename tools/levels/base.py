"""What a hand-made level is before it becomes a file, and parts that several of them share."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

from jaxenvs.envs.kinetix._draft import LevelDraft, Pair

Maker = Callable[[LevelDraft], LevelDraft]
UP, DOWN, LEFT, RIGHT = math.pi / 2, -math.pi / 2, math.pi, 0.0


@dataclasses.dataclass(frozen=True)
class Design:
    """A level of our own."""

    size: Literal["s", "m", "l"]
    name: str
    goal: str
    """One sentence."""
    make: Maker
    mover: str | None = None
    """The body that `way` is about; the first green one unless given."""
    way: tuple[tuple[float, float], ...] = ()
    """Places that the mover passes on its way to the goal: a hint to the search, which otherwise
    is led by the distance from green to blue."""

    @property
    def full_name(self) -> str:
        """As it is called in the library."""
        return f"{self.size}/{self.name}"

    def draft(self) -> LevelDraft:
        """The level in the making."""
        return self.make(LevelDraft(self.size))


DESIGNS: dict[str, Design] = {}
"""All of them, by full name, once the modules of the three sizes are loaded."""


def design(size: Literal["s", "m", "l"], **hints: Any) -> Callable[[Maker], Maker]:
    """Enters a function that fills an empty draft: its name is the level's, its text the goal."""

    def enter(make: Maker) -> Maker:
        made = Design(size, make.__name__, " ".join((make.__doc__ or "").split()), make, **hints)
        DESIGNS[made.full_name] = made
        return make

    return enter


def rod(
    draft: LevelDraft, name: str, start: Pair, end: Pair, thickness: float = 0.1, **fields: Any
) -> LevelDraft:
    """Adds a bar whose middle line runs from one place to another, a little longer at both ends."""
    (x, y), (u, v) = start, end
    width = math.dist(start, end) + thickness * 0.6
    turn = math.atan2(v - y, u - x)
    return draft.box(
        width, thickness, ((x + u) / 2, (y + v) / 2), name=name, rotation=turn, **fields
    )


def limb(
    draft: LevelDraft,
    name: str,
    parent: str,
    start: Pair,
    end: Pair,
    binding: int,
    *,
    thickness: float = 0.1,
    motor: float = 2.0,
    power: float = 2.0,
    limits: Pair | None = (-0.8, 0.8),
    **fields: Any,
) -> LevelDraft:
    """Adds a bar that hangs on `parent` at its start, with a motor there."""
    draft = rod(draft, name, start, end, thickness, **fields)
    return draft.revolute(
        parent, name, at=start, motor=motor, power=power, binding=binding, limits=limits
    )


def wheels(
    draft: LevelDraft,
    body: str,
    places: Mapping[str, Pair],
    radius: float,
    friction: float = 1.0,
    **fields: Any,
) -> LevelDraft:
    """Adds driven wheels to a body; the action 1 drives to the right."""
    motor = {"motor": -2.0, "power": 1.5, "binding": 0} | fields
    for name, place in places.items():
        draft = draft.circle(radius, place, name=name, friction=friction)
        draft = draft.revolute(body, name, **motor)
    return draft


def jets(
    draft: LevelDraft,
    body: str,
    places: tuple[Pair, Pair],
    angles: tuple[float, float],
    power: float,
) -> LevelDraft:
    """Adds two thrusters, fired by the two thruster actions."""
    for i, (place, angle) in enumerate(zip(places, angles, strict=True)):
        draft = draft.thruster(body, place, angle=angle, power=power, binding=i)
    return draft
