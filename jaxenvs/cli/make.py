"""Environments from what a command line says of them."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import tyro

import jaxenvs
from jaxenvs.cli.arguments import UsageError, usage_errors
from jaxenvs.core import Env


def make(
    env_id: str, changes: Sequence[str] = (), kwargs: Mapping[str, Any] | None = None
) -> Env[Any, Any]:
    """The environment of an id, changed by `NAME=VALUE` texts or by keyword arguments.

    Raises `UsageError` for what the registry refuses.
    """
    arguments = settings(changes) | dict(kwargs or {})
    with usage_errors():
        return jaxenvs.make(env_id, **arguments)


def settings(changes: Sequence[str]) -> dict[str, Any]:
    """A dict from `NAME=VALUE` texts; values are Python literals, or text where they are not.

    Raises `UsageError` where a text has no equals sign.
    """
    named = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"expected NAME=VALUE, such as gravity=3.7, got {change!r}")
        try:
            named[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            named[name] = value
    return named


NAMED_VALUES = tyro.constructors.ConstructorRegistry()
"""Lets tyro read a `dict[str, Any]` from `NAME=VALUE` texts."""


@NAMED_VALUES.primitive_rule
def _named_values(
    info: tyro.constructors.PrimitiveTypeInfo,
) -> tyro.constructors.PrimitiveConstructorSpec[dict[str, Any]] | None:
    if info.type != dict[str, Any]:
        return None
    return tyro.constructors.PrimitiveConstructorSpec(
        nargs="*",
        metavar="NAME=VALUE ...",
        instance_from_str=settings,
        is_instance=lambda value: isinstance(value, dict),
        str_from_instance=lambda value: [f"{name}={one!r}" for name, one in value.items()],
    )
