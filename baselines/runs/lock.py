"""A lock on a run's folder: one process at a time works in it, and a dead one holds nothing.

The lock is the system's own, `flock` on a file `.lock`, which ends with the process however that
ends. Where the file system has none, a file that only one process can create stands in, with the
number of the process in it; when that process is gone, the file is taken over.
"""

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from jaxenvs.baselines.runs.options import RunError

try:
    import fcntl
except ImportError:  # not on this system
    fcntl = None

NAME = ".lock"
_UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps every other process out of a folder that is there.

    Raises `RunError` at once where another one holds it, `OSError` where nothing can be written.
    """
    path = folder / NAME
    handle = _take(path)
    try:
        os.truncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()  # before it is let go, so that nobody gets the lock of a lost file
        os.close(handle)


def _take(path: Path) -> int:
    """An open file that this process alone holds."""
    while fcntl is not None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(path, handle):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise _refusal(path) from None
        except OSError as error:
            os.close(handle)
            if error.errno not in _UNSUPPORTED:
                raise
            path.unlink(missing_ok=True)
            break
        os.close(handle)  # its last holder has just deleted it
    return _create(path)


def _is_still(path: Path, handle: int) -> bool:
    """Whether the open file is the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _create(path: Path) -> int:
    """The stand-in: a file that is not there yet, or whose process is gone."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, 0o666)
    except FileExistsError:
        if _lives(_holder(path)):
            raise _refusal(path) from None
    path.unlink(missing_ok=True)
    try:
        return os.open(path, flags, 0o666)
    except FileExistsError:  # another one was quicker
        raise _refusal(path) from None


def _holder(path: Path) -> str:
    """What the holder wrote: its process and its machine."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _lives(holder: str) -> bool:
    """Whether a holder may live; one on another machine, or of another system, cannot be asked."""
    words = holder.split()
    if len(words) != 4 or words[3] != socket.gethostname() or os.name != "posix":
        return True
    try:
        os.kill(int(words[1]), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OverflowError, PermissionError):
        return True
    return True


def _refusal(path: Path) -> RunError:
    holder = _holder(path) or "another process"
    return RunError(f"{path.parent}: {holder} is at work there; choose another folder, or wait")
