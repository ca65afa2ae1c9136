"""Optional packages: what to tell a user who needs one that is not installed."""

import contextlib
import importlib.util
from collections.abc import Iterator


class MissingExtra(ModuleNotFoundError):
    """A package of an extra is not installed; the message, of one line, says how to install it."""


def missing(package: str, extra: str) -> str:
    """What to say where `package`, which the extra `extra` brings, is not installed."""
    return (
        f"needs {package}, which is not installed: "
        f"pip install 'jaxenvs[{extra}]', or '.[{extra}]' in a checkout"
    )


@contextlib.contextmanager
def needs(extra: str) -> Iterator[None]:
    """Raises `MissingExtra` in place of the error of an import inside that finds no package.

    A module of jaxenvs that is not there is a fault of ours, whose error passes.
    """
    try:
        yield
    except MissingExtra:
        raise
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "jaxenvs"):
            raise
        raise MissingExtra(missing(package, extra), name=error.name) from error


def require(extra: str, *packages: str) -> None:
    """Raises `MissingExtra` for the first of the packages that is not installed; imports none."""
    for package in packages:
        with needs(extra):
            if importlib.util.find_spec(package) is None:
                raise ModuleNotFoundError(f"No module named {package!r}", name=package)
