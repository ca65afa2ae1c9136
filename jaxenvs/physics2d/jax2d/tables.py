"""Which pairs can touch, and in which batches their contacts are solved."""

import functools
import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.struct import frozen


class Tables(NamedTuple):
    """Pairs and contacts of a scene of P polygons and C circles, read-only numpy.

    Pairs come in three kinds: two polygons, a circle and a polygon, two circles. The two contacts
    of polygons are numbered apart: the first ones of all such pairs, then the second ones, then the
    contacts of the other pairs.
    """

    polygons: np.ndarray
    """Pairs of polygons, lower number first, int32 [pairs, 2]; not those of two walls."""
    mixed: np.ndarray
    """Circle, then polygon, int32 [pairs, 2]; circles are numbered from P."""
    circles: np.ndarray
    """Pairs of circles, int32 [pairs, 2]."""
    bodies: np.ndarray
    """The two bodies of each contact, int32 [K, 2]."""
    remembered: np.ndarray
    """Whether a contact accumulates its impulse, bool [K].

    Jax2D fills up its last batch with index -1 and writes zeros there, which clears the last pair
    of a kind, unless the number of pairs is a multiple of the batch's size.
    """
    slots: np.ndarray
    """Rank of each contact of a batch, or K for none, int32 [batches, size].

    Ranks count within a kind from its first contact on; those of idle contacts come first. Equal
    ones are spread over the batches.
    """


@functools.cache
def tables(polygons: int, circles: int, walls: int, batch: int) -> Tables:
    """Tables for P polygons, of which the first are walls, and C circles."""
    numbers = range(polygons, polygons + circles)
    both = [pair for pair in itertools.combinations(range(polygons), 2) if pair[1] >= walls]
    mixed = list(itertools.product(numbers, range(polygons)))
    round_ones = list(itertools.combinations(numbers, 2))
    kinds = [_pairs(kind) for kind in (both, both, mixed, round_ones)]
    remembered = [np.arange(len(kind)) != len(kind) - 1 for kind in kinds]
    for kind, kept in zip(kinds, remembered, strict=True):
        kept |= len(kind) % batch == 0
    return Tables(
        polygons=kinds[0],
        mixed=kinds[2],
        circles=kinds[3],
        bodies=frozen(np.concatenate(kinds)),
        remembered=frozen(np.concatenate(remembered)),
        slots=frozen(_slots([len(kind) for kind in kinds], batch)),
    )


def _pairs(found: list[tuple[int, int]]) -> np.ndarray:
    return frozen(np.array(found, np.int32).reshape(-1, 2))


def _slots(counts: list[int], batch: int) -> np.ndarray:
    none, first, rows = sum(counts), 0, []
    for count in counts:
        ranks = np.full(-(-count // batch) * batch, none, np.int32)
        ranks[:count] = first + np.arange(count)
        rows.append(ranks.reshape(batch, -1).T)
        first += count
    return np.concatenate(rows)


def pairs(polygons: int, circles: int, walls: int = 4) -> np.ndarray:
    """The two bodies of each pair whose touch `step` reports, int32 [pairs, 2]."""
    known = tables(polygons, circles, walls, 1)
    return np.concatenate([known.polygons, known.mixed, known.circles])


def collisions(bodies: int, a: jax.Array, b: jax.Array, active: jax.Array) -> jax.Array:
    """Which bodies push each other, bool [bodies, bodies]: those that no chain of joints links.

    Joints are given by the numbers of their two bodies, int32 [J], and by whether they are there,
    bool [J].
    """
    linked = jnp.eye(bodies, dtype=bool)
    linked = linked.at[a, b].max(active).at[b, a].max(active)
    for _ in range((bodies - 1).bit_length()):
        linked = jnp.any(linked[:, :, None] & linked[None], axis=1)
    return ~linked
