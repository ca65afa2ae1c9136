from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.toy_text import taxi
from jaxenvs.testing import check_env


def state_of(row, column, passenger, destination, fickle=False):
    number = ((row * 5 + column) * 5 + passenger) * 4 + destination
    return taxi.State(time=jnp.int32(0), number=jnp.int32(number), fickle=jnp.bool_(fickle))


def test_encode_and_decode_are_inverse():
    numbers = jnp.arange(500)
    assert (taxi.encode(taxi.decode(numbers)) == numbers).all()


def test_the_mask_shows_what_changes_something():
    """Allowed actions lead elsewhere, all others leave the state as it is: in all 500 states."""
    env: Any = jaxenvs.make("Taxi-v4")
    table = jax.jit(env.table)()
    numbers = jnp.arange(500, dtype=jnp.int32)
    mask = jax.vmap(
        lambda n: env.action_mask(taxi.State(time=n, number=n, fickle=jnp.bool_(False)))
    )(numbers)
    changes = (table.number[:, :, 0] != numbers[:, None]) & (table.chance[:, :, 0] > 0)
    assert (np.asarray(mask) == np.asarray(changes)).all()


def test_a_delivery(getkey):
    """From red to green: pick up, drive around the walls, set down."""
    env: Any = jaxenvs.make("Taxi-v4")
    step = jax.jit(env.step)
    state = state_of(0, 0, 0, 1)
    rewards, ended = [], []
    for action in (5, 4, 0, 2, 0, 2, 2, 2, 1, 1, 5):
        move = step(getkey(), state, action)
        state = move.state
        rewards.append(float(move.reward))
        ended.append(bool(move.terminated))
    assert rewards == [-10] + [-1] * 9 + [20]
    assert ended == [False] * 10 + [True]


def test_a_wrong_stand_ends_nothing(getkey):
    env: Any = jaxenvs.make("Taxi-v4")
    move = env.step(getkey(), state_of(4, 0, 4, 1), 5)
    assert taxi.decode(move.state.number) == (20, 2, 1)
    assert (float(move.reward), bool(move.terminated)) == (-1.0, False)


def test_fickle_passengers_change_their_mind_once_at_the_first_drive(getkey):
    env: Any = jaxenvs.make("Taxi-v4", fickle_passenger=True)
    step = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))
    keys = jax.random.split(getkey(), 3_000)
    blocked = step(keys, state_of(0, 1, 4, 2, fickle=True), 2)  # a wall: nobody moved
    assert (blocked.state.fickle).all()
    waiting = step(keys, state_of(0, 1, 0, 2, fickle=True), 3)  # the passenger is not in the taxi
    assert (waiting.state.fickle).all()
    driven = step(keys, state_of(0, 1, 4, 2, fickle=True), 3)
    assert not driven.state.fickle.any()
    share = np.bincount(driven.state.number % 4, minlength=4) / 3_000
    assert np.abs(share - [1 / 3, 1 / 3, 0, 1 / 3]).max() < 5 * 0.0087
    firm = step(keys, state_of(0, 1, 4, 2), 3)
    assert (firm.state.number % 4 == 2).all()


@pytest.mark.parametrize("options", [{"is_rainy": True, "fickle_passenger": True}])
def test_the_variants_keep_the_contract(options):
    check_env(jaxenvs.make("Taxi-v4", **options), num_steps=1_000)
