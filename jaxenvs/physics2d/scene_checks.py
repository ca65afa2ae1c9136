"""Whether the parts of a scene fit together. Messages name the part, its field, what was expected.

joint 0 'hinge': b: expected the name or index of a body, got 'whel'; did you mean 'wheel'?
"""

import difflib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jaxenvs.physics2d.records import (
    WORLD,
    Body,
    BodyRef,
    Joint,
    Plane,
    Rule,
    SceneError,
    Thruster,
    check_record,
    describe,
    plain,
)
from jaxenvs.ranges import check_value

if TYPE_CHECKING:
    from jaxenvs.physics2d.scene import Scene

KINDS: dict[str, tuple[str, type]] = {
    "bodies": ("body", Body),
    "planes": ("plane", Plane),
    "joints": ("joint", Joint),
    "thrusters": ("thruster", Thruster),
    "rules": ("rule", Rule),
}
"""The lists of a scene: what one part is called, and its record."""
MAX_GAP = 0.05
"""Meters: how far apart the anchors of a joint may start."""
MAX_ARM = 100.0
"""How far from a moving body's center of mass it may be held or pushed, in its reaches."""
SLACK = 1e-3
"""Radians or meters: by how much a joint's limits may miss where it starts."""


def check_scene(scene: "Scene") -> None:
    """Checks everything. Raises `SceneError`."""
    check_settings(scene)
    for name in KINDS:
        for index in range(len(getattr(scene, name))):
            check_part(scene, name, index)


def check_settings(scene: "Scene") -> None:
    """Checks what a scene says about all of its parts."""
    try:
        check_record(scene)
    except SceneError as error:
        raise SceneError(f"scene: {error}") from None


def check_part(scene: "Scene", field: str, index: int) -> None:
    """Checks one part by itself and against the parts before it. Raises `SceneError`."""
    part = getattr(scene, field)[index]
    label = describe(KINDS[field][0], index, part)
    try:
        check_record(part)
    except SceneError as error:
        raise SceneError(f"{label}: {error}") from None
    if isinstance(part, Joint):
        _check_joint(scene, label, part)
    elif isinstance(part, Thruster):
        holder = scene.bodies[resolve(scene, label, "body", part.body)]
        _check_arm(label, "position", part.position, holder)
    elif isinstance(part, Rule):
        _check_rule(scene, label, part, index)
    name = getattr(part, "name", None)
    if name is not None:
        _check_name(label, name, [one.name for one in getattr(scene, field)[:index]])
        if isinstance(part, Body | Plane):
            _check_unlike_others(scene, label, part)


def resolve(
    scene: "Scene", label: str, field: str, ref: BodyRef, others: Sequence[str] = ()
) -> int:
    """The index of a body, or that of one of `others` counted on from the number of bodies.

    Raises `SceneError` if there is none of that name or index.
    """
    expected = f"{label}: {field}: expected the name or index of a body, got {ref!r}"
    if isinstance(ref, str):
        names = [body.name for body in scene.bodies]
        for index, name in enumerate([*names, *others]):
            if name == ref:
                return index
        known = [name for name in [*names, *others] if isinstance(name, str)]
        near = difflib.get_close_matches(ref, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"names are {', '.join(known) or 'none'}"
        raise SceneError(f"{expected}; {hint}")
    if isinstance(ref, bool) or not isinstance(ref, int):
        raise SceneError(expected)
    if not 0 <= ref < len(scene.bodies):
        last = len(scene.bodies) - 1
        hint = f"indices are 0 to {last}" if scene.bodies else "the scene has no body yet"
        raise SceneError(f"{expected}; {hint}")
    return ref


def check_given(label: str, annotation: Any, **values: Any) -> None:
    """Checks what a builder is given before it makes a record of it. Raises `SceneError`."""
    try:
        for name, value in values.items():
            check_value(name, plain(value, annotation), annotation)
    except (TypeError, ValueError) as error:
        raise SceneError(f"{label}: {error}") from None


def resolve_holder(scene: "Scene", label: str, field: str, ref: BodyRef) -> int:
    """The index of what a joint holds on: a body, or the number of bodies for the world."""
    return resolve(scene, label, field, ref, (WORLD,))


def resolve_rule(scene: "Scene", label: str, rule: Rule) -> tuple[int, int]:
    """The index of a rule's body, and that of the other one or, counted on, of the plane."""
    planes = [plane.name or "" for plane in scene.planes]
    first, second = (
        resolve(scene, label, "a", rule.a),
        resolve(scene, label, "b", rule.b, planes),
    )
    return first, second


def holder(scene: "Scene", index: int) -> Body:
    """What a joint holds on: a body, or the world in the guise of one."""
    return (*scene.bodies, _GROUND)[index]


def _check_two(label: str, part: Any, pair: tuple[int, int]) -> None:
    if pair[0] == pair[1]:
        raise SceneError(f"{label}: b: expected another body than a, got {part.b!r}")


def _check_joint(scene: "Scene", label: str, joint: Joint) -> None:
    a = resolve_holder(scene, label, "a", joint.a)
    b = resolve_holder(scene, label, "b", joint.b)
    _check_two(label, joint, (a, b))
    one, other = holder(scene, a), holder(scene, b)
    if one.static and other.static:
        raise SceneError(f"{label}: b: expected a body that can move, as a is static; b is too")
    _check_arm(label, "anchor_a", joint.anchor_a, one)
    _check_arm(label, "anchor_b", joint.anchor_b, other)
    along, gap, turn = _start(joint, one, other)
    if gap > MAX_GAP:
        place = "a place on the axis" if joint.kind == "prismatic" else "the place of anchor_a"
        expected = f"{place}, within {MAX_GAP:g} m"
        raise SceneError(f"{label}: anchor_b: expected {expected}, is {gap:.3g} m away")
    if joint.kind in ("fixed", "prismatic") and abs(turn - joint.reference_angle) > SLACK:
        expected = f"the angle of b less that of a at the start, {turn:.4g}"
        raise SceneError(
            f"{label}: reference_angle: expected {expected}, got {joint.reference_angle:.4g}"
        )
    if joint.limits is not None:
        lower, upper = joint.limits
        if not lower - SLACK <= along <= upper + SLACK:
            what = "angle" if joint.kind == "revolute" else "length"
            expected = f"an interval with the {what} at the start, {along:.4g}"
            raise SceneError(f"{label}: limits: expected {expected}, got ({lower:g}, {upper:g})")


def _start(joint: Joint, one: Body, other: Body) -> tuple[float, float, float]:
    """At the start: what limits are about, how far anchors miss each other, and the turn."""
    turn = other.rotation - one.rotation
    (ax, ay), (bx, by) = joint.anchor_a, one.to_local(other.to_world(joint.anchor_b))
    x, y = bx - ax, by - ay
    size = math.hypot(x, y)
    if joint.kind == "distance":
        return size, 0.0, turn
    if joint.kind == "prismatic":
        right, up = joint.axis or (1.0, 0.0)
        unit = math.hypot(right, up)
        return (x * right + y * up) / unit, abs(x * up - y * right) / unit, turn
    return turn - joint.reference_angle, size, turn


def _check_arm(label: str, field: str, point: Any, body: Body) -> None:
    arm, longest = math.dist(point, body.mass.center), MAX_ARM * body.reach
    if arm > longest and not body.static:
        expected = f"a point within {longest:.3g} m of the center of mass"
        raise SceneError(f"{label}: {field}: expected {expected}, is {arm:.3g} m away")


def _check_rule(scene: "Scene", label: str, rule: Rule, index: int) -> None:
    pair = resolve_rule(scene, label, rule)
    _check_two(label, rule, pair)
    bodies = [scene.bodies[one] for one in pair if one < len(scene.bodies)]
    if rule.collide and all(body.static for body in bodies):
        raise SceneError(f"{label}: collide: expected False, as both are static")
    if rule.collide and any(body.sensor for body in bodies):
        raise SceneError(f"{label}: collide: expected False, as one is a sensor")
    for number, before in enumerate(scene.rules[:index]):
        if set(pair) == set(resolve_rule(scene, label, before)):
            raise SceneError(f"{label}: b: expected a pair without a rule, rule {number} has it")


def _check_name(label: str, name: str, taken: list[str | None]) -> None:
    if not name.strip():
        raise SceneError(f"{label}: name: expected at least a letter, got {name!r}")
    if name in taken:
        raise SceneError(
            f"{label}: name: expected one of its own, number {taken.index(name)} has it"
        )


def _check_unlike_others(scene: "Scene", label: str, part: Body | Plane) -> None:
    """Rules and joints tell bodies, planes and the world apart by their names."""
    if part.name == WORLD:
        raise SceneError(f"{label}: name: expected another one, {WORLD!r} is the world itself")
    if isinstance(part, Plane) and part.name in [body.name for body in scene.bodies]:
        raise SceneError(f"{label}: name: expected one of its own, body {part.name!r} has it")
    if isinstance(part, Body) and part.name in [plane.name for plane in scene.planes]:
        raise SceneError(f"{label}: name: expected one of its own, plane {part.name!r} has it")


_GROUND = Body(kind="circle", radius=1.0, static=True)
