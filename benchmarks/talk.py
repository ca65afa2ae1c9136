"""Steps per second of 1, 100 and 10,000 environments at once, beside the original.

Games of several agents, random actions, resets included: one copy of the
original on the CPU (originals.py), then JaxMARL and ours, for which an episode that ends is
followed by a new one within its step. All libraries of a game alternate in one process; medians.

    python benchmarks/talk.py                     # measure all, and keep the rows in talk.json
    python benchmarks/talk.py --ids Hanabi-Full-2p-v0 --repeats 5
    python benchmarks/talk.py --write             # write the table into docs/performance.md

README.md beside this file says how to make an environment with the peers.
"""

import argparse
import json
import pathlib
import sys

import jax

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import jaxenvs
from benchmarks import originals
from benchmarks.pages import placed
from benchmarks.suite import PAGE, brief, kept, table
from jaxenvs.cli import measure, peers

WHO = ("jaxmarl", "jaxenvs")
ROWS = pathlib.Path(__file__).with_suffix(".json")
MARKS = "<!-- talk: begin -->", "<!-- talk: end -->"

IDS = (
    "MPE-SimpleSpread-v3",
    "MPE-SimpleReference-v3",
    "MPE-SimpleTag-v3",
    "Overcooked-CrampedRoom-v0",
    "Hanabi-Full-2p-v0",
    "Social-SwitchRiddle-v1",
    "Social-CoinGame-v1",
)
SIZES = {1: 2000, 100: 300, 10_000: 20}
"""From environments at once to the steps that each of them plays."""


def measured(env_id: str, repeats: int) -> dict[str, float]:
    """Steps per second by `<library> <environments>`."""
    contestants: list[measure.Contestant] = list(originals.contestants(env_id))
    for num_envs, num_steps in SIZES.items():
        ours = measure.ours(jaxenvs.make(env_id), num_envs)
        contestants.append(measure.Compiled("jaxenvs", ours, num_envs, num_steps))
        contestants += peers.contestants(env_id, num_envs, num_steps)
    speeds = measure.race(contestants, repeats)
    return {
        f"{one.library} {one.num_envs}": speed
        for one, speed in zip(contestants, speeds, strict=True)
    }


def written(page: str) -> str:
    """The page with the table between its two marks. Raises `ValueError` if it has none."""
    found = kept(ROWS)
    header = ["id", "original", "steps/s", *(f"{who}, {n:,}" for n in SIZES for who in WHO)]
    header += ["ours at best over the original"]
    return placed(
        page,
        MARKS,
        table(header, [row(env_id, found[env_id]) for env_id in IDS if env_id in found]),
    )


def row(env_id: str, speeds: dict[str, float]) -> list[str]:
    """The cells of an id, from steps per second by `<library> <environments>`."""
    batches = [f"{who} {n}" for n in SIZES for who in WHO]
    theirs = {name.rpartition(" ")[0]: s for name, s in speeds.items() if name not in batches}
    best = max(speed for name, speed in speeds.items() if name.startswith("jaxenvs "))
    return [
        env_id,
        "; ".join(theirs),
        "; ".join(map(brief, theirs.values())),
        *(brief(speeds[name]) if name in speeds else "" for name in batches),
        "; ".join(f"{best / speed:,.0f}" for speed in theirs.values()),
    ]


def main() -> None:
    """Measures, or writes the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ids", nargs="*", default=IDS, choices=IDS, metavar="ID")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the table, measure nothing")
    arguments = parser.parse_args()
    if arguments.write:
        PAGE.write_text(written(PAGE.read_text()))
        return
    for env_id in arguments.ids:
        found = measured(env_id, arguments.repeats)
        print(env_id, json.dumps(found), flush=True)
        rows = kept(ROWS) | {env_id: found}
        ROWS.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
        jax.clear_caches()


if __name__ == "__main__":
    main()
