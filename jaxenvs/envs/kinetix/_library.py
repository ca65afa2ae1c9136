"""Levels by name: our own hand-made ones, those of Kinetix, and files.

`handmade/` holds a file of Kinetix's format per level, and `index.json` with what such a file has
no field for: the goal in words, the difficulty, and a recorded solution.
"""

import dataclasses
import difflib
import functools
import importlib.resources
import json
import os
from typing import Any

import numpy as np

from jaxenvs.envs.kinetix._level import Level
from jaxenvs.envs.kinetix._published import load_published, published
from jaxenvs.envs.kinetix.files import parse, read


@dataclasses.dataclass(frozen=True)
class About:
    """What is known of a hand-made level."""

    name: str
    """Such as "l/lunar_lander": size and name."""
    goal: str
    """One sentence."""
    difficulty: int
    """1 to 5, measured: see `index.json`'s `measure`."""
    random_share: float
    """The share of episodes that random play solved."""
    tried: int
    """Episodes that the search played until it had a solution."""
    steadiness: float
    """The share of plays from a slightly disturbed start in which the solution succeeds."""
    solution: np.ndarray
    """`(t, 6)` int32: multi-discrete actions that solve it with the modern engine in `t` steps."""


def handmade() -> tuple[str, ...]:
    """The names of our own levels, such as "l/lunar_lander", by size."""
    return tuple(_index()["levels"])


def about(name: str) -> About:
    """What is known of a hand-made level. Raises `ValueError` for an unknown name."""
    _check(name, handmade())
    fields = dict(_index()["levels"][name])
    return About(name=name, solution=unpack_actions(fields.pop("solution")), **fields)


def load_handmade(name: str) -> Level:
    """One of our own levels. Raises `ValueError` for an unknown name."""
    _check(name, handmade())
    return parse(_folder().joinpath(f"{name.replace('/', '_')}.json").read_bytes())


def load_level(level: str | os.PathLike[str], size: str | None = None) -> Level:
    """A level by its name or from a file.

    A path, or a text that ends with ".json", is a file. A name is that of a hand-made level or of
    one of Kinetix's, with its size ("m/h1_car_left") or without: then one of `size` ("s", "m" or
    "l") is preferred, and after that ours and the smallest. Of Kinetix's names "h1_" and "hard_"
    may be left out.

    Raises `LevelError`, a `ValueError`, for a file that is no level, `OSError` where it cannot be
    read, and `ValueError` for an unknown name.
    """
    if not isinstance(level, str) or level.endswith(".json"):
        return read(level)
    name = _resolve(level, size)
    return load_handmade(name) if name in handmade() else load_published(name)


def _resolve(name: str, size: str | None) -> str:
    """The full name of a level."""
    known = (*handmade(), *published())
    if name in known:
        return name
    for given in (_bare, _plain):
        same = [full for full in known if given(full) == name]
        if same:
            return min(same, key=lambda full: full[0] != size)
    _check(name, known, bare=True)
    raise AssertionError


def _bare(full: str) -> str:
    return full.partition("/")[2]


def _plain(full: str) -> str:
    """Without Kinetix's number or group: "maze_1" of "l/h7_maze_1"."""
    return _bare(full).partition("_")[2] if full in published() else ""


def _check(name: str, known: tuple[str, ...], *, bare: bool = False) -> None:
    """Raises `ValueError` for an unknown name, with what may have been meant."""
    if name in known:
        return
    options = [*known, *map(_bare, known)] if bare else known
    near = difflib.get_close_matches(str(name), options, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f": one of {', '.join(known)}"
    raise ValueError(f"level: expected the name of a level, got {name!r}{hint}")


# -- files -----------------------------------------------------------------------------------------


def _folder() -> Any:
    return importlib.resources.files("jaxenvs.envs.kinetix").joinpath("handmade")


@functools.cache
def _index() -> dict[str, Any]:
    return json.loads(_folder().joinpath("index.json").read_text())


def pack_actions(actions: np.ndarray) -> str:
    """Actions `(t, 6)` as a text: each run of equal ones as its digits, and how often if not once.

    "100000x12 000010" is twelve steps with the first motor forward, and one with the first
    thruster on.
    """
    runs: list[tuple[str, int]] = []
    for row in np.asarray(actions).tolist():
        digits = "".join(map(str, row))
        if runs and runs[-1][0] == digits:
            runs[-1] = (digits, runs[-1][1] + 1)
        else:
            runs.append((digits, 1))
    return " ".join(digits if count == 1 else f"{digits}x{count}" for digits, count in runs)


def unpack_actions(text: str) -> np.ndarray:
    """The inverse of `pack_actions`: `(t, 6)` int32."""
    rows: list[list[int]] = []
    for run in text.split():
        digits, _, count = run.partition("x")
        rows += [[int(digit) for digit in digits]] * int(count or 1)
    return np.array(rows, np.int32).reshape(-1, 6)
