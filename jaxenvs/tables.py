"""Tables that stand beside a class and are found through it: its picture, its policies."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from typing import Any


def tables(module: str, beside: str, name: str) -> Iterator[dict[Any, Any]]:
    """The tables called `name` where a class of `module` may stand, the nearest first.

    They are looked for in `module` itself, in the module called `beside` of its package, and in
    that of each package around it; such modules are imported by this.
    """
    yield getattr(sys.modules.get(module), name, {})
    package = module.rpartition(".")[0]
    while package in sys.modules:
        neighbor = f"{package}.{beside}"
        if importlib.util.find_spec(neighbor) is not None:
            yield getattr(importlib.import_module(neighbor), name, {})
        package = package.rpartition(".")[0]
