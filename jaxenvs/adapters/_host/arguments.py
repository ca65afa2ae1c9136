"""The arguments of adapters: the environment, its time limit, the options of a reset."""

import dataclasses
import operator
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from jaxenvs import registry
from jaxenvs.core import Env, canonical

EnvT = TypeVar("EnvT", bound=Env[Any, Any])

GYMNASIUM_NAMES = {"low": "reset_low", "high": "reset_high"}
"""Reset options of Gymnasium's own environments, and the params that they are here."""

_NO_LIMIT_HERE = "the time limit is `max_episode_steps`, not max_steps"


def make_game(
    env: Env[Any, Any] | None, env_id: str | None, kwargs: Mapping[str, Any]
) -> Env[Any, Any]:
    """The environment given, or that of an id with constructor fields and params in `kwargs`.

    Raises `TypeError` for none or both of them, and for arguments that the id does not take.
    """
    if (env is None) == (env_id is None):
        raise TypeError("env: expected an environment, or env_id, and not both")
    if env is not None:
        if not isinstance(env, Env):
            raise TypeError(f"env: expected a jaxenvs.Env, got {env!r}; an id goes in env_id")
        if kwargs:
            raise TypeError(f"{sorted(kwargs)}: only an env_id takes options; make env with them")
        return env
    if "max_steps" in kwargs:
        raise TypeError(f"max_steps: {_NO_LIMIT_HERE}")
    assert env_id is not None
    return registry.make(env_id, **kwargs)


def limit_steps(env: EnvT, max_episode_steps: int | None) -> EnvT:
    """The environment with another time limit: None keeps its own, -1 takes it away.

    Raises `ValueError` for any other number below 1.
    """
    if max_episode_steps is None:
        return env
    steps = operator.index(max_episode_steps)
    if steps != -1 and steps < 1:
        raise ValueError(f"max_episode_steps: expected at least 1, or -1 for none, got {steps}")
    return env.with_params(max_steps=max(steps, 0))


def episode_params(env: Env[Any, Any], options: Mapping[str, Any] | None) -> Any:
    """The params that the options of a reset ask for, or None for the environment's own.

    An option is the name of a param, or Gymnasium's name for it; `options["params"]` may hold a
    dict of them. Raises `ValueError` that names an option that is unknown or not a number.
    """
    if not options:
        return None
    defaults = env.default_params
    fields = {field.name for field in dataclasses.fields(defaults)} - {"max_steps"}
    aliases = {short: name for short, name in GYMNASIUM_NAMES.items() if name in fields}
    given = {name: value for name, value in options.items() if name != "params"}
    params = options.get("params", {})
    if not isinstance(params, Mapping):
        raise ValueError(f"options: params: expected a dict of params, got {params!r}")
    changes = {}
    for name, value in [*params.items(), *given.items()]:
        field = aliases.get(name, name)
        if field not in fields:
            hint = _NO_LIMIT_HERE if name == "max_steps" else _known(fields, aliases)
            raise ValueError(f"options: {name!r} is no option of a reset; {hint}")
        changes[field] = _number(name, value, getattr(defaults, field))
    if not changes:
        return None
    asked = canonical(defaults.replace(**changes))
    if aliases and np.any(asked.reset_low > asked.reset_high):
        raise ValueError(f"options: low {asked.reset_low} is above high {asked.reset_high}")
    return asked


def _known(fields: set[str], aliases: Mapping[str, str]) -> str:
    return f"those of this environment are {sorted(fields | set(aliases))}"


def _number(name: str, value: Any, default: Any) -> Any:
    """`value` in the dtype and shape of the default."""
    like = np.asarray(default)
    try:
        number = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"options: {name}: expected a number, got {value!r}") from None
    if number.shape != like.shape:
        raise ValueError(f"options: {name}: expected shape {like.shape}, got {number.shape}")
    cast = number.astype(like.dtype)
    if np.isnan(number).any() or (like.dtype.kind != "f" and (cast != number).any()):
        raise ValueError(f"options: {name}: expected {like.dtype}, got {value!r}")
    return cast[()]
