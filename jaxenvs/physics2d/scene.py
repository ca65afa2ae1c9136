"""A scene, built in Python or read from a file, and turned into the records of the engine.

    scene = (
        Scene()
        .walls((0, 0), (5, 5))
        .box(1.0, 0.2, (2.5, 1.0), name="car")
        .circle(0.2, (2.0, 0.9), name="wheel")
        .revolute("car", "wheel", at=(2.0, 0.9), motor_speed=6, motor_torque=2)
    )
    world, state = scene.world()

A scene is a value: every call returns a new one, and what is wrong is said at once, by the name or
the index of the part, its field, and what was expected there.
"""

import dataclasses
import math
import os
from typing import Any, Literal, Self, Unpack

from jaxenvs.physics2d import scene_checks, scene_file, scene_world, shapes
from jaxenvs.physics2d.records import (
    Body,
    BodyRef,
    Joint,
    Length,
    Plane,
    Point,
    Record,
    Rule,
    SceneError,
    Thruster,
    Velocity,
    describe,
)
from jaxenvs.physics2d.scene_fields import (
    BodyFields,
    DistanceFields,
    JointFields,
    Pair,
    PlaneFields,
    PrismaticFields,
    RevoluteFields,
)
from jaxenvs.physics2d.world import Sizes, State, World


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scene(Record):
    """Bodies, and what holds and pushes them. Units are meters, kilograms, seconds and radians.

    Every method that adds a part raises `SceneError`, a `ValueError`, for one that cannot be
    simulated.
    """

    gravity: Velocity = (0.0, -9.81)
    """Meters per second squared."""
    joined: Literal["apart", "touch"] = "apart"
    """Whether bodies that joints connect, directly or by way of other moving bodies, pass through
    each other ("apart", as in Kinetix) or only the two bodies of each joint do ("touch", as in
    Box2D)."""
    bodies: tuple[Body, ...] = ()
    planes: tuple[Plane, ...] = ()
    joints: tuple[Joint, ...] = ()
    thrusters: tuple[Thruster, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        """Raises `SceneError` for settings that no scene may have."""
        super().__post_init__()
        scene_checks.check_settings(self)

    # -- bodies -----------------------------------------------------------------------------

    def circle(self, radius: float, position: Pair = (0, 0), **fields: Unpack[BodyFields]) -> Self:
        """Adds a disc around `position`."""
        return self.add(_body(kind="circle", radius=radius, position=position, **fields))

    def box(
        self, width: float, height: float, position: Pair = (0, 0), **fields: Unpack[BodyFields]
    ) -> Self:
        """Adds a rectangle around `position`."""
        part = describe("body", len(self.bodies), fields)
        scene_checks.check_given(part, Length, width=width, height=height)
        return self.polygon(shapes.box_vertices(width, height), position, **fields)

    def polygon(self, vertices: Any, position: Pair = (0, 0), **fields: Unpack[BodyFields]) -> Self:
        """Adds a convex polygon.

        `vertices`, `(n, 2)`, 3 to 8 in order around the outline, either way, are in the body's
        frame: at the default position and rotation they are places in the world. For points in
        any order see `shapes.convex_hull`.
        """
        return self.add(_body(kind="polygon", vertices=vertices, position=position, **fields))

    # -- planes -----------------------------------------------------------------------------

    def plane(
        self, point: Pair = (0, 0), normal: Pair = (0, 1), **fields: Unpack[PlaneFields]
    ) -> Self:
        """Adds a half-plane through `point`; bodies stay where `normal`, of any length, points."""
        made: Any = {"point": point, "normal": normal, **fields}
        return self.add(Plane(**made))

    def floor(self, height: float = 0.0, **fields: Unpack[PlaneFields]) -> Self:
        """Adds a plane at `height` with everything above it free; it is called "floor"."""
        made: Any = {"name": "floor", **fields}
        return self.plane((0, height), **made)

    def walls(self, low: Pair, high: Pair, **fields: Unpack[PlaneFields]) -> Self:
        """Adds the four planes around the room from corner `low` to corner `high`.

        They are called "floor", "left wall", "right wall" and "ceiling".
        """
        scene_checks.check_given("walls", Point, low=low, high=high)
        if not (low[0] < high[0] and low[1] < high[1]):
            expected = f"a corner above and to the right of {tuple(low)}"
            raise SceneError(f"walls: high: expected {expected}, got {tuple(high)}")
        scene = self
        for name, point, normal in (
            ("floor", low, (0, 1)),
            ("left wall", low, (1, 0)),
            ("right wall", high, (-1, 0)),
            ("ceiling", high, (0, -1)),
        ):
            made: Any = {"name": name, **fields}
            scene = scene.plane(point, normal, **made)
        return scene

    # -- what holds and pushes them -----------------------------------------------------------

    def revolute(
        self, a: BodyRef, b: BodyRef, at: Pair | None = None, **fields: Unpack[RevoluteFields]
    ) -> Self:
        """Adds a joint about which `b` turns against `a`; one of them may be "world".

        Where it is: `at`, a place in the world at the start, or an anchor in the frame of a body
        (the other body's is worked out), or both anchors. The angle is 0 at the start unless
        `reference_angle` is given.
        """
        return self._joint("revolute", a, b, at, **fields)

    def fixed(
        self, a: BodyRef, b: BodyRef, at: Pair | None = None, **fields: Unpack[JointFields]
    ) -> Self:
        """Adds a joint that welds two bodies; places as for `revolute`."""
        return self._joint("fixed", a, b, at, **fields)

    def prismatic(
        self,
        a: BodyRef,
        b: BodyRef,
        at: Pair | None = None,
        *,
        axis: Pair = (1, 0),
        **fields: Unpack[PrismaticFields],
    ) -> Self:
        """Adds a joint on which `b` slides along an axis of `a`, and does not turn against it.

        `axis` is a direction in the world at the start; places as for `revolute`. The way along the
        axis is 0 where both anchors are in one place.
        """
        part = f"joint {len(self.joints)}"
        scene_checks.check_given(part, Point, axis=axis)
        holder = scene_checks.holder(self, scene_checks.resolve_holder(self, part, "a", a))
        origin = holder.to_local((0, 0))
        turned = [v - w for v, w in zip(holder.to_local(axis), origin, strict=True)]
        return self._joint("prismatic", a, b, at, axis=turned, **fields)

    def distance(self, a: BodyRef, b: BodyRef, **fields: Unpack[DistanceFields]) -> Self:
        """Adds a joint that keeps the distance of two anchors within `limits`.

        By default it is a rod of the length at the start; a rope has limits (0, longest). An anchor
        is in the body's frame, `anchor_a`, or a place in the world at the start, `at_a`; by default
        it is the center of mass.
        """
        anchors, length = self._ends(a, b, fields)
        made: Any = {"limits": (length, length)} | anchors | fields
        return self.add(Joint(kind="distance", a=a, b=b, **made))

    def spring(
        self,
        a: BodyRef,
        b: BodyRef,
        *,
        hertz: float,
        damping: float = 0.0,
        length: float | None = None,
        **fields: Unpack[DistanceFields],
    ) -> Self:
        """Adds a spring between two anchors, which are given as those of `distance`.

        `hertz` is how often it would swing the two bodies alone, `damping` its damping ratio. It is
        at rest at `length`, by default that at the start.
        """
        anchors, start = self._ends(a, b, fields)
        rest = start if length is None else length
        made: Any = {"hertz": hertz, "damping": damping, "length": rest} | anchors | fields
        return self.add(Joint(kind="distance", a=a, b=b, **made))

    def thruster(
        self,
        body: BodyRef,
        position: Pair | None = None,
        *,
        at: Pair | None = None,
        direction: float = 0.0,
        force: float = 10.0,
        name: str | None = None,
    ) -> Self:
        """Adds a thruster at `position` in the body's frame, or `at` a place in the world.

        By default it sits at the center of mass. `direction` is that of the push, in the body's
        frame.
        """
        part = f"thruster {len(self.thrusters)}"
        holder = self.body(scene_checks.resolve(self, part, "body", body))
        if position is not None and at is not None:
            raise SceneError(f"{part}: at: expected none beside a position")
        if at is not None:
            scene_checks.check_given(part, Point, at=at)
            position = holder.to_local(at)
        place: Any = holder.mass.center if position is None else position
        return self.add(
            Thruster(body=body, position=place, direction=direction, force=force, name=name)
        )

    def collide(self, a: BodyRef, b: BodyRef, collide: bool = True) -> Self:
        """Rules that two bodies collide, or with `False` that they pass through each other.

        `b` may be the name of a plane.
        """
        return self.add(Rule(a=a, b=b, collide=collide))

    def add(self, part: Body | Plane | Joint | Thruster | Rule) -> Self:
        """Adds a part that is a record already."""
        field = _FIELD_OF[type(part)]
        scene = self.replace(**{field: (*getattr(self, field), part)})
        scene_checks.check_part(scene, field, len(getattr(self, field)))
        return scene

    def _joint(self, kind: Any, a: BodyRef, b: BodyRef, at: Any, **fields: Any) -> Self:
        part = f"joint {len(self.joints)}"
        one, other = (
            scene_checks.holder(self, scene_checks.resolve_holder(self, part, field, ref))
            for field, ref in (("a", a), ("b", b))
        )
        anchor_a, anchor_b = fields.pop("anchor_a", None), fields.pop("anchor_b", None)
        if at is not None and (anchor_a is not None or anchor_b is not None):
            raise SceneError(f"{part}: at: expected none beside an anchor")
        scene_checks.check_given(part, Point | None, at=at, anchor_a=anchor_a, anchor_b=anchor_b)
        if at is None and anchor_a is not None:
            at = one.to_world(anchor_a)
        elif at is None and anchor_b is not None:
            at = other.to_world(anchor_b)
        elif at is None:
            expected = "a place in the world, or an anchor in the frame of a body"
            raise SceneError(f"{part}: at: expected {expected}, got None")
        anchors: Any = {
            "anchor_a": one.to_local(at) if anchor_a is None else anchor_a,
            "anchor_b": other.to_local(at) if anchor_b is None else anchor_b,
        }
        fields = {"reference_angle": other.rotation - one.rotation} | fields
        return self.add(Joint(kind=kind, a=a, b=b, **anchors, **fields))

    def _ends(self, a: BodyRef, b: BodyRef, fields: Any) -> tuple[dict[str, Any], float]:
        """The anchors of a distance joint, taken out of `fields`, and how far they are apart."""
        part = f"joint {len(self.joints)}"
        anchors, places = {}, []
        for end, ref in (("a", a), ("b", b)):
            holder = scene_checks.holder(self, scene_checks.resolve_holder(self, part, end, ref))
            anchor, at = fields.pop(f"anchor_{end}", None), fields.pop(f"at_{end}", None)
            given = {f"anchor_{end}": anchor, f"at_{end}": at}
            scene_checks.check_given(part, Point | None, **given)
            if anchor is not None and at is not None:
                raise SceneError(f"{part}: at_{end}: expected none beside an anchor")
            if anchor is None:
                anchor = holder.mass.center if at is None else holder.to_local(at)
            anchors[f"anchor_{end}"] = anchor
            places.append(holder.to_world(anchor))
        return anchors, math.dist(*places)

    # -- reading ----------------------------------------------------------------------------

    def body(self, ref: BodyRef) -> Body:
        """The body of that name or index. Raises `SceneError` if there is none."""
        return self.bodies[self.index(ref)]

    def index(self, ref: BodyRef) -> int:
        """The place of a body among `bodies`. Raises `SceneError` if there is none."""
        return scene_checks.resolve(self, "scene", "body", ref)

    def validate(self) -> Self:
        """The scene itself. Raises `SceneError` for the first part that cannot be simulated."""
        scene_checks.check_scene(self)
        return self

    @property
    def sizes(self) -> Sizes:
        """The smallest world that holds the scene."""
        return scene_world.sizes(self)

    def world(self, sizes: Sizes | None = None) -> tuple[World, State]:
        """The records of the engine, in numpy arrays, and the state at the start.

        `sizes` may have more slots than the scene needs, so that several scenes fit one program.
        All parts keep their places: body 3 is in slot 3. Raises `SceneError` for a
        scene that cannot be simulated or does not fit.
        """
        return scene_world.build(self, sizes)

    def to_dict(self) -> dict[str, Any]:
        """The scene in plain values, ready for JSON; fields with their default are left out."""
        return scene_file.to_dict(self)

    @classmethod
    def from_dict(cls, fields: Any) -> Self:
        """The scene of `to_dict`, validated. Raises `SceneError` that names part and field."""
        return scene_file.from_dict(cls, fields)

    def to_json(self) -> str:
        """The scene as a JSON text, a line for every part."""
        return scene_file.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The scene in a JSON text. Raises `SceneError` that names the line or the field."""
        return scene_file.from_json(cls, text)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the scene to a JSON file, atomically; parent folders are made."""
        scene_file.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The scene in a file.

        Raises `SceneError` that names the file and the line or field, and `FileNotFoundError`.
        """
        return scene_file.load(cls, path)


def _body(**fields: Any) -> Body:
    """A body of fields of any numeric kind, which the record turns into its own."""
    return Body(**fields)


_FIELD_OF = {Body: "bodies", Plane: "planes", Joint: "joints", Thruster: "thrusters", Rule: "rules"}
