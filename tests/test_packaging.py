"""The package as users get it: what a wheel holds, what an import costs, who imports whom."""

import configparser
import importlib
import os
import pathlib
import pkgutil
import shutil
import subprocess
import sys
import tomllib
import types
import zipfile
from collections.abc import Sequence

import pytest
from setuptools import find_packages

import jaxenvs

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ("jaxenvs", "baselines", "render")


def run(command: Sequence[str | pathlib.Path], cwd: pathlib.Path) -> str:
    """The standard output of a command; if it fails, its error output is in the message."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def shipped_packages() -> list[str]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    return setup["options"]["packages"].split()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A wheel of the working tree, built from a copy so that no old build/ folder leaks into it."""
    source, dist = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, source / folder, symlinks=True)
    for file in ("pyproject.toml", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run([*pip, "--no-index", "--wheel-dir", dist, "."], cwd=source)
    (built,) = dist.glob("*.whl")
    return built


def test_every_package_on_disk_is_shipped() -> None:
    on_disk = find_packages(str(ROOT), include=["jaxenvs", "jaxenvs.*"])
    assert sorted(shipped_packages()) == sorted(on_disk)


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` works in the checkout and is missing from the wheel."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in files if not (path.parent / "__init__.py").exists()] == []


def test_no_name_of_a_package_hides_a_module_of_it() -> None:
    """`from family import _rooms` would give the loop variable `_rooms` of its `__init__.py`."""
    hidden = []
    for name in shipped_packages():
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(package.__path__):
            value = vars(package).get(module.name)
            if value is not None and not isinstance(value, types.ModuleType):
                hidden.append(f"{name}.{module.name}")
    assert hidden == []


def test_version_has_one_home() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert jaxenvs.__version__ == project["version"]


def test_wheel_holds_every_file_and_only_jaxenvs(wheel: pathlib.Path) -> None:
    """Data files too: what setup.cfg's package_data forgets is missing here."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    on_disk = set()
    for folder, _, files in os.walk(ROOT / "jaxenvs", followlinks=True):
        paths = [pathlib.Path(folder, file).relative_to(ROOT) for file in files]
        on_disk |= {path.as_posix() for path in paths if path.suffix != ".pyc"}
    assert held == on_disk


def test_wheel_works_away_from_the_checkout(wheel: pathlib.Path, tmp_path: pathlib.Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run([*pip, "--target", site, wheel], cwd=elsewhere)
    script = f"""
import importlib, pathlib, sys
sys.path.insert(0, {str(site)!r})
site = pathlib.Path({str(site)!r})
for name in {shipped_packages()!r}:
    module = importlib.import_module(name)
    assert site in pathlib.Path(module.__file__).parents, (name, module.__file__)
for name in ("baselines", "render"):
    assert importlib.util.find_spec(name) is None, name
import jaxenvs
print(len(jaxenvs.list_envs()))
"""
    assert int(run([sys.executable, "-c", script], cwd=elsewhere)) == len(jaxenvs.list_envs())


def test_import_starts_no_backend_and_loads_no_extra(tmp_path: pathlib.Path) -> None:
    """Neither devices nor a package of an extra: a laptop without them imports jaxenvs too."""
    extras = ("flax", "optax", "orbax", "pygame", "matplotlib", "imageio", "pettingzoo", "rich")
    script = f"""
import sys
import jaxenvs
from jax._src import xla_bridge
assert not xla_bridge.backends_are_initialized()
print([name for name in {extras!r} if name in sys.modules])
"""
    assert run([sys.executable, "-c", script], cwd=tmp_path).strip() == "[]"


def test_import_is_quick(tmp_path: pathlib.Path) -> None:
    """Under 0.7 s over `import jax`; the quickest of five runs, as others may share the machine."""
    script = """
import time
import jax
start = time.perf_counter()
import jaxenvs
print(time.perf_counter() - start)
"""
    seconds = [float(run([sys.executable, "-c", script], cwd=tmp_path)) for _ in range(5)]
    assert min(seconds) < 0.7, seconds


def test_packages_import_only_what_they_may() -> None:
    linter = pathlib.Path(sys.executable).with_name("lint-imports")
    run([linter, "--config", "setup.cfg"], cwd=ROOT)
