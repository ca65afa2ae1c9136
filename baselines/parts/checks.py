"""Checks across the fields of a config, with messages that name the field."""

from typing import Any

MOST = 2**31 - 1
"""The largest count: programs count in int32."""


def minibatches(config: Any, whole: bool) -> None:
    """Raises `ValueError` if `num_minibatches` does not divide what they are made of.

    These are `whole` environments, or else single steps.
    """
    total, of = config.batch_size, "num_envs * num_steps"
    if whole:
        total, of = config.num_envs, "num_envs"
    if total % config.num_minibatches:
        found = config.num_minibatches
        raise ValueError(f"num_minibatches: expected a divisor of {of} = {total}, got {found}")


def one_update(config: Any) -> None:
    """Raises `ValueError` if `total_steps` are too few for a single update."""
    if config.num_updates < 1:
        raise ValueError(
            f"total_steps: expected at least num_envs * num_steps = {config.batch_size}, "
            f"got {config.total_steps}"
        )


def countable(config: Any) -> None:
    """Raises `ValueError` if the steps of an update or the updates of a run are too many."""
    if config.batch_size > MOST:
        raise ValueError(
            f"num_envs: expected num_envs * num_steps of at most {MOST:,}, "
            f"got {config.num_envs} * {config.num_steps}"
        )
    if config.num_updates > MOST:
        raise ValueError(
            f"total_steps: expected at most {MOST:,} updates, which are "
            f"{MOST * config.batch_size:,} steps, got {config.total_steps}"
        )


def observations_as_they_are(config: Any) -> None:
    """Raises `ValueError` for what would change the observation that an encoder takes apart."""
    if config.encoder == "mlp":
        return
    if config.filters:
        raise ValueError(
            f"filters: expected 0 with the encoder {config.encoder}, got {config.filters}"
        )
    if config.normalize_obs:
        raise ValueError(
            f"normalize_obs: expected False with the encoder {config.encoder}: masks, "
            "indices and pixels are not to be scaled"
        )
    if getattr(config, "show_id", False):
        raise ValueError(
            f"show_id: expected False with the encoder {config.encoder}: it takes no numbers more"
        )


def no_filters_with_memory(config: Any) -> None:
    """Raises `ValueError` for `filters` with a memory, whose network also takes an action."""
    if config.filters and config.memory != "none":
        raise ValueError(f"filters: expected 0 with a memory, got {config.filters}")
