"""What is said, and the exit code, when a command fails on the way."""

import contextlib
import importlib.metadata
import os
import sys
import tempfile
import traceback

FAILED = 1
"""Exit code for what the machine could not do: a full disk, too little memory."""
USAGE = 2
"""Exit code for what cannot be done as asked."""
BUG = 70
"""Exit code for an error that nobody foresaw, such as a fault of jaxenvs."""


class UsageError(Exception):
    """The command line asks for something that is not possible; the message is one line."""


def explain(error: Exception) -> tuple[str, int]:
    """A line about an error that ended a command, and the exit code."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename is not None else ""
        return f"{where}{error.strerror or one_line(error)}", FAILED
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        why = one_line(error)
        return f"out of memory{': ' if why else ''}{why}; ask for less at once", FAILED
    kept = _keep_traceback(error)
    return (
        f"stopped by an error that nobody foresaw, {type(error).__name__}: {one_line(error)}; "
        f"if it is not in code of your own, please report it{_address()}, with {kept}",
        BUG,
    )


def one_line(error: Exception, most: int = 300) -> str:
    """The message of an error in one line of at most `most` characters."""
    words = " ".join(str(error).split())
    return words if len(words) <= most else f"{words[: most - 3]}..."


def silence_stdout() -> None:
    """Points stdout to nowhere, so that what is left in its buffer cannot fail at the end."""
    with contextlib.suppress(AttributeError, OSError, ValueError):  # it has no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _keep_traceback(error: Exception) -> str:
    """Writes the traceback to a file of its own in the folder for temporary files; its path."""
    text = "".join(traceback.format_exception(error))
    try:
        handle, path = tempfile.mkstemp(prefix="jaxenvs-", suffix=".txt", text=True)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(f"{' '.join(sys.argv)}\n\n{text}")
    except OSError:
        return "the lines before\n" + text  # nothing can be written: better here than nowhere
    return path


def _address() -> str:
    """Where to report a fault, if the package says so."""
    try:
        urls = importlib.metadata.metadata("jaxenvs").get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        urls = []
    named = dict(url.split(", ", 1) for url in urls)
    address = named.get("Issues") or named.get("Repository")
    return f" at {address}" if address else ""
