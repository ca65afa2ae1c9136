"""Writes the notebooks of the tutorials from their pages.

    .venv/bin/python docs/notebooks.py           # write
    .venv/bin/python docs/notebooks.py --check   # only say what is out of date

A page `docs/tutorials/NAME.md` is the source: its Python blocks become cells of code, all between
them cells of text.
"""

import json
import pathlib
import re
import sys
from typing import Any

PAGES = pathlib.Path(__file__).parent / "tutorials"
POINTER = re.compile(r" This page is also a\s+\[notebook\]\([^)]*\)[^.]*\.")
"""What a notebook need not say."""
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def notebook(page: str) -> str:
    """The notebook of a page, as JSON text."""
    # Text and code take turns: the pattern's group keeps the code.
    parts = [part.strip("\n") for part in BLOCK.split(POINTER.sub("", page))]
    cells = [cell(i, part, is_code=i % 2 == 1) for i, part in enumerate(parts) if part]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def cell(number: int, text: str, is_code: bool) -> dict[str, Any]:
    """One cell, without a result."""
    source = text.splitlines(keepends=True)
    shared = {"id": f"cell-{number}", "metadata": {}, "source": source}
    if is_code:
        return {"cell_type": "code", "execution_count": None, "outputs": [], **shared}
    return {"cell_type": "markdown", **shared}


def main(check: bool) -> int:
    """Writes the notebooks, or names those that would change; returns the exit code."""
    stale = []
    for page in sorted(PAGES.glob("*.md")):
        path, content = page.with_suffix(".ipynb"), notebook(page.read_text(encoding="utf-8"))
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(path.name)
        if not check:
            path.write_text(content, encoding="utf-8")
    if check and stale:
        print(f"out of date: {', '.join(stale)}; run docs/notebooks.py", file=sys.stderr)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
