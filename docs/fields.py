"""The settings of an environment: fields, their values, and the comments beside them."""

import ast
import dataclasses
import inspect
import tokenize
from typing import Any

import numpy as np

import jaxenvs


def param_rows(params: Any) -> list[tuple[str, str, str]]:
    """Name, default and comment of every field of a params record."""
    meanings = field_comments(type(params))
    names = [field.name for field in dataclasses.fields(params)]
    return [(f"`{name}`", number(getattr(params, name)), meanings[name]) for name in names]


def option_rows(env: jaxenvs.Env[Any, Any]) -> list[tuple[str, str, str]]:
    """Name, value and meaning of every constructor field that is a setting."""
    meanings = field_comments(type(env))
    names = [f.name for f in dataclasses.fields(env) if f.name not in ("overrides", "env")]
    return [(f"`{name}`", f"`{getattr(env, name)!r}`", meanings[name]) for name in names]


def number(value: Any) -> str:
    """A default as a reader would write it; large arrays by their shape, records by their repr."""
    if isinstance(value, tuple):
        return f"({', '.join(number(part) for part in value)})"
    if isinstance(value, np.ndarray) and value.ndim > 0:
        if value.size > 12:
            return f"{value.dtype} of shape `{value.shape}`"
        return f"[{', '.join(number(part) for part in value)}]"
    if isinstance(value, np.generic | np.ndarray):
        return f"{value:.6g}" if np.issubdtype(value.dtype, np.floating) else str(value)
    return f"`{' '.join(repr(value).split())}`"


def field_comments(cls: type) -> dict[str, str]:
    """The comment beside each field of a class, or the string under it; bases included."""
    found = dict.fromkeys((field.name for field in dataclasses.fields(cls)), "")
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] in ("builtins", "abc", "typing"):
            continue
        lines, _ = inspect.getsourcelines(base)
        source = inspect.cleandoc("\n" + "".join(lines))
        found |= {name: text for name, text in class_comments(source).items() if text}
    return found


def class_comments(source: str) -> dict[str, str]:
    """Comments and attribute docstrings of the annotated fields in one class's source."""
    readline = iter(source.splitlines(keepends=True)).__next__
    comments = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(readline)
        if token.type == tokenize.COMMENT
    }
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for node, following in zip(definition.body, [*definition.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            meaning = comments.get(node.end_lineno or node.lineno, "")
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                meaning = " ".join(str(following.value.value).split())
            found[node.target.id] = meaning
    return found
