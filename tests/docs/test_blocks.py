"""Every Python block of the pages runs by itself, as the copy button hands it over."""

import importlib.util
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import gymnasium
import pytest
from gymnasium.envs import registration

from jaxenvs import registry

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [
    "README.md",
    "docs/index.md",
    "docs/quickstart.md",
    "docs/contract.md",
    "docs/gymnasium.md",
    "docs/adapters.md",
    "docs/orderbook_data.md",
    "docs/physics.md",
    "docs/orderbook.md",
    "docs/api/kinetix.md",
]
# Read from top to bottom, as a block may need the run of another one; run by test_tutorials.py.
STORIES = [
    "docs/python.md",
    "docs/tutorials/own_game.md",
    "docs/tutorials/study.md",
    "docs/tutorials/thousand_copies.md",
]
# Packages that no extra of ours brings: a block that needs one runs where it is installed.
OTHERS = {"stable_baselines3": "stable-baselines3", "gymnax": "gymnax", "dm_env": "dm_env"}


def blocks_of(page: str) -> list[str]:
    text = (ROOT / page).read_text()
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def file_of(block: str) -> str:
    """The path in the first line of a block that is a file of the reader's; else nothing."""
    named = re.match(r"# (\S+\.py)\n", block)
    return named[1] if named else ""


def needed(block: str) -> list[str]:
    """What a block imports beside us, and our dependencies."""
    return [name for name in OTHERS if re.search(rf"^(import|from) {name}\b", block, re.MULTILINE)]


def shortened(block: str) -> str:
    """Trains for one rollout instead of minutes."""
    return re.sub(r"\.learn\([\d_]+\)", ".learn(1)", block)


BLOCKS = [(page, i) for page in PAGES for i in range(len(blocks_of(page)))]


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    """A folder to run in, on the path; what is registered or imported from it is forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_SPECS", dict(registry._SPECS))
    monkeypatch.setattr(registration, "registry", dict(gymnasium.registry))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "mygames"]:
        del sys.modules[name]


@pytest.mark.parametrize(("page", "number"), BLOCKS)
def test_a_block_runs_by_itself(page: str, number: int, folder: pathlib.Path) -> None:
    blocks = blocks_of(page)
    block = blocks[number]
    missing = [name for name in needed(block) if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; the names in it are checked below")
    for file, text in ((file_of(other), other) for other in blocks):
        if file:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text)
    exec(compile(shortened(block), f"{page}, block {number}", "exec"), {"__name__": "__main__"})


def test_no_block_uses_a_name_that_it_does_not_define(tmp_path: pathlib.Path) -> None:
    for page, number in BLOCKS:
        name = f"{page.replace('/', '_').removesuffix('.md')}_{number}.py"
        (tmp_path / name).write_text(blocks_of(page)[number])
    ruff = pathlib.Path(sys.executable).with_name("ruff")
    command = [ruff, "check", "--isolated", "--no-cache", "--select", "F821,F811,E9", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_what_else_a_block_needs_is_said_above_it(page: str) -> None:
    text = (ROOT / page).read_text()
    for block in blocks_of(page):
        before = text[: text.index(block)].rpartition("```\n")[2]
        for name in needed(block):
            assert f"pip install {OTHERS[name]}" in before, (page, block)


def test_every_page_with_python_is_run() -> None:
    pages = ["README.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))]
    assert {page for page in pages if blocks_of(page)} == {*PAGES, *STORIES}
