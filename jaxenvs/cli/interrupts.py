"""Ctrl-C that always arrives: also where Python loses it, and while threads compile."""

import contextlib
import functools
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

INTERRUPTED = 130
"""Exit code of a command that was interrupted: 128 plus the number of the signal."""
_PAUSE = 0.02  # seconds until a lost interrupt comes again, outside of where it was lost


@contextlib.contextmanager
def delivered() -> Iterator[None]:
    """Within it a `KeyboardInterrupt` that Python had to drop is raised again a moment later.

    It is dropped where no exception may leave, as in the callback by which JAX follows the garbage
    collector; Python then only prints "Exception ignored in" and goes on.
    """
    before = sys.unraisablehook
    # To this very thread, so that it wakes from waiting; any other's signal would not wake it.
    again = functools.partial(signal.pthread_kill, threading.get_ident(), signal.SIGINT)

    def hook(lost: Any) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            threading.Timer(_PAUSE, again).start()
        else:
            before(lost)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def leave() -> NoReturn:
    """Ends the process as interrupted, without waiting for threads.

    XLA cannot be stopped while it compiles: Python would wait for it, and a compiler that is still
    at work when Python takes its modules down ends in a segmentation fault.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(INTERRUPTED)
