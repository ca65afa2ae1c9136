"""Makes the files of the hand-made levels from their designs.

    python -m tools.levels.make [--solve SECONDS] [--size s] [--size m] [--size l]

Plays the recorded solutions again and, with `--solve`, searches for so long in each size for those
of new or changed levels, or for ones that stand a disturbed start better. A level without a
solution is left out, which is said. What a search learns is kept in `.cache/levels`, so that the
next one goes on from there.
"""

import argparse
import json
import pathlib
from typing import Any

import numpy as np

from jaxenvs.envs.kinetix import _library, files
from tools.levels.search import TRIALS, Progress, Search, report
from tools.levels.settle import faults

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "jaxenvs" / "envs" / "kinetix" / "handmade"
POOLS = ROOT / ".cache" / "levels"
MEASURE = (
    "difficulty: from the plays that one success costs, the fewer of those by random play (128, "
    "actions held for 8 steps) and by an evolution of action sequences until its first success: "
    "below 10 it is 1, below 50 2, below 300 3, below 2000 4, else 5. steadiness: of 8 plays of "
    "the solution whose bodies start with extra velocities of about 1 mm/s, how many succeed."
)
_STEPS = (10, 50, 300, 2000)


def difficulty(random_share: float, tried: int) -> int:
    """1 to 5, as `MEASURE` says."""
    plays = 1 / max(random_share, 1 / max(tried, 1))
    return 1 + sum(plays >= step for step in _STEPS)


def entry(goal: str, known: Progress) -> dict[str, Any]:
    """What the index says of a level."""
    assert known.best is not None
    assert known.random_share is not None
    succeeded, steps, plan = known.best
    return {
        "goal": goal,
        "difficulty": difficulty(known.random_share, known.tried),
        "random_share": round(known.random_share, 4),
        "tried": known.tried,
        "steadiness": succeeded / TRIALS,
        "solution": _library.pack_actions(plan[:steps]),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Makes the files of the hand-made levels.")
    parser.add_argument("--solve", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--size", action="append", choices=["s", "m", "l"])
    options = parser.parse_args()
    sizes: list[Any] = options.size or ["s", "m", "l"]
    for size in sizes:
        search = Search(size, POOLS)
        print(*faults(search), sep="\n", flush=True)
        old = {name: one for name, one in _entries().items() if name in search.progress}
        for name, one in old.items():
            known = search.progress[name]
            if not known.tried:
                known.tried, known.random_share = one["tried"], one["random_share"]
        search.seed({name: _library.unpack_actions(one["solution"]) for name, one in old.items()})
        search.run(options.solve)
        print(*report(search), sep="\n", flush=True)
        levels = _entries()  # again, for other sizes may have been made meanwhile
        _write(search, levels)
        ordered = sorted(levels, key=lambda name: ("sml".index(name[0]), name))
        content = {"measure": MEASURE, "levels": {name: levels[name] for name in ordered}}
        (TARGET / "index.json").write_text(json.dumps(content, indent=1) + "\n")


def _entries() -> dict[str, Any]:
    return json.loads((TARGET / "index.json").read_text())["levels"]


def _write(search: Search, levels: dict[str, Any]) -> None:
    """The files of a size, and their entries in `levels`; old ones of it go."""
    for name in [name for name in levels if name.startswith(f"{search.size}/")]:
        del levels[name]
    for old in TARGET.glob(f"{search.size}_*.json"):
        old.unlink()
    for name, known in search.progress.items():
        if known.best is None:
            print(f"{name}: left out, no solution is known")
            continue
        level = search.levels[name]
        text = json.dumps(json.loads(files.dumps(level)), separators=(",", ":"))
        (TARGET / f"{name.replace('/', '_')}.json").write_text(text + "\n")
        levels[name] = entry(search.designs[name].goal, known)
        assert len(np.unique(level.bodies.role)) > 2


if __name__ == "__main__":
    main()
