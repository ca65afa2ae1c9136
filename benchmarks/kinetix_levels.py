"""Random levels and edits of Kinetix: compile times, lines of StableHLO, levels per CPU-second.

    python benchmarks/kinetix_levels.py

prints a table. The same figures of kinetix-env 3.0.2, on the same machine, are printed by
`tests/envs/kinetix/peer_levels.py`. CPU-seconds are those of the whole process; the best of several
rounds counts. Nothing is taken from a compilation cache.
"""

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.envs.kinetix.levels import SIZES, Size, mutate, random_level

BATCH, ROUNDS = 1024, 5
COLUMNS = "| size | what | lines | traced, s | compiled, s | levels per CPU-s |"


def measured(run: Callable[..., Any], *args: Any) -> tuple[int, float, float, float]:
    """Lines of the program, CPU-seconds to trace and to compile it, and levels per CPU-second."""
    start = time.process_time()
    lowered = jax.jit(run).lower(*args)
    traced = time.process_time()
    compiled = lowered.compile()
    ready = time.process_time()
    rounds = []
    for _ in range(ROUNDS):
        before = time.process_time()
        jax.block_until_ready(compiled(*args))
        rounds.append(time.process_time() - before)
    lines = lowered.as_text().count("\n")
    return lines, traced - start, ready - traced, BATCH / min(rounds)


def row(name: str, size: Size) -> list[str]:
    """Lines of the table about one size."""
    keys = jax.random.split(jax.random.key(0), BATCH)

    def draw(keys: Any) -> Any:
        return jax.vmap(lambda key: random_level(key, size))(keys)

    def edit(keys: Any, levels: Any, count: Any) -> Any:
        return jax.vmap(mutate, (0, 0, None))(keys, levels, count)

    found = [("random", measured(draw, keys))]
    levels = jax.jit(draw)(keys)
    found.append(("5 edits", measured(edit, keys, levels, jnp.int32(5))))
    return [
        f"| {name} | {what} | {lines:,} | {traced:.1f} | {compiled:.1f} | {speed:,.0f} |"
        for what, (lines, traced, compiled, speed) in found
    ]


def main() -> None:
    """Prints the table."""
    jax.config.update("jax_enable_compilation_cache", False)
    print(COLUMNS, "| - | - | - | - | - | - |", sep="\n")
    for name, size in SIZES.items():
        print(*row(name, size), sep="\n", flush=True)


if __name__ == "__main__":
    main()
