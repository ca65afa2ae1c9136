"""Moments in a file, so that what was trained with them can be evaluated later."""

import json
import os
import pathlib
import zipfile
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.files import replacing
from jaxenvs.wrappers.moments import Moments

_FIELDS = ("count", "mean", "var")
_DAMAGES = (ValueError, TypeError, KeyError, EOFError, OSError, RecursionError, zipfile.BadZipFile)
_PLACES = "places"  # the entry that tells where in the tree each Moments belongs, as JSON


def save_moments(path: str | os.PathLike[str], moments: Any) -> None:
    """Writes moments to an `.npz` file, whole or not at all.

    `moments` is a `Moments`, or dicts and tuples of them, as `vstate.moments` of
    `NormalizeObservation` and `NormalizeReward`.

    Raises `TypeError` for anything else, `ValueError` for a path that does not end in `.npz` and
    for moments that `load_moments` would refuse.
    """
    path = _npz(path)
    found = jax.tree_util.tree_flatten_with_path(moments, is_leaf=_is_moments)[0]
    arrays: dict[str, np.ndarray] = {}
    for i, (_, part) in enumerate(found):
        if not _is_moments(part):
            raise TypeError(f"moments: expected Moments, got {type(part).__name__}")
        arrays |= {f"{i}.{name}": np.asarray(getattr(part, name)) for name in _FIELDS}
    places = [[_step(key) for key in place] for place, _ in found]
    arrays[_PLACES] = np.array(json.dumps(places))
    _read(arrays)
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_moments(path: str | os.PathLike[str]) -> Any:
    """What `save_moments` wrote, for `reset(key, moments=...)`.

    Raises `ValueError` that names the file for one that is damaged or holds something else, and
    `FileNotFoundError` where there is none.
    """
    path = _npz(path)
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return _read({name: file[name] for name in file.files})
    except FileNotFoundError:
        raise
    except _DAMAGES as error:
        raise ValueError(f"{path}: expected a file of save_moments ({error})") from error


def _npz(path: str | os.PathLike[str]) -> pathlib.Path:
    path = pathlib.Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"path: expected a name that ends in .npz, got {path}")
    return path


def _is_moments(part: Any) -> bool:
    return isinstance(part, Moments)


def _step(key: Any) -> str | int:
    """One step of the way to a leaf: a name in a dict, a number in a tuple."""
    step = getattr(key, "key", getattr(key, "idx", None))
    if not isinstance(step, str | int):
        raise TypeError(f"moments: expected dicts and tuples of Moments, got {key}")
    return step


def _read(arrays: dict[str, np.ndarray]) -> Any:
    """The tree of moments in the entries of a file; raises `ValueError` for what is none."""
    places = json.loads(str(arrays[_PLACES]))
    if not places or set(arrays) != {_PLACES} | {
        f"{i}.{n}" for i in range(len(places)) for n in _FIELDS
    }:
        raise ValueError(f"entries {sorted(arrays)} do not belong together")
    parts = [_checked(*(arrays[f"{i}.{name}"] for name in _FIELDS)) for i in range(len(places))]
    return _tree([(list(place), part) for place, part in zip(places, parts, strict=True)])


def _checked(count: np.ndarray, mean: np.ndarray, var: np.ndarray) -> Moments:
    for name, array in zip(_FIELDS, (count, mean, var), strict=True):
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise ValueError(f"{name}: expected finite float32 numbers")
    if mean.shape != var.shape or count.shape != mean.shape[: count.ndim]:
        raise ValueError(f"shapes {count.shape}, {mean.shape} and {var.shape} do not fit")
    if (count < 0).any() or (var < 0).any():
        raise ValueError("count and var: expected no negative numbers")
    return Moments(count=jnp.asarray(count), mean=jnp.asarray(mean), var=jnp.asarray(var))


def _tree(parts: list[tuple[list[str | int], Moments]]) -> Any:
    """Dicts and tuples that lead to the parts by their ways."""
    if len(parts) == 1 and not parts[0][0]:
        return parts[0][1]
    branches: dict[str | int, list[tuple[list[str | int], Moments]]] = {}
    for (first, *rest), part in parts:
        branches.setdefault(first, []).append((rest, part))
    grown = {first: _tree(branch) for first, branch in branches.items()}
    if list(grown) == list(range(len(grown))):
        return tuple(grown.values())
    return grown
