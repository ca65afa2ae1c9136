"""`jaxenvs list`: the table of environments."""

import dataclasses
import difflib
import json
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

import jaxenvs
from jaxenvs.cli import table
from jaxenvs.cli.arguments import UsageError, parse
from jaxenvs.registry import EnvSpec
from jaxenvs.spaces import Box, Space


@dataclasses.dataclass(frozen=True)
class Arguments:
    """List the environments.

    Without filters all of them. The filters may be combined. Prints the id, the number of agents,
    the limit of steps, the family and what it is a port of; a narrow terminal gets fewer columns.
    """

    text: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[TEXT]")] = ""
    """Only those with this in their id, class or original's name, in any case."""

    family: Annotated[str, tyro.conf.arg(metavar="NAME")] = ""
    """Only this family, such as classic."""

    multi_agent: bool = False
    """Only games for several agents."""

    single_agent: bool = False
    """Only games for one agent."""

    spaces: bool = False
    """Print observations and actions too; loads every environment that is listed."""

    json: bool = False
    """Print a list of JSON objects, with the differences from the reference."""


def main(argv: Sequence[str]) -> None:
    """Prints the table. Raises `UsageError` where a filter names nothing."""
    arguments = parse(Arguments, argv, "jaxenvs list")
    chosen = select(arguments)
    if arguments.json:
        print(json.dumps([_object(row, arguments.spaces) for row in chosen], indent=2))
        return
    spaces = ["observation", "action"] if arguments.spaces else []
    header = ["id", "agents", "limit", *spaces, "family", "port of"]
    cells = []
    for row in chosen:
        limit = str(row.max_steps) if row.max_steps > 0 else "none"
        described = map(_brief, _spaces(row)) if arguments.spaces else ()
        cells.append([row.id, str(_num_agents(row)), limit, *described, row.family, row.reference])
    least = ["port of", "family", "limit", *(["agents", "observation"] if spaces else [])]
    prose = {header.index("port of"): 24, **{header.index(name): 16 for name in spaces}}
    table.show(header, cells, {1, 2}, prose, dispensable=[header.index(name) for name in least])


def select(arguments: Arguments) -> list[EnvSpec]:
    """The rows that pass the filters, in the registry's order."""
    rows = [jaxenvs.spec(env_id) for env_id in jaxenvs.list_envs()]
    families = sorted({row.family for row in rows})
    if arguments.family and arguments.family not in families:
        near = difflib.get_close_matches(arguments.family, families, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(families)}"
        raise UsageError(f"--family: no family {arguments.family!r}; {hint}")
    if arguments.multi_agent and arguments.single_agent:
        raise UsageError("--multi-agent and --single-agent: expected at most one of them")
    chosen = [
        row
        for row in rows
        if any(arguments.text.lower() in name.lower() for name in _names(row))
        and arguments.family in ("", row.family)
        and (row.multi_agent or not arguments.multi_agent)
        and not (row.multi_agent and arguments.single_agent)
    ]
    if not chosen:
        near = difflib.get_close_matches(arguments.text, [row.id for row in rows], n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"no environment passes these filters{hint}")
    return chosen


def _num_agents(row: EnvSpec) -> int:
    """How many agents play; of a game whose number can be chosen, the default's."""
    return getattr(jaxenvs.make(row.id), "num_agents", 1) if row.multi_agent else 1


def _names(row: EnvSpec) -> tuple[str, str, str]:
    """What people may call a game."""
    return row.id, row.entry_point.partition(":")[2], row.reference


def _spaces(row: EnvSpec) -> tuple[Space, Space]:
    env = jaxenvs.make(row.id)
    return env.observation_space(), env.action_space()


def _brief(space: Space) -> str:
    """A space without the bounds of each coordinate; numbers are float32 unless it says so."""
    if not isinstance(space, Box):
        return str(space)
    return f"Box{space.shape}" + ("" if space.dtype == "float32" else f" {space.dtype}")


def _object(row: EnvSpec, spaces: bool) -> dict[str, Any]:
    described = {
        "id": row.id,
        "family": row.family,
        "max_steps": row.max_steps,
        "multi_agent": row.multi_agent,
        "num_agents": _num_agents(row),
        "reference": row.reference,
        "deviations": list(row.deviations),
        "entry_point": row.entry_point,
        "kwargs": row.kwargs,
    }
    if spaces:
        observation, action = _spaces(row)
        described |= {"observation_space": str(observation), "action_space": str(action)}
    return described
