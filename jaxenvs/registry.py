"""The table of environments: an id, the class behind it, and what is known without importing it.

A row holds strings and numbers only, so that listing starts nothing: the class is imported when
`make` is called. What is the same for all ids of a class, its source and how it differs from it,
stands in the docstrings (`jaxenvs.sources`). Every row is registered with Gymnasium too, as
`jaxenvs/<id>`; there a game of several agents is refused with the names of the adapters that take
it.

Games of other packages join the table when their module is imported, which calls `register`. An id
may bring its module along, `mypackage:MyEnv-v0`. A package that is installed may also name the
module in its metadata, as an entry point of the group `jaxenvs.envs`:

    [project.entry-points."jaxenvs.envs"]
    mypackage = "mypackage"

Such modules are imported when the table is listed, or an id is not in it.
"""

import dataclasses
import difflib
import importlib
import importlib.metadata
import warnings
from types import ModuleType
from typing import Any

import gymnasium

from jaxenvs import sources
from jaxenvs.core import Env

_SPECS: dict[str, "EnvSpec"] = {}

ENTRY_POINTS = "jaxenvs.envs"
"""The group of entry points by which an installed package names its module of games."""

_sought: set[str] = set()
"""The groups whose modules have been imported, or at least tried."""


@dataclasses.dataclass(frozen=True)
class EnvSpec:
    """One row of the table."""

    id: str  # Family-Name-vN, or Name-vN
    entry_point: str  # "module:Class"
    kwargs: dict[str, Any]  # constructor fields and params that make this id
    max_steps: int  # the time limit of the default params; 0: none
    reference: str  # what it is a port of: package, version and the name there
    own_deviations: tuple[str, ...]  # besides what the docstrings list: see `deviations`
    multi_agent: bool

    @property
    def family(self) -> str:
        """The folder under `jaxenvs.envs`, or the first module of a third party's environment."""
        parts = self.entry_point.partition(":")[0].split(".")
        return parts[2] if parts[:2] == ["jaxenvs", "envs"] else parts[0]

    @property
    def source(self) -> str:
        """The original's code and the papers about it, from the docstrings; empty where unsaid."""
        return sources.source(*self.entry_point.split(":"))

    @property
    def deviations(self) -> tuple[str, ...]:
        """Where it differs from the original: what the docstrings say, then what the row adds."""
        return (sources.differences(*self.entry_point.split(":")) or ()) + self.own_deviations

    def load(self) -> type[Env[Any, Any]]:
        """The environment's class; imports its module. Raises `ValueError` if it is not there."""
        module, _, name = self.entry_point.partition(":")
        cls = getattr(_imported(module, self.id), name, None)
        if cls is None:
            raise ValueError(f"{self.id}: {module} has no class {name!r}")
        return cls


def register(
    env_id: str,
    entry_point: str,
    *,
    max_steps: int,
    reference: str = "",
    deviations: tuple[str, ...] = (),
    multi_agent: bool = False,
    **kwargs: Any,
) -> None:
    """Adds a row; `kwargs` are constructor fields and params of the class.

    `reference` names the original with its version; `deviations` are where this id differs from it,
    besides what the docstrings of class and module state ("Differs from it in: ...").
    Raises `ValueError` where another row has the id, the id has a colon, or the entry point is not
    "module:Class". The same row may be registered again, as when a notebook's cell is run twice.
    """
    if ":" in env_id:
        raise ValueError(f"id: expected no colon, which ends the name of a module, got {env_id!r}")
    if entry_point.count(":") != 1:
        raise ValueError(f"entry_point: expected 'module:Class', got {entry_point!r}")
    row = EnvSpec(
        id=env_id,
        entry_point=entry_point,
        kwargs=kwargs,
        max_steps=max_steps,
        reference=reference,
        own_deviations=deviations,
        multi_agent=multi_agent,
    )
    if env_id in _SPECS:
        if repr(row) != repr(_SPECS[env_id]):  # its kwargs may hold arrays
            raise ValueError(f"id: {env_id!r} is registered already")
        return
    _SPECS[env_id] = row
    # The time limit stands in Gymnasium's spec, where its `make` looks for it; the adapters switch
    # the inner one off, so that one limit exists.
    gymnasium.register(
        f"jaxenvs/{env_id}",
        entry_point="jaxenvs.adapters.gymnasium:GymnasiumEnv",
        vector_entry_point="jaxenvs.adapters.gymnasium_vector:GymnasiumVectorEnv",
        max_episode_steps=max_steps if max_steps > 0 else None,
        kwargs={"env_id": env_id},
    )


def list_envs(family: str | None = None) -> list[str]:
    """All registered ids, or those of one family, in the table's order.

    Those of installed packages are among them; one whose module cannot be imported is left out
    with a warning.
    """
    _import_entry_points()
    return [env_id for env_id, row in _SPECS.items() if family in (None, row.family)]


def spec(env_id: str) -> EnvSpec:
    """The row of an id, such as `CartPole-v1`.

    Of `mypackage:MyEnv-v0`, the module before the colon is imported first.
    Raises `ValueError` where it cannot be, and with the nearest ids where there is no such id.
    """
    if not isinstance(env_id, str):
        raise TypeError(f"id: expected a str such as 'CartPole-v1', got {env_id!r}")
    module, colon, name = env_id.rpartition(":")
    if colon:
        _imported(module, f"no environment {env_id!r}")
    if name not in _SPECS:
        _import_entry_points()
    if name not in _SPECS:
        near = difflib.get_close_matches(name, _SPECS, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"no environment {env_id!r}{hint}")
    return _SPECS[name]


def _imported(module: str, what: str) -> ModuleType:
    """A module by its name. Raises `ValueError`, which begins with `what`, if it cannot be had."""
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            raise ValueError(f"{what}: there is no module {module!r} on Python's path") from None
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"{what}: {module!r} cannot be imported: {reason}") from error


def _import_entry_points() -> None:
    """Imports the modules that installed packages name, once; they register their own ids."""
    if ENTRY_POINTS in _sought:
        return
    _sought.add(ENTRY_POINTS)  # before the imports: a module may look up an id itself
    for point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        package = point.dist.name if point.dist else point.name
        try:
            _imported(point.module, f"{ENTRY_POINTS}: {package} is left out")
        except ValueError as error:
            warnings.warn(str(error), RuntimeWarning, stacklevel=3)


def make(env_id: str, **kwargs: Any) -> Env[Any, Any]:
    """The environment of an id.

    Keyword arguments are fields of its class (static: sizes, modes) or of its `Params` (numbers,
    which become `env.default_params`). Raises `TypeError` for any other name and for a value of
    another kind, `ValueError` for one out of range and for an unknown id.
    """
    row = spec(env_id)
    cls = row.load()
    arguments = row.kwargs | kwargs
    fields = {field.name for field in dataclasses.fields(cls)} - {"overrides"}
    static = {name: value for name, value in arguments.items() if name in fields}
    changed = {name: value for name, value in arguments.items() if name not in fields}
    env = cls(**static)
    params = [field.name for field in dataclasses.fields(env.default_params)]
    for name in sorted(set(changed) - set(params)):
        wrong = f"{cls.__name__} got an unexpected keyword argument {name!r}"
        raise TypeError(f"{wrong}: its params are {params}, its fields {sorted(fields)}")
    # Where an id has another limit than its class; a class may derive its own from its sizes.
    usual = {name: value for name, value in row.kwargs.items() if name in fields}
    plain = cls(**usual) if kwargs else env
    if int(plain.default_params.max_steps) != row.max_steps:
        changed = {"max_steps": row.max_steps} | changed
    return env.with_params(**changed) if changed else env
