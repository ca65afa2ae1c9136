"""Steps per second through Gymnasium's interface: the adapters beside Gymnasium's own games.

    python benchmarks/gymnasium_adapter.py [--env CartPole-v1] [--num-envs 1 64 1024 16384]

Both sides take the same random actions, drawn in advance, and restart episodes as they end. They
alternate, a tenth of a second each, and the median counts, so that a busy machine slows both.
Prints a Markdown table. With `--json`, a list of objects.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import jax

import jaxenvs

TURN = 0.1  # seconds
NUM_ACTIONS = 64  # different ones, taken in turn

Stepper = Callable[[int], None]  # plays that many steps


def single_stepper(env: gym.Env) -> Stepper:
    """Steps one environment, which it resets where episodes end."""
    env.reset(seed=0)
    env.action_space.seed(0)
    actions = [env.action_space.sample() for _ in range(NUM_ACTIONS)]

    def play(num_steps: int) -> None:
        for i in range(num_steps):
            _, _, terminated, truncated, _ = env.step(actions[i % NUM_ACTIONS])
            if terminated or truncated:
                env.reset()

    return play


def vector_stepper(envs: gym.vector.VectorEnv) -> Stepper:
    """Steps a vector environment, which resets itself."""
    envs.reset(seed=0)
    envs.action_space.seed(0)
    actions = [envs.action_space.sample() for _ in range(NUM_ACTIONS)]

    def play(num_steps: int) -> None:
        for i in range(num_steps):
            envs.step(actions[i % NUM_ACTIONS])

    return play


def device_stepper(envs: gym.vector.VectorEnv) -> Stepper:
    """The same for one that leaves its arrays on the device; waits for the last step."""
    envs.reset(seed=0)
    envs.action_space.seed(0)
    actions = [jax.device_put(envs.action_space.sample()) for _ in range(NUM_ACTIONS)]

    def play(num_steps: int) -> None:
        for i in range(num_steps - 1):
            envs.step(actions[i % NUM_ACTIONS])
        jax.block_until_ready(envs.step(actions[0])[1])

    return play


def microseconds_per_step(steppers: list[Stepper], seconds: float) -> list[float]:
    """The median over turns of each, played alternately."""
    sizes = []
    for play in steppers:
        play(20)  # compiles
        start = time.perf_counter()
        play(20)
        sizes.append(max(1, round(20 * TURN / (time.perf_counter() - start))))
    turns: list[list[float]] = [[] for _ in steppers]
    for _ in range(max(3, round(seconds / TURN))):
        for play, size, times in zip(steppers, sizes, turns, strict=True):
            start = time.perf_counter()
            play(size)
            times.append((time.perf_counter() - start) / size * 1e6)
    return [statistics.median(times) for times in turns]


def vector_rows(name: str, num_envs: int, seconds: float) -> list[dict[str, Any]]:
    """Ours in numpy and on the device, beside Gymnasium's vector environment and its loop."""
    ours = f"jaxenvs/{name}"
    cases = {
        "jaxenvs make_vec": vector_stepper(gym.make_vec(ours, num_envs)),
        'jaxenvs make_vec, output="jax"': device_stepper(
            gym.make_vec(ours, num_envs, output="jax")
        ),
    }
    own = gym.spec(name).vector_entry_point is not None
    for mode in ("vector_entry_point", "sync") if own else ("sync",):
        theirs = gym.make_vec(name, num_envs, vectorization_mode=mode)
        cases[f"Gymnasium {type(theirs.unwrapped).__name__}"] = vector_stepper(theirs)
    times = microseconds_per_step(list(cases.values()), seconds)
    return [row(case, num_envs, micros) for case, micros in zip(cases, times, strict=True)]


def row(case: str, num_envs: int, micros: float) -> dict[str, Any]:
    """One line of the table."""
    return {
        "case": case,
        "num_envs": num_envs,
        "microseconds_per_step": round(micros, 1),
        "env_steps_per_second": round(num_envs / micros * 1e6),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Steps per second through Gymnasium.")
    parser.add_argument("--env", default="CartPole-v1", help="an id that Gymnasium has too")
    parser.add_argument("--num-envs", type=int, nargs="*", default=[1, 64, 1024, 16384])
    parser.add_argument("--seconds", type=float, default=2.0, help="of playing, for each case")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    assert jaxenvs.spec(arguments.env)
    pair = [gym.make(prefix + arguments.env) for prefix in ("jaxenvs/", "")]
    times = microseconds_per_step([single_stepper(env) for env in pair], arguments.seconds)
    names = ("jaxenvs make, one env", "Gymnasium make, one env")
    rows = [row(case, 1, micros) for case, micros in zip(names, times, strict=True)]
    for num_envs in arguments.num_envs:
        rows += vector_rows(arguments.env, num_envs, arguments.seconds)
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{arguments.env}, JAX {jax.__version__} on {jax.devices()[0].device_kind}\n")
    print("| case | envs | us per step | env steps/s |\n| --- | ---: | ---: | ---: |")
    for r in rows:
        speed = f"{r['env_steps_per_second']:,}"
        print(f"| {r['case']} | {r['num_envs']} | {r['microseconds_per_step']:.1f} | {speed} |")


if __name__ == "__main__":
    main()
