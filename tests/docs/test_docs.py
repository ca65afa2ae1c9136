"""The documentation keeps its word: generated pages are fresh, what is shown is small."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def python_blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_commands_and_formulas_fit_a_column() -> None:
    """A longer line would be cut, or lie under the copy button, in a window of 1,280 pixels."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("**/*.md")]
    long = [
        (page.name, line)
        for page in pages
        for block in re.findall(r"^```(?:bash|text)\n(.*?)^```$", page.read_text(), re.M | re.S)
        for line in block.splitlines()
        if len(line) > 76
    ]
    assert long == []


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
