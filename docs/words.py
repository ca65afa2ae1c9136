"""Spaces in words, and Markdown."""

from collections.abc import Iterable, Sequence

import numpy as np

from jaxenvs import spaces


def describe(space: spaces.Space) -> str:
    """A space in words, on one line."""
    match space:
        case spaces.Discrete():
            return f"`Discrete({space.n})`: {space.start} to {space.start + space.n - 1}, int32"
        case spaces.Box():
            kind = f"`Box`, shape `{space.shape}`, {space.dtype}"
            return f"{kind}, from {bound(space.low)} to {bound(space.high)}"
        case spaces.MultiDiscrete():
            return f"`MultiDiscrete({space.num_values.tolist()})`, {space.dtype}"
        case spaces.MultiBinary():
            return f"`MultiBinary`, shape `{space.shape}`"
        case spaces.Dict():
            return "; ".join(f"`{name}`: {describe(part)}" for name, part in space.spaces.items())
        case spaces.Tuple():
            return "; ".join(f"{i}: {describe(part)}" for i, part in enumerate(space.spaces))
        case _:
            return f"`{space!r}`"


def bound(values: np.ndarray) -> str:
    """One number where all coordinates agree, a short list, or the range."""
    if (values == values.flat[0]).all():
        return f"{values.flat[0]:.4g}"
    if values.size <= 8:
        return "[" + ", ".join(f"{value:.4g}" for value in values.flat) + "]"
    return f"{values.min():.4g}..{values.max():.4g}"


def by_agent(own: dict[str, spaces.Space]) -> str:
    """Spaces in words, each once, with the agents that have it where they differ."""
    agents: dict[spaces.Space, list[str]] = {}
    for agent, space in own.items():
        agents.setdefault(space, []).append(agent)
    if len(agents) == 1:
        return f"each {describe(next(iter(agents)))}"
    return "; ".join(f"{', '.join(names)}: {describe(space)}" for space, names in agents.items())


def brief(space: spaces.Space) -> str:
    """What differs between the spaces of a game's ids: shapes and numbers."""
    if isinstance(space, spaces.Box):
        return f"`{space.shape}`"
    if isinstance(space, spaces.Dict | spaces.Tuple):
        return describe(space)
    return f"`{space}`"


def kind(space: spaces.Space) -> str:
    """A space in two words, for overviews."""
    match space:
        case spaces.Discrete():
            return f"{space.n} discrete"
        case spaces.Box():
            return f"{int(np.prod(space.shape))} continuous"
        case _:
            return type(space).__name__


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def bullets(items: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {item}" for item in items)
