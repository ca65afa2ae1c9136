"""Builds a release into dist/ and tries it, as `make release` does.

usage: python tools/release.py [--tag v1.2.3] [--rehearse]

The version stands in pyproject.toml, in jaxenvs/__init__.py, in CITATION.cff and, with a date, at
the head of CHANGELOG.md, where nothing is left under "Unreleased". They have to agree, with the tag
too where one is given. Then the sdist is built, and the wheel from the sdist alone; twine reads
their metadata; the wheel is installed into a bare environment, where the command has to work.
Nothing is uploaded. `--rehearse` does all of it for a version that CHANGELOG.md does not have yet.

It needs the packages of the extra `[release]`, and the network: both environments are made anew.
"""

import argparse
import ast
import datetime
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parents[1]
SMOKE = """
import importlib.metadata
import jax
import jaxenvs
import jaxenvs.baselines
import jaxenvs.render
assert jaxenvs.__version__ == importlib.metadata.version("jaxenvs"), jaxenvs.__version__
envs = jaxenvs.vectorize(jaxenvs.make("CartPole-v1"), num_envs=8)
obs, state = envs.reset(jax.random.key(0))
t = envs.step(jax.random.key(1), state, envs.sample_actions(jax.random.key(2)))
assert t.obs.shape == (8, 4), t.obs.shape
"""
"""What has to work without any extra, away from the checkout."""


class Mismatch(Exception):
    """The files of a release do not agree."""


def version_of_project(root: pathlib.Path) -> str:
    """The version that the package's metadata will have."""
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]


def version_of_package(root: pathlib.Path) -> str:
    """The value of `__version__` in the source, which is read, not imported."""
    for node in ast.parse((root / "jaxenvs" / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__":
            return ast.literal_eval(node.value)
    raise Mismatch("jaxenvs/__init__.py: expected __version__")


def version_of_citation(root: pathlib.Path) -> str:
    """The version in CITATION.cff."""
    found = re.search(r"^version: (.+)$", (root / "CITATION.cff").read_text(), re.MULTILINE)
    return found[1].strip("\"'") if found else ""


def check_versions(root: pathlib.Path, tag: str = "") -> str:
    """The version. Raises `Mismatch` with the file that has another one."""
    version = version_of_project(root)
    others = {
        "jaxenvs/__init__.py": version_of_package(root),
        "CITATION.cff": version_of_citation(root),
        "the tag": tag.removeprefix("v") or version,
    }
    for where, other in others.items():
        if other != version:
            raise Mismatch(f"{where}: expected {version}, as in pyproject.toml, got {other!r}")
    return version


def check_changelog(text: str, version: str) -> None:
    """Raises `Mismatch` unless the newest section is the version's, dated, with all changes."""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    heads = [section.partition("\n")[0] for section in sections]
    if not heads or heads[0] != "[Unreleased]":
        raise Mismatch("CHANGELOG.md: expected [Unreleased] first, for what comes next")
    if re.search(r"^- ", sections[0], re.MULTILINE):
        raise Mismatch(f"CHANGELOG.md: expected nothing under [Unreleased], but under [{version}]")
    dated = re.fullmatch(r"\[(.+)\] - (\d{4}-\d{2}-\d{2})", heads[1]) if heads[1:] else None
    if not dated or dated[1] != version:
        raise Mismatch(f"CHANGELOG.md: expected '## [{version}] - YYYY-MM-DD' second")
    try:
        datetime.date.fromisoformat(dated[2])
    except ValueError as error:
        raise Mismatch(f"CHANGELOG.md: {heads[1]}: {error}") from None


def run(*command: str | pathlib.Path, cwd: pathlib.Path = ROOT) -> None:
    """Runs a command and shows it; its failure ends the release."""
    print("$", *command, flush=True)
    subprocess.run(command, cwd=cwd, check=True)


def build(dist: pathlib.Path) -> pathlib.Path:
    """Makes the sdist, and the wheel from what the sdist holds; the path of the wheel."""
    shutil.rmtree(dist, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", dist, ROOT)
    run(sys.executable, "-m", "twine", "check", "--strict", *sorted(dist.iterdir()))
    (wheel,) = dist.glob("*.whl")
    return wheel


def try_out(wheel: pathlib.Path) -> None:
    """Installs the wheel without extras into a new environment and uses it there."""
    with tempfile.TemporaryDirectory(prefix="jaxenvs-release-") as folder:
        bare = pathlib.Path(folder)
        venv.create(bare, with_pip=True)
        programs = bare / ("Scripts" if sys.platform == "win32" else "bin")
        run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=bare)
        run(programs / "python", "-W", "error", "-c", SMOKE, cwd=bare)
        run(programs / "jaxenvs", "--version", "--verbose", cwd=bare)
        run(programs / "jaxenvs", "list", "cart", cwd=bare)


def main(arguments: Sequence[str] | None = None) -> None:
    """Checks, builds, tries; the first thing that is wrong ends it with exit code 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tag", default="", help="the tag of the release, such as v1.2.3")
    parser.add_argument("--rehearse", action="store_true", help="CHANGELOG.md may lack the version")
    options = parser.parse_args(arguments)
    try:
        version = check_versions(ROOT, options.tag)
        if not options.rehearse:
            check_changelog((ROOT / "CHANGELOG.md").read_text(), version)
        try_out(build(ROOT / "dist"))
    except Mismatch as error:
        sys.exit(f"release: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"release: {error}")
    print(f"dist/ holds jaxenvs {version}" + (", a rehearsal" if options.rehearse else ""))


if __name__ == "__main__":
    main()
