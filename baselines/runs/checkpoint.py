"""Checkpoints: a carry in one file, exact to the bit, that knows what it is and if it is whole.

A checkpoint is a plain `.npz` archive (`numpy.load` opens it) with one array per leaf and a
manifest in JSON: format, version, the path, shape and dtype of every leaf, a SHA-256 over their
bytes, and what the writer says about the run. It is written under a temporary name, flushed to the
disk and renamed, so that a file of the final name is whole unless the disk failed, which loading
would notice. Random keys are kept as their words. Nothing is unpickled: no foreign code runs.

One file instead of Orbax's folder of shards: a folder cannot be replaced in one step, and for
carries of a few megabytes a save takes a third of the time.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

FORMAT = "jaxenvs checkpoint"
VERSION = 1
_MANIFEST = "manifest"


class CheckpointError(ValueError):
    """A file that is no checkpoint, is damaged, or belongs to another run; the message names it."""


def save(path: Path, tree: Any, about: dict[str, Any]) -> None:
    """Writes `tree`, any pytree of arrays and typed keys, atomically to `path`.

    `about` (JSON values) is stored in the manifest. Parent folders are made.
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
    content: dict[str, Any] = {str(i): array for i, array in enumerate(arrays)}
    content[_MANIFEST] = np.frombuffer(json.dumps(manifest).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez(file, **content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync_folder(path.parent)


def load(path: Path, like: Any) -> tuple[Any, dict[str, Any]]:
    """The tree and the `about` that were saved.

    `like` gives the structure, shapes and dtypes that are expected, as of `jax.eval_shape`.

    Raises:
      CheckpointError: the file is missing, torn, foreign, or holds another tree.
    """
    manifest, arrays = _read(path)
    wanted, structure = jax.tree_util.tree_flatten_with_path(like)
    expected = [_describe(jax.tree_util.keystr(name), leaf) for name, leaf in wanted]
    if manifest["leaves"] != expected:
        raise CheckpointError(
            f"{path}: was saved by another version of jaxenvs, or for another config: "
            f"{_difference(expected, manifest['leaves'])}"
        )
    leaves = [_restored(array, leaf.dtype) for array, (_, leaf) in zip(arrays, wanted, strict=True)]
    return jax.tree.unflatten(structure, leaves), manifest["about"]


def newest(folder: Path) -> list[Path]:
    """The checkpoints of a folder, the last one written first; unfinished files are left out."""
    return sorted(folder.glob("update_*.npz"), reverse=True)


def name_of(update_id: int) -> str:
    """The file name of the checkpoint after `update_id` updates; names sort by time."""
    return f"update_{update_id:09d}.npz"


def load_newest(folder: Path, like: Any) -> tuple[Any, dict[str, Any], list[str]]:
    """The newest checkpoint that is whole: tree, `about`, and what was wrong with newer ones.

    Raises `CheckpointError` if there is none, with the reason for each file.
    """
    faults: list[str] = []
    for path in newest(folder):
        try:
            return *load(path, like), faults
        except CheckpointError as error:
            faults.append(str(error))
    if not faults:
        raise CheckpointError(f"{folder}: expected a checkpoint (update_*.npz), found none")
    raise CheckpointError("; ".join(faults))


def prune(folder: Path, keep: int) -> None:
    """Deletes all but the newest `keep` checkpoints, and what an interrupted save left behind."""
    for path in [*newest(folder)[keep:], *folder.glob("update_*.npz.partial")]:
        path.unlink(missing_ok=True)


def _read(path: Path) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Manifest and arrays of a file that is whole and of this format."""
    if path.is_dir():
        raise CheckpointError(f"{path}: expected a checkpoint file (.npz), found a folder")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            content = {name: archive[name] for name in archive.files}
        manifest = json.loads(content.pop(_MANIFEST).tobytes())
        found = (manifest["format"], manifest["version"])
        arrays = [content[str(i)] for i in range(len(content))]
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except Exception as error:  # a damaged archive may raise nearly anything
        raise CheckpointError(
            f"{path}: expected a whole {FORMAT}, but the file is damaged or something else"
        ) from error
    if found != (FORMAT, VERSION):
        raise CheckpointError(f"{path}: expected {FORMAT} version {VERSION}, found {found}")
    if _digest(arrays) != manifest["sha256"]:
        raise CheckpointError(f"{path}: damaged, the checksum does not fit")
    return manifest, arrays


def _is_key(leaf: Any) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _storable(leaf: Any) -> np.ndarray:
    """The leaf in a dtype that NumPy can write: keys as words, bfloat16 and its kin as integers."""
    array = np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "V" else array


def _restored(array: np.ndarray, dtype: Any) -> jax.Array:
    if jnp.issubdtype(dtype, jax.dtypes.prng_key):
        impl = jax.random.key_impl(jnp.empty((0,), dtype))
        return jax.random.wrap_key_data(jnp.asarray(array), impl=impl)
    return jnp.asarray(array.view(dtype))


def _describe(name: str, leaf: Any) -> dict[str, Any]:
    return {"path": name, "shape": list(leaf.shape), "dtype": str(leaf.dtype)}


def _difference(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> str:
    """The first place where two lists of leaves part, in words."""
    for want, have in zip(expected, found, strict=False):
        if want != have:
            return f"expected {want}, found {have}"
    return f"expected {len(expected)} arrays, found {len(found)}"


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
