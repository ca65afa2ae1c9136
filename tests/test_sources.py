"""What docstrings state about an environment's original is read without importing anything."""

import subprocess
import sys

import pytest

import jaxenvs
from jaxenvs import sources

MODULE = '''"""A game.

Source: the original's `game.py`; somebody, "A paper
about it" (2001).
Differs from it in: one thing, at
length; what `{package}.shared` lists; another thing.

Source: this is prose.
"""

class Game:
    """Play."""

class Twist:
    """Play another way.

    Differs from it in: a twist.
    """

class Silent:
    pass
'''
SHARED = '''"""What games share.

Differs from the_original in: a shared thing; one more.
"""
'''
SAME = '"""A copy.\n\nSource: a paper.\nDiffers from it in nothing: a remark; more.\n"""'


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of such modules, whose import would fail."""
    name = f"toys_{tmp_path.name}".replace("-", "_")
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "game.py").write_text(MODULE.format(package=name) + "raise AssertionError\n")
    (folder / "shared.py").write_text(SHARED + "\nraise AssertionError\n")
    (folder / "same.py").write_text(SAME + "\nraise AssertionError\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_statements_of_a_module(package):
    module = f"{package}.game"
    paper = 'the original\'s `game.py`; somebody, "A paper about it" (2001).'
    assert sources.source(module, "Game") == sources.source(module) == paper
    shared = ("one thing, at length", "a shared thing", "one more", "another thing")
    assert sources.differences(module, "Game") == sources.differences(module, "Silent") == shared


def test_a_class_adds_its_own_differences(package):
    assert (sources.differences(f"{package}.game", "Twist") or ())[-2:] == (
        "another thing",
        "a twist",
    )


def test_nothing_is_not_the_same_as_no_statement(package):
    assert sources.differences(f"{package}.same") == ()
    assert sources.source(f"{package}.same") == "a paper."
    assert sources.differences(package) is None
    assert sources.source(package) == ""
    assert sources.differences("no_such_package.module") is None
    assert sources.differences("__main__", "Game") is None


def test_a_list_that_is_not_there_is_an_error(package, tmp_path):
    text = f'"""A.\n\nDiffers from it in: what `{package}.same` lists.\n"""'
    (tmp_path / package / "wrong.py").write_text(text)
    with pytest.raises(ValueError, match=rf"{package}.same.*expected 'Differs from it in"):
        sources.differences(f"{package}.wrong")


def test_descriptions_are_what_is_left():
    text = "Play.\n\nSource: a paper.\nDiffers from it in: a\nb.\n\nRewards: 1."
    assert sources.without_statements(text) == "Play.\n\nRewards: 1."


@pytest.mark.parametrize("env_id", jaxenvs.list_envs())
def test_every_environment_states_its_source_and_its_differences(env_id):
    row = jaxenvs.spec(env_id)
    module, _, cls = row.entry_point.partition(":")
    assert len(row.source) > 10
    listed = sources.differences(module, cls)
    assert listed is not None
    for text in listed:
        assert len(text) > 5
        assert "differs from" not in text.lower()
        assert not text.endswith((".", ","))
    assert row.deviations == listed + row.own_deviations


def test_asking_imports_no_environment():
    """A folder inside of a family is a package that says what it is, and holds nothing."""
    code = """
import sys, jaxenvs
for env_id in jaxenvs.list_envs():
    jaxenvs.spec(env_id).deviations
deep = [m for m in sys.modules if m.startswith("jaxenvs.envs.") and m.count(".") > 2]
print(sorted(m for m in deep if any(name[:2] != "__" for name in vars(sys.modules[m]))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
