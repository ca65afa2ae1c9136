"""The cache of compiled programs: where it lies, and when it is left alone."""

import os
import pathlib
import sys
import warnings

import jax
import pytest

import jaxenvs
from jaxenvs import cli, compilation_cache

NAMES = ("jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs")


@pytest.fixture
def unset(monkeypatch, tmp_path):
    """JAX without a cache, and a home of one's own."""
    before = {name: getattr(jax.config, name) for name in NAMES}
    for name in ("JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("JAXENVS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    jax.config.update("jax_compilation_cache_dir", None)
    with warnings.catch_warnings():
        yield tmp_path
    for name, value in before.items():
        jax.config.update(name, value)


def test_programs_are_kept_in_the_user_s_folder(unset):
    folder = jaxenvs.enable_compilation_cache()
    assert folder == unset / "jaxenvs" / "jax"
    assert (unset / "jaxenvs" / "jax").is_dir()
    assert [getattr(jax.config, name) for name in NAMES] == [str(folder), 0.1]
    assert jaxenvs.enable_compilation_cache() is None  # there is one now


def test_it_is_moved_or_switched_off(unset, monkeypatch):
    monkeypatch.setenv("JAXENVS_CACHE", "OFF")
    assert jaxenvs.enable_compilation_cache() is None
    assert getattr(jax.config, NAMES[0]) is None
    monkeypatch.setenv("JAXENVS_CACHE", str(unset / "there"))
    assert jaxenvs.enable_compilation_cache() == unset / "there"
    jax.config.update(NAMES[0], None)
    assert jaxenvs.enable_compilation_cache(unset / "mine") == unset / "mine"


def test_a_folder_that_cannot_be_made_is_done_without(unset, monkeypatch):
    (unset / "file").touch()
    monkeypatch.setenv("JAXENVS_CACHE", str(unset / "file" / "x"))
    assert jaxenvs.enable_compilation_cache() is None
    assert getattr(jax.config, NAMES[0]) is None


def test_the_user_s_own_settings_hold(unset, monkeypatch):
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "5")
    before = getattr(jax.config, NAMES[1])
    assert jaxenvs.enable_compilation_cache() is not None
    assert getattr(jax.config, NAMES[1]) == before
    jax.config.update(NAMES[0], "elsewhere")
    assert jaxenvs.enable_compilation_cache() is None
    assert getattr(jax.config, NAMES[0]) == "elsewhere"


def test_what_was_unused_for_longest_goes_first(tmp_path):
    for age, name in enumerate(("c", "a", "b")):  # c is the newest
        file = tmp_path / f"{name}-cache"
        file.write_bytes(bytes(10))
        os.utime(file, (1000 - age, 1000 - age))
    compilation_cache._prune(tmp_path, 30)
    assert len(list(tmp_path.iterdir())) == 3
    compilation_cache._prune(tmp_path, 25)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-cache", "c-cache"]


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", "home/.cache/jaxenvs/jax"),
        ("darwin", "home/Library/Caches/jaxenvs/jax"),
        ("win32", "local/jaxenvs/jax"),
    ],
)
def test_each_platform_has_its_place(platform, folder, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "home")
    monkeypatch.setenv("LOCALAPPDATA", "local")
    monkeypatch.setattr(sys, "platform", platform)
    assert compilation_cache.default_folder() == pathlib.Path(folder)


@pytest.mark.parametrize(("command", "times"), [("bench", 1), ("list", 0)])
def test_commands_that_compile_turn_it_on(command, times, monkeypatch):
    calls = []
    monkeypatch.setattr(compilation_cache, "enable_compilation_cache", lambda: calls.append(1))
    cli.main([command, "--no-such-flag"])
    assert len(calls) == times
