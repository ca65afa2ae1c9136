"""What the parity tests compared, kept for `docs/parity.py`, which makes docs/parity.md of it."""

import dataclasses
import importlib.metadata
import json
import pathlib
import re
import zlib
from collections.abc import Sequence

import jaxenvs

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "parity"
PAGE = ROOT / "docs" / "parity.md"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """One comparison of an environment with its original."""

    env_id: str
    variant: str  # what was changed from the defaults; empty: nothing
    oracle: str  # what it was compared with, and its version
    steps: int  # steps that were compared
    max_error: float  # the largest absolute difference in observations and rewards


_rows: list[Row] = []


def record(
    env_id: str,
    oracle: str,
    steps: int,
    max_error: float,
    *,
    variant: str = "",
) -> None:
    """Notes a comparison; call it when the test's assertions have passed.

    Rows of the same environment, variant and oracle are added up on the page.

    Args:
      env_id: a registered id.
      oracle: the distribution that was compared with, whose version is looked up, or any other
        words where there is no such distribution.
      steps: steps compared, of both sides.
      max_error: the largest absolute difference in observations and rewards, where these are
        compared as numbers; 0 where all is equal.
      variant: what this comparison changed from the defaults, as in "dynamics='nips'".
    """
    _rows.append(
        Row(
            env_id=env_id,
            variant=variant,
            oracle=f"{oracle} {version}" if (version := _version(oracle)) else oracle,
            steps=int(steps),
            max_error=float(max_error),
        )
    )


def take() -> list[Row]:
    """The rows noted since the last call."""
    rows = _rows[:]
    _rows.clear()
    return rows


def write(test: str, rows: Sequence[Row]) -> None:
    """Keeps one test's rows in a file of its own, so that tests may run side by side."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", test.removeprefix("tests/parity/"))
    if len(name) > 100:  # file systems have their limits
        name = f"{name[:90]}-{zlib.crc32(name.encode()):08x}"
    text = json.dumps([dataclasses.asdict(row) for row in rows], indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def read() -> list[Row]:
    """All rows kept, those of one comparison added up, in the registry's order."""
    merged: dict[tuple[str, str, str], Row] = {}
    for path in sorted(FOLDER.glob("*.json")):
        for fields in json.loads(path.read_text()):
            row = Row(**fields)
            place = (row.env_id, row.variant, row.oracle)
            merged[place] = _add(merged[place], row) if place in merged else row
    order = {env_id: place for place, env_id in enumerate(jaxenvs.list_envs())}
    return sorted(merged.values(), key=lambda row: (order[row.env_id], row.variant))


def _add(one: Row, other: Row) -> Row:
    return dataclasses.replace(
        one,
        steps=one.steps + other.steps,
        max_error=max(one.max_error, other.max_error),
    )


def listed() -> set[str]:
    """The ids that the page lists."""
    return set(re.findall(r"^\| \[([^\]]+)\]", PAGE.read_text(), re.M)) if PAGE.exists() else set()


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
