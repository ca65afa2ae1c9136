"""Levels are found by name and by file; actions are packed without loss."""

import pathlib

import numpy as np
import pytest

from jaxenvs.envs.kinetix import _library, files
from jaxenvs.envs.kinetix._level import same
from jaxenvs.envs.kinetix._published import load_published


def test_a_full_name_is_that_level() -> None:
    found = _library.load_level("m/h1_car_left")
    assert same(found, load_published("m/h1_car_left"))
    name = _library.handmade()[0]
    assert same(_library.load_level(name), _library.load_handmade(name))


def test_a_bare_name_is_looked_up_in_the_size_first() -> None:
    for size in "ml":
        found = _library.load_level("h1_car_left", size)
        assert same(found, load_published(f"{size}/h1_car_left"))
    assert same(_library.load_level("h1_car_left", "s"), load_published("m/h1_car_left"))
    name = _library.handmade()[0]
    assert same(_library.load_level(name.partition("/")[2]), _library.load_handmade(name))


def test_numbers_and_groups_of_kinetix_may_be_left_out() -> None:
    assert same(_library.load_level("maze_1"), load_published("l/h7_maze_1"))
    assert same(_library.load_level("car_left", "l"), load_published("l/h1_car_left"))


def test_a_path_is_a_file(tmp_path: pathlib.Path) -> None:
    level = load_published("s/h0_weak_thrust")
    files.write(tmp_path / "mine.json", level)
    for path in (tmp_path / "mine.json", str(tmp_path / "mine.json")):
        assert same(_library.load_level(path), level)
    with pytest.raises(OSError, match=r"absent\.json"):
        _library.load_level(str(tmp_path / "absent.json"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("h1_car_lft", r"^level: .* got 'h1_car_lft'; did you mean 'h1_car_left'\?$"),
        ("zzz", r"^level: expected the name of a level, got 'zzz': one of .*h0_weak_thrust"),
    ],
)
def test_an_unknown_name_is_refused(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _library.load_level(name)
    with pytest.raises(ValueError, match=r"^level: expected the name"):
        _library.load_handmade(name)
    with pytest.raises(ValueError, match=r"^level: expected the name"):
        _library.about(name)


def test_actions_are_packed_by_runs() -> None:
    actions = np.array([[1, 0, 2, 0, 0, 1]] * 3 + [[0] * 6] + [[0, 0, 0, 0, 1, 0]] * 2, np.int32)
    text = _library.pack_actions(actions)
    assert text == "102001x3 000000 000010x2"
    found = _library.unpack_actions(text)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, actions)
    assert _library.unpack_actions("").shape == (0, 6)
