"""Where an environment comes from and how it differs from that, as its docstrings say.

The docstring of a module, or of a class in it, may hold these two statements. Each begins a line
and ends at an empty line:

    Source: the original, and the papers about it.
    Differs from it in: one thing; another thing; what `package.module` lists.

Instead of "it", the original may be named. "Differs from it in nothing" says that no difference is
known; a remark may follow. "what `package.module` lists" stands for the differences
that the other module states, so that a family says once what its games share.

Files are read and parsed, not imported: asking starts no backend.
"""

import ast
import functools
import importlib.util
import re
import textwrap

_SOURCE = re.compile(r"^Source: (.+?)(?=^Differs from|^\s*$|\Z)", re.M | re.S)
_DIFFERENCES = re.compile(r"^Differs from \w+ in(: .+?| nothing\b.*?)(?=^\s*$|\Z)", re.M | re.S)
_ELSEWHERE = re.compile(r"what `([\w.]+)` lists")


def source(module: str, cls: str = "") -> str:
    """The original of a class and the papers about it; empty where its docstrings do not say."""
    for docstring in _docstrings_of(module, cls):
        if found := _SOURCE.search(docstring):
            return _one_line(found[1])
    return ""


def differences(module: str, cls: str = "") -> tuple[str, ...] | None:
    """How a class differs from its source: what its module states, then what itself states.

    Empty: in nothing. None: neither docstring says.
    """
    texts = [
        found[1]
        for docstring in reversed(_docstrings_of(module, cls))
        if (found := _DIFFERENCES.search(docstring))
    ]
    if not texts:
        return None
    return tuple(dict.fromkeys(item for text in texts for item in _items(text)))


def without_statements(docstring: str) -> str:
    """A docstring without the two statements."""
    rest = _SOURCE.sub("", _DIFFERENCES.sub("", docstring))
    return re.sub(r"\n{3,}", "\n\n", rest).strip()


def _items(text: str) -> list[str]:
    """The differences in a statement, those that another module lists among them.

    Raises `ValueError` where the other module states none.
    """
    if text.startswith(" nothing"):
        return []
    items = []
    for item in _one_line(text.removeprefix(":")).removesuffix(".").split("; "):
        if elsewhere := _ELSEWHERE.fullmatch(item):
            listed = differences(elsewhere[1])
            if not listed:
                raise ValueError(f"{elsewhere[1]}: expected 'Differs from it in: ...'")
            items += listed
        else:
            items.append(item)
    return items


def _docstrings_of(module: str, cls: str) -> list[str]:
    """The docstrings of a class and of its module, where there are any."""
    found = _docstrings(module)
    return [found[name] for name in dict.fromkeys((cls, "")) if name in found]


@functools.cache
def _docstrings(module: str) -> dict[str, str]:
    """The docstrings in a module's file: by class, and by "" the module's own."""
    try:
        spec = importlib.util.find_spec(module)
        code = spec.loader.get_source(module)  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
    except (ImportError, ValueError, AttributeError):
        return {}  # typed into an interpreter, or not written in Python
    tree = ast.parse(code or "")
    named = [("", tree), *((n.name, n) for n in tree.body if isinstance(n, ast.ClassDef))]
    return {name: text for name, node in named if (text := ast.get_docstring(node))}


def _one_line(text: str) -> str:
    return " ".join(textwrap.dedent(text).split())
