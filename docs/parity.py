"""Writes docs/parity.md from what the parity tests measured.

usage: rm -rf .cache/parity && pytest tests/parity && python docs/parity.py

Each parity test that passes leaves its rows in .cache/parity; this script turns all of them into
the page. A parity test fails where the page does not list the environment that it compared.
"""

import sys

from generate import ROOT, bullets, page_path, table

sys.path.insert(0, str(ROOT))

from tests.parity import report

NOTE = "<!-- Written by docs/parity.py from a run of tests/parity: change those, not this page. -->"
INTRODUCTION = """\
Every environment that is a port is compared with its original, in `tests/parity`: both get the
same state and the same action and must agree on the next state, observation, reward and both
flags, over whole episodes and from states all over the state space. What is random is compared
with shared randomness or as a distribution.

**Steps** are those compared in one run of the tests. **Largest error** is the largest absolute
difference in any observation or reward after one step. Intended differences are listed below the
table, and on each environment's own page."""
COMMAND = """\
Made by

```bash
rm -rf .cache/parity && pytest tests/parity && python docs/parity.py
```"""


def page(rows: list[report.Row]) -> str:
    """The Markdown page of all comparisons."""
    lines = [
        (
            f"[{row.env_id}]({page_path(row.env_id).relative_to(report.PAGE.parent)})",
            f"`{row.variant}`" if row.variant else "",
            row.oracle,
            f"{row.steps:,}",
            f"{row.max_error:.1e}" if row.max_error else "equal",
        )
        for row in rows
    ]
    head = ("environment", "changed from the defaults", "compared with", "steps", "largest error")
    parts = ["# Parity with the originals", NOTE, INTRODUCTION, table(head, lines)]
    parts += ["## Intended differences", differences(rows), "## Command", COMMAND]
    return "\n\n".join(parts) + "\n"


def differences(rows: list[report.Row]) -> str:
    """Each intended difference once, with the ids that have it."""
    ids: dict[str, list[str]] = {}
    for row in rows:
        for difference in row.differences:
            ids.setdefault(difference, []).append(row.env_id)
    return bullets(f"{text} ({', '.join(dict.fromkeys(who))})" for text, who in ids.items())


def main() -> None:
    rows = report.read()
    if not rows:
        sys.exit(f"no rows in {report.FOLDER}: run pytest tests/parity first")
    report.PAGE.write_text(page(rows))
    print(f"{report.PAGE.relative_to(ROOT)}: {len(rows)} rows")


if __name__ == "__main__":
    main()
