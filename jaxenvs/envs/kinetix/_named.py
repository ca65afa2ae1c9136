"""Levels by name or from a file, fitted to the slots of an environment."""

from typing import Any

import jax
import numpy as np

from jaxenvs.envs.kinetix._level import SIZES, Level, Size
from jaxenvs.envs.kinetix._library import load_level
from jaxenvs.envs.kinetix._slots import widened
from jaxenvs.envs.kinetix.files._fields import LevelError
from jaxenvs.struct import ByValue


class FixedLevel(ByValue):
    """A level as a value, with the name that it was asked for by."""

    def __init__(self, tree: Level, name: str) -> None:
        super().__init__(tree)
        self.name = name

    def __repr__(self) -> str:
        return repr(self.name)

    def __reduce__(self) -> tuple[Any, ...]:
        return FixedLevel, (self.tree, self.name)


def fixed(level: str | Level | FixedLevel, size: Size) -> FixedLevel:
    """A level by its name or from a file (`_library.load_level`), in the slots of that size.

    Raises `ValueError` that begins with "level".
    """
    if isinstance(level, FixedLevel):
        return FixedLevel(fitted(level.tree, size), level.name)
    if isinstance(level, Level):
        return FixedLevel(fitted(level, size), "a level")
    return FixedLevel(fitted(_found(level, size), size), level)


def _found(name: str, size: Size) -> Level:
    letter = next((letter for letter, one in SIZES.items() if one == size), None)
    try:
        return load_level(name, letter)
    except LevelError as error:
        raise ValueError(f"level: {error}") from error
    except OSError as error:
        raise ValueError(f"level: {name}: {error.strerror or error}") from error


def fitted(level: Level, size: Size) -> Level:
    """The level in more slots; the new ones are empty. Raises `ValueError` if it has too many."""
    own = level.size
    if own == size:
        return level
    for name, have, room in zip(Size._fields, own, size, strict=True):
        if have > room:
            raise ValueError(f"level: expected at most {room} {name}, got {have}")
    return widened(jax.tree.map(np.asarray, level), size)
