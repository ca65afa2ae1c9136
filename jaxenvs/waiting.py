"""What a command waits for, said on stderr as soon as the waiting begins."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

_TICK_SECONDS = 0.25  # between two looks at the clock on a terminal


@contextlib.contextmanager
def waiting(what: str, show: bool = True) -> Iterator[None]:
    """Says what is waited for: `compiling ... 7 s`.

    The seconds run on a terminal; elsewhere they are added to the line at its end.
    """
    if not show:
        yield
        return
    began = time.perf_counter()
    over = threading.Event()
    clock: threading.Thread | None = None
    _write(f"{what} ... ")
    if sys.stderr.isatty():
        clock = threading.Thread(target=_run_clock, args=(what, began, over), daemon=True)
        clock.start()
    try:
        yield
    finally:
        over.set()
        if clock is not None:
            clock.join()
            _write(f"\r{what} ... ")
        _write(f"{_seconds(time.perf_counter() - began)}\n")


def _run_clock(what: str, began: float, over: threading.Event) -> None:
    """Rewrites the line until it is over."""
    while not over.wait(_TICK_SECONDS):
        _write(f"\r{what} ... {time.perf_counter() - began:.0f} s")


def _seconds(number: float) -> str:
    """0.4 s, 7 s, 83 s."""
    return f"{number:.1f} s" if number < 2 else f"{number:.0f} s"


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
        sys.stderr.write(text)
        sys.stderr.flush()
