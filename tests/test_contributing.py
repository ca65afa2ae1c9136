"""The environment of CONTRIBUTING.md, added to a copy of the checkout as the page says."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
GAME = "Puzzles-Guess-v0"


def files_of_the_page() -> dict[str, str]:
    """From the path in a block's first line to the block."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    blocks = re.findall(r"^```python\n# (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return dict(blocks)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A copy of the packages with the page's files in it."""
    copy = tmp_path_factory.mktemp("checkout")
    leave = shutil.ignore_patterns("__pycache__", "baselines")
    shutil.copytree(ROOT / "jaxenvs", copy / "jaxenvs", symlinks=True, ignore=leave)
    shutil.copytree(ROOT / "render", copy / "render", ignore=leave)
    for name, text in files_of_the_page().items():
        path = copy / name
        assert not path.exists(), f"{name}: a new game touches files of its own"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return copy


def run(checkout: pathlib.Path, *arguments: str) -> str:
    """What Python prints there; warnings are errors, as in all tests."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=checkout,
        env=os.environ | {"JAX_NUMPY_DTYPE_PROMOTION": "strict", "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_game_touches_its_family_and_its_tests_alone():
    folders = {str(pathlib.PurePath(name).parent) for name in files_of_the_page()}
    assert folders == {"jaxenvs/envs/puzzles", "tests/envs/puzzles"}


def test_the_game_is_listed(checkout):
    listed = run(checkout, "-m", "jaxenvs", "list", "--family", "puzzles", "--spaces")
    assert GAME in listed
    assert "Discrete(10)" in listed


def test_its_rules_hold(checkout):
    tests = [name for name in files_of_the_page() if name.startswith("tests/")]
    assert "1 passed" in run(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)


def test_it_keeps_the_contract_and_is_drawn_and_played(checkout):
    script = f"""
import jax
import numpy as np

import jaxenvs
from jaxenvs.render import draw
from jaxenvs.render.play import Game
from jaxenvs.render.window import Keys
from jaxenvs.testing import check_env

env = jaxenvs.make({GAME!r})
check_env(env, num_steps=1_000)
_, state = env.reset(jax.random.key(0))
frame = draw(env, state, size=200)
assert frame.shape == (80, 200, 3), frame.shape
game = Game(env)
game.start()
for number in "0123456789":
    game.handle(Keys(pressed=[number], held=[], closed=False), 0.02)
assert game.ending.startswith("over"), game.ending
assert (draw(env, game.state, size=200) != frame).any()
print(jaxenvs.__file__)
"""
    assert run(checkout, "-c", script).strip() == str(checkout / "jaxenvs" / "__init__.py")
