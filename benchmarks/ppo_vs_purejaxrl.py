"""PPO end to end: ours beside PureJaxRL's recipe on gymnax, in turns.

The same settings on both sides, PureJaxRL's for CartPole and for MinAtar (`SETTINGS`; separate
networks of 64-64, Adam with a rate that falls to 0), and the same number of steps. The recipe was
written for this file from a description of PureJaxRL's structure, not copied: a flax network,
gymnax's own `step` with its automatic reset vmapped over environments, the value at every step, one
scan over updates, in it one over steps and one over epochs and minibatches, `done` for terminated
or truncated alike, returns kept by a small wrapper, all per-step infos handed out. It has no
distrax: the categorical distribution is a few lines, so that no time goes into importing or tracing
it.

Every measurement is a fresh process without a compilation cache. `total` is what a user waits for
after the imports: tracing, compiling, training. `run` is the second call of the compiled program,
`cpu` the processor seconds of all threads in `total`, which other work on the machine disturbs
less. `loop` is ours as `jaxenvs train` runs it: three programs (start, updates, evaluation), in
chunks, with agents spread over the processor's cores.

    pip install gymnax==1.0.1 flax optax
    python benchmarks/ppo_vs_purejaxrl.py --repeats 3
    python benchmarks/ppo_vs_purejaxrl.py --repeats 2 --seeds 1 --env MinAtar-Breakout-v1
"""

import argparse
import functools
import json
import math
import os
import statistics
import subprocess
import sys
import time
from typing import Any, NamedTuple

NUM_STEPS, NUM_EPOCHS = 128, 4
GAMMA, GAE_LAMBDA, CLIP, ENT_COEF, VF_COEF, MAX_GRAD_NORM = 0.99, 0.95, 0.2, 0.01, 0.5, 0.5


class Setting(NamedTuple):
    """What differs between PureJaxRL's settings for a game and those for another."""

    peer: str  # gymnax's id
    env_kwargs: dict[str, Any]  # of ours, for gymnax's flavour of the game
    total_steps: int
    num_envs: int
    num_minibatches: int
    activation: str
    lr: float


_FLAVOUR = {"sticky_action_prob": 0.0, "max_steps": 1000}
SETTINGS = {
    "CartPole-v1": Setting("CartPole-v1", {}, 500_000, 4, 4, "tanh", 2.5e-4),
    "MinAtar-Breakout-v1": Setting("Breakout-MinAtar", _FLAVOUR, 1_000_000, 64, 8, "relu", 5e-3),
    "MinAtar-SpaceInvaders-v1": Setting(
        "SpaceInvaders-MinAtar", _FLAVOUR, 1_000_000, 64, 8, "relu", 5e-3
    ),
}


class Step(NamedTuple):
    """One row of the recipe's rollout."""

    done: Any
    action: Any
    value: Any
    reward: Any
    log_prob: Any
    obs: Any
    info: Any


def recipe(env_id: str, total_steps: int) -> Any:  # noqa: PLR0915  one closure, as in the original
    """`key -> (parameters, infos)`: PureJaxRL's structure on gymnax."""
    import flax.linen as nn
    import gymnax  # pyright: ignore[reportMissingImports]
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax

    setting = SETTINGS[env_id]
    num_envs, num_minibatches = setting.num_envs, setting.num_minibatches
    env, env_params = gymnax.make(setting.peer)
    num_updates = total_steps // NUM_STEPS // num_envs
    minibatch_size = num_envs * NUM_STEPS // num_minibatches
    activation = {"tanh": nn.tanh, "relu": nn.relu}[setting.activation]

    class ActorCritic(nn.Module):
        @nn.compact
        def __call__(self, x):
            def branch(num_outputs, scale):
                hidden = x
                for _ in range(2):
                    init = nn.initializers.orthogonal(np.sqrt(2))
                    hidden = activation(nn.Dense(64, kernel_init=init)(hidden))
                return nn.Dense(num_outputs, kernel_init=nn.initializers.orthogonal(scale))(hidden)

            return branch(env.num_actions, 0.01), jnp.squeeze(branch(1, 1.0), axis=-1)

    def log_prob_of(logits, action):
        return jnp.take_along_axis(jax.nn.log_softmax(logits), action[..., None], axis=-1)[..., 0]

    def logged_reset(key):
        obs, state = env.reset(key, env_params)
        return obs.ravel(), (state, jnp.float32(0), jnp.int32(0))

    def logged_step(key, state, action):
        env_state, total, length = state
        obs, env_state, reward, terminated, truncated, _ = env.step(
            key, env_state, action, env_params
        )
        done = terminated | truncated
        total, length = total + reward, length + 1
        info = {"return": total, "length": length, "done": done}
        kept = jnp.where(done, 0.0, total), jnp.where(done, 0, length)
        return obs.ravel(), (env_state, *kept), reward, done, info

    network = ActorCritic()
    schedule = optax.linear_schedule(setting.lr, 0.0, num_updates * NUM_EPOCHS * num_minibatches)
    optimizer = optax.chain(
        optax.clip_by_global_norm(MAX_GRAD_NORM), optax.adam(schedule, eps=1e-5)
    )

    def loss(params, rows, advantage, target):
        logits, value = network.apply(params, rows.obs)
        log_prob = log_prob_of(logits, rows.action)
        near = rows.value + jnp.clip(value - rows.value, -CLIP, CLIP)
        value_loss = 0.5 * jnp.maximum((value - target) ** 2, (near - target) ** 2).mean()
        ratio = jnp.exp(log_prob - rows.log_prob)
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        clipped = jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage
        actor_loss = -jnp.minimum(ratio * advantage, clipped).mean()
        log_probs = jax.nn.log_softmax(logits)
        entropy = -(jnp.exp(log_probs) * log_probs).sum(-1).mean()
        return actor_loss + VF_COEF * value_loss - ENT_COEF * entropy

    def play(carry, _):
        params, obs, state, key = carry
        key, action_key, step_key = jax.random.split(key, 3)
        logits, value = network.apply(params, obs)
        action = jax.random.categorical(action_key, logits)
        keys = jax.random.split(step_key, num_envs)
        next_obs, state, reward, done, info = jax.vmap(logged_step)(keys, state, action)
        row = Step(done, action, value, reward, log_prob_of(logits, action), obs, info)
        return (params, next_obs, state, key), row

    def backwards(carry, row):
        advantage, next_value = carry
        delta = row.reward + GAMMA * next_value * (1 - row.done) - row.value
        advantage = delta + GAMMA * GAE_LAMBDA * (1 - row.done) * advantage
        return (advantage, row.value), advantage

    def minibatch(carry, batch):
        params, opt_state = carry
        gradient = jax.grad(loss)(params, *batch)
        updates, opt_state = optimizer.update(gradient, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), None

    def epoch(carry, _):
        params, opt_state, batch, key = carry
        key, order_key = jax.random.split(key)
        order = jax.random.permutation(order_key, num_envs * NUM_STEPS)

        def shuffled(x):
            flat = x.reshape(-1, *x.shape[2:])[order]
            return flat.reshape(num_minibatches, minibatch_size, *x.shape[2:])

        learner, _ = jax.lax.scan(minibatch, (params, opt_state), jax.tree.map(shuffled, batch))
        return (*learner, batch, key), None

    def update(carry, _):
        params, opt_state, obs, state, key = carry
        (_, obs, state, key), rows = jax.lax.scan(play, (params, obs, state, key), None, NUM_STEPS)
        last_value: Any = network.apply(params, obs)[1]
        start = (jnp.zeros_like(last_value), last_value)
        _, advantage = jax.lax.scan(backwards, start, rows, reverse=True, unroll=16)
        batch = (rows, advantage, advantage + rows.value)
        carry, _ = jax.lax.scan(epoch, (params, opt_state, batch, key), None, NUM_EPOCHS)
        params, opt_state, _, key = carry
        return (params, opt_state, obs, state, key), rows.info

    def train(key):
        key, init_key, env_key = jax.random.split(key, 3)
        params = network.init(
            init_key, jnp.zeros(math.prod(env.observation_space(env_params).shape))
        )
        obs, state = jax.vmap(logged_reset)(jax.random.split(env_key, num_envs))
        carry = (params, optimizer.init(params), obs, state, key)
        carry, infos = jax.lax.scan(update, carry, None, num_updates)
        return carry[0], infos

    return train


def ours(env_id: str, total_steps: int) -> Any:
    """`key -> (carry, metrics)`: the single program of `jaxenvs.baselines.ppo`."""
    from jaxenvs.baselines.common.trainer import train

    trainer = our_trainer(env_id, total_steps)
    return lambda key: train(trainer, key, trainer.hp)


def our_trainer(env_id: str, total_steps: int) -> Any:
    """The same settings in our config."""
    from jaxenvs.baselines import ppo

    setting = SETTINGS[env_id]
    return ppo.make_train(
        ppo.Config(
            env_id,
            env_kwargs=setting.env_kwargs,
            total_steps=total_steps,
            num_envs=setting.num_envs,
            num_steps=NUM_STEPS,
            num_epochs=NUM_EPOCHS,
            num_minibatches=setting.num_minibatches,
            activation=setting.activation,
            lr=setting.lr,
            gamma=GAMMA,
            gae_lambda=GAE_LAMBDA,
            clip=CLIP,
            ent_coef=ENT_COEF,
            vf_coef=VF_COEF,
            max_grad_norm=MAX_GRAD_NORM,
        )
    )


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


def measure_program(side: str, env_id: str, num_seeds: int, total_steps: int) -> dict[str, float]:
    """One program for all seeds, run twice."""
    import jax

    jax.devices()
    begin, processor = time.perf_counter(), time.process_time()
    train = {"recipe": recipe, "ours": ours}[side](env_id, total_steps)
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


def measure_loop(env_id: str, num_seeds: int, total_steps: int) -> dict[str, float]:
    """Our chunked loop, with agents spread over the cores; without a second run."""
    import numpy as np

    from jaxenvs.baselines.common import loop

    loop.use_cpu_cores(num_seeds)
    import jax

    jax.devices()
    begin, processor = time.perf_counter(), time.process_time()
    trainer = our_trainer(env_id, total_steps)
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


def in_fresh_process(side: str, num_seeds: int, env_id: str, total_steps: int) -> dict[str, float]:
    """One measurement, with nothing compiled before."""
    environment = os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "0", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, __file__, "--one", side, str(num_seeds), "--env", env_id]
    command += ["--steps", str(total_steps)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description="PPO against PureJaxRL's recipe")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--env", choices=SETTINGS, default="CartPole-v1")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--one", nargs=2, metavar=("SIDE", "SEEDS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    env_id = arguments.env
    total_steps = arguments.steps or SETTINGS[env_id].total_steps
    if arguments.one:
        side, num_seeds = arguments.one[0], int(arguments.one[1])
        measure = measure_loop if side == "loop" else functools.partial(measure_program, side)
        print(json.dumps(measure(env_id, num_seeds, total_steps)))
        return
    # The recipe trains one agent only: with JAX 0.10.2 on the CPU, orthogonal initialisers vmapped
    # over seeds (batched QR) may deadlock.
    cases: list[tuple[str, int]] = [("recipe", 1)]
    cases += [(side, n) for n in arguments.seeds for side in ("ours", "loop")]
    results: dict[tuple[str, int], list[dict[str, float]]] = {case: [] for case in cases}
    for _ in range(arguments.repeats):
        for case in cases:  # in turns, so that a slow minute of the machine hits all alike
            results[case].append(in_fresh_process(*case, env_id, total_steps))
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


if __name__ == "__main__":
    main()
