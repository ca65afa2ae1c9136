"""Heads: from choices counted from 0 to actions of the game, and to what networks take."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import multi, spaces
from jaxenvs.baselines.parts.heads import FactorizedHead, head_of
from jaxenvs.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Tuple

SPACE = Tuple(
    [
        Discrete(3, start=5),
        MultiDiscrete([[2, 4], [3, 3]], np.uint8, start=[[1, 0], [0, 7]]),
        Tuple([Discrete(2)]),
    ]
)


def test_choices_become_every_action_of_the_space():
    head = head_of(SPACE)
    assert isinstance(head, FactorizedHead)
    counts = (3, 2, 4, 3, 3, 2)
    assert head.counts == counts
    draws = np.random.default_rng(0)
    choices = draws.integers(0, counts, (200, 2, 6)).astype(np.int32)
    actions, shown = jax.jit(lambda x: (head.to_env(x), head.as_input(x)))(choices)
    assert jax.jit(jax.vmap(multi.stack([SPACE, SPACE]).contains))(actions).all()
    first, grid, (last,) = actions
    np.testing.assert_array_equal(first, choices[..., 0] + 5)
    expected = choices[..., 1:5].reshape(200, 2, 2, 2) + np.array([[1, 0], [0, 7]])
    np.testing.assert_array_equal(grid, expected)
    np.testing.assert_array_equal(last, choices[..., 5])
    ones = [np.eye(n)[choices[..., i]] for i, n in enumerate(counts)]
    np.testing.assert_array_equal(shown, np.concatenate(ones, axis=-1))


def test_a_mask_of_another_shape_is_refused():
    head = head_of(MultiDiscrete([2, 3]))
    with pytest.raises(ValueError, match=r"action mask: expected \(2, 3\) for .*got \(5,\)"):
        head.distribution(jnp.zeros((7, 5)), None, jnp.ones((7, 5), jnp.bool_))


@pytest.mark.parametrize(
    "space",
    [MultiBinary(3), Box(0, 1, (2,), np.int32), Tuple([Discrete(2), Box(0, 1, (1,))]), Tuple([])],
)
def test_spaces_without_a_head_are_refused(space: spaces.Space):
    with pytest.raises(TypeError, match="expected Discrete, MultiDiscrete, a Tuple of these or a"):
        head_of(space)
