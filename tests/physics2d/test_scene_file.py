"""Scenes as dictionaries and files: exact round trips, and every fault is named."""

import copy
import dataclasses
import itertools
import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs.physics2d.records import SceneError
from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.scene_checks import KINDS
from tests.physics2d.vehicles import car

HOSTILE = [
    *(None, True, False, -1, 0, 1, 3, 0.5, -0.001, 1e-30, 1e9, 1e300, 10**400),
    *(math.nan, math.inf, -math.inf, "", "wheel", "Ω", [], [0, 0], [math.nan, 0], [[0, 0]], {}),
    *([0, "1"], [1, 2, 3], {"x": 1}, [None], [True, False]),
]


def rich():
    """A scene in which every field of every record has a value of its own."""
    scene = car().replace(joined="touch")
    scene = scene.circle(0.1, (4, 1), rotation=0.3, restitution=0.25, group="pebbles", turns=False)
    scene = scene.circle(0.1, (1, 3), static=True, sensor=True, name="goal")
    return scene.thruster(0, (0.1, 0), name="jet").revolute(0, 4, at=(2, 1), reference_angle=0.2)


def small():
    """As few parts as every rule of the format needs."""
    scene = Scene().circle(0.1, (4, 1), name="wheel").box(8, 1, (4, -0.5), static=True).floor()
    scene = scene.polygon([(0, 0), (0.5, 0), (0, 0.5)], (4, 1), velocity=(1, 0))
    scene = scene.revolute("wheel", 2, at=(4, 1), limits=(-1, 1), motor_speed=1, motor_torque=1)
    return scene.thruster(2).collide("wheel", "floor", False)


def numbers(low, high):
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


@settings(max_examples=50, deadline=None)
@given(
    position=st.tuples(numbers(-1e4, 1e4), numbers(-1e4, 1e4)),
    rotation=numbers(-1000, 1000),
    size=numbers(0.002, 10_000),
    name=st.none() | st.text(min_size=1).filter(lambda text: text.strip()),
)
def test_round_trip_is_exact(position, rotation, size, name):
    scene = Scene(gravity=(rotation, -rotation)).circle(
        size, position, rotation=rotation, name=name
    )
    scene = scene.polygon([(0, 0), (size, 0), (0, size)], position, rotation=rotation, group=name)
    scene = scene.revolute(0, 1, anchor_b=(size / 3, size / 7))
    assert Scene.from_dict(scene.to_dict()) == scene
    assert Scene.from_json(scene.to_json()) == scene


def test_dictionary_is_readable():
    scene = Scene().circle(0.5, (0, 1), name="ball").box(10, 1, (0, -0.5), static=True).floor(2)
    scene = scene.thruster("ball", force=3)
    corners = [[-5.0, -0.5], [5.0, -0.5], [5.0, 0.5], [-5.0, 0.5]]
    box = {"kind": "polygon", "position": [0.0, -0.5], "vertices": corners}
    assert scene.to_dict() == {
        "version": 1,
        "gravity": [0.0, -9.81],
        "joined": "apart",
        "bodies": [
            {"kind": "circle", "name": "ball", "position": [0.0, 1.0], "radius": 0.5},
            box | {"static": True},
        ],
        "planes": [{"name": "floor", "point": [0.0, 2.0]}],
        "thrusters": [{"body": "ball", "position": [0.0, 0.0], "force": 3.0}],
    }
    lines = scene.to_json().splitlines()
    assert sum('"kind"' in line for line in lines) == 2  # a line for every part
    assert json.loads(scene.to_json()) == scene.to_dict()


def test_files(tmp_path):
    path = tmp_path / "levels" / "car.json"
    for scene in (rich(), car()):  # the second over the first
        scene.save(path)
        assert Scene.load(path) == scene
    assert [file.name for file in path.parent.iterdir()] == ["car.json"]
    before = path.read_text()
    broken = car().bodies[0].replace(radius=math.nan)
    with pytest.raises(SceneError, match=r"body 0 'wheel': radius: expected"):
        car().replace(bodies=(broken, *car().bodies[1:])).save(path)
    assert path.read_text() == before
    with pytest.raises(FileNotFoundError):
        Scene.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "scene: not JSON: Expecting value: line 1"),
        ('{"version": 1,}', "scene: not JSON: .*line 1"),
        ('{"version": 1' + "0" * 5000 + "}", "scene: not JSON: Exceeds the limit"),
        ("[" * 200_000, "scene: not a scene"),
        ("[1]", "scene: expected an object with fields, got a list"),
        ("null", "scene: expected an object with fields, got null"),
        ("{}", "scene: version: expected 1, it is missing"),
        ('{"version": 2}', "scene: version: expected 1, got 2"),
        ('{"version": true}', "scene: version: expected 1, got True"),
        (
            '{"version": 1, "gravty": 3}',
            "scene: gravty: unknown field; fields are version, gravity",
        ),
        ('{"version": 1, "gravity": [0, NaN]}', r"scene: gravity\[1\]: expected .* got nan"),
        ('{"version": 1, "gravity": [0, 1], "gravity": [1, 0]}', "scene: gravity: expected once"),
        ('{"version": 1, "bodies": {}}', "scene: bodies: expected a list, got an object"),
        ('{"version": 1, "bodies": [3]}', "body 0: expected an object with fields, got 3"),
        ('{"version": 1, "bodies": [{}]}', "body 0: kind: expected a value, it is missing"),
        (
            '{"version": 1, "bodies": [{"kind": "circle", "name": "b", "radus": 1}]}',
            "body 0 'b': radus: unknown field; fields are kind, name,",
        ),
        (
            '{"version": 1, "bodies": [{"kind": "circle", "radius": 1e999}]}',
            "body 0: radius: expected a number from 0.001 to 10,000, got inf",
        ),
    ],
)
def test_texts_that_are_refused(tmp_path, text, message):
    with pytest.raises(SceneError, match=f"^{message}"):
        Scene.from_json(text)
    path = tmp_path / "scene.json"
    path.write_text(text)
    with pytest.raises(SceneError, match=rf"scene\.json: {message}"):
        Scene.load(path)


def test_file_that_is_no_text(tmp_path):
    path = tmp_path / "scene.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SceneError, match=r"scene\.json: scene: not text"):
        Scene.load(path)


# -- changed files -------------------------------------------------------------------------------


def places(value, here=()):
    """Every place in a tree of dictionaries and lists."""
    yield here
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*here, key))


def found(fields, place):
    for key in place:
        fields = fields[key]
    return fields


def changed(fields, place, value):
    """A copy with another value at a place; `...` takes it out."""
    fields = copy.deepcopy(fields)
    holder, last = found(fields, place[:-1]), place[-1]
    if value is ...:
        del holder[last]
    else:
        holder[last] = copy.deepcopy(value)
    return fields


def tuples(value):
    """The value as a record keeps it."""
    return tuple(tuples(one) for one in value) if isinstance(value, list) else value


def arrays(record):
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if value is not None:
            yield from arrays(value) if dataclasses.is_dataclass(value) else [np.asarray(value)]


def read(fields):
    """The scene, or None and what is wrong with it."""
    try:
        return Scene.from_dict(fields), ""
    except SceneError as error:
        return None, str(error)


def is_accepted(fields, place):
    """Whether a changed scene is read; checks that it is right then, and that faults are named.

    `place` is where it was changed. The fault is there, or in what refers to what was there.
    """
    scene, fault = read(fields)
    if scene is None:
        message = re.fullmatch(r"(.+?): ((\S+): )?(expected |unknown field).*", fault, re.DOTALL)
        assert message is not None, fault
        part, field = message[1], message[3] or place[0]
        kind, *index = part.split()
        if kind == "scene":
            assert len(place) < 3
            assert field.split("[")[0] in {"version", place[0]}
            return False
        (name,) = [name for name, (word, _) in KINDS.items() if word == kind]
        blamed = (name, int(index[0]))
        known = {one.name for one in dataclasses.fields(KINDS[name][1])}
        known |= {*place, "x"}  # of the value {"x": 1}
        assert field.split("[")[0] in known
        elsewhere = place[0] in ("bodies", "planes") and name != place[0]  # what refers to it
        alike = name == place[0] and field in ("name", "b")  # a later one with the same
        assert blamed == place[:2] or elsewhere or alike or (name == place[0] and len(place) < 3)
        return False
    for name in KINDS:
        parts = fields.get(name, [])
        assert len(parts) == len(getattr(scene, name))
        for given_part, part in zip(parts, getattr(scene, name), strict=True):
            for field, value in given_part.items():
                assert getattr(part, field) == tuples(value)
    for array in (array for record in scene.world() for array in arrays(record)):
        assert np.isfinite(array).all()
    assert Scene.from_json(scene.to_json()) == scene
    return True


def changes(fields):
    """Every single change: each value of the list at each place, each place taken out, one more."""
    for place in places(fields):
        if place:
            yield from ((place, changed(fields, place, value)) for value in (*HOSTILE, ...))
    for place in places(fields):
        if isinstance(found(fields, place), dict):
            yield (*place, "frction"), changed(fields, (*place, "frction"), 0.5)


@pytest.mark.parametrize(
    ("build", "every"),
    [(small, 7), *(pytest.param(build, 1, marks=pytest.mark.slow) for build in (small, rich))],
)
def test_single_changes_are_named_or_right(build, every):
    """All of them, or every seventh: another value at each place."""
    some = itertools.islice(changes(build().to_dict()), 0, None, every)
    verdicts = [is_accepted(fields, place) for place, fields in some]
    assert verdicts.count(True) > 150 / every
    assert verdicts.count(False) > 1_000 / every


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_changes_are_named_or_right(seed):
    """Two or three changes at once, ten times ten thousand."""
    rng = np.random.default_rng(seed)
    original, accepted = rich().to_dict(), 0
    for _ in range(10_000):
        fields = original
        for _ in range(int(rng.integers(2, 4))):
            there = [place for place in places(fields) if place]
            place = there[int(rng.integers(len(there)))]
            value, old = [*HOSTILE, ...][int(rng.integers(len(HOSTILE) + 1))], found(fields, place)
            if isinstance(old, float) and rng.random() < 0.8:
                value = old * rng.uniform(0.9, 1.1)
            fields = changed(fields, place, value)
        scene, fault = read(fields)
        if scene is None:
            assert ": expected " in fault or ": unknown field" in fault
            continue
        accepted += 1
        assert Scene.from_json(scene.to_json()) == scene
        for array in (array for record in scene.world() for array in arrays(record)):
            assert np.isfinite(array).all()
    assert accepted > 100
