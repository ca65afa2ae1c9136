"""Writes docs/parity.md from what the parity tests measured.

usage: rm -rf .cache/parity && pytest tests/parity && python docs/parity.py
       python docs/parity.py --refresh | --check

Each parity test that passes leaves its rows in .cache/parity; this script turns all of them into
the page. A parity test fails where the page does not list the environment that it compared.
`--refresh` keeps the figures of the page and rewrites the rest: links, and the differences from
the docstrings. `--check` fails if that would change something.
"""

import argparse
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from pages import ROOT, family_title, games
from words import bullets, table

import jaxenvs
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
        if text := differences([row.env_id for row in members]):
            parts += ["Intended differences:", text]
    return "\n\n".join([*parts, "## Command", COMMAND]) + "\n"


def cells(row: report.Row) -> tuple[str, ...]:
    """One line of a table."""
    target = next(game.page for game in games() if row.env_id in game.ids)
    return (
        f"[{row.env_id}]({target.relative_to(report.PAGE.parent)})",
        f"`{row.variant}`" if row.variant else "",
        row.oracle,
        f"{row.steps:,}",
        f"{row.max_error:.1e}" if row.max_error else "equal",
    )


def rows_of(text: str) -> list[report.Row]:
    """The rows in the tables of a page, their figures as the page rounds them."""
    found = re.findall(r"^\| \[(.+?)\]\(.+?\) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", text, re.M)
    return [
        report.Row(
            env_id=env_id,
            variant=variant.strip("`"),
            oracle=oracle,
            steps=int(steps.replace(",", "")),
            max_error=0.0 if error == "equal" else float(error),
        )
        for env_id, variant, oracle, steps, error in found
    ]


def differences(env_ids: list[str]) -> str:
    """Each intended difference of a family once, with the ids that have it."""
    ids: dict[str, list[str]] = {}
    listed = list(dict.fromkeys(env_ids))
    for env_id in listed:
        for difference in jaxenvs.spec(env_id).deviations:
            ids.setdefault(difference, []).append(env_id)
    who = {text: "all" if len(has) == len(listed) else ", ".join(has) for text, has in ids.items()}
    return bullets(f"{text} ({who[text]})" for text in ids)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="fail if a text is out of date")
    mode.add_argument("--refresh", action="store_true", help="keep the figures that the page has")
    options = parser.parse_args()
    current = report.PAGE.read_text() if report.PAGE.exists() else ""
    if options.check:
        if page(rows_of(current)) != current:
            sys.exit(f"{report.PAGE.name} is out of date: run python docs/parity.py --refresh")
        return
    rows = rows_of(current) if options.refresh else report.read()
    if not rows:
        sys.exit(f"no rows in {report.FOLDER}: run pytest tests/parity first")
    report.PAGE.write_text(page(rows))
    print(f"{report.PAGE.relative_to(ROOT)}: {len(rows)} rows")


if __name__ == "__main__":
    main()
