"""The arguments of adapters: the environment, its time limit, the options of a reset."""

import dataclasses
import operator
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from jaxenvs import registry
from jaxenvs.core import Env
from jaxenvs.multi import MultiAgentEnv, has_agents

EnvT = TypeVar("EnvT", bound=Env[Any, Any])

FOR_ONE = "gymnasium, gymnasium_vector, sb3, dm_env or gymnax"
FOR_SEVERAL = "pettingzoo, sb3_agents (Stable-Baselines3) or jaxmarl"
"""The modules of `jaxenvs.adapters` that take a game, by the number of its agents."""

GYMNASIUM_NAMES = {"low": "reset_low", "high": "reset_high"}
"""Reset options of Gymnasium's own environments, and the params that they are here."""

_NO_LIMIT_HERE = "the time limit is `max_episode_steps`, not max_steps"


def game_of(env: str | Env[Any, Any], kwargs: Mapping[str, Any]) -> Env[Any, Any]:
    """The environment given, or that of an id with constructor fields and params in `kwargs`.

    Raises `TypeError` for anything else, and for `kwargs` beside an environment.
    """
    if isinstance(env, str):
        return registry.make(env, **kwargs)
    if not isinstance(env, Env):
        raise TypeError(f"env: expected an id or a jaxenvs.Env, got {env!r}")
    if kwargs:
        raise TypeError(f"{sorted(kwargs)}: only an id takes options; make env with them")
    return env


def of_one_agent(env: EnvT) -> EnvT:
    """`env`. Raises `TypeError` where it has several agents, with the adapters that take those."""
    if has_agents(env):
        name = type(env.unwrapped).__name__
        raise TypeError(f"{name} is a game of several agents: use jaxenvs.adapters.{FOR_SEVERAL}")
    return env


def of_several_agents(env: Env[Any, Any]) -> MultiAgentEnv[Any, Any]:
    """`env`. Raises `TypeError` where it has one agent, with the adapters that take those."""
    if not has_agents(env):
        name = type(env.unwrapped).__name__
        raise TypeError(
            f"env: expected a game of several agents, got {name}: use jaxenvs.adapters.{FOR_ONE}"
        )
    return env


def make_game(
    env: Env[Any, Any] | None, env_id: str | None, kwargs: Mapping[str, Any]
) -> Env[Any, Any]:
    """As `game_of`, for Gymnasium, whose `make` gives the id in an argument of its own.

    Raises `TypeError` for none or both of them, for arguments that the id does not take, and for a
    game of several agents.
    """
    if (env is None) == (env_id is None):
        raise TypeError("env: expected an environment, or env_id, and not both")
    if env is not None:
        if not isinstance(env, Env):
            raise TypeError(f"env: expected a jaxenvs.Env, got {env!r}; an id goes in env_id")
        if kwargs:
            raise TypeError(f"{sorted(kwargs)}: only an env_id takes options; make env with them")
        return of_one_agent(env)
    if "max_steps" in kwargs:
        raise TypeError(f"max_steps: {_NO_LIMIT_HERE}")
    assert env_id is not None
    return of_one_agent(registry.make(env_id, **kwargs))


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
    dict of them. Raises `ValueError` or `TypeError` (as `Env.params_with`) that names the option.
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
        _check_option(env, name, field, value)
        changes[field] = value
    if not changes:
        return None
    asked = env.params_with(**changes)
    if aliases and np.any(asked.reset_low > asked.reset_high):
        raise ValueError(f"options: low {asked.reset_low} is above high {asked.reset_high}")
    return asked


def _known(fields: set[str], aliases: Mapping[str, str]) -> str:
    return f"those of this environment are {sorted(fields | set(aliases))}"


def _check_option(env: Env[Any, Any], name: str, field: str, value: Any) -> None:
    """Raises what the param says against the value, under the name that the user gave it."""
    try:
        env.params_with(**{field: value})
    except (TypeError, ValueError) as error:
        reason = str(error).removeprefix(f"{field}: ")
        raise type(error)(f"options: {name}: {reason}") from None
