"""Random orders."""

import jax
import numpy as np
import pytest
import scipy.stats

from jaxenvs.baselines.parts.shuffle import permutations


@pytest.mark.parametrize("size", [1, 2, 3, 512, 1000, 2**14, 2**14 + 1])
def test_every_row_is_a_permutation(getkey, size):
    orders = np.asarray(permutations(getkey(), 3, size))
    assert orders.dtype == np.int32
    np.testing.assert_array_equal(np.sort(orders, axis=-1), np.tile(np.arange(size), (3, 1)))


def test_all_orders_are_equally_likely(getkey):
    orders = np.asarray(permutations(getkey(), 24_000, 4))
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 24
    assert scipy.stats.chisquare(counts).pvalue > 1e-4


def test_places_are_equally_likely_in_long_orders(getkey):
    orders = np.asarray(jax.jit(permutations, static_argnums=(1, 2))(getkey(), 500, 512))
    for place in (0, 255, 511):
        counts = np.bincount(orders[:, place] // 64, minlength=8)
        assert scipy.stats.chisquare(counts).pvalue > 1e-4
