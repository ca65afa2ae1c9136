"""Checkpoints: a carry in one file, exact to the bit, that knows whose it is and if it is whole.

A checkpoint is a plain `.npz` archive (`numpy.load` opens it) with one array per leaf and a
manifest in JSON: format, version, the path, shape and dtype of every leaf, a SHA-256 over their
bytes, what the writer says about the run, and a seal, the SHA-256 of all this. It is written under
a temporary name, flushed to the disk and renamed, so that a file of the final name is whole unless
the disk failed, which loading would notice. Random keys are kept as their words. Nothing is
unpickled: no foreign code runs. The manifest is read first and alone, and of every array only as
much as the expected one has.

Version 1 had no seal: what its files say about their run is compared without one.

One file instead of Orbax's folder of shards: a folder cannot be replaced in one step, and for
carries of a few megabytes a save takes a third of the time.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.parts.archive import read_array, read_text
from jaxenvs.files import replacing

FORMAT = "jaxenvs checkpoint"
VERSION = 2
_READABLE = (1, 2)
_MANIFEST = "manifest"
_ROOM = 2**20  # bytes that a manifest may have beside its description of the leaves

Fits = Callable[[dict[str, Any]], str | None]
"""What differs between an `about` and what is expected, in words; None: nothing."""


class CheckpointError(ValueError):
    """A file that is no checkpoint, is damaged, or belongs to another run; the message names it."""


class OtherRunError(CheckpointError):
    """A whole checkpoint that belongs to another run; the message says what differs."""


def save(path: Path, tree: Any, about: dict[str, Any]) -> None:
    """Writes `tree`, any pytree of arrays and typed keys, atomically to `path`.

    `about` (JSON values) is stored in the manifest. Parent folders are made. Raises `OSError` where
    it cannot be written, and leaves nothing then.
    """
    named, _ = jax.tree_util.tree_flatten_with_path(tree)
    names = [jax.tree_util.keystr(name) for name, _ in named]
    arrays = [_storable(leaf) for _, leaf in named]
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "about": about,
        "leaves": [_describe(name, leaf) for name, (_, leaf) in zip(names, named, strict=True)],
        "sha256": _digest(arrays),
    }
    manifest["seal"] = _seal(manifest)
    content: dict[str, Any] = {str(i): array for i, array in enumerate(arrays)}
    content[_MANIFEST] = np.frombuffer(json.dumps(manifest).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez(file, **content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def load(path: Path, like: Any, fits: Fits | None = None) -> tuple[Any, dict[str, Any]]:
    """The tree and the `about` that were saved.

    `like` gives the structure, shapes and dtypes that are expected, as of `jax.eval_shape`; `fits`
    judges `about` before anything else is read, and may raise `ValueError` for one of an odd shape.

    Raises:
      OtherRunError: `fits` says that it is another run's.
      CheckpointError: the file is missing, torn, foreign, or holds another tree.
    """
    wanted, structure = jax.tree_util.tree_flatten_with_path(like)
    expected = [_describe(jax.tree_util.keystr(name), leaf) for name, leaf in wanted]
    if path.is_dir():
        raise CheckpointError(f"{path}: expected a checkpoint file (.npz), found a folder")
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, len(json.dumps(expected)))
            _check_version(path, manifest)
            _check_about(path, manifest, fits)
            _check_leaves(path, manifest["leaves"], expected)
            arrays = [
                read_array(archive, str(i), *_form(leaf)) for i, (_, leaf) in enumerate(wanted)
            ]
            known = {f"{name}.npy" for name in (_MANIFEST, *map(str, range(len(arrays))))}
            others = sorted(set(archive.namelist()) - known)
    except CheckpointError:
        raise
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except Exception as error:  # a damaged archive may raise nearly anything
        raise CheckpointError(
            f"{path}: expected a whole {FORMAT}, but the file is damaged or something else"
        ) from error
    if others:
        raise CheckpointError(f"{path}: damaged, {others[0]!r} does not belong there")
    if _digest(arrays) != manifest["sha256"]:
        raise CheckpointError(f"{path}: damaged, the checksum does not fit")
    leaves = [_restored(array, leaf.dtype) for array, (_, leaf) in zip(arrays, wanted, strict=True)]
    return jax.tree.unflatten(structure, leaves), manifest["about"]


def newest(folder: Path) -> list[Path]:
    """The checkpoints of a folder, the last one written first; unfinished files are left out."""
    named = [path for path in folder.glob("update_*.npz") if _NAME.fullmatch(path.name)]
    return sorted(named, key=update_of, reverse=True)


_NAME = re.compile(r"update_(\d{9,18})\.npz")


def name_of(update_id: int) -> str:
    """The file name of the checkpoint after `update_id` updates; names sort by time."""
    return f"update_{update_id:09d}.npz"


def update_of(path: Path) -> int:
    """The updates that the name of a checkpoint says. Raises `ValueError` for another name."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise ValueError(f"{path}: expected a name such as {name_of(1)}")
    return int(found[1])


def load_newest(
    folder: Path, like: Any, fits: Fits | None = None
) -> tuple[Any, dict[str, Any], list[str]]:
    """The newest checkpoint that is whole: tree, `about`, and what was wrong with newer ones.

    The `update_id` of `about` has to be that of the file's name.

    Raises `CheckpointError` if there is none, with the reason for each file, and `OtherRunError` as
    soon as one belongs to another run.
    """
    faults: list[str] = []
    for path in newest(folder):
        try:
            tree, about = load(path, like, fits)
            _check_name(path, about)
        except OtherRunError:
            raise
        except CheckpointError as error:
            faults.append(str(error))
        else:
            return tree, about, faults
    if not faults:
        raise CheckpointError(f"{folder}: expected a checkpoint (update_*.npz), found none")
    raise CheckpointError("; ".join(faults))


def prune(folder: Path, keep: int, last: int) -> None:
    """Leaves the newest `keep` checkpoints up to that of update `last`, which was just written.

    Later ones were no use when the run went on, and what an interrupted save left is none.
    """
    found = newest(folder)
    useless = [path for path in found if update_of(path) > last]
    useless += [path for path in found if update_of(path) <= last][keep:]
    for path in [*useless, *folder.glob("update_*.npz.partial")]:
        path.unlink(missing_ok=True)


def _manifest(archive: zipfile.ZipFile, leaves_size: int) -> dict[str, Any]:
    """The manifest, with the fields that every version has; raises anything for another file."""
    manifest = json.loads(read_text(archive, _MANIFEST, _ROOM + 2 * leaves_size))
    kinds = {"format": str, "version": int, "about": dict, "leaves": list, "sha256": str}
    for name, kind in kinds.items():
        if type(manifest[name]) is not kind:
            raise TypeError(name)
    return manifest


def _check_version(path: Path, manifest: dict[str, Any]) -> None:
    found = (manifest["format"], manifest["version"])
    if found[0] != FORMAT or found[1] not in _READABLE:
        raise CheckpointError(f"{path}: expected {FORMAT} version {VERSION} or 1, found {found}")
    if found[1] > 1 and manifest["seal"] != _seal(manifest):
        raise CheckpointError(f"{path}: damaged, the manifest's checksum does not fit")


def _check_about(path: Path, manifest: dict[str, Any], fits: Fits | None) -> None:
    if fits is None:
        return
    difference = fits(manifest["about"])
    if difference is not None:
        raise OtherRunError(f"{path}: {difference}")


def _check_leaves(path: Path, found: list[Any], expected: list[dict[str, Any]]) -> None:
    if found != expected:
        raise CheckpointError(
            f"{path}: was saved by another version of jaxenvs, or for another config: "
            f"{_difference(expected, found)}"
        )


def _check_name(path: Path, about: dict[str, Any]) -> None:
    found = about.get("update_id")
    if type(found) is not int or found != update_of(path):
        raise CheckpointError(f"{path}: damaged, it says that it is of update {found!r:.40}")


def _is_key(leaf: Any) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _storable(leaf: Any) -> np.ndarray:
    """The leaf in a dtype that NumPy can write: keys as words, bfloat16 and its kin as integers."""
    array = np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "V" else array


def _form(leaf: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of `_storable(leaf)`, for a leaf of which only these are known."""
    if _is_key(leaf):
        leaf = jax.eval_shape(jax.random.key_data, leaf)
    dtype = np.dtype(leaf.dtype)
    return tuple(leaf.shape), np.dtype(f"u{dtype.itemsize}") if dtype.kind == "V" else dtype


def _restored(array: np.ndarray, dtype: Any) -> jax.Array:
    if jnp.issubdtype(dtype, jax.dtypes.prng_key):
        impl = jax.random.key_impl(jnp.empty((0,), dtype))
        return jax.random.wrap_key_data(jnp.asarray(array), impl=impl)
    return jnp.asarray(array.view(dtype))


def _describe(name: str, leaf: Any) -> dict[str, Any]:
    return {"path": name, "shape": list(leaf.shape), "dtype": str(leaf.dtype)}


def _difference(expected: list[dict[str, Any]], found: list[Any]) -> str:
    """The first place where two lists of leaves part, in words."""
    for want, have in zip(expected, found, strict=False):
        if want != have:
            return f"expected {want}, found {have!r:.200}"
    return f"expected {len(expected)} arrays, found {len(found)}"


def _seal(manifest: dict[str, Any]) -> str:
    """The checksum of all that a manifest says beside it."""
    said = json.loads(json.dumps({k: value for k, value in manifest.items() if k != "seal"}))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _digest(arrays: list[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself survive a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
