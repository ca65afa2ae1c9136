"""The tutorials run as they stand, as pages and as notebooks, from their first cell to the last."""

import ast
import importlib.util
import json
import pathlib
import re
import sys
import types

import pytest
from gymnasium.envs import registration

from jaxenvs import registry

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
TUTORIALS = sorted((DOCS / "tutorials").glob("*.md"))


def code_of(notebook: pathlib.Path) -> list[str]:
    cells = json.loads(notebook.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run(cells: list[str], monkeypatch, folder: pathlib.Path, **sizes: int) -> types.ModuleType:
    """Runs the cells in a module of their own, with some of their constants replaced."""
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.setattr(registry, "_SPECS", dict(registry._SPECS))
    monkeypatch.setattr(registration, "registry", dict(registration.registry))
    monkeypatch.chdir(folder)
    code = "\n".join(cells)
    for name, size in sizes.items():
        code, found = re.subn(rf"^{name} = [\d_]+$", f"{name} = {size}", code, flags=re.MULTILINE)
        assert found == 1
    exec(compile(code, "tutorial", "exec"), main.__dict__)
    return main


def shown(cell: str, main: types.ModuleType) -> str:
    """What a notebook shows of a cell's last line."""
    last = ast.parse(cell).body[-1]
    assert isinstance(last, ast.Expr)
    return eval(ast.unparse(last), main.__dict__)._repr_html_()


def test_the_notebooks_are_those_of_the_pages():
    spec = importlib.util.spec_from_file_location("notebooks", DOCS / "notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    notebooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebooks)
    assert len(TUTORIALS) == 3
    assert notebooks.main(check=True) == 0
    for page in TUTORIALS:
        assert code_of(page.with_suffix(".ipynb")) == [
            block.strip("\n") for block in notebooks.BLOCK.findall(page.read_text())
        ]
        assert page.with_suffix(".ipynb").stat().st_size < 50_000


def test_a_thousand_copies(monkeypatch, tmp_path):
    cells = code_of(DOCS / "tutorials" / "thousand_copies.ipynb")
    main = run(cells, monkeypatch, tmp_path, NUM_ENVS=16)
    assert "CartPole" in shown(cells[0], main)


@pytest.mark.slow
def test_your_own_game(monkeypatch, tmp_path):
    cells = code_of(DOCS / "tutorials" / "own_game.ipynb")
    main = run(cells, monkeypatch, tmp_path)
    assert (tmp_path / "garden.gif").exists()
    assert "data:image/gif" in shown(cells[-1], main)
    assert main.film.scores[0] > 7


@pytest.mark.slow
def test_from_one_seed_to_a_study(monkeypatch, tmp_path):
    main = run(code_of(DOCS / "tutorials" / "study.ipynb"), monkeypatch, tmp_path)
    assert main.eight.returns.mean() > 150
    assert (tmp_path / "runs" / "sweep" / "curve.png").exists()


@pytest.mark.slow
def test_the_page_about_python(monkeypatch, tmp_path):
    blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / "python.md").read_text(), re.M | re.S)
    run(blocks, monkeypatch, tmp_path)
    assert (tmp_path / "breakout.gif").exists()
    assert (tmp_path / "cartpole.gif").exists()
