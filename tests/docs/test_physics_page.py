"""The tables of physics are those of what was measured, and its scenes can be told to others."""

import json

import pytest

from benchmarks import physics_pages, physics_survey
from benchmarks.physics_scenes import SIZES, common_sizes, described, of_bodies, random_scenes

FIGURES = json.loads((physics_pages.DOCS.parent / "benchmarks" / "physics.json").read_text())


def test_the_tables_of_speed_are_up_to_date():
    page = physics_pages.PAGE.read_text()
    assert physics_pages.written(page, FIGURES) == page
    assert physics_pages.PICTURE.exists()


def test_the_table_of_random_scenes_is_up_to_date():
    rows = json.loads(physics_survey.ROWS.read_text())
    assert physics_survey.table(rows) in physics_survey.PAGE.read_text()


@pytest.mark.parametrize("size", [SIZES["L"], of_bodies(10)])
def test_random_scenes(size):
    """As many parts as asked for, apart from each other, the same for the same seed."""
    scenes = random_scenes(size, 3, seed=1)
    assert scenes == random_scenes(size, 3, seed=1)
    assert scenes[0] != scenes[1]
    sizes = common_sizes(scenes)
    counts = sizes.bodies, sizes.joints, sizes.thrusters, sizes.planes
    assert counts == (size.moving, size.joints, size.thrusters, 4)
    told = described(scenes[0])
    assert [body["static"] for body in told["bodies"]] == [False] * size.moving + [True] * 4
    assert all(0 < body["mass"] < 10 for body in told["bodies"][: size.moving])
    assert len(told["joints"]) == size.joints
    json.dumps(told)
