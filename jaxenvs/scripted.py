"""Policies that come with a game, found by name through the game's class.

A table `POLICIES` from class to makers stands in the module of the class, or in a module `policies`
beside it, or in a package around it:

    def left_hand(env, params):
        def policy(key, state):
            ...
            return action

        return policy

    POLICIES = {Maze: {"left_hand": left_hand}}

Then `jaxenvs watch Maze-v0 --policy left_hand` shows it, and
`jaxenvs.scripted.scripted(env, "left_hand")` gives it in Python.
"""

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from typing import Any

import jax

from jaxenvs.core import Env
from jaxenvs.tables import tables
from jaxenvs.wrappers.base import MemoryState

Choose = Callable[[jax.Array, Any], Any]
"""`(key, state) -> action` in JAX, for one state of the game itself; in a game of several agents
the actions of all, along the agent axis."""

Maker = Callable[[Any, Any], Choose]
"""`(env, params) -> Choose`; called outside `jit` with the game itself and canonical params, so
that it may compute tables in NumPy. Its docstring's first line says what the policy does."""

Policies = dict[type[Env[Any, Any]], Mapping[str, Maker]]
"""The type of a table `POLICIES`. A class has its base classes' policies too."""


@dataclasses.dataclass(frozen=True)
class Scripted:
    """A policy that looks at the state and not at the observation: `policy(key, state)`."""

    name: str
    choose: Choose

    def __call__(self, key: jax.Array, state: Any) -> Any:
        """The action in a state, which may be that of a wrapper around the game."""
        while isinstance(state, MemoryState):
            state = state.inner
        return self.choose(key, state)


def makers(env: Env[Any, Any]) -> dict[str, Maker]:
    """What makes the policies of the game under all wrappers of `env`, by name; may be empty."""
    found: dict[str, Maker] = {}
    for base in type(env.unwrapped).__mro__:
        for table in tables(base.__module__, "policies", "POLICIES"):
            found = dict(table.get(base, {})) | found
    return found


def scripted(env: Env[Any, Any], name: str, params: Any = None) -> Scripted:
    """The policy of this name for `env`, made for `params`, or for its default params.

    Raises `ValueError` for a name that the game has not, or where a wrapper changes the actions.
    """
    known, game = makers(env), env.unwrapped
    if name not in known:
        raise ValueError(f"policy: {_unknown(name, list(known), type(game).__name__)}")
    if env.action_space() != game.action_space():
        raise ValueError(f"policy: {name!r} plays {game.action_space()}, got {env.action_space()}")
    made_for = game.canonical_params(env.default_params if params is None else params)
    return Scripted(name, known[name](game, made_for))


def _unknown(name: str, known: list[str], game: str) -> str:
    if not known:
        return f"{game} comes with none, got {name!r}"
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{game} comes with {', '.join(known)}, got {name!r}{hint}"
