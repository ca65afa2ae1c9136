"""From the content of a Kinetix file to a level: what the fields mean, and whether they agree."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jaxenvs.envs.kinetix._level import (
    BLUE,
    GREEN,
    NUM_WALLS,
    SIZES,
    Level,
    Size,
    collision_matrix,
    empty,
    inverse_masses,
)
from jaxenvs.envs.kinetix.files import _format as form
from jaxenvs.envs.kinetix.files._fields import (
    Flag,
    LevelError,
    Vector,
    Whole,
    entries,
    fields,
    record,
    refuse,
)

TOLERANCE = 1e-5
"""Relative, of a mass: float32 gives 5e-7 in the published files."""

_Slots = Sequence[Mapping[str, Any]]


def from_content(content: Any, *, needs_goal: bool = True) -> Level:
    """The level in a file's JSON values. Raises as `files.parse`."""
    top = fields(content, ("level",), ["env_state", "env_params", "static_env_params"], ["version"])
    size = _read_size(top["static_env_params"])
    max_timesteps = _read_params(top["env_params"])
    path = ("env_state",)
    contacts = [f"acc_{pair}_manifolds" for pair in ("rr", "cr", "cc")]
    names = ["polygon", "circle", "joint", "thruster", "collision_matrix", "gravity", *contacts]
    state = fields(top["env_state"], path, names, ["motor_auto"])
    bodies = _read_bodies(state, size)
    active = [body["active"] for body in bodies]
    joints = _read_joints(state, size, active)
    level = _level(bodies, joints, _read_thrusters(state, size, active), size)
    gravity = Vector(2, form.ANY).read(state["gravity"], (*path, "gravity"), True)
    motor_auto = level.joints.active & np.array(_read_motor_auto(state, size), bool)
    level = level.replace(
        joints=level.joints.replace(motor_auto=motor_auto),
        gravity=np.array(gravity, np.float32),
        max_timesteps=np.array(max_timesteps, np.int32),
    )
    _check_masses(level, bodies)
    _check_collision_matrix(level, state["collision_matrix"])
    _check_contacts(state, size)
    if needs_goal:
        _check_goal(level)
    return level


# -- settings --------------------------------------------------------------------------------------


def _read_size(params: Any) -> Size:
    size, params, path = _unpacked(params, ("static_env_params",))
    if size is not None:
        return size
    names = [*form.SIZE, *form.STATIC_RULES, "screen_dim", "frame_skip"]
    found = fields(params, path, names, ["downscale"])
    _check_params(found, path, form.STATIC_RULES, form.STATIC_SETTINGS)
    sizes = record({name: found[name] for name in form.SIZE}, path, form.SIZE, strict=True)
    return Size(*(sizes[name] for name in form.SIZE))


def _read_params(params: Any) -> int:
    """The steps that the level may take."""
    size, params, path = _unpacked(params, ("env_params",))
    if size is not None:
        return form.MAX_TIMESTEPS
    found = fields(params, path, [*form.RULES, *form.SETTINGS, "max_timesteps"])
    _check_params(found, path, form.RULES, form.SETTINGS)
    return Whole(1).read(found["max_timesteps"], (*path, "max_timesteps"), True)


def _unpacked(params: Any, path: tuple[str, ...]) -> tuple[Size | None, Any, tuple[str, ...]]:
    """The size that stands for params, or None and the params with the path where they are.

    The web editor has a short form: a size by name, or the params one level deeper.
    """
    if not isinstance(params, dict) or "type" not in params:
        return None, params, path
    if params["type"] == "full":
        found = fields(params, path, ["type", "params"], ["size"])
        return None, found["params"], (*path, "params")
    if params["type"] != "size":
        refuse((*path, "type"), "'size' or 'full'", params["type"])
    found = fields(params, path, ["type", "size"], ["params"])
    name = found["size"]
    if not isinstance(name, str) or name not in SIZES:
        refuse((*path, "size"), "'s', 'm' or 'l'", name)
    if found.get("params") is not None:
        refuse((*path, "params"), "null beside a size", found["params"])
    return SIZES[name], None, path


def _check_params(
    found: Mapping[str, Any],
    path: tuple[str, ...],
    rules: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> None:
    for name, value in rules.items():
        where = (*path, name)
        if isinstance(value, bool):
            agrees = Flag().read(found[name], where, True) is value
        else:
            agrees = form.ANY.read(found[name], where, True) == float(np.float32(value))
        if not agrees:
            expected = "true" if value is True else f"{value:g}"
            refuse(where, f"{expected}, as in every level", found[name])
    for name in settings:
        if name in found:
            form.SETTING_KINDS[name].read(found[name], (*path, name), True)


# -- slots -----------------------------------------------------------------------------------------


def _read_slots(
    state: Mapping[str, Any],
    name: str,
    count: int,
    kinds: Mapping[str, Any],
    optional: Sequence[str] = (),
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The slots of a kind, each with its path, checked for their form one after the other."""
    path = ("env_state", name)
    slots = entries(state[name], path, count, f"static_env_params.num_{name}s says")
    for i, slot in enumerate(slots):
        where = (*path, str(i))
        yield where, record(slot, where, kinds, optional=optional)


def _read_bodies(state: Mapping[str, Any], size: Size) -> list[dict[str, Any]]:
    found = []
    for name, count, kinds in (
        ("polygon", size.polygons, form.POLYGON),
        ("circle", size.circles, form.CIRCLE),
    ):
        slots = _read_slots(state, name, count, kinds, form.NOT_IN_WEB_EXPORTS)
        for i, (where, body) in enumerate(slots):
            if name == "polygon" and body["active"]:
                _check_polygon(body, where)
            if name == "polygon" and i < NUM_WALLS:
                _check_wall(body, where)
            found.append(body)
    return found


def _check_polygon(body: Mapping[str, Any], path: tuple[str, ...]) -> None:
    corners = np.array(body["vertices"][: body["n_vertices"]])
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    # Four corners that all turn to the right go around once, so that no two edges cross.
    lengths = np.hypot(*edges.T) * np.hypot(*following.T)
    if not (turns < -1e-6 * lengths).all():
        points = ", ".join(f"({x:g}, {y:g})" for x, y in corners.tolist())
        where = ".".join((*path, "vertices"))
        raise LevelError(
            f"{where}: expected the corners of a convex polygon, clockwise, got {points}"
        )


def _check_wall(body: Mapping[str, Any], path: tuple[str, ...]) -> None:
    if not body["active"]:
        refuse((*path, "active"), "true, as the polygons 0 to 3 are the walls", False)
    if body["inverse_mass"] != 0:
        refuse((*path, "inverse_mass"), "0, as walls are fixated", body["inverse_mass"])


def _read_joints(
    state: Mapping[str, Any], size: Size, active: Sequence[bool]
) -> list[dict[str, Any]]:
    found = []
    for where, joint in _read_slots(state, "joint", size.joints, form.JOINT):
        found.append(joint)
        if not joint["active"]:
            continue
        for name in ("a_index", "b_index"):
            _check_index(joint[name], (*where, name), active)
        if joint["a_index"] == joint["b_index"]:
            refuse((*where, "b_index"), "another body than a_index", joint["b_index"])
        if joint["motor_has_joint_limits"] and joint["min_rotation"] > joint["max_rotation"]:
            most = f"at most max_rotation, {joint['max_rotation']:g}"
            refuse((*where, "min_rotation"), most, joint["min_rotation"])
        if joint["acc_impulse"] != [0, 0]:
            refuse((*where, "acc_impulse"), "0, as at the start of play", joint["acc_impulse"])
        if joint["acc_r_impulse"] != 0:
            refuse((*where, "acc_r_impulse"), "0, as at the start of play", joint["acc_r_impulse"])
    return found


def _read_thrusters(
    state: Mapping[str, Any], size: Size, active: Sequence[bool]
) -> list[dict[str, Any]]:
    found = []
    for where, thruster in _read_slots(state, "thruster", size.thrusters, form.THRUSTER):
        found.append(thruster)
        if thruster["active"]:
            _check_index(thruster["object_index"], (*where, "object_index"), active)
    return found


def _check_index(index: int, path: tuple[str, ...], active: Sequence[bool]) -> None:
    if not 0 <= index < len(active) or not active[index]:
        refuse(path, f"0 to {len(active) - 1}, an active shape", index)


def _read_motor_auto(state: Mapping[str, Any], size: Size) -> list[bool]:
    """Our own field; without it no motor runs by itself."""
    path = ("env_state", "motor_auto")
    if "motor_auto" not in state:
        return [False] * size.joints
    found = entries(state["motor_auto"], path, size.joints, "static_env_params.num_joints says")
    return [Flag().read(value, (*path, str(i)), True) for i, value in enumerate(found)]


# -- columns ---------------------------------------------------------------------------------------


def _filled(record: Any, slots: _Slots, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Fields of an empty record with what the active slots say; `names` are those in the file."""
    columns = {name: getattr(record, name).copy() for name in names}
    for i, slot in enumerate(slots):
        if slot["active"]:
            for name, column in columns.items():
                column[i] = slot[names[name]]
    return columns


def _level(bodies: _Slots, joints: _Slots, thrusters: _Slots, size: Size) -> Level:
    """The level that slots describe, without what is not in them."""
    blank = empty(size)
    polygons, circles = bodies[: size.polygons], bodies[size.polygons :]
    columns = (
        _filled(blank.bodies, bodies, form.BODY_NAMES)
        | _filled(blank.bodies, polygons, form.POLYGON_NAMES)
        | _filled(blank.bodies, circles, form.CIRCLE_NAMES)
    )
    fixated = [body["active"] and body["inverse_mass"] == 0 for body in bodies]
    return blank.replace(
        bodies=blank.bodies.replace(**columns, fixated=np.array(fixated, bool)),
        joints=blank.joints.replace(**_filled(blank.joints, joints, form.JOINT_NAMES)),
        thrusters=blank.thrusters.replace(
            **_filled(blank.thrusters, thrusters, form.THRUSTER_NAMES)
        ),
    )


# -- agreement -------------------------------------------------------------------------------------


def _check_masses(level: Level, bodies: _Slots) -> None:
    num_polygons = level.size.polygons
    names = ("inverse_mass", "inverse_inertia")
    reckoned = dict(zip(names, inverse_masses(level), strict=True))
    for i in np.flatnonzero(level.bodies.active).tolist():
        kind, slot = ("polygon", i) if i < num_polygons else ("circle", i - num_polygons)
        path = ("env_state", kind, str(slot))
        for name in names:
            value, found = float(reckoned[name][i]), bodies[i][name]
            if level.bodies.fixated[i]:
                if found != 0:
                    refuse((*path, name), "0, as inverse_mass is", found)
            elif not 0 < value < math.inf:
                refuse((*path, "density"), "one whose mass 32 bits hold", bodies[i]["density"])
            elif not math.isclose(value, found, rel_tol=TOLERANCE):
                refuse((*path, name), f"{value:.7g}, from shape and density", found)


def _check_collision_matrix(level: Level, found: Any) -> None:
    path = ("env_state", "collision_matrix")
    n = level.size.bodies
    matrix = np.array(Vector(n, Vector(n, Flag())).read(found, path, True), bool).reshape(n, n)
    expected, active = collision_matrix(level), level.bodies.active
    for i, j in np.argwhere((matrix != expected) & active[:, None] & active):
        words = "true" if expected[i, j] else "false"
        refuse((*path, str(i), str(j)), f"{words}, by the joints", bool(matrix[i, j]))


def _check_contacts(state: Mapping[str, Any], size: Size) -> None:
    """Of all pairs, but those of two walls; two contacts for two polygons."""
    counts = {
        "rr": math.comb(size.polygons, 2) * 2 - math.comb(NUM_WALLS, 2) * 2,
        "cr": size.circles * size.polygons,
        "cc": math.comb(size.circles, 2),
    }
    for pair, count in counts.items():
        path = ("env_state", f"acc_{pair}_manifolds")
        found = entries(state[path[1]], path, count, "static_env_params says")
        for i, contact in enumerate(found):
            record(contact, (*path, str(i)), form.MANIFOLD, strict=False)


def _check_goal(level: Level) -> None:
    roles = level.bodies.role[level.bodies.active].tolist()
    for role, color in ((GREEN, "green"), (BLUE, "blue")):
        if role not in roles:
            refuse(("env_state",), f"a {color} shape, of role {role}, for a goal", "none")
