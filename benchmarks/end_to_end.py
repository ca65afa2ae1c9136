"""What the end-to-end comparisons share: a baseline of ours and a recipe on gymnax, alternating.

Every measurement is a fresh process without a compilation cache. `total` is what a user waits for
after the imports: tracing, compiling, training. `run` is the second call of the compiled program,
`cpu` the processor seconds of all threads in `total`, which other work on the machine disturbs
less. `loop` is ours as `jaxenvs train` runs it: three programs (start, updates, evaluation), in
chunks, with agents spread over the processor's cores.

The recipes were written for these files from descriptions of the originals' structure, not copied:
a flax network, gymnax's own `step` with its automatic reset vmapped over environments, one scan
over updates, in it one over steps and one over epochs and minibatches, `done` for terminated or
truncated alike, returns kept by a small wrapper (`logged`), all per-step infos handed out.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Contest(NamedTuple):
    """What is compared."""

    script: str  # the file that is run for a single measurement
    recipe: Callable[[str, int], Any]  # `(env_id, total_steps) -> (key -> (parameters, infos))`
    our_trainer: Callable[[str, int], Any]  # `(env_id, total_steps) -> Trainer`
    total_steps: Mapping[str, int]  # of each id


def logged(peer: str) -> tuple[Any, Any, int, tuple[int, ...]]:
    """gymnax's `reset(key)` and `step(key, state, action)` with returns; actions, and a shape.

    Observations come flattened; `step` gives `(obs, state, reward, done, info)`.
    """
    import gymnax  # pyright: ignore[reportMissingImports]
    import jax.numpy as jnp

    env, params = gymnax.make(peer)

    def reset(key):
        obs, state = env.reset(key, params)
        return obs.ravel(), (state, jnp.float32(0), jnp.int32(0))

    def step(key, state, action):
        env_state, total, length = state
        obs, env_state, reward, terminated, truncated, _ = env.step(key, env_state, action, params)
        done = terminated | truncated
        total, length = total + reward, length + 1
        info = {"return": total, "length": length, "done": done}
        kept = jnp.where(done, 0.0, total), jnp.where(done, 0, length)
        return obs.ravel(), (env_state, *kept), reward, done, info

    return reset, step, env.num_actions, env.observation_space(params).shape


def passes(loss: Any, optimizer: Any, num_minibatches: int, size: int) -> Any:
    """A scan's step for a pass over `(params, opt_state, batch, key)`, in shuffled minibatches.

    `loss(params, *minibatch)`; the batch's arrays are `[num_steps, num_envs, ...]`, `size` rows.
    """
    import jax
    import optax

    def minibatch(carry, batch):
        params, opt_state = carry
        gradient = jax.grad(loss)(params, *batch)
        updates, opt_state = optimizer.update(gradient, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), None

    def epoch(carry, _):
        params, opt_state, batch, key = carry
        key, order_key = jax.random.split(key)
        order = jax.random.permutation(order_key, size)

        def shuffled(x):
            flat = x.reshape(-1, *x.shape[2:])[order]
            return flat.reshape(num_minibatches, size // num_minibatches, *x.shape[2:])

        learner, _ = jax.lax.scan(minibatch, (params, opt_state), jax.tree.map(shuffled, batch))
        return (*learner, batch, key), None

    return epoch


def last_return(side: str, outcome: Any) -> float:
    """Mean return of the episodes in the last tenth of the training."""
    import numpy as np

    if side == "recipe":
        info = outcome[1]
        share = slice(-max(1, info["done"].shape[-3] // 10), None)
        done = np.asarray(info["done"])[..., share, :, :]
        return float(np.asarray(info["return"])[..., share, :, :][done].mean())
    returns = np.asarray(outcome[1]["episode_return"])
    return float(np.nanmean(returns[..., -max(1, returns.shape[-1] // 10) :]))


def whole_run(contest: Contest, env_id: str, total_steps: int) -> Any:
    """`key -> (carry, metrics)`: our training as a single program."""
    from jaxenvs.baselines.parts.trainer import scan_updates

    trainer = contest.our_trainer(env_id, total_steps)
    return lambda key: scan_updates(trainer, key, trainer.hp)


def measure_program(
    contest: Contest, side: str, env_id: str, num_seeds: int, total_steps: int
) -> dict[str, float]:
    """One program for all seeds, run twice."""
    import jax

    jax.devices()
    begin, processor = time.perf_counter(), time.process_time()
    make = contest.recipe if side == "recipe" else functools.partial(whole_run, contest)
    train = make(env_id, total_steps)
    keys = jax.random.split(jax.random.key(0), num_seeds)
    program, argument = (train, keys[0]) if num_seeds == 1 else (jax.vmap(train), keys)
    compiled = jax.jit(program).lower(argument).compile()
    compile_seconds = time.perf_counter() - begin
    jax.block_until_ready(compiled(argument))
    total, cpu = time.perf_counter() - begin, time.process_time() - processor
    begin = time.perf_counter()
    outcome = jax.block_until_ready(compiled(argument))
    run = time.perf_counter() - begin
    score = last_return(side, outcome)
    return {
        "compile": compile_seconds,
        "total": total,
        "cpu": cpu,
        "run": run,
        "return": score,
    }


def measure_loop(
    contest: Contest, env_id: str, num_seeds: int, total_steps: int
) -> dict[str, float]:
    """Our chunked loop, with agents spread over the cores; without a second run."""
    import numpy as np

    from jaxenvs.baselines.runs import loop

    loop.use_cpu_cores(num_seeds)
    import jax

    jax.devices()
    begin, processor = time.perf_counter(), time.process_time()
    trainer = contest.our_trainer(env_id, total_steps)
    chunk = -(-trainer.num_updates // 100)
    programs = loop.compile_programs(trainer, num_seeds, chunk)
    middle = time.perf_counter()
    keys = jax.random.split(jax.random.key(0), num_seeds)
    hp = jax.tree.map(lambda x: np.full(num_seeds, x, np.float32), trainer.hp)
    returns = []
    carry = programs.init(keys, hp)
    for piece in loop.run_chunks(programs, carry, 0, trainer.num_updates, chunk):
        returns.append(loop.summarize(piece.metrics)["episode_return"].mean())
    end = time.perf_counter()
    return {
        "compile": middle - begin,
        "total": end - begin,
        "cpu": time.process_time() - processor,
        "run": end - middle,
        "return": float(np.nanmean(returns[-10:])),
    }


def in_fresh_process(
    contest: Contest, side: str, num_seeds: int, env_id: str, total_steps: int
) -> dict[str, float]:
    """One measurement, with nothing compiled before."""
    environment = os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "0", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, contest.script, "--one", side, str(num_seeds), "--env", env_id]
    command += ["--steps", str(total_steps)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def run(contest: Contest, description: str) -> None:
    """The script's command line: measures both sides, alternating, and reports."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--env", choices=contest.total_steps, default="CartPole-v1")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--one", nargs=2, metavar=("SIDE", "SEEDS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    env_id = arguments.env
    total_steps = arguments.steps or contest.total_steps[env_id]
    if arguments.one:
        side, num_seeds = arguments.one[0], int(arguments.one[1])
        measure = (
            functools.partial(measure_loop, contest)
            if side == "loop"
            else functools.partial(measure_program, contest, side)
        )
        print(json.dumps(measure(env_id, num_seeds, total_steps)))
        return
    # The recipe trains one agent only: with JAX 0.10.2 on the CPU, orthogonal initialisers vmapped
    # over seeds (batched QR) may deadlock.
    cases: list[tuple[str, int]] = [("recipe", 1)]
    cases += [(side, n) for n in arguments.seeds for side in ("ours", "loop")]
    results: dict[tuple[str, int], list[dict[str, float]]] = {case: [] for case in cases}
    for _ in range(arguments.repeats):
        for case in cases:  # alternating, so that a slow minute of the machine slows all alike
            results[case].append(in_fresh_process(contest, *case, env_id, total_steps))
            print(*case, results[case][-1], file=sys.stderr, flush=True)
    report(results, arguments.seeds)


def report(results: dict[tuple[str, int], list[dict[str, float]]], seeds: list[int]) -> None:
    """Medians, ratios to the recipe of the same turn, and what many seeds cost."""

    def median(case, name):
        return statistics.median(row[name] for row in results[case])

    def ratio(case, other, name):
        pairs = zip(results[case], results[other], strict=True)
        return statistics.median(a[name] / b[name] for a, b in pairs)

    print(
        f"{'':8} {'seeds':>5} {'compile':>8} {'run':>8} {'total':>8} {'cpu':>8} {'return':>7}"
        "  recipe takes"
    )
    for side, num_seeds in results:
        case = (side, num_seeds)
        cells = " ".join(
            f"{median(case, name):7.2f}s" for name in ("compile", "run", "total", "cpu")
        )
        times = ""
        if num_seeds == 1:
            times = f"{ratio(('recipe', 1), case, 'total'):.2f}x the total"
            times += f", {ratio(('recipe', 1), case, 'run'):.2f}x the run"
        print(f"{side:8} {num_seeds:5} {cells} {median(case, 'return'):7.1f}  {times}")
    if len(seeds) > 1:
        few, many = seeds[0], seeds[-1]
        for side in ("ours", "loop"):
            cost = {n: ratio((side, many), (side, few), n) for n in ("total", "run")}
            print(
                f"{side}: {many} seeds cost {cost['total']:.2f}x of {few} in total, "
                f"{cost['run']:.2f}x in the run"
            )
