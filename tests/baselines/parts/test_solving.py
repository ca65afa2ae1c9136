"""Solve rates of levels, against policies whose rates are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines.parts.solving import solve_rates, stacked
from jaxenvs.baselines.parts.trainer import Trainer
from tests.toys import Goal, Race, Walk

PLACES = (1, 2, 3, 4)
LEVELS = stacked([Goal(place=jnp.int32(place)) for place in PLACES])


def player(act, sample=None, memory=None, env=None):
    """A trainer whose policy is the probability of a step to the right."""
    return Trainer(
        init=lambda key, hp: None,
        update=lambda carry: (carry, {}),
        evaluate=lambda carry, key: {},
        policy=lambda carry: carry,
        act=act,
        env=env or Race(),
        hp=None,
        num_updates=1,
        steps_per_update=1,
        sample=sample,
        memory=memory,
    )


def greedy(policy, obs, mask):
    return (policy > 0.5).astype(jnp.int32)


def drawn(policy, obs, mask, chance):
    key, past = chance
    key, own = jax.random.split(key)
    return jax.random.bernoulli(own, policy).astype(jnp.int32), (key, past)


def chance_to_arrive(place, probability, num_steps=8):
    """Of a walk from 0 with a wall on the left, by its distribution step by step."""
    at = np.zeros(place + 1)
    at[0] = 1
    for _ in range(num_steps):
        after = np.zeros_like(at)
        after[place] = at[place]
        for i in range(place):
            after[i + 1] += probability * at[i]
            after[max(i - 1, 0)] += (1 - probability) * at[i]
        at = after
    return at[place]


@pytest.mark.parametrize(("policy", "rate"), [(0.9, 1.0), (0.1, 0.0)])
def test_the_likeliest_actions(policy, rate):
    rates = solve_rates(
        player(greedy), jnp.float32(policy), LEVELS, jax.random.key(0), 3, greedy=True
    )
    np.testing.assert_array_equal(rates, np.full(4, rate, np.float32))


def test_drawn_actions_solve_as_often_as_the_walk_arrives():
    num = 2000
    rates = solve_rates(player(greedy, drawn), jnp.float32(0.4), LEVELS, jax.random.key(1), num)
    expected = np.array([chance_to_arrive(place, 0.4) for place in PLACES])
    spread = np.sqrt(expected * (1 - expected) / num)
    assert (np.abs(rates - expected) < 4 * spread).all()
    assert 0.05 < expected[3] < expected[0] < 0.99


def test_a_memory_goes_on_from_step_to_step():
    def act(policy, obs, mask, count):  # to the right at odd steps: nothing but place 1 is reached
        return count % 2, count + np.int32(1)

    walker = player(act, memory=jnp.int32(0))
    rates = solve_rates(walker, None, LEVELS, jax.random.key(0), 2, greedy=True)
    np.testing.assert_array_equal(rates, [1, 0, 0, 0])


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(TypeError, match="env: expected a game with levels, got Walk"):
        solve_rates(player(greedy, env=Walk()), None, LEVELS, jax.random.key(0))
    with pytest.raises(TypeError, match="greedy: expected True"):
        solve_rates(player(greedy), None, LEVELS, jax.random.key(0))
