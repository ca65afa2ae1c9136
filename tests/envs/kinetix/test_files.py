"""Kinetix's level files: all are read exactly, bad ones are refused with the field's name."""

import itertools
import json
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jaxenvs.envs.kinetix import files
from jaxenvs.envs.kinetix._level import SIZES, Level, Size, empty, same
from jaxenvs.envs.kinetix.files._fields import LevelError
from tests.envs.kinetix import originals


def content(name: str = "l/car_launch") -> dict[str, Any]:
    return json.loads(originals.files()[name])


def parsed(changed: dict[str, Any], **options: bool) -> Level:
    return files.parse(json.dumps(changed), **options)


@pytest.mark.parametrize("size", SIZES)
def test_published_files_keep_everything(size: str) -> None:
    chosen = [name for name in originals.names() if name.startswith(size)]
    assert len(chosen) == {"s": 10, "m": 24, "l": 40}[size]
    for name in chosen:
        level = files.parse(originals.files()[name])
        assert level.size == SIZES[size]
        text = files.dumps(level)
        assert same(files.parse(text), level), name
        assert list(originals.differences(content(name), json.loads(text), 1e-6)) == [], name


def test_a_written_file_has_the_fields_that_kinetix_needs() -> None:
    for name in ("s/h0_weak_thrust", "m/arm_up", "l/gears"):
        written = json.loads(files.dumps(files.parse(originals.files()[name])))
        auto = written["env_state"].pop("motor_auto")  # is ours; skipped, as it is in env_state
        assert auto == [False] * len(written["env_state"]["joint"])
        assert shape_of(written) == shape_of(content(name))
        places = [slot for kind in ("joint", "thruster") for slot in written["env_state"][kind]]
        theirs = [
            slot for kind in ("joint", "thruster") for slot in content(name)["env_state"][kind]
        ]
        for mine, other in zip(places, theirs, strict=True):
            if mine["active"]:
                for axis in "01":
                    found = mine["global_position"][axis]
                    assert found == pytest.approx(other["global_position"][axis], abs=1e-6)


def shape_of(value: Any) -> Any:
    """Names, lengths and types."""
    if isinstance(value, dict):
        return {name: shape_of(value[name]) for name in sorted(value)}
    return [shape_of(entry) for entry in value] if isinstance(value, list) else type(value)


def test_web_exports_are_read() -> None:
    for name in originals.names()[::3]:
        level = files.parse(originals.files()[name])
        assert same(parsed(originals.web_form(content(name))), level)
        assert same(parsed(originals.web_form(content(name), size=name[0])), level)
        assert same(parsed(originals.nested_form(content(name))), level)


def test_settings_of_web_exports_are_checked_where_they_are() -> None:
    nested = originals.nested_form(content())
    nested["static_env_params"]["params"]["num_joints"] = 5
    with pytest.raises(LevelError, match=r"^env_state\.joint: expected 5 entries"):
        parsed(nested)
    del nested["static_env_params"]["params"]["num_joints"]
    with pytest.raises(LevelError, match=r"^static_env_params\.params\.num_joints: expected a va"):
        parsed(nested)
    nested["static_env_params"]["params"] = None
    with pytest.raises(LevelError, match=r"^static_env_params\.params: expected an object, got No"):
        parsed(nested)


def test_gravity_time_and_motors_by_themselves_are_kept() -> None:
    changed = content()
    changed["env_state"]["gravity"] = {"0": 0.5, "1": -1.62}
    changed["env_state"]["motor_auto"] = [True, False, False, True, False, True]
    changed["env_params"]["max_timesteps"] = 300
    level = parsed(changed)
    assert level.gravity.tolist() == [0.5, float(np.float32(-1.62))]
    assert level.max_timesteps == 300
    expected = np.array(changed["env_state"]["motor_auto"]) & level.joints.active
    assert level.joints.motor_auto.tolist() == expected.tolist()
    assert expected.any()
    again = json.loads(files.dumps(level))
    assert again["env_state"]["motor_auto"] == expected.tolist()
    assert same(parsed(again), level)


def test_what_is_left_over_does_not_count() -> None:
    level, changed = (
        files.parse(originals.files()["s/h0_weak_thrust"]),
        content("s/h0_weak_thrust"),
    )
    unused = changed["env_state"]["polygon"][4]
    assert not unused["active"]
    unused |= {"role": 9, "radius": -1.0, "inverse_mass": -3.0, "density": 0.0, "restitution": 7}
    changed["env_state"]["joint"][0] |= {"a_index": 99, "motor_binding": 7}
    changed["env_state"]["acc_cc_manifolds"][0] |= {"active": True, "penetration": 0.1}
    changed["env_params"]["dense_reward_scale"] = 0.2
    changed["static_env_params"]["frame_skip"] = 1
    assert same(parsed(changed), level)


def test_triangles_are_kept() -> None:
    changed = content()
    slot = changed["env_state"]["polygon"][11]
    slot |= content()["env_state"]["polygon"][0] | {"n_vertices": 3, "collision_mode": 1}
    points = ((0.0, 0.5), (0.3, -0.25), (-0.3, -0.25), (0.1, 0.2))
    slot["vertices"] = corners(*points)
    slot |= {"active": True, "inverse_mass": 1 / 0.225, "position": {"0": 2.0, "1": 3.0}}
    with pytest.raises(LevelError, match=r"^env_state\.polygon\.11\.inverse_inertia: expected "):
        parsed(changed)
    # Two of the three triangles around the origin, and that between a corner and the unused one.
    inertia = 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        squares = ax * ax + ax * bx + bx * bx + ay * ay + ay * by + by * by
        inertia += abs(ax * by - ay * bx) * squares
    slot["inverse_inertia"] = 12 / inertia
    level = parsed(changed)
    assert level.bodies.num_vertices[11] == 3
    assert same(files.parse(files.dumps(level)), level)


Change = Callable[[dict[str, Any]], Any]


def change(kind: str, slot: int, **values: Any) -> Change:
    """Sets fields of a slot."""
    return lambda file: file["env_state"][kind][slot].update(values)


def point(x: float, y: float) -> dict[str, float]:
    return {"0": x, "1": y}


def corners(*points: tuple[float, float]) -> dict[str, Any]:
    return {str(i): point(*one) for i, one in enumerate(points)}


BAD: dict[str, Change] = {
    "env_state.joint.3.a_index: expected 0 to 15, an active shape, got 99": change(
        "joint", 3, active=True, a_index=99
    ),
    "env_state.joint.0.b_index: expected 0 to 15, an active shape, got -1": change(
        "joint", 0, b_index=-1
    ),
    "env_state.joint.0.b_index: expected another body than a_index": lambda file: change(
        "joint", 0, b_index=file["env_state"]["joint"][0]["a_index"]
    )(file),
    "env_state.thruster.0.object_index: expected 0 to 15, an active shape, got 16": change(
        "thruster", 0, active=True, object_index=16
    ),
    "env_state.joint.1.motor_binding: expected a whole number from 0 to 3, got 7": change(
        "joint", 1, motor_binding=7
    ),
    "env_state.thruster.0.thruster_binding: expected a whole number from 0 to 1, got 2": change(
        "thruster", 0, active=True, object_index=4, thruster_binding=2
    ),
    "env_state.joint.2.min_rotation: expected at most max_rotation, -1, got 2.0": change(
        "joint", 2, motor_has_joint_limits=True, min_rotation=2.0, max_rotation=-1.0
    ),
    "env_state.joint.2.acc_impulse: expected 0": change("joint", 2, acc_impulse=point(0, 1)),
    "env_state.polygon.4.role: expected a whole number from 0 to 3, got 9": change(
        "polygon", 4, role=9
    ),
    "env_state.polygon.4.role: expected a whole number from 0 to 3, got 1.0": change(
        "polygon", 4, role=1.0
    ),
    "env_state.polygon.4.collision_mode: expected a whole number from 0 to 2": change(
        "polygon", 4, collision_mode=3
    ),
    "env_state.polygon.4.position.1: expected a number from -15 to 15, got nan": change(
        "polygon", 4, position=point(1, math.nan)
    ),
    "env_state.polygon.4.rotation: expected a number, finite in 32 bits, got inf": change(
        "polygon", 4, rotation=math.inf
    ),
    "env_state.polygon.4.rotation: expected a number, finite in 32 bits, got 1e+39": change(
        "polygon", 4, rotation=1e39
    ),
    "env_state.polygon.4.rotation: expected a number, finite in 32 bits, got a whole": change(
        "polygon", 4, rotation=10**400
    ),
    "env_state.polygon.4.rotation: expected a number, finite in 32 bits, got '0'": change(
        "polygon", 4, rotation="0"
    ),
    "env_state.polygon.4.rotation: expected a number, finite in 32 bits, got True": change(
        "polygon", 4, rotation=True
    ),
    "env_state.polygon.4.position: expected an object, got a list of 2": change(
        "polygon", 4, position=[1.0, 2.0]
    ),
    "env_state.polygon.4.position.2: expected no such field": change(
        "polygon", 4, position={"0": 1.0, "1": 1.0, "2": 1.0}
    ),
    "env_state.polygon.4.position.1: expected a value, the field is missing": change(
        "polygon", 4, position={"0": 1.0}
    ),
    "env_state.polygon.4.n_vertices: expected a whole number from 3 to 4, got 5": change(
        "polygon", 4, n_vertices=5
    ),
    "env_state.polygon.4.vertices: expected the corners of a convex polygon, clockwise": change(
        "polygon", 4, vertices=corners((-1, -1), (1, -1), (1, 1), (-1, 1))
    ),
    "env_state.polygon.4.vertices: expected the corners of a convex polygon, clockwise, got (1, 1),"
    " (0, 0)": change("polygon", 4, vertices=corners((1, 1), (0, 0), (-1, -1), (-1, 1))),
    "env_state.polygon.4.vertices: expected the corners of a convex polygon, clockwise, got (1, 1),"
    " (1, 1)": change("polygon", 4, vertices=corners((1, 1), (1, 1), (1, -1), (-1, -1))),
    "env_state.polygon.4.density: expected a number above 0, got -1.0": change(
        "polygon", 4, density=-1.0
    ),
    "env_state.polygon.6.density: expected one whose mass 32 bits hold": change(
        "polygon", 6, density=1e-44
    ),
    "env_state.polygon.4.restitution: expected a number from 0 to 1, got 1.5": change(
        "polygon", 4, restitution=1.5
    ),
    "env_state.polygon.4.friction: expected a number of at least 0": change(
        "polygon", 4, friction=-0.1
    ),
    "env_state.polygon.6.inverse_mass: expected ": change("polygon", 6, density=0.7),
    "env_state.polygon.4.inverse_mass: expected a number of at least 0, got -2.0": change(
        "polygon", 4, inverse_mass=-2.0
    ),
    "env_state.polygon.6.inverse_inertia: expected 0, as inverse_mass is": change(
        "polygon", 6, inverse_mass=0.0
    ),
    "env_state.polygon.2.active: expected true, as the polygons 0 to 3 are the walls": change(
        "polygon", 2, active=False
    ),
    "env_state.polygon.2.active: expected true or false, got 1": change("polygon", 2, active=1),
    "env_state.polygon.3.inverse_mass: expected 0, as walls are fixated": change(
        "polygon", 3, inverse_mass=1.0
    ),
    "env_state.circle.0.radius: expected a number above 0, 15 at most, got -0.2": change(
        "circle", 0, active=True, radius=-0.2
    ),
    "env_state.circle: expected 4 entries, as static_env_params.num_circles says, got a list of 3 "
    "entries": lambda file: file["env_state"]["circle"].pop(),
    "env_state.joint: expected a list, got an object of 0 fields": lambda file: file[
        "env_state"
    ].update(joint={}),
    "env_state.polygon: expected 11 entries": lambda file: file["static_env_params"].update(
        num_polygons=11
    ),
    "env_state.acc_cr_manifolds: expected 48 entries": lambda file: file["env_state"][
        "acc_cr_manifolds"
    ].append({}),
    "env_state.acc_rr_manifolds.7.normal.0: expected a number": lambda file: file["env_state"][
        "acc_rr_manifolds"
    ][7]["normal"].update({"0": None}),
    "env_state.collision_matrix.0.1: expected true, by the joints, got False": lambda file: file[
        "env_state"
    ]["collision_matrix"]["0"].update({"1": False}),
    "env_state.collision_matrix.16: expected no such field": lambda file: file["env_state"][
        "collision_matrix"
    ].update({"16": {}}),
    "env_state.motor_auto.5: expected true or false, got 1": lambda file: file["env_state"].update(
        motor_auto=[False] * 5 + [1]
    ),
    "env_state.gravity.1: expected a number, finite in 32 bits, got -inf": lambda file: file[
        "env_state"
    ].update(gravity=point(0, -math.inf)),
    "env_state.thruster.1.extra: expected no such field": change("thruster", 1, extra=1),
    "env_state.thruster.1.power: expected a value, the field is missing": lambda file: file[
        "env_state"
    ]["thruster"][1].pop("power"),
    "env_params.dt: expected 0.0166667, as in every level, got 0.03": lambda file: file[
        "env_params"
    ].update(dt=0.03),
    "env_params.max_timesteps: expected a whole number from 1": lambda file: file[
        "env_params"
    ].update(max_timesteps=0),
    "static_env_params.do_warm_starting: expected true, as in every level, got": lambda file: file[
        "static_env_params"
    ].update(do_warm_starting=False),
    "static_env_params.num_thrusters: expected a whole number from 0 to 64, got 65": lambda file: (
        file["static_env_params"].update(num_thrusters=65)
    ),
    "static_env_params.frame_skip: expected a whole number from 1": lambda file: file[
        "static_env_params"
    ].update(frame_skip=0),
    "static_env_params.size: expected 's', 'm' or 'l', got 'xl'": lambda file: file.update(
        static_env_params={"type": "size", "size": "xl"}
    ),
    "env_params.type: expected 'size' or 'full', got a list of 0": lambda file: file.update(
        env_params={"type": [], "size": "s"}
    ),
    "env_params.params: expected null beside a size, got 1": lambda file: file.update(
        env_params={"type": "size", "size": "s", "params": 1}
    ),
    "level.env_state: expected a value, the field is missing": lambda file: file.pop("env_state"),
    "level.comment: expected no such field": lambda file: file.update(comment=""),
}


@pytest.mark.parametrize("message", BAD)
def test_a_bad_field_is_refused_by_name(message: str) -> None:
    changed = content()
    BAD[message](changed)
    with pytest.raises(LevelError) as refused:
        parsed(changed)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("role", [1, 2])
def test_a_level_has_a_goal(role: int) -> None:
    changed = content()
    for slot in changed["env_state"]["polygon"] + changed["env_state"]["circle"]:
        slot["role"] = 0 if slot["role"] == role else slot["role"]
    with pytest.raises(LevelError, match=rf"^env_state: expected a .* shape, of role {role}"):
        parsed(changed)
    level = parsed(changed, needs_goal=False)
    assert same(files.parse(files.dumps(level), needs_goal=False), level)
    changed["env_state"]["polygon"][0]["role"] = role
    changed["env_state"]["polygon"][1]["role"] = role  # two are as good as one
    assert parsed(changed).bodies.role[:2].tolist() == [role, role]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nonsense",
        "[" * 200_000,
        '{"a":' * 200_000,
        b"\xff\xfe{}",
        "1" * 5_000,
        "[]",
        "3",
        "null",
        '"level"',
        '{"version": 1, "version": 2}',
        " " * (files.MOST_BYTES + 1),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_other_texts_are_refused(text: str | bytes) -> None:
    with pytest.raises(LevelError, match=r"^(level|version|level\.[a-z_]+): expected "):
        files.parse(text)


def test_a_bad_level_is_not_written(tmp_path: Any) -> None:
    level = files.parse(originals.files()["m/arm_up"])
    path = tmp_path / "new" / "level.json"
    files.write(path, level)
    assert same(files.read(path), level)
    before = path.read_bytes()
    wrong = level.replace(joints=level.joints.replace(a_index=level.joints.a_index + 50))
    with pytest.raises(LevelError, match=r"^env_state\.joint\.0\.a_index: expected 0 to 8"):
        files.write(path, wrong)
    falling = level.replace(gravity=np.array([0, np.nan], np.float32))
    with pytest.raises(LevelError, match=r"^env_state\.gravity\.1: expected a number"):
        files.write(path, falling)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["level.json"]


def test_the_largest_level_fits_in_a_file() -> None:
    small = files.parse(originals.files()["s/h0_weak_thrust"])
    large = empty(Size(64, 64, 64, 64))
    active = np.flatnonzero(small.bodies.active[:5])
    for name in ("active", "fixated", "density", "collision_mode", "num_vertices", "vertices"):
        getattr(large.bodies, name)[active] = getattr(small.bodies, name)[active]
    large = large.replace(max_timesteps=np.array(7, np.int32))
    text = files.dumps(large)
    assert len(text) < 3_500_000 < files.MOST_BYTES
    assert same(files.parse(text, needs_goal=False), large)


def test_errors_name_the_file(tmp_path: Any) -> None:
    path = tmp_path / "level.json"
    path.write_text("{}")
    with pytest.raises(LevelError, match=r"level\.json: level\.env_state: expected a value"):
        files.read(path)
    with pytest.raises(FileNotFoundError):
        files.read(tmp_path / "missing.json")
