"""How long trainers take to compile, and their updates to run: to compare two checkouts.

    python benchmarks/trainers.py                        # the table of docs/performance.md
    python benchmarks/trainers.py qmix/MPE-SimpleSpread-v3

A row is a preset: seconds until its programs (init, update, evaluate) are compiled, without a
cache, and milliseconds of an update, the quickest of five rounds; CPU seconds in brackets.
"""

import argparse
import resource
import sys
import time

import jax

from jaxenvs.baselines.runs import algorithms

NAMES = (
    "ppo/CartPole-v1",
    "ippo/MPE-SimpleSpread-v3",
    "ippo/Overcooked-CrampedRoom-v0",
    "pqn/CartPole-v1",
    "qmix/MPE-SimpleSpread-v3",
    "qmix/Overcooked-CrampedRoom-v0",
)
ROUND_SECONDS, NUM_ROUNDS = 0.7, 5


def clocks():
    """The wall's and the process's seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), usage.ru_utime + usage.ru_stime


def since(before):
    return [now - then for now, then in zip(clocks(), before, strict=True)]


def compiled(trainer):
    """The programs that start and update one learner, and the seconds that all three took."""
    before = clocks()
    key = jax.random.key(0)
    init = jax.jit(trainer.init).lower(key, trainer.hp).compile()
    carry = jax.eval_shape(trainer.init, key, trainer.hp)
    update = jax.jit(trainer.update, donate_argnums=0).lower(carry).compile()
    jax.jit(trainer.evaluate).lower(carry, key).compile()
    return init, update, since(before)


def measure(name):
    """Seconds to compile and of an update: `[wall, CPU]` both."""
    algorithm, env_id = name.split("/")
    trainer = algorithms.make_train(algorithm, algorithms.preset(algorithm, env_id))
    init, update, compile_seconds = compiled(trainer)
    carry = init(jax.random.key(0), trainer.hp)
    rounds = []
    for _ in range(NUM_ROUNDS + 1):  # the first warms up
        before, num_updates = clocks(), 0
        while since(before)[0] < ROUND_SECONDS or num_updates < 2:
            carry, metrics = update(carry)
            jax.block_until_ready(metrics)
            num_updates += 1
        rounds.append([seconds / num_updates for seconds in since(before)])
    return compile_seconds, [min(values) for values in zip(*rounds[1:], strict=True)]


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", default=NAMES, metavar="ALGORITHM/ID")
    print("| trainer | compile | update |\n| --- | --- | --- |")
    for name in parser.parse_args().names:
        (wall, cpu), (update, update_cpu) = measure(name)
        cells = f"{wall:.1f} s ({cpu:.1f})", f"{1e3 * update:.1f} ms ({1e3 * update_cpu:.1f})"
        print(f"| {name} | {' | '.join(cells)} |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
