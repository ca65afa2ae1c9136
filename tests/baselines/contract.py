"""What holds for every algorithm's trainer, as assertions that its tests call."""

import functools
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.parts.trainer import scan_updates
from jaxenvs.baselines.runs import loop


def assert_same_bits(first, second):
    """Two pytrees of arrays and typed keys are equal, to the bit."""

    def words(leaf):
        is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        return np.asarray(jax.random.key_data(leaf) if is_key else leaf)

    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        np.testing.assert_array_equal(words(a), words(b))


def assert_metrics_are_scalars(metrics, num_updates):
    """One float32 per update, finite unless it is about episodes, of which none may have ended."""
    assert {"episode_return", "num_episodes"} <= set(metrics)
    for name, values in metrics.items():
        assert values.shape == (num_updates,), name
        assert values.dtype == jnp.float32, name
        if not name.startswith("episode_"):
            assert np.isfinite(values).all(), name


def assert_carry_keeps_its_types(trainer):
    """An update changes no shape, dtype or weak type of the carry."""
    before = jax.eval_shape(trainer.init, jax.random.key(0), trainer.hp)
    after, _ = jax.eval_shape(trainer.update, before)

    def kinds(tree):
        return [(x.shape, x.dtype, getattr(x, "weak_type", False)) for x in jax.tree.leaves(tree)]

    assert kinds(before) == kinds(after)


def assert_chunks_are_the_scan(trainer, chunk=3, rates=(1e-3, 1e-2)):
    """The chunked loop of learners gives the bits of the single scan; the scan's metrics.

    There is a learner for each of the learning rates.
    """
    num_learners = len(rates)
    keys = jax.random.split(jax.random.key(3), num_learners)
    hp = jax.tree.map(lambda x: np.full(num_learners, x, np.float32), trainer.hp)
    hp = hp.replace(lr=np.array(rates, np.float32))
    whole, metrics = jax.jit(jax.vmap(functools.partial(scan_updates, trainer)))(keys, hp)
    programs = loop.compile_programs(trainer, num_learners, chunk)
    carry, pieces = programs.init(keys, hp), []
    for piece in loop.run_chunks(programs, carry, 0, trainer.num_updates, chunk):
        carry = piece.carry
        pieces.append(piece.metrics)
    assert_same_bits(whole, carry)
    for name, values in metrics.items():
        seen = np.concatenate([piece[name] for piece in pieces])
        np.testing.assert_array_equal(np.asarray(values).T, seen)
    return metrics


def run_script(script, folder, optimized=False):
    """Runs Python code in a process of its own, warnings as errors; what it prints.

    Where `optimized`, with all of XLA's optimizations, as users have them.
    """
    hurried = ("XLA_FLAGS", "JAX_DISABLE_MOST_OPTIMIZATIONS")
    kept = {k: v for k, v in os.environ.items() if not (optimized and k in hurried)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
