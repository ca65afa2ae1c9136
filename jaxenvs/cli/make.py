"""Environments from what a command line says of them."""

import ast
from collections.abc import Sequence
from typing import Any

import jaxenvs
from jaxenvs.cli.arguments import UsageError, usage_errors
from jaxenvs.core import Env


def make(env_id: str, changes: Sequence[str] = ()) -> Env[Any, Any]:
    """The environment of an id with `NAME=VALUE` changes. Raises `UsageError` for a bad one."""
    arguments = settings(changes)
    with usage_errors():
        return jaxenvs.make(env_id, **arguments)


def settings(changes: Sequence[str], flag: str = "--set") -> dict[str, Any]:
    """A dict from `NAME=VALUE` texts; values are Python literals, or text where they are not.

    Raises `UsageError` where a text has no equals sign.
    """
    named = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"{flag}: expected NAME=VALUE, got {change!r}")
        try:
            named[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            named[name] = value
    return named
