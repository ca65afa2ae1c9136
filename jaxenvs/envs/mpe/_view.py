"""What agents see of each other: tables without the agent itself, and its nearest neighbours."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _world as world


def others(table: jax.Array) -> jax.Array:
    """`(n, n - 1, ...)` from `(n, n, ...)`: each row without its entry on the diagonal."""
    n, rest = table.shape[0], table.shape[2:]
    if n == 1:
        return table[:, :0]
    # Without its first entry, the table read row by row has the diagonal in its last column.
    shifted = table.reshape(n * n, *rest)[1:].reshape(n - 1, n + 1, *rest)
    return shifted[:, :-1].reshape(n, n - 1, *rest)


def of_others(values: jax.Array) -> jax.Array:
    """`(n, n - 1, ...)` from `(n, ...)`: for each agent the values of all others."""
    return others(jnp.broadcast_to(values[None], (values.shape[0], *values.shape)))


def ranks(distance: jax.Array) -> jax.Array:
    """`(n, m)` int32: how many things are nearer than each one; of equal ones the first is."""
    m = distance.shape[1]
    nearer = distance[:, None, :] < distance[:, :, None]
    tied = (distance[:, None, :] == distance[:, :, None]) & np.tri(m, k=-1, dtype=np.bool_)
    return (nearer | tied).sum(axis=2, dtype=jnp.int32)


def ranked(values: jax.Array, rank: jax.Array, most: int) -> jax.Array:
    """`(n, most, k)`: `values` `(n, m, k)` in the order of ranks, zeros where none is left."""
    m = values.shape[1]
    if most > m:
        values = jnp.pad(values, ((0, 0), (0, most - m), (0, 0)))
        filler = np.broadcast_to(np.arange(m, most, dtype=np.int32), (len(rank), most - m))
        rank = jnp.concatenate([rank, filler], axis=1)
    ids = np.arange(max(m, most), dtype=np.int32)
    at_place = rank[:, None, :] == ids[:most, None]
    order = jnp.where(at_place, ids, 0).sum(axis=2, dtype=jnp.int32)
    return jnp.take_along_axis(values, order[..., None], axis=1)


def flat(table: jax.Array) -> jax.Array:
    """`(n, m * k)` from `(n, m, k)`."""
    return table.reshape(table.shape[0], -1)


def num_shown(neighbors: int | None, count: int) -> int:
    """How many of `count` things are shown, with room for `neighbors`; None: all."""
    return count if neighbors is None else neighbors


def nearest(ways: jax.Array, neighbors: int | None) -> jax.Array:
    """`(n, neighbors, 2)` from `(n, m, 2)`: the shortest ways in order; None: as they are."""
    if neighbors is None:
        return ways
    return ranked(ways, ranks(world.length(ways)), neighbors)
