"""`jaxenvs bench`: how fast environments are."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Annotated

import tyro

import jaxenvs
from jaxenvs.cli import list_envs, measure, peers, table
from jaxenvs.cli.arguments import UsageError, note, parse, usage_errors
from jaxenvs.core import Env
from jaxenvs.ranges import Count
from jaxenvs.vector import Resets


@dataclasses.dataclass(frozen=True)
class Arguments:
    """Measure environments under random actions.

    Prints the steps per second over all copies (the median of the repeats), the seconds to trace
    and compile without any cache, the seconds until a first step has been played (a reset and a
    step, each compiled by itself), and the bytes of one environment's state. Actions and keys are
    drawn before the timed region, finished episodes are reset within their last step, and
    observations, rewards and ends are summed so that none of them is optimised away.
    """

    ids: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="[ID ...]")] = ()
    """The environments, as `jaxenvs list` names them."""

    family: Annotated[str, tyro.conf.arg(metavar="NAME")] = ""
    """All environments of this family, such as classic."""

    num_envs: Count = 1024
    """Copies that are stepped together."""

    num_steps: Count = 1000
    """Steps of each copy in one timed run."""

    repeats: Count = 5
    """Timed runs, after one that is not timed."""

    resets: Resets = "auto"
    """How fresh episodes are made; see jaxenvs.vectorize."""

    peers: bool = False
    """Time the same game in other libraries that are installed here, alternating with ours."""

    json: bool = False
    """Print a list of JSON objects."""


def main(argv: Sequence[str]) -> None:
    """Measures and prints. Raises `UsageError` for an unknown id or a number below 1."""
    arguments = parse(Arguments, argv, "jaxenvs bench")
    if not arguments.ids and not arguments.family:
        raise UsageError("ID: expected at least one environment, as `jaxenvs list` names them")
    with usage_errors():
        envs = {env_id: jaxenvs.make(env_id) for env_id in _chosen(arguments)}
    results = [row for env_id, env in envs.items() for row in _results(env_id, env, arguments)]
    if arguments.json:
        print(json.dumps([dataclasses.asdict(row) for row in results], indent=2))
        return
    header = ["id", "library", "envs", "steps", "steps/s", "compile", "first step", "bytes/env"]
    header += ["ours is"] if arguments.peers else []
    rows = [
        [
            row.id,
            row.library,
            str(row.num_envs),
            str(row.num_steps),
            f"{row.steps_per_second:,.0f}",
            f"{row.compile_seconds:.2f} s" if row.compile_seconds else "-",
            "-" if row.first_step_seconds is None else f"{row.first_step_seconds:.2f} s",
            "-" if row.bytes_per_env is None else str(row.bytes_per_env),
            "" if row.ratio is None else f"{row.ratio:.2f}x",
        ]
        for row in results
    ]
    columns = len(header)
    least = tuple(map(header.index, ("steps", "envs", "bytes/env", "library", "first step")))
    if arguments.peers:
        least = tuple(i for i in least if header[i] != "library")
    table.show(header, [row[:columns] for row in rows], range(2, 9), dispensable=least)


def _chosen(arguments: Arguments) -> list[str]:
    """The ids asked for, each once. Raises `UsageError` for a family that there is not."""
    ids = list(arguments.ids)
    if arguments.family:
        ids += [row.id for row in list_envs.select(list_envs.Arguments(family=arguments.family))]
    return list(dict.fromkeys(ids))


def _results(env_id: str, env: Env, arguments: Arguments) -> list[measure.Measurement]:
    """The measurements of one id: ours, and the peers' if they were asked for."""
    num_envs, num_steps = arguments.num_envs, arguments.num_steps
    note(f"{env_id}: compiling")
    batch = measure.ours(env, num_envs, arguments.resets)
    contestants: list[measure.Contestant] = [
        measure.Compiled("jaxenvs", batch, num_envs, num_steps)
    ]
    if arguments.peers:
        contestants += peers.contestants(env_id, num_envs, num_steps)
    note(f"{env_id}: measuring {', '.join(c.library for c in contestants)}")
    return measure.report(env_id, contestants, arguments.repeats)
