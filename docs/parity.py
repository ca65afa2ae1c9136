"""Writes docs/parity.md from what the parity tests measured.

usage: rm -rf .cache/parity && pytest tests/parity && python docs/parity.py

Each parity test that passes leaves its rows in .cache/parity; this script turns all of them into
the page. A parity test fails where the page does not list the environment that it compared.
"""

import sys

from generate import ROOT, bullets, family_title, page_path, table

import jaxenvs

sys.path.insert(0, str(ROOT))

from tests.parity import report

HEAD = ("environment", "changed from the defaults", "compared with", "steps", "largest error")
NOTE = "<!-- Written by docs/parity.py from a run of tests/parity: change those, not this page. -->"
INTRODUCTION = """\
Every environment that is a port is compared with its original, in `tests/parity`: both get the
same state and the same action and must agree on the next state, observation, reward and both
flags, over whole episodes and from states all over the state space. What is random is compared
with shared randomness or as a distribution.

**Steps** are those compared in one run of the tests. **Largest error** is the largest absolute
difference in any observation or reward after one step. Intended differences are listed below each
table, and on each environment's own page."""
COMMAND = """\
Made by

```bash
rm -rf .cache/parity && pytest tests/parity && python docs/parity.py
```"""


def page(rows: list[report.Row]) -> str:
    """The Markdown page of all comparisons, a section for each family."""
    families: dict[str, list[report.Row]] = {}
    for row in rows:
        families.setdefault(jaxenvs.spec(row.env_id).family, []).append(row)
    parts = ["# Parity with the originals", NOTE, INTRODUCTION]
    for family, members in families.items():
        parts += [f"## {family_title(family)}", table(HEAD, map(cells, members))]
        if text := differences(members):
            parts += ["Intended differences:", text]
    return "\n\n".join([*parts, "## Command", COMMAND]) + "\n"


def cells(row: report.Row) -> tuple[str, ...]:
    """One line of a table."""
    return (
        f"[{row.env_id}]({page_path(row.env_id).relative_to(report.PAGE.parent)})",
        f"`{row.variant}`" if row.variant else "",
        row.oracle,
        f"{row.steps:,}",
        f"{row.max_error:.1e}" if row.max_error else "equal",
    )


def differences(rows: list[report.Row]) -> str:
    """Each intended difference of a family once, with the ids that have it."""
    ids: dict[str, dict[str, None]] = {}
    for row in rows:
        for difference in row.differences:
            ids.setdefault(difference, {})[row.env_id] = None
    num_ids = len({row.env_id for row in rows})
    who = {text: "all" if len(has) == num_ids else ", ".join(has) for text, has in ids.items()}
    return bullets(f"{text} ({who[text]})" for text in ids)


def main() -> None:
    rows = report.read()
    if not rows:
        sys.exit(f"no rows in {report.FOLDER}: run pytest tests/parity first")
    report.PAGE.write_text(page(rows))
    print(f"{report.PAGE.relative_to(ROOT)}: {len(rows)} rows")


if __name__ == "__main__":
    main()
