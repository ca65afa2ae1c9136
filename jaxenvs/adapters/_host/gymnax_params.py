"""Params that know gymnax's name for the time limit besides ours."""

import dataclasses
import functools
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Params

_NO_LIMIT = np.iinfo(np.int32).max


class _Named(Params):
    """Mixed into a game's own class of params, of which it changes nothing else."""

    @property
    def max_steps_in_episode(self) -> Any:
        """`max_steps`, or the largest int32 where there is no limit."""
        limit = self.max_steps
        if isinstance(limit, jax.Array):
            return jnp.where(limit > 0, limit, np.int32(_NO_LIMIT))
        return limit if limit > 0 else np.int32(_NO_LIMIT)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, the time limit by either name."""
        if "max_steps_in_episode" in changes:
            changes["max_steps"] = changes.pop("max_steps_in_episode")
        return super().replace(**changes)

    def __reduce__(self) -> tuple[Any, ...]:
        # The class is made when it is first asked for, so that no module holds it under its name.
        own = type(self).__mro__[2]
        return _rebuilt, (own, _fields(self))


def with_gymnax_names(params: Params) -> Any:
    """The same numbers, in a class that has `max_steps_in_episode` too."""
    return _rebuilt(type(params), _fields(params))


def _rebuilt(own: type[Params], fields: dict[str, Any]) -> Any:
    return _named(own)(**fields)


@functools.cache
def _named(own: type[Params]) -> type[_Named]:
    """The class of params `own` with gymnax's name; a subclass of it, the same one every time."""
    return type(own.__name__, (_Named, own), {"__module__": own.__module__, "__doc__": own.__doc__})


def _fields(params: Params) -> dict[str, Any]:
    return {field.name: getattr(params, field.name) for field in dataclasses.fields(params)}
