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


def no_filters_with_memory(config: Any) -> None:
    """Raises `ValueError` for `filters` with a memory, whose network also takes an action."""
    if config.filters and config.memory != "none":
        raise ValueError(f"filters: expected 0 with a memory, got {config.filters}")


def shaping(config: Any) -> None:
    """Raises `ValueError` for a `shaping_share` that is no share of a run."""
    if not 0 < config.shaping_share <= 1:
        raise ValueError(f"shaping_share: expected 0 to 1, got {config.shaping_share}")
