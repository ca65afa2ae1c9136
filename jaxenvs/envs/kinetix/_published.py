"""The 74 levels that come with Kinetix, in a short form.

`levels.json` holds, for each size and each field of `Level`, the list of that field's values over
the levels of the size. It was made from the files of Kinetix, which are under the MIT license: see
LICENSE.kinetix beside it.
"""

import functools
import importlib.resources
import json
from typing import Any

import jax
import numpy as np

from jaxenvs.envs.kinetix._level import SIZES, Level, Size, empty


def published() -> tuple[str, ...]:
    """The names of Kinetix's own levels, such as "s/h6_unicycle_right", by size."""
    return tuple(_all())


def load_published(name: str) -> Level:
    """One of Kinetix's own levels. Raises `ValueError` for an unknown name."""
    if name not in _all():
        raise ValueError(f"name: expected one of {', '.join(_all())}; got {name!r}")
    return jax.tree.map(np.copy, _all()[name])


@functools.cache
def _all() -> dict[str, Level]:
    file = importlib.resources.files("jaxenvs.envs.kinetix").joinpath("levels.json")
    found = {}
    for size, columns in json.loads(file.read_text()).items():
        for i, name in enumerate(columns["names"]):
            found[f"{size}/{name}"] = _unpack(columns, i, SIZES[size])
    return found


def _unpack(columns: dict[str, Any], i: int, size: Size) -> Level:
    def value(path: Any, leaf: np.ndarray) -> np.ndarray:
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        return np.array(columns[name][i], leaf.dtype).reshape(leaf.shape)

    return jax.tree_util.tree_map_with_path(value, empty(size))
