"""Kinetix's level files: reading them with every field checked, and writing them."""

import json
import os
import pathlib
from typing import Any, NoReturn

from jaxenvs.envs.kinetix._level import Level
from jaxenvs.envs.kinetix.files._fields import LevelError, refuse
from jaxenvs.envs.kinetix.files._from_json import from_content
from jaxenvs.envs.kinetix.files._to_json import to_content
from jaxenvs.files import replacing

MOST_BYTES = 2**24
"""Of a file: 50 kB are usual, and the largest level takes 3 MB."""


def parse(text: str | bytes, *, needs_goal: bool = True) -> Level:
    """The level in the text of a file by Kinetix, by its web editor, or by `dumps`.

    Fields that follow from others (masses, which bodies meet) have to agree with them. What is left
    over from play (contacts), what only drawing needs and the settings of pictures and training are
    checked for their form and forgotten. With `needs_goal` a level without a green or without a
    blue body is refused; several are as good as one.

    Raises `LevelError` whose message begins with the path of the field at fault.
    """
    if len(text) > MOST_BYTES:
        raise LevelError(f"level: expected at most {MOST_BYTES:,} bytes, got {len(text):,}")
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        content = json.loads(decoded, object_pairs_hook=_object)
    except LevelError:
        raise
    except (ValueError, RecursionError) as error:
        raise LevelError(f"level: expected JSON: {_first_line(error)}") from error
    return from_content(content, needs_goal=needs_goal)


def dumps(level: Level) -> str:
    """The text of a file that Kinetix loads; `parse` gives an equal level.

    `env_state.motor_auto`, a list of booleans, is ours: Kinetix has no field for it and skips it.
    Kinetix also forgets `gravity` and `max_timesteps` when it loads.

    Raises `LevelError` that names the field of the file which such a level cannot have.
    """
    content = to_content(level)
    from_content(content, needs_goal=False)
    return json.dumps(content, allow_nan=False)


def read(path: str | os.PathLike[str], *, needs_goal: bool = True) -> Level:
    """The level in a file. Raises as `parse`, and `OSError` where the file cannot be read."""
    with open(path, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        return parse(content, needs_goal=needs_goal)
    except LevelError as error:
        raise LevelError(f"{os.fspath(path)}: {error}") from error


def write(path: str | os.PathLike[str], level: Level) -> None:
    """Writes a file that Kinetix loads, wholly or not at all; parent folders are made.

    Raises as `dumps`.
    """
    text, target = dumps(level), pathlib.Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, whose names are all different."""
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse_twice(pairs)
    return found


def _refuse_twice(pairs: list[tuple[str, Any]]) -> NoReturn:
    names = [name for name, _ in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    refuse((twice[:40],), "the field once in its object", names.count(twice))


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:120]
