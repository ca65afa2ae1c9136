"""Checks of a config, with messages that name the field."""

from collections.abc import Collection, Sequence
from typing import Any


def at_least_one(config: Any, names: Sequence[str]) -> None:
    """Raises `ValueError` for the first of the fields that is below 1."""
    for name in names:
        if getattr(config, name) < 1:
            raise ValueError(f"{name}: expected at least 1, got {getattr(config, name)}")


def divides(config: Any, name: str, total: int, of: str) -> None:
    """Raises `ValueError` if the field `name` does not divide `total`, which is called `of`."""
    if total % getattr(config, name):
        found = getattr(config, name)
        raise ValueError(f"{name}: expected a divisor of {of} = {total}, got {found}")


def one_of(config: Any, name: str, known: Collection[str]) -> None:
    """Raises `ValueError` if the field `name` is none of the `known` words."""
    found = getattr(config, name)
    if found not in known:
        raise ValueError(f"{name}: expected one of {', '.join(known)}; got {found!r}")


def one_update(config: Any) -> None:
    """Raises `ValueError` if `total_steps` are too few for a single update."""
    if config.num_updates < 1:
        raise ValueError(
            f"total_steps: expected at least num_envs * num_steps = {config.batch_size}, "
            f"got {config.total_steps}"
        )
