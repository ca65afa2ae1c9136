"""Measuring environments: steps per second under random actions, compile time, size of a state.

The timed region is one program: a reset of all copies and `num_steps` steps with automatic resets.
Actions and one key for each step are drawn before it. Observations, rewards and ends of all copies
are summed, so that the compiler can drop none of them; infos are not, as libraries report different
ones.
"""

import abc
import contextlib
import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.compilation_cache import compilation_cache

from jaxenvs.core import Env
from jaxenvs.vector import Resets, vectorize


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What `jaxenvs bench` reports of one environment in one library."""

    id: str  # ours
    library: str
    num_envs: int
    num_steps: int  # of each of them, in one timed run
    steps_per_second: float  # over all copies; the median of the repeats
    compile_seconds: float  # tracing and compiling, without any cache; 0 for what is not compiled
    bytes_per_env: int | None  # of the state of one environment; None where it is unknown
    first_step_seconds: float | None  # compiling and playing a reset and a step; None as above
    ratio: float | None = None  # our steps per second over theirs; None for ours


class Contestant(abc.ABC):
    """Something that can be timed; the fields are those of a `Measurement`."""

    compile_seconds: float = 0.0
    bytes_per_env: int | None = None
    first_step_seconds: float | None = None

    def __init__(self, library: str, num_envs: int, num_steps: int) -> None:
        self.library, self.num_envs, self.num_steps = library, num_envs, num_steps

    @abc.abstractmethod
    def run(self, seed: int) -> None:
        """Plays once and returns when all is done."""


@dataclasses.dataclass(frozen=True)
class Batch:
    """A batch of environments in JAX, whichever library they are from."""

    reset: Callable[[jax.Array], Any]
    """`key -> state` of all copies."""

    step: Callable[[jax.Array, Any, Any], tuple[Any, Any]]
    """`(key, state, actions) -> (state, outputs)`; resets what has ended.

    The outputs are observations, rewards and ends.
    """

    sample: Callable[[jax.Array], Any]
    """`key -> actions` for all copies."""

    env_state: Callable[[Any], Any] = lambda state: state
    """The environments' own part of a state, whose size is reported."""


def ours(env: Env[Any, Any], num_envs: int, resets: Resets = "auto") -> Batch:
    """One of our environments, reset in the step that ends an episode."""
    venv = vectorize(env, num_envs, resets=resets)

    def step(key: jax.Array, vstate: Any, actions: Any) -> tuple[Any, Any]:
        t = venv.step(key, vstate, actions)
        return t.state, (t.obs, t.reward, t.terminated, t.truncated)

    return Batch(
        reset=lambda key: venv.reset(key)[1],
        step=step,
        sample=venv.sample_actions,
        env_state=lambda vstate: vstate.env_state,
    )


class Compiled(Contestant):
    """A batch in JAX, compiled and ready to be timed."""

    def __init__(self, library: str, batch: Batch, num_envs: int, num_steps: int) -> None:
        super().__init__(library, num_envs, num_steps)
        draw = jax.jit(jax.vmap(batch.sample))
        self._actions = jax.block_until_ready(draw(jax.random.split(jax.random.key(7), num_steps)))
        self._keys = jax.random.split(jax.random.key(8), num_steps)
        state = jax.eval_shape(batch.reset, jax.random.key(0))
        leaves = jax.tree.leaves(batch.env_state(state))
        self.bytes_per_env = round(
            sum(leaf.size * leaf.dtype.itemsize for leaf in leaves) / num_envs
        )
        with uncached():
            start = time.perf_counter()
            play = jax.jit(_rollout(batch))
            self._program = play.lower(jax.random.key(0), self._keys, self._actions).compile()
            self.compile_seconds = time.perf_counter() - start
        first_actions = jax.tree.map(lambda leaf: leaf[0], self._actions)
        with uncached():
            start = time.perf_counter()
            state = jax.jit(batch.reset)(jax.random.key(0))
            jax.block_until_ready(jax.jit(batch.step)(jax.random.key(1), state, first_actions))
            self.first_step_seconds = time.perf_counter() - start

    def run(self, seed: int) -> None:
        """Plays once and returns when all is done."""
        jax.block_until_ready(self._program(jax.random.key(seed), self._keys, self._actions))


def _rollout(batch: Batch) -> Callable[[jax.Array, jax.Array, Any], jax.Array]:
    def play(reset_key: jax.Array, step_keys: jax.Array, actions: Any) -> jax.Array:
        def step(state: Any, x: tuple[jax.Array, Any]) -> tuple[Any, jax.Array]:
            key, actions = x
            state, outputs = batch.step(key, state, actions)
            return state, total(outputs)

        _, sums = jax.lax.scan(step, batch.reset(reset_key), (step_keys, actions))
        return jnp.sum(sums)

    return play


def total(tree: Any) -> jax.Array:
    """The sum of every number in a tree, () float32."""
    leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(tree)]
    sums = [jnp.sum(leaf.astype(jnp.float32)) for leaf in leaves]
    return sum(sums, jnp.float32(0))


def race(contestants: Sequence[Contestant], repeats: int) -> list[float]:
    """Steps per second of each, the median of the repeats; they take turns, after one warm-up."""
    for contestant in contestants:
        contestant.run(0)
    seconds: list[list[float]] = [[] for _ in contestants]
    for repeat in range(1, repeats + 1):
        for contestant, times in zip(contestants, seconds, strict=True):
            start = time.perf_counter()
            contestant.run(repeat)
            times.append(time.perf_counter() - start)
    return [
        contestant.num_envs * contestant.num_steps / statistics.median(times)
        for contestant, times in zip(contestants, seconds, strict=True)
    ]


def report(env_id: str, contestants: Sequence[Contestant], repeats: int) -> list[Measurement]:
    """Times the contestants against each other; the first is ours."""
    speeds = race(contestants, repeats)
    return [
        Measurement(
            id=env_id,
            library=contestant.library,
            num_envs=contestant.num_envs,
            num_steps=contestant.num_steps,
            steps_per_second=speed,
            compile_seconds=contestant.compile_seconds,
            bytes_per_env=contestant.bytes_per_env,
            first_step_seconds=contestant.first_step_seconds,
            ratio=speeds[0] / speed if rank else None,
        )
        for rank, (contestant, speed) in enumerate(zip(contestants, speeds, strict=True))
    ]


@contextlib.contextmanager
def uncached() -> Iterator[None]:
    """Compiles for real: no cache on disk, and nothing traced before is known."""
    enabled = jax.config.jax_enable_compilation_cache  # type: ignore[attr-defined]
    jax.config.update("jax_enable_compilation_cache", False)
    compilation_cache.reset_cache()  # JAX reads the setting once and remembers it
    jax.clear_caches()
    try:
        yield
    finally:
        jax.config.update("jax_enable_compilation_cache", enabled)
        compilation_cache.reset_cache()


class Eager(Contestant):
    """A vector environment of Gymnasium, stepped from Python with numpy actions."""

    def __init__(self, library: str, venv: Any, num_steps: int) -> None:
        super().__init__(library, venv.num_envs, num_steps)
        self._venv = venv
        venv.action_space.seed(7)
        self._actions = [np.asarray(venv.action_space.sample()) for _ in range(num_steps)]

    def run(self, seed: int) -> None:
        """Plays once."""
        self._venv.reset(seed=seed)
        for actions in self._actions:
            self._venv.step(actions)
