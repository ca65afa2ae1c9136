"""Kinetix beside kinetix-env 3.0.2: seconds to compile, and steps per CPU-second.

    python benchmarks/kinetix.py --peer .cache/kinetix/bin/python [--write FILE]

where `--peer` is the Python of an environment with `pip install kinetix-env==3.0.2`. Every figure
is of a fresh process without a compilation cache; the two sides take turns. A step is one action,
two physics steps, in each of N environments, with symbolic observations and random discrete
actions, episodes starting anew inside: on one published level, or on a new random level each.

CPU-seconds are those of the whole process, so that it does not matter who else uses the machine;
the best of several rounds counts.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
LEVELS = {"s": "s/h6_unicycle_right", "m": "m/h1_car_left", "l": "l/h17_unicycle"}
ROUNDS = 3


def ours(size: str, num_envs: int, level: str | None) -> tuple[Any, Callable[[Any, Any], Any]]:
    """Functions `start(key)` and `step(state, (key, action))`, the latter with sums of it all."""
    import jax

    import jaxenvs

    env_id = f"Kinetix-{size.upper()}-Symbolic-Discrete-v0"
    venv = jaxenvs.vectorize(jaxenvs.make(env_id, level=level), num_envs)

    def step(state: Any, drawn: Any) -> Any:
        t = venv.step(drawn[0], state, drawn[1])
        return t.state, (t.obs.sum(), t.reward.sum(), t.terminated.sum(), t.truncated.sum())

    return jax.jit(lambda key: venv.reset(key)[1]), step


def theirs(size: str, num_envs: int, level: str | None) -> tuple[Any, Callable[[Any, Any], Any]]:
    """The same of kinetix-env."""
    import jax
    from kinetix.environment import (  # type: ignore[import-not-found]
        ActionType,
        EnvParams,
        ObservationType,
        make_kinetix_env,
    )
    from kinetix.environment.ued.ued import (  # type: ignore[import-not-found]
        make_reset_fn_sample_kinetix_level,
    )
    from kinetix.environment.utils import (  # type: ignore[import-not-found]
        static_env_params_from_size,
    )
    from kinetix.util.saving import get_env_state_from_json  # type: ignore[import-not-found]

    params, static = EnvParams(), static_env_params_from_size(size)
    sample = make_reset_fn_sample_kinetix_level(params, static)
    env = make_kinetix_env(
        ActionType.DISCRETE, ObservationType.SYMBOLIC_FLAT, sample, params, static
    )
    fixed = None if level is None else get_env_state_from_json(level)

    def start(key: Any) -> Any:
        keys = jax.random.split(key, num_envs)
        return jax.vmap(lambda key: env.reset(key, params, fixed)[1])(keys)

    def one(key: Any, state: Any, action: Any) -> Any:
        obs, state, reward, done, _ = env.step(key, state, action, params, fixed)
        return state, (obs.sum(), reward, done)

    def step(state: Any, drawn: Any) -> Any:
        keys = jax.random.split(drawn[0], num_envs)
        state, seen = jax.vmap(one)(keys, state, drawn[1])
        return state, jax.tree.map(lambda x: x.sum(), seen)

    return jax.jit(start), step


def measure(side: str, size: str, num_envs: int, level: str | None, num_steps: int) -> dict:
    """Compiles and plays; prints nothing."""
    before = time.process_time()
    import jax

    start, step = {"ours": ours, "theirs": theirs}[side](size, num_envs, level)
    imported = time.process_time()
    draw_keys = jax.random.split(jax.random.key(1), num_steps)
    actions = jax.random.randint(jax.random.key(2), (num_steps, num_envs), 0, 11)
    begun = time.process_time()
    compiled_start = start.lower(jax.random.key(0)).compile()
    started = time.process_time()
    state = compiled_start(jax.random.key(0))
    play = jax.jit(lambda state, drawn: jax.lax.scan(step, state, drawn))
    ready = time.process_time()
    compiled = play.lower(state, (draw_keys, actions)).compile()
    stepped = time.process_time()
    nbytes = sum(leaf.nbytes for leaf in jax.tree.leaves(state)) / num_envs
    costs = []
    for _ in range(ROUNDS):
        state = play_once(compiled, state, (draw_keys, actions), costs)[0]
    return {
        "side": side,
        "size": size,
        "num_envs": num_envs,
        "level": level,
        "import": imported - before,
        "compile_reset": started - begun,
        "compile_step": stepped - ready,
        "steps_per_cpu_second": num_envs * num_steps / min(costs),
        "bytes": nbytes,
    }


def play_once(compiled: Any, state: Any, drawn: Any, costs: list[float]) -> Any:
    """One round; its CPU-seconds are added to `costs`."""
    import jax

    before = time.process_time()
    result = jax.block_until_ready(compiled(state, drawn))
    costs.append(time.process_time() - before)
    return result


def in_process(python: str, *arguments: str) -> dict:
    """One measurement in a process of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JAX_")}
    # Without -P this file would be found in place of the peer, whose name it has.
    command = [python, "-P", __file__, "--one", *arguments]
    environment = kept | {"PYTHONPATH": str(ROOT) if "ours" in arguments else ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peer", help="the Python with kinetix-env")
    parser.add_argument("--sizes", default="s,m,l")
    parser.add_argument("--num-envs", default="1,256,1024")
    parser.add_argument("--levels", default="fixed,random")
    parser.add_argument("--sides", default="ours,theirs")
    parser.add_argument("--write", type=pathlib.Path, help="add the results to this file")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        side, size, num_envs, level, num_steps = options.one
        name = None if level == "random" else LEVELS[size]
        print(json.dumps(measure(side, size, int(num_envs), name, int(num_steps))))
        return
    rows = []
    for size in options.sizes.split(","):
        for level in options.levels.split(","):
            for num_envs in options.num_envs.split(","):
                for side in options.sides.split(","):
                    if side == "theirs" and not options.peer:
                        continue
                    steps = max(4, (65_536 if size == "s" else 16_384) // int(num_envs))
                    if side == "theirs" and level == "random":
                        steps = 4  # a batch of large levels takes ten seconds
                    python = sys.executable if side == "ours" else options.peer
                    rows.append(in_process(python, side, size, num_envs, level, str(steps)))
                    print(json.dumps(rows[-1]), flush=True)
    if options.write:
        old = json.loads(options.write.read_text()) if options.write.exists() else []
        options.write.write_text(json.dumps(old + rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
