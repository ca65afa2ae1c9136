"""The documentation keeps its word: Python blocks run as printed, generated pages are fresh."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A page is one script, its blocks one after the other, as a reader would type them.
PAGES = ["README.md", "docs/quickstart.md", "docs/contract.md", "docs/gymnasium.md"]
# Run by test_tutorials.py.
TUTORIALS = [f"docs/tutorials/{name}.md" for name in ("own_game", "study", "thousand_copies")]
TUTORIALS += ["docs/python.md"]
# Scripts of frameworks that are not installed here; tests/adapters plays with those that are.
OTHER_FRAMEWORKS = ["docs/adapters.md"]


def python_blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run_as_printed(page: str, tmp_path: pathlib.Path) -> None:
    script = tmp_path / "page.py"
    script.write_text("\n".join(python_blocks((ROOT / page).read_text())))
    environment = os.environ | {"JAX_NUMPY_DTYPE_PROMOTION": "strict"}
    done = subprocess.run(
        [sys.executable, "-W", "error", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_page_with_python_is_run() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    with_code = {str(p.relative_to(ROOT)) for p in pages if python_blocks(p.read_text())}
    assert with_code == {*PAGES, *TUTORIALS, *OTHER_FRAMEWORKS}


def test_readme_quickstart_fits_a_screen() -> None:
    (quickstart, *_) = python_blocks((ROOT / "README.md").read_text())
    lines = [line for line in quickstart.splitlines() if line.strip()]
    assert len(lines) <= 20


@pytest.mark.parametrize("script", ["generate.py", "parity.py"])
def test_generated_pages_are_up_to_date(script: str) -> None:
    command = [sys.executable, ROOT / "docs" / script, "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_strip_of_games_loads_quickly() -> None:
    strip = ROOT / "docs" / "images" / "strip.gif"
    assert strip.stat().st_size < 600_000
    shown = re.findall(r"!\[[^]]+\]\((.+)\)", (ROOT / "README.md").read_text())
    assert shown == ["docs/images/strip.gif"]
