"""Levels in Python, part by part.

    level = (
        LevelDraft("m")
        .box(1.2, 0.2, (1.0, 0.7), name="car", role="green")
        .circle(0.15, (0.6, 0.55), name="back wheel")
        .circle(0.15, (1.4, 0.55), name="front wheel")
        .revolute("car", "back wheel", motor=-1.0, power=2.0, binding=0)
        .revolute("car", "front wheel", motor=-1.0, power=2.0, binding=0)
        .box(0.2, 0.5, (4.8, 0.65), name="goal", role="blue", fixated=True)
        .level()
    )

A draft is a value: every call returns a new one, and what is wrong is said at once, by the name of
the part, its field, and what was expected there. The room, between four walls, reaches from
(0, 0.4) to (5, 5): meters, seconds, radians counterclockwise.
"""

import dataclasses
from typing import Any, Literal, Self, TypedDict, Unpack

from jaxenvs.envs.kinetix._draft_parts import (
    WALLS,
    DraftBody,
    DraftJoint,
    DraftThruster,
    Role,
    Speed,
    build,
    checked,
    outline,
    part,
)
from jaxenvs.envs.kinetix._level import SIZES, Level, Size
from jaxenvs.envs.kinetix.files import _format as form
from jaxenvs.envs.kinetix.files._fields import LevelError
from jaxenvs.physics2d import shapes
from jaxenvs.physics2d.scene_fields import Pair
from jaxenvs.ranges import Count


class BodyFields(TypedDict, total=False):
    """What any body may be given by name; see `DraftBody`."""

    name: str
    role: Role
    rotation: float
    fixated: bool
    density: float
    friction: float
    restitution: float
    collision_mode: int
    velocity: Pair
    angular_velocity: float


class WallFields(TypedDict, total=False):
    """What of a wall may be changed; see `DraftBody`."""

    role: Role
    friction: float
    restitution: float


class HingeFields(TypedDict, total=False):
    """What a hinge may be given by name; see `DraftJoint`."""

    name: str
    motor: float | None
    power: float
    binding: int
    auto: bool
    limits: Pair | None


@dataclasses.dataclass(frozen=True)
class LevelDraft:
    """A level in the making, at first a room with nothing in it but its walls.

    Methods that add a part raise `LevelError`, a `ValueError`, for one that no level can have:
    values out of range, names of no body, no slot left in the size.
    """

    size: Literal["s", "m", "l"] | Size = "l"
    """The name of one of `SIZES`, or how many slots there are of each kind."""
    bodies: tuple[DraftBody, ...] = WALLS
    joints: tuple[DraftJoint, ...] = ()
    thrusters: tuple[DraftThruster, ...] = ()
    gravitation: tuple[Speed, Speed] = (0.0, -9.81)
    """m/s^2."""
    max_timesteps: Count = form.MAX_TIMESTEPS

    def __post_init__(self) -> None:
        """Raises `LevelError` for settings that no level may have."""
        checked("level", self)

    @property
    def slots(self) -> Size:
        """How many slots there are of each kind."""
        return SIZES[self.size] if isinstance(self.size, str) else self.size

    # -- bodies -----------------------------------------------------------------------------

    def circle(self, radius: float, position: Pair, **fields: Unpack[BodyFields]) -> Self:
        """Adds a disc around `position`."""
        return self._body(position=position, radius=radius, **fields)

    def box(
        self, width: float, height: float, position: Pair, **fields: Unpack[BodyFields]
    ) -> Self:
        """Adds a rectangle around `position`."""
        return self.polygon(shapes.box_vertices(width, height), position, **fields)

    def triangle(self, a: Pair, b: Pair, c: Pair, **fields: Unpack[BodyFields]) -> Self:
        """Adds a triangle whose corners are at these places in the world."""
        return self.polygon((a, b, c), **fields)

    def polygon(self, vertices: Any, position: Pair = (0, 0), **fields: Unpack[BodyFields]) -> Self:
        """Adds a convex polygon of 3 or 4 vertices in order, either way around.

        Vertices are relative to `position`: at the default they are places in the world. A
        `rotation` turns it about its center of mass.
        """
        corners, center = outline(fields.get("name", self._next("bodies")), vertices)
        place = (position[0] + center[0], position[1] + center[1])
        return self._body(position=place, vertices=corners, **fields)

    def wall(self, name: str, **fields: Unpack[WallFields]) -> Self:
        """Changes a wall: "floor", "left wall", "right wall" or "ceiling"."""
        names = [wall.name for wall in WALLS]
        if name not in names:
            raise LevelError(f"wall: expected one of {', '.join(names)}; got {name!r}")
        old = vars(self.body(name))
        wall = part(DraftBody, name, {**old, **fields})
        bodies = tuple(wall if one.name == name else one for one in self.bodies)
        return dataclasses.replace(self, bodies=bodies)

    # -- what holds and pushes them -----------------------------------------------------------

    def revolute(
        self, a: str, b: str, at: Pair | None = None, **fields: Unpack[HingeFields]
    ) -> Self:
        """Adds a hinge at a place in the world, by default the center of `b`.

        Bodies that joints connect, also by way of others, pass through each other.
        """
        return self._joint(a=a, b=b, at=at, **fields)

    def fixed(self, a: str, b: str, at: Pair | None = None) -> Self:
        """Adds a joint that keeps two bodies as they are against each other."""
        return self._joint(a=a, b=b, at=at, fixed=True)

    def thruster(self, on: str, at: Pair | None = None, *, angle: float, **fields: Any) -> Self:
        """Adds a jet at a place in the world, by default the center of the body.

        `angle`, in the frame of the body, is where it pushes to: 0 along the body's x axis. Also
        `power`, `binding` and `name`; see `DraftThruster`.
        """
        label = fields.setdefault("name", self._next("thrusters"))
        place = self.body(on, f"{label}: on").position if at is None else at
        return self._add(
            "thrusters", DraftThruster, {"on": on, "at": place, "angle": angle, **fields}
        )

    def gravity(self, x: float = 0.0, y: float = -9.81) -> Self:
        """Sets the gravity, m/s^2; Kinetix forgets it and plays with (0, -9.81)."""
        return dataclasses.replace(self, gravitation=(x, y))

    # -- reading ----------------------------------------------------------------------------

    def body(self, name: str, label: str = "body") -> DraftBody:
        """The body of that name. Raises `LevelError`, which begins with `label`."""
        for body in self.bodies:
            if body.name == name:
                return body
        names = ", ".join(body.name for body in self.bodies)
        raise LevelError(f"{label}: expected one of {names}; got {name!r}")

    def level(self, *, needs_goal: bool = True) -> Level:
        """The level, checked as a file is: polygons and circles each in the order of the draft.

        Raises `LevelError`; with `needs_goal` also for one without a green or a blue body.
        """
        return build(
            self.slots,
            self.bodies,
            self.joints,
            self.thrusters,
            self.gravitation,
            self.max_timesteps,
            needs_goal=needs_goal,
        )

    # -- parts ------------------------------------------------------------------------------

    def _next(self, field: str) -> str:
        """What the next part is called if nothing else is said: "body 4"."""
        kind = {"bodies": "body", "joints": "joint", "thrusters": "thruster"}[field]
        return f"{kind} {len(getattr(self, field))}"

    def _body(self, **fields: Any) -> Self:
        return self._add("bodies", DraftBody, {"name": self._next("bodies"), **fields})

    def _joint(self, **fields: Any) -> Self:
        label = fields.setdefault("name", self._next("joints"))
        bodies = [self.body(fields[end], f"{label}: {end}") for end in ("a", "b")]
        if bodies[0] is bodies[1]:
            raise LevelError(f"{label}: b: expected another body than a, got {fields['b']!r}")
        if fields["at"] is None:
            fields["at"] = bodies[1].position
        draft = self._add("joints", DraftJoint, fields)
        limits = draft.joints[-1].limits
        if limits is not None and not limits[0] <= 0 <= limits[1]:
            found = f"({limits[0]:g}, {limits[1]:g})"
            raise LevelError(f"{label}: limits: expected 0, the start, between them, got {found}")
        return draft

    def _add(self, field: str, cls: Any, fields: dict[str, Any]) -> Self:
        made, before = part(cls, fields["name"], fields), getattr(self, field)
        if made.name in [one.name for one in before]:
            raise LevelError(f"{made.name}: name: expected one of its own, but it is taken")
        kind, alike = field, before
        if field == "bodies":
            kind = "polygons" if made.radius is None else "circles"
            alike = [one for one in before if (one.radius is None) == (made.radius is None)]
        if len(alike) >= (most := getattr(self.slots, kind)):
            counted = " with the walls" if kind == "polygons" else ""
            words = f"expected at most {most} {kind}{counted} in a level of this size"
            raise LevelError(f"{made.name}: {words}, and this is number {len(alike) + 1}")
        return dataclasses.replace(self, **{field: (*before, made)})
