"""Steps per second of the multi-agent order book, in the layout of JaxMARL-HFT's table.

usage: python benchmarks/lob.py [--write] [--num-envs 256] [--seconds 3]

Rows are 1, 5 and 10 market makers with as many executors; columns are 100 messages of background
flow in a step, and 1. Actions are random, resets are inside the timed region, the book holds 128
orders on each side. What is counted is processor seconds of all threads (`time.process_time`), best
of the runs, so that other work on the machine disturbs it less. `--write` puts the table into
docs/performance.md.
"""

import argparse
import pathlib
import time
from typing import Any

import jax
from pages import placed

import jaxenvs

PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "performance.md"
MARKS = ("<!-- lob: begin -->", "<!-- lob: end -->")
AGENTS, MESSAGES = (1, 5, 10), (100, 1)
LENGTHS = {100: 4, 1: 64}  # steps of a timed scan


def measured(num_agents: int, messages: int, num_envs: int, seconds: float) -> tuple[float, float]:
    """Steps of one environment per processor second, and processor seconds of compiling."""
    env = jaxenvs.make(
        "LOB-MultiAgent-v0",
        num_makers=num_agents,
        num_executors=num_agents,
        messages_per_step=messages,
    )
    venv, length = jaxenvs.vectorize(env, num_envs), LENGTHS[messages]

    def roll(state: Any, key: jax.Array) -> Any:
        def one(state: Any, key: jax.Array) -> Any:
            action_key, step_key = jax.random.split(key)
            step = venv.step(step_key, state, venv.sample_actions(action_key))
            return step.state, (step.obs.mean(), step.reward.mean(), step.terminated.sum())

        return jax.lax.scan(one, state, jax.random.split(key, length))

    state = jax.jit(venv.reset)(jax.random.key(0))[1]
    start = time.process_time()
    program = jax.jit(roll).lower(state, jax.random.key(1)).compile()
    compiling = time.process_time() - start
    best, spent, count = float("inf"), 0.0, 0
    while spent < seconds or count < 2:
        start = time.process_time()
        state = jax.block_until_ready(program(state, jax.random.key(count)))[0]
        took = time.process_time() - start
        best, spent, count = min(best, took), spent + took, count + 1
    return num_envs * length / best, compiling


def table(rows: dict[tuple[int, int], tuple[float, float]]) -> str:
    """The figures by numbers of agents and of messages, as Markdown."""
    lines = [
        "| market makers + executors | 100 messages a step | 1 message a step | compile |",
        "|---|---|---|---|",
    ]
    for n in AGENTS:
        (slow, first), (fast, second) = rows[n, 100], rows[n, 1]
        lines.append(f"| {n} + {n} | {slow:,.0f} | {fast:,.0f} | {first:.1f} s, {second:.1f} s |")
    return "\n".join(lines)


def main() -> None:
    """Measures, prints, and writes if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    parser.add_argument("--num-envs", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=3.0, help="of measuring a cell, at least")
    options = parser.parse_args()
    rows = {}
    for n in AGENTS:
        for messages in MESSAGES:
            rows[n, messages] = measured(n, messages, options.num_envs, options.seconds)
            print(n, messages, *(f"{number:,.1f}" for number in rows[n, messages]), flush=True)
    print(table(rows))
    if options.write:
        PAGE.write_text(placed(PAGE.read_text(), MARKS, table(rows)))


if __name__ == "__main__":
    main()
