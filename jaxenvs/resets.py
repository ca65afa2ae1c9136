"""How fresh episodes take the place of finished ones, in any batch of environments.

When it happens is said by an `Autoreset`, how by one of three strategies:

- `fused`: a start for every copy at every step, selected where one is due. Best where a reset is
  cheap: all of it fuses with the step.
- `chunked`: a loop that makes a fixed number of starts at a time until all copies that are due have
  one. Best where a reset is expensive. Gives the same episodes as `fused`, bit for bit, except that
  a level source draws for a chunk at a time.
- `pooled`: starts are drawn from a pool made beforehand, of which a few are renewed at every step.
  The cheapest for expensive resets, but copies may share starts: episodes are not independent.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.struct import PyTree

Autoreset = Literal["same_step", "next_step", "disabled"]
"""`same_step`: the step that ends an episode starts the next one. `next_step`: the following step
does, in place of playing. `disabled`: no step does."""

T = TypeVar("T")
CarryT = TypeVar("CarryT")

MakeStarts = Callable[[jax.Array, jax.Array, CarryT], tuple[T, CarryT]]
"""`(ids, used, carry) -> (starts, carry)`: a start for each id, `(n,)` int32, along the leading
axis of every leaf. `used`, `(n,)` bool, marks those that will be played. The carry holds what has
to be remembered from one call to the next."""


class Pool(PyTree):
    """Starts made beforehand."""

    starts: Any  # [pool_size]
    cursor: jax.Array  # () int32, the next entry to renew


def fused(
    make_starts: MakeStarts[CarryT, T], due: jax.Array, current: T, carry: CarryT
) -> tuple[T, CarryT]:
    """`current` with a fresh start where `due`, `(num_envs,)` bool; makes one for every copy."""
    ids = jnp.arange(due.size, dtype=jnp.int32)
    starts, carry = make_starts(ids, due, carry)
    return where(due, starts, current), carry


def chunked(
    make_starts: MakeStarts[CarryT, T], due: jax.Array, current: T, carry: CarryT, chunk: int
) -> tuple[T, CarryT]:
    """As `fused`, but makes starts for those that are due alone, `chunk` at a time.

    The last chunk is filled up with ids of `num_envs`, which are not used.
    """
    num_envs = due.size
    # Who is due, in order; then numbers that nobody has, so that the last chunk is full.
    nobody = jnp.full(chunk, num_envs, jnp.int32)
    waiting = jnp.where(due, jnp.arange(num_envs, dtype=jnp.int32), np.int32(num_envs))
    waiting = jnp.concatenate([jnp.sort(waiting), nobody])

    def some_left(loop: tuple[jax.Array, T, CarryT]) -> jax.Array:
        return waiting[loop[0]] < num_envs

    def make_chunk(loop: tuple[jax.Array, T, CarryT]) -> tuple[jax.Array, T, CarryT]:
        first, current, carry = loop
        ids = jax.lax.dynamic_slice(waiting, (first,), (chunk,))
        starts, carry = make_starts(ids, ids < num_envs, carry)
        current = jax.tree.map(lambda old, new: old.at[ids].set(new, mode="drop"), current, starts)
        return first + np.int32(chunk), current, carry

    return jax.lax.while_loop(some_left, make_chunk, (jnp.int32(0), current, carry))[1:]


def pooled(
    key: jax.Array,
    make_starts: MakeStarts[CarryT, T],
    due: jax.Array,
    current: T,
    carry: CarryT,
    pool: Pool,
    num_renewed: int,
) -> tuple[T, CarryT, Pool]:
    """`current` with starts picked at random from the pool where `due`; renews `num_renewed`.

    The key, which picks, is consumed. Returns the pool with the renewed starts last. The pool's
    size is a multiple of `num_renewed`.
    """
    pool_size = jax.tree.leaves(pool.starts)[0].shape[0]
    picks = jax.random.randint(key, due.shape, 0, pool_size, dtype=jnp.int32)
    picked = jax.tree.map(lambda leaf: leaf[picks], pool.starts)
    current = where(due, picked, current)
    ids = pool.cursor + jnp.arange(num_renewed, dtype=jnp.int32)
    renewed, carry = make_starts(ids, jnp.ones(ids.shape, jnp.bool_), carry)
    starts = jax.tree.map(lambda old, new: old.at[ids].set(new), pool.starts, renewed)
    cursor = ((pool.cursor + num_renewed) % pool_size).astype(jnp.int32)
    return current, carry, Pool(starts=starts, cursor=cursor)


def usual_chunk(num_envs: int) -> int:
    """How many starts `chunked` makes at a time unless told otherwise."""
    return max(1, num_envs // 32)


def due_after(autoreset: Autoreset, ended_before: jax.Array, ended: jax.Array) -> jax.Array:
    """Which copies a step starts afresh, `(num_envs,)` bool.

    Args:
      autoreset: when that happens.
      ended_before: whether the step before ended the copy's episode, `(num_envs,)` bool.
      ended: whether this one does.
    """
    by_name = {
        "same_step": ended,
        "next_step": ended_before,
        "disabled": jnp.zeros_like(ended),
    }
    return by_name[autoreset]


def silenced(autoreset: Autoreset, ended_before: jax.Array, outcome: T) -> T:
    """What a step reports: zeros where the step stands for a reset, with `next_step`."""
    if autoreset != "next_step":
        return outcome
    return where(ended_before, jax.tree.map(jnp.zeros_like, outcome), outcome)


def step_or_restart(
    key: jax.Array,
    step: Callable[[jax.Array], tuple[T, Any, jax.Array]],
    restart: Callable[[jax.Array], T],
) -> tuple[T, Any]:
    """One copy with `same_step`: its situation after a step, a fresh one if the step ended it.

    Args:
      key: consumed.
      step: `key -> (situation, outcome, over)`, over `()` bool.
      restart: `key -> situation`.

    Returns:
      The situation and the outcome.
    """
    step_key, reset_key = jax.random.split(key)
    situation, outcome, over = step(step_key)
    return where(over, restart(reset_key), situation), outcome


def where(mask: jax.Array, chosen: T, other: T) -> T:
    """Selects along the leading axes, leaf by leaf: `chosen` where `mask`, bool, else `other`."""

    def select(a: jax.Array, b: jax.Array) -> jax.Array:
        return jnp.where(mask.reshape(mask.shape + (1,) * (a.ndim - mask.ndim)), a, b)

    return jax.tree.map(select, chosen, other)
