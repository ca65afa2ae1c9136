"""Levels by name or from a file, fitted to the slots of an environment."""

import difflib
import functools
import pathlib
from typing import Any

import jax
import numpy as np

from jaxenvs.envs.kinetix import _files
from jaxenvs.envs.kinetix._fields import LevelError
from jaxenvs.envs.kinetix._level import SIZES, Level, Size
from jaxenvs.envs.kinetix._published import load_published, published
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
    """A level as `find` finds it, or the level itself, in the slots of that size.

    Raises `ValueError` that begins with "level".
    """
    if isinstance(level, FixedLevel):
        return FixedLevel(fitted(level.tree, size), level.name)
    if isinstance(level, Level):
        return FixedLevel(fitted(level, size), "a level")
    return FixedLevel(fitted(find(level, size), size), level)


def find(name: str, size: Size) -> Level:
    """The level of a file (`*.json`), or one by its name, such as "l/h7_maze_1".

    The size before the name may be left out; a level of the size asked for is then preferred, and
    so may "h7_" and "hard_". Raises `ValueError`.
    """
    if name.endswith(".json"):
        try:
            return _files.read(pathlib.Path(name))
        except OSError as error:
            raise ValueError(f"level: {name}: {error.strerror or error}") from error
        except LevelError as error:
            raise ValueError(f"level: {error}") from error
    known = published()
    if name in known:
        return load_published(name)
    same = [full for full in known if name in (_short(full), _plain(full))]
    if same:
        return load_published(min(same, key=lambda full: SIZES[full[0]] != size))
    near = difflib.get_close_matches(name, {one for full in known for one in (full, _short(full))})
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(f"level: expected a *.json file or the name of a level, got {name!r}{hint}")


def _short(full: str) -> str:
    return full.partition("/")[2]


def _plain(full: str) -> str:
    """The name without its number or group: "maze_1" of "l/h7_maze_1"."""
    return _short(full).partition("_")[2]


def fitted(level: Level, size: Size) -> Level:
    """The level in more slots; the new ones are empty. Raises `ValueError` if it has too many."""
    own = level.size
    if own == size:
        return level
    for name, have, room in zip(Size._fields, own, size, strict=True):
        if have > room:
            raise ValueError(f"level: expected at most {room} {name}, got {have}")
    wider = size.polygons - own.polygons

    def grown(column: Any, count: int, at: int | None = None) -> np.ndarray:
        column = np.asarray(column)
        at = len(column) if at is None else at
        empty = np.zeros((count, *column.shape[1:]), column.dtype)
        return np.concatenate([column[:at], empty, column[at:]])

    def moved(index: Any) -> np.ndarray:
        """Numbers of bodies: circles come after more polygons."""
        index = np.asarray(index)
        return (index + np.where(index >= own.polygons, wider, 0)).astype(np.int32)

    bodies = level.bodies
    special = {
        "num_vertices": grown(bodies.num_vertices, wider),
        "vertices": grown(bodies.vertices, wider),
        "radius": grown(bodies.radius, size.circles - own.circles),
    }
    common = {
        name: grown(grown(getattr(bodies, name), wider, own.polygons), size.circles - own.circles)
        for name in vars(bodies)
        if name not in special
    }
    joints = level.joints.replace(
        a_index=moved(level.joints.a_index), b_index=moved(level.joints.b_index)
    )
    thrusters = level.thrusters.replace(body_index=moved(level.thrusters.body_index))
    more_joints, more_thrusters = size.joints - own.joints, size.thrusters - own.thrusters
    return level.replace(
        bodies=bodies.replace(**common, **special),
        joints=jax.tree.map(lambda column: grown(column, more_joints), joints),
        thrusters=jax.tree.map(lambda column: grown(column, more_thrusters), thrusters),
    )


@functools.cache
def all_published(size: Size) -> Level:
    """The published levels of a size, stacked; of all sizes that fit where there are none."""
    own = [name for name in published() if SIZES[name[0]] == size]
    names = own or [
        name
        for name in published()
        if all(have <= room for have, room in zip(SIZES[name[0]], size, strict=True))
    ]
    levels = [fitted(load_published(name), size) for name in names]
    return jax.tree.map(lambda *leaves: np.stack(leaves), *levels)
