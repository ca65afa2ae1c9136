"""The host's loop: many learners at once, a chunk of updates at a time.

Between chunks the host can log, save and stop. The chunks run the very `update` that the single
scan of `scan_updates` runs, and give the same bits. Learners are the leading axis `[num_learners]`,
spread evenly over devices, each of which works on its own share without talking to the others.
"""

import concurrent.futures
import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from jaxenvs.baselines.parts.trainer import Metrics, Trainer

_LEARNERS = PartitionSpec("learners")
_ROWS = PartitionSpec(None, "learners")  # updates first
_SAME = PartitionSpec()


@dataclasses.dataclass(frozen=True)
class Programs:
    """What is compiled for a run."""

    init: Callable[[jax.Array, Any], Any]
    """`(keys, hp) -> carry`, all with the learners' axis."""

    advance: Callable[[Any, jax.Array], tuple[Any, Metrics]]
    """`(carry, n) -> (carry, metrics)`: n updates, at most a chunk; the carry given is used up.

    Metrics are `[chunk, num_learners]`, of which the first n rows are filled.
    """

    evaluate: Callable[[Any, jax.Array], Metrics]
    """`(carry, key) -> metrics`, `[num_learners]`: every learner plays from the same key."""

    place: Callable[[Any], Any]
    """Puts a carry that was loaded from disk where the programs expect it."""

    num_devices: int
    compile_seconds: float


class Chunk(NamedTuple):
    """What the host has between two calls."""

    carry: Any
    update_id: int  # updates so far, since the start of the run
    metrics: dict[str, np.ndarray]  # [num_updates of this chunk, num_learners]
    seconds: float


def use_cpu_cores(num_parts: int) -> None:
    """Gives JAX a CPU device per core, `num_parts` at most, if that can still be chosen.

    Small networks keep one core busy at most; learners on several devices keep all of them busy.
    Changes nothing once JAX has started, nor where the user chose a number.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    chosen = getattr(jax.config, "jax_num_cpu_devices") > 0  # noqa: B009 - untyped in JAX
    if chosen or "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", ""):
        return
    with contextlib.suppress(RuntimeError):  # JAX runs already
        jax.config.update("jax_num_cpu_devices", max(1, min(cores or 1, num_parts)))


def compile_programs(
    trainer: Trainer, num_learners: int, chunk: int, max_devices: int | None = None
) -> Programs:
    """Compiles all that a run needs, at once.

    Uses as many of this process's devices, up to `max_devices`, as divide the learners evenly;
    where that is one and the trainer can be spread, as many as divide its parts.
    """
    began = time.perf_counter()
    local = jax.local_devices()
    available = len(local) if max_devices is None else min(max_devices, len(local))
    num_devices = _largest_divisor(num_learners, available)
    within = num_devices == 1 and trainer.spread is not None  # share out the work of each learner
    if within:
        num_devices = _largest_divisor(trainer.parts, available)
    devices = np.array(local[:num_devices])
    mesh = Mesh(devices, ("learners",), axis_types=(AxisType.Auto,))
    layout = NamedSharding(mesh, _SAME if within else _LEARNERS)
    if within and trainer.spread is not None:
        trainer = trainer.spread(mesh)

    def spread(function: Callable[..., Any], inputs: Any, outputs: Any) -> Callable[..., Any]:
        if num_devices == 1 or within:
            return function
        return jax.shard_map(
            function, mesh=mesh, in_specs=inputs, out_specs=outputs, check_vma=False
        )

    def place(tree: Any) -> Any:
        return jax.device_put(tree, layout if num_devices > 1 else local[0])

    init_all = jax.vmap(trainer.init)
    carry, keys, hp = (_placed(shapes, layout) for shapes in shapes_of(trainer, num_learners))
    count = jax.ShapeDtypeStruct((), jnp.int32)
    key = jax.eval_shape(lambda: jax.random.key(0))

    advance = spread(_chunk_of(trainer, chunk), (_LEARNERS, _SAME), (_LEARNERS, _ROWS))
    init = spread(init_all, (_LEARNERS, _LEARNERS), _LEARNERS)
    evaluate = spread(jax.vmap(trainer.evaluate, (0, None)), (_LEARNERS, _SAME), _LEARNERS)
    # XLA compiles outside Python's lock, so that the programs share the cores.
    pool = concurrent.futures.ThreadPoolExecutor()
    # What is the same on all devices must stay so: XLA would choose for itself.
    kept: dict[str, Any] = {"out_shardings": layout} if within and num_devices > 1 else {}
    advancing = pool.submit(jax.jit(advance, donate_argnums=0, **kept).lower(carry, count).compile)
    starting = pool.submit(jax.jit(init, **kept).lower(keys, hp).compile)
    # Not needed until the end: the training begins without waiting for it.
    evaluating = pool.submit(jax.jit(evaluate).lower(carry, key).compile)
    pool.shutdown(wait=False)
    advance, start = advancing.result(), starting.result()
    return Programs(
        advance=advance,
        init=lambda keys, hp: start(place(keys), place(hp)),
        evaluate=lambda carry, key: evaluating.result()(carry, key),
        place=place,
        num_devices=num_devices,
        compile_seconds=time.perf_counter() - began,
    )


def shapes_of(trainer: Trainer, num_learners: int) -> tuple[Any, Any, Any]:
    """Carry, keys and traced numbers of that many learners, as shapes."""
    keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), num_learners))
    hp = jax.tree.map(lambda _: jax.ShapeDtypeStruct((num_learners,), jnp.float32), trainer.hp)
    return jax.eval_shape(jax.vmap(trainer.init), keys, hp), keys, hp


def run_chunks(
    programs: Programs, carry: Any, start: int, stop: int, chunk: int
) -> Iterator[Chunk]:
    """Updates `start` to `stop`, a chunk at a time; breaking off stops the training.

    The carry given, and that of a chunk once the next one is asked for, are used up.
    """
    while start < stop:
        num = min(chunk, stop - start)
        began = time.perf_counter()
        carry, metrics = programs.advance(carry, jnp.int32(num))
        fetched = {name: np.asarray(values)[:num] for name, values in metrics.items()}
        start += num
        yield Chunk(carry, start, fetched, time.perf_counter() - began)


def summarize(metrics: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One number per learner for a chunk's metrics `[n, num_learners]`.

    Means over the updates, except that figures about episodes are means over the episodes, NaN
    where none ended, and `num_episodes` is a sum.
    """
    num_episodes = metrics["num_episodes"].sum(axis=0)
    row = {}
    for name, values in metrics.items():
        if name.startswith("episode_"):
            total = np.where(metrics["num_episodes"] > 0, values * metrics["num_episodes"], 0)
            safe = np.maximum(num_episodes, 1)
            row[name] = np.where(num_episodes > 0, total.sum(axis=0) / safe, np.nan)
        else:
            row[name] = values.mean(axis=0)
    return row | {"num_episodes": num_episodes}


def _chunk_of(trainer: Trainer, chunk: int) -> Callable[[Any, jax.Array], tuple[Any, Metrics]]:
    """The program of `Programs.advance`, on one device's share of the learners."""
    update = jax.vmap(trainer.update)

    def advance(carry: Any, num: jax.Array) -> tuple[Any, Metrics]:
        shapes = jax.eval_shape(update, carry)[1]
        rows = jax.tree.map(lambda row: jnp.zeros((chunk, *row.shape), row.dtype), shapes)

        def step(i: jax.Array, state: tuple[Any, Metrics]) -> tuple[Any, Metrics]:
            carry, row = update(state[0])
            return carry, jax.tree.map(lambda all_, one: all_.at[i].set(one), state[1], row)

        return jax.lax.fori_loop(0, num, step, (carry, rows))

    return advance


def _largest_divisor(number: int, most: int) -> int:
    """The largest divisor of a number that is at most `most`."""
    return max(n for n in range(1, most + 1) if number % n == 0)


def _placed(shapes: Any, sharding: NamedSharding) -> Any:
    """Shapes with the sharding that the arrays will have."""
    if sharding.mesh.size == 1:
        return shapes
    return jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), shapes
    )
