"""Finds what grows unseen: long modules and functions, crowded folders, lines written twice.

    python -m tests.house.lint

lists everything over the limits, allowed or not; `test_house.py` holds it to `allowed.py`.
"""

import ast
import itertools
import os
import pathlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("jaxenvs", "baselines", "render", "benchmarks", "docs", "tests")

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_MODULES_IN_A_FOLDER = 20  # of a family of environments, `__init__.py` not counted
MIN_COPIED_LINES = 8

# A line of it, or one behind code, where the formatter puts two spaces.
COMMENT = re.compile(r"(^\s*|\s\s)#.*")


class Fault(NamedTuple):
    """Something over a limit. `where` names it in a way that outlives edits of its lines."""

    rule: str  # "module", "function", "folder" or "copy"
    where: str  # "a.py", "a.py::f", "a", or "a.py ~ b.py" in the order of the alphabet
    what: str  # for people: how long it is, or at which lines it stands


def faults(root: pathlib.Path) -> list[Fault]:
    """Everything over a limit in the Python files below `root`."""
    code: dict[str, list[tuple[int, str]]] = {}
    found: list[Fault] = []
    for path in python_files(root):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        tree = ast.parse(text)
        found += _of_module(name, text, tree)
        code[name] = code_lines(text, tree)
    return sorted([*found, *_crowded(code), *_copies(code)])


def python_files(root: pathlib.Path) -> Iterator[pathlib.Path]:
    """The modules of this project: links would show the packages behind them twice."""
    for folder in FOLDERS:
        for where, _, files in os.walk(root / folder):
            yield from (pathlib.Path(where, name) for name in files if name.endswith(".py"))


# -- sizes -------------------------------------------------------------------------------------


def _of_module(path: str, text: str, tree: ast.Module) -> Iterator[Fault]:
    length = len(text.splitlines())
    if length > MAX_MODULE_LINES:
        yield Fault("module", path, f"{length} lines, at most {MAX_MODULE_LINES}")
    for name, length in _functions(tree, ""):
        if length > MAX_FUNCTION_LINES:
            what = f"{length} lines, at most {MAX_FUNCTION_LINES}"
            yield Fault("function", f"{path}::{name}", what)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
    """Every function below `node`, by its qualified name, with its number of lines."""
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield name, (child.end_lineno or child.lineno) - child.lineno + 1
            name += "."
        yield from _functions(child, name)


def _crowded(paths: Iterable[str]) -> Iterator[Fault]:
    modules = [pathlib.PurePosixPath(path) for path in paths]
    held: dict[str, int] = defaultdict(int)
    for module in modules:
        if module.parts[:2] == ("jaxenvs", "envs") and module.name != "__init__.py":
            held[str(module.parent)] += 1
    for folder, count in held.items():
        if count > MAX_MODULES_IN_A_FOLDER:
            what = f"{count} modules, at most {MAX_MODULES_IN_A_FOLDER}: give it sub-folders"
            yield Fault("folder", folder, what)


# -- copies ------------------------------------------------------------------------------------


class Run(NamedTuple):
    """`length` lines of code that stand at two places, which are counted in lines of code."""

    path: str
    start: int
    other: str
    other_start: int
    length: int


def _copies(code: dict[str, list[tuple[int, str]]]) -> Iterator[Fault]:
    found: dict[str, list[str]] = defaultdict(list)
    for run in _runs({path: [line for _, line in lines] for path, lines in code.items()}):
        here = code[run.path][run.start][0], code[run.path][run.start + run.length - 1][0]
        there = code[run.other][run.other_start][0]
        what = f"{run.length} lines, {here[0]}-{here[1]} as from {there}"
        found[f"{run.path} ~ {run.other}"].append(what)
    for where, what in found.items():
        yield Fault("copy", where, "; ".join(what))


def code_lines(text: str, tree: ast.Module) -> list[tuple[int, str]]:
    """Numbered lines of code, white space folded.

    Left out: blank lines, comments, imports, docstrings and lines of punctuation alone.
    """
    passed_over = _imports_and_docstrings(tree)
    lines = (COMMENT.sub("", line) for line in text.splitlines())
    folded = ((number, " ".join(line.split())) for number, line in enumerate(lines, 1))
    return [
        (number, line)
        for number, line in folded
        if number not in passed_over and re.search(r"\w", line)
    ]


def _imports_and_docstrings(tree: ast.Module) -> set[int]:
    numbers: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                numbers.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return numbers


def _runs(code: dict[str, list[str]]) -> Iterator[Run]:
    """Runs of equal lines, as long as they go, each pair of places once."""
    places: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for path in sorted(code):
        for start in range(len(code[path]) - MIN_COPIED_LINES + 1):
            places[tuple(code[path][start : start + MIN_COPIED_LINES])].append((path, start))
    for standing in places.values():
        for (path, start), (other, other_start) in itertools.combinations(standing, 2):
            here, there = code[path], code[other]
            if start and other_start and here[start - 1] == there[other_start - 1]:
                continue  # the run began before
            pairs = zip(here[start:], there[other_start:], strict=False)
            length = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
            yield Run(path, start, other, other_start, length)


if __name__ == "__main__":
    for fault in faults(ROOT):
        print(f"{fault.rule:9} {fault.where}: {fault.what}")
