"""Kinetix: control of bodies in a two-dimensional physics world, on levels of many kinds."""

import importlib as _importlib
from typing import TYPE_CHECKING
from typing import Any as _Any

from jaxenvs.registry import register

if TYPE_CHECKING:
    from jaxenvs.envs.kinetix._draft import LevelDraft as LevelDraft
    from jaxenvs.envs.kinetix._library import about as about
    from jaxenvs.envs.kinetix._library import handmade as handmade
    from jaxenvs.envs.kinetix._library import load_level as load_level

for _name in ("S", "M", "L"):
    for _shown in ("Symbolic", "Entity", "Pixels"):
        for _kind in ("Discrete", "MultiDiscrete", "Continuous"):
            register(
                f"Kinetix-{_name}-{_shown}-{_kind}-v0",
                "jaxenvs.envs.kinetix.kinetix:Kinetix",
                max_steps=256,
                reference="kinetix-env 3.0.2",
                size=_name.lower(),
                observation=_shown.lower(),
                actions=_kind.lower(),
            )
    register(
        f"KinetixTeam-{_name}-v0",
        "jaxenvs.envs.kinetix.team:KinetixTeam",
        max_steps=256,
        reference="kinetix-env 3.0.2",
        multi_agent=True,
        size=_name.lower(),
    )

_LAZY = {
    "LevelDraft": "_draft",
    "about": "_library",
    "handmade": "_library",
    "load_level": "_library",
}
"""Names that load their module, in this folder, when they are first asked for."""


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        return getattr(_importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
