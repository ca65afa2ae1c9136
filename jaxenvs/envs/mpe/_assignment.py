"""Who goes where, so that the ways are shortest in sum.

Source: Kuhn, "The Hungarian method for the assignment problem" (1955), in the form of Jonker &
Volgenant (1987): rows enter one at a time, each along a cheapest chain of swaps.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class _Duals(NamedTuple):
    """The assignment of the rows so far. Index 0 stands for "none"."""

    row_of: jax.Array  # (n + 1,) int32, the row of each column
    row_price: jax.Array  # (n + 1,) float32
    column_price: jax.Array  # (n + 1,) float32


class _Search(NamedTuple):
    """A search for the cheapest chain from a new row to a free column."""

    column: jax.Array  # () int32, where the search stands
    visited: jax.Array  # (n + 1,) bool
    slack: jax.Array  # (n + 1,) float32, what it costs to reach each column
    came_from: jax.Array  # (n + 1,) int32
    duals: _Duals


def cheapest(cost: jax.Array) -> jax.Array:
    """`(n,)` int32: the column of each row, all different, of the smallest sum of costs."""
    n = cost.shape[0]
    # A column of "none" in front, which is never chosen.
    padded = jnp.pad(cost, ((1, 0), (1, 0)))
    start = _Duals(
        row_of=jnp.zeros(n + 1, jnp.int32),
        row_price=jnp.zeros(n + 1, jnp.float32),
        column_price=jnp.zeros(n + 1, jnp.float32),
    )
    duals = jax.lax.fori_loop(1, n + 1, lambda row, d: _enter(padded, row, d), start)
    columns = jnp.arange(n, dtype=jnp.int32)
    is_row = duals.row_of[None, 1:] == jnp.arange(1, n + 1, dtype=jnp.int32)[:, None]
    return jnp.where(is_row, columns[None], 0).sum(axis=1, dtype=jnp.int32)


def _enter(cost: jax.Array, row: jax.Array, duals: _Duals) -> _Duals:
    """Assigns one more row."""
    n = cost.shape[0]
    search = _Search(
        column=jnp.int32(0),
        visited=jnp.zeros(n, jnp.bool_),
        slack=jnp.full(n, np.inf, jnp.float32),
        came_from=jnp.zeros(n, jnp.int32),
        duals=duals._replace(row_of=_put(duals.row_of, 0, jnp.asarray(row, jnp.int32))),
    )
    search = jax.lax.while_loop(
        lambda s: s.duals.row_of[s.column] != 0, lambda s: _advance(cost, s), search
    )

    def swap(loop: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        column, row_of = loop
        before = search.came_from[column]
        return before, _put(row_of, column, row_of[before])

    loop = (search.column, search.duals.row_of)
    _, row_of = jax.lax.while_loop(lambda loop: loop[0] != 0, swap, loop)
    return search.duals._replace(row_of=row_of)


def _advance(cost: jax.Array, search: _Search) -> _Search:
    """Goes on to the column that is cheapest to reach, and lowers prices to match."""
    duals, n = search.duals, cost.shape[0]
    visited = _put(search.visited, search.column, jnp.bool_(True))
    row = duals.row_of[search.column]
    reduced = cost[row] - duals.row_price[row] - duals.column_price
    better = ~visited & (reduced < search.slack)
    slack = jnp.where(better, reduced, search.slack)
    came_from = jnp.where(better, search.column, search.came_from)
    ids = np.arange(n, dtype=np.int32)
    reachable = jnp.where(visited | (ids == 0), np.float32(np.inf), slack)
    column = jnp.argmin(reachable).astype(jnp.int32)
    delta = reachable[column]
    in_chain = (duals.row_of[None, :] == ids[:, None]) & visited[None, :]
    duals = _Duals(
        row_of=duals.row_of,
        row_price=duals.row_price + jnp.where(in_chain.any(axis=1), delta, np.float32(0)),
        column_price=duals.column_price - jnp.where(visited, delta, np.float32(0)),
    )
    return _Search(column, visited, jnp.where(visited, slack, slack - delta), came_from, duals)


def _put(array: jax.Array, index: jax.Array | int, value: jax.Array) -> jax.Array:
    ids = np.arange(array.shape[0], dtype=np.int32)
    return jnp.where(ids == index, value, array)
