"""Compiled programs kept on disk, so that the second start of a program takes seconds.

JAX has such a cache and leaves it off. The command `jaxenvs` turns it on, in the user's folder for
caches; importing the library does not.
"""

import contextlib
import os
import pathlib
import sys
import warnings

import jax

MAX_BYTES = 2**30
"""What the folder may hold when a process starts; the programs unused for longest go first."""

MIN_COMPILE_SECONDS = 0.1
"""Programs that compile faster are not worth a file."""

_VARIABLE = "JAXENVS_CACHE"  # "off", or another folder


def enable_compilation_cache(folder: str | os.PathLike[str] | None = None) -> pathlib.Path | None:
    """Keeps compiled programs in a folder from now on, and finds those of earlier processes there.

    The folder is by default what the environment variable `JAXENVS_CACHE` names ("off": none), or
    else `jaxenvs/jax` in the user's folder for caches; it is made if it is missing. A cache that
    is set up in JAX's own way (`JAX_COMPILATION_CACHE_DIR`, `jax_compilation_cache_dir`) stays as
    it is. Whoever can write to the folder can run code as you: share it with nobody.

    Returns the folder; None where nothing was changed: JAX has a cache already, the variable
    says off, or the folder cannot be written.
    """
    if getattr(jax.config, "jax_compilation_cache_dir"):  # noqa: B009 - untyped in JAX
        return None
    chosen = os.environ.get(_VARIABLE, "") if folder is None else os.fspath(folder)
    if folder is None and chosen.lower() == "off":
        return None
    path = pathlib.Path(chosen).expanduser() if chosen else default_folder()
    if not _writable(path):
        return None
    _prune(path, MAX_BYTES)
    # A file that another process has removed or not yet finished is compiled anew, without a word.
    told = "Error (reading|writing) persistent compilation cache entry"
    warnings.filterwarnings("ignore", message=told)
    jax.config.update("jax_compilation_cache_dir", str(path))
    if "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS" not in os.environ:
        seconds = MIN_COMPILE_SECONDS
        jax.config.update("jax_persistent_cache_min_compile_time_secs", seconds)
    return path


def default_folder() -> pathlib.Path:
    """`jaxenvs/jax` where the platform keeps what can be made again."""
    home = pathlib.Path(os.path.expanduser("~"))
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = pathlib.Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = home / ".cache"
    asked = pathlib.Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (asked if asked.is_absolute() else base) / "jaxenvs" / "jax"


def _writable(folder: pathlib.Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _prune(folder: pathlib.Path, max_bytes: int) -> None:
    """Removes the files unused for longest until the others fit.

    JAX's own limit needs another package and takes a lock at every program.
    """
    found = []
    for file in folder.glob("*-cache"):
        with contextlib.suppress(OSError):  # another process has removed it
            stat = file.stat()
            found.append((max(stat.st_atime, stat.st_mtime), stat.st_size, file))
    total = sum(size for _, size, _ in found)
    for _, size, file in sorted(found):
        if total <= max_bytes:
            break
        with contextlib.suppress(OSError):
            file.unlink()
        total -= size
