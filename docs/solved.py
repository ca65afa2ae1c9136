"""What the baselines reach, read from the tables of docs/baselines."""

import dataclasses
import functools
import pathlib
from collections.abc import Iterator, Sequence

ROOT = pathlib.Path(__file__).resolve().parents[1]
BASELINES = ROOT / "docs" / "baselines"
RETURNS = ("greedy return", "mean", "MAPPO", "PQN-RNN, GRU")
"""How the columns of greedy returns begin."""


@dataclasses.dataclass(frozen=True)
class Result:
    """A row of a page of baselines."""

    algorithm: str  # its name for the command
    env_id: str
    steps: str  # of a seed
    greedy_return: str
    page: str  # the file's name

    @property
    def command(self) -> str:
        return f"jaxenvs train {self.algorithm} --env {self.env_id}"


@functools.cache
def results() -> tuple[Result, ...]:
    """The first row of each algorithm on each id, page by page."""
    found: dict[tuple[str, str], Result] = {}
    for page in sorted(BASELINES.glob("*.md")):
        for head, rows in tables(page.read_text()):
            for result in _of_table(page, head, rows):
                found.setdefault((result.algorithm, result.env_id), result)
    return tuple(found.values())


def results_of(env_ids: Sequence[str]) -> list[Result]:
    """The rows of some ids."""
    return [result for result in results() if result.env_id in env_ids]


def tables(text: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The heads and the rows of the tables of a Markdown page, as cells."""
    lines: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            lines.append([cell.strip() for cell in line.strip("| ").split("|")])
        elif lines:
            yield lines[0], lines[2:]
            lines = []


def _of_table(page: pathlib.Path, head: list[str], rows: list[list[str]]) -> Iterator[Result]:
    columns = [i for i, name in enumerate(head) if name.startswith(RETURNS)]
    steps = [i for i, name in enumerate(head) if name.startswith("steps")]
    if "environment" not in head or not columns or not steps:
        return
    for row in rows:
        cells = dict(zip(head, row, strict=False))
        algorithm = cells.get("algorithm", page.stem).lower().replace("-", "_")
        reached = row[columns[0]]
        yield Result(algorithm, cells["environment"], row[steps[0]], reached, page.name)
