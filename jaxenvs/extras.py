"""The optional packages, which are named when one is missing."""

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def needs(extra: str) -> Iterator[None]:
    """Adds to the error of a missing package the advice to install `extra`, which brings it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "jaxenvs":
            raise
        advice = f"pip install 'jaxenvs[{extra}]', or '.[{extra}]' in a checkout"
        raise ModuleNotFoundError(
            f"needs {error.name}, which is not installed: {advice}", name=error.name
        ) from error
