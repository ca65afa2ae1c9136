"""The levels that come with the package are those of Kinetix, bit by bit."""

import importlib.resources

import pytest

from jaxenvs.envs.kinetix import files
from jaxenvs.envs.kinetix._level import same
from jaxenvs.envs.kinetix._published import load_published, published
from tests.envs.kinetix import originals


def test_all_are_there() -> None:
    levels = {name: files.parse(originals.files()[name]) for name in originals.names()}
    assert sorted(published()) == sorted(levels)
    assert len(levels) == 74
    for name, level in levels.items():
        assert same(load_published(name), level), name
    in_order = {name: levels[name] for name in published()}
    assert originals.PACKED.read_text() == originals.pack(in_order)


def test_the_license_is_beside_them() -> None:
    folder = importlib.resources.files("jaxenvs.envs.kinetix")
    assert folder.joinpath("LICENSE.kinetix").read_text() == originals.files()["LICENSE"]


def test_each_call_gives_a_copy() -> None:
    name = published()[0]
    load_published(name).gravity[1] = 5
    assert load_published(name).gravity[1] < 0


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^name: expected one of s/.*; got 'h0'$"):
        load_published("h0")
