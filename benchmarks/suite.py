"""Every family beside its peers, for docs/performance.md: steps per second, compile times, sizes.

Each id is measured as `jaxenvs bench ID --peers` measures it: against gymnax, Navix or JaxMARL,
where one of them has the game, and against the original on the CPU (originals.py). Measured are of
MiniGrid and POPGym the largest id of each task, of MinAtar and bsuite the ids that are no variants,
of Overcooked the five kitchens that JaxMARL has, and all other ids. Rows are kept in suite.json
beside this file, so that some can be measured again:

    python benchmarks/suite.py --family misc        # measure one family, or some --ids
    python benchmarks/suite.py --write              # write the tables from what has been measured

README.md beside this file says how to make an environment with the peers.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import jax

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import jaxenvs
from benchmarks import originals
from benchmarks.pages import placed
from jaxenvs.cli import measure, peers

ROWS = pathlib.Path(__file__).with_suffix(".json")
PAGE = pathlib.Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- suite: begin -->", "<!-- suite: end -->"

NUM_ENVS = 1024
NUM_STEPS = {  # of the families that are slow in some library
    "minatar": 100,
    "grid": 100,
    "mpe": 300,
    "overcooked": 200,
    "hanabi": 100,
}
USUAL_NUM_STEPS = 1000
FAMILIES = tuple(dict.fromkeys(jaxenvs.spec(env_id).family for env_id in jaxenvs.list_envs()))
BY_TASK = ("grid", "popgym")
IN_JAX = ("gymnax", "navix", "jaxmarl")

Rows = dict[str, list[dict[str, Any]]]


def chosen(family: str) -> list[str]:
    """The ids of a family that are measured."""
    ids = jaxenvs.list_envs(family)
    if family in BY_TASK:
        return list({jaxenvs.spec(env_id).entry_point: env_id for env_id in ids}.values())
    if family == "overcooked":
        return [env_id for env_id in ids if env_id in peers.JAXMARL]
    if family == "minatar":
        return [env_id for env_id in ids if env_id.endswith("-v1")]
    return [env_id for env_id in ids if not env_id.endswith(("Noise-v0", "Scale-v0"))]


def kept(path: pathlib.Path = ROWS) -> dict[str, Any]:
    """What has been measured so far, by id."""
    return json.loads(path.read_text()) if path.exists() else {}


def measured(env_id: str, repeats: int) -> list[dict[str, Any]]:
    """What `jaxenvs bench` would report of an id and its peers."""
    num_steps = NUM_STEPS.get(jaxenvs.spec(env_id).family, USUAL_NUM_STEPS)
    ours = measure.ours(jaxenvs.make(env_id), NUM_ENVS)
    contestants: list[measure.Contestant] = [
        measure.Compiled("jaxenvs", ours, NUM_ENVS, num_steps),
        *peers.contestants(env_id, NUM_ENVS, num_steps),
        *originals.contestants(env_id),
    ]
    return [dataclasses.asdict(row) for row in measure.report(env_id, contestants, repeats)]


# -- the tables ----------------------------------------------------------------------------------


def tables(rows: Rows) -> str:
    """The section of the page, in Markdown."""
    names = [env_id for family in FAMILIES for env_id in chosen(family) if env_id in rows]
    speed = [speed_row(env_id, rows[env_id]) for env_id in names]
    compiling = [compile_row(env_id, rows[env_id]) for env_id in names]
    return "\n\n".join(
        [
            table(
                (
                    "id",
                    "jaxenvs",
                    "peer in JAX",
                    "ratio",
                    "original in Python",
                    "ratio",
                    "bytes a state",
                ),
                speed,
            ),
            "Seconds to compile a rollout (a reset and a scan over steps), and seconds until a "
            "first step has been played, for which a reset and a step are compiled:",
            table(
                ("id", "rollout, jaxenvs", "peer in JAX", "first step, jaxenvs", "peer in JAX"),
                compiling,
            ),
        ]
    )


def speed_row(env_id: str, found: list[dict[str, Any]]) -> list[str]:
    """Steps per second of everyone."""
    ours, in_jax, original = parties(found)
    cells = [env_id, brief(ours["steps_per_second"])]
    for other in (in_jax, original):
        if other is None:
            cells += ["", ""]
        else:
            ratio = ours["steps_per_second"] / other["steps_per_second"]
            cells += [
                brief(other["steps_per_second"]),
                f"{ratio:.3g}" if ratio < 100 else f"{ratio:,.0f}",
            ]
    return [*cells, f"{ours['bytes_per_env']:,}"]


def compile_row(env_id: str, found: list[dict[str, Any]]) -> list[str]:
    """Compile times of those who compile."""
    ours, in_jax, _ = parties(found)
    cells = [env_id]
    for name in ("compile_seconds", "first_step_seconds"):
        cells += ["" if row is None else f"{row[name]:.2f}" for row in (ours, in_jax)]
    return cells


def parties(found: list[dict[str, Any]]) -> tuple[Any, Any, Any]:
    """The rows of ours, of the peer in JAX and of the original in Python, or None."""
    by_name = {
        row["library"].partition(" (")[0]: row for row in found if "vector" not in row["library"]
    }
    ours = by_name.pop("jaxenvs")
    in_jax = [by_name.pop(name) for name in IN_JAX if name in by_name]
    return ours, next(iter(in_jax), None), next(iter(by_name.values()), None)


def brief(number: float) -> str:
    """A number of steps per second in three digits or so."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return (
                f"{number / size:.3g} {unit}"
                if number < 100 * size
                else f"{number / size:.0f} {unit}"
            )
    return f"{number:.0f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def written(page: str, rows: Rows) -> str:
    """The page with the tables between its two marks. Raises `ValueError` if it has none."""
    return placed(page, (BEGIN, END), tables(rows))


def main() -> None:
    """Measures, or writes the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--family", choices=FAMILIES, action="append", default=[])
    parser.add_argument("--ids", nargs="*", default=[], metavar="ID")
    parser.add_argument(
        "--missing", action="store_true", help="only what has not been measured yet"
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the tables into the page")
    arguments = parser.parse_args()
    for env_id in arguments.ids + [id_ for family in arguments.family for id_ in chosen(family)]:
        if arguments.missing and env_id in kept():
            continue
        found = measured(env_id, arguments.repeats)
        print(json.dumps(found), flush=True)
        rows = kept() | {env_id: found}  # read again: another run may have added to them
        ROWS.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
        jax.clear_caches()
    if arguments.write:
        PAGE.write_text(written(PAGE.read_text(), kept()))


if __name__ == "__main__":
    main()
