"""Joining agents' values: who counts, and what a team is paid."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines.parts.mixing import Own, Sum, joined, pooled_end, pooled_reward
from jaxenvs.baselines.qmix import Monotonic

VALUES = np.array([[1.0, -2.0, 4.0], [3.0, 0.5, 8.0]], np.float32)
PRESENT = jnp.array([[True, True, True], [True, False, True]])


def test_alone_each_has_its_own_value_and_reward():
    np.testing.assert_array_equal(
        joined(Own(), {}, jnp.asarray(VALUES), PRESENT, None), [[1, -2, 4], [3, 0, 8]]
    )
    np.testing.assert_array_equal(pooled_reward(Own(), jnp.asarray(VALUES)), VALUES)
    np.testing.assert_array_equal(pooled_end(Own(), jnp.asarray(PRESENT)), PRESENT)


def test_a_team_has_the_sum_of_those_who_are_there_and_the_mean_reward():
    together = joined(Sum(), {}, jnp.asarray(VALUES), PRESENT, None)
    np.testing.assert_array_equal(together, [[3], [11]])
    np.testing.assert_allclose(pooled_reward(Sum(), jnp.asarray(VALUES)), [[1], [11.5 / 3]])
    np.testing.assert_array_equal(pooled_end(Sum(), jnp.asarray(PRESENT)), [[True], [False]])


@pytest.mark.parametrize("join", [Own(), Sum(), Monotonic(4, 6)], ids=lambda j: type(j).__name__)
def test_who_has_left_counts_neither_here_nor_there(join):
    weights = join.init(jax.random.key(0), 3, 2)
    world = jnp.ones((2, 2), jnp.float32) if join.uses_world else None
    other = jnp.asarray(np.where(np.asarray(PRESENT), VALUES, 100))
    np.testing.assert_array_equal(
        joined(join, weights, jnp.asarray(VALUES), PRESENT, world),
        joined(join, weights, other, PRESENT, world),
    )
