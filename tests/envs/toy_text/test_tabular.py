"""The tables of the grid games, and that playing follows them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.toy_text import _tabular as tabular

IDS = ["FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "CliffWalkingSlippery-v1", "Taxi-v4"]


def values(env: Any, discount: float) -> np.ndarray:
    """The best expected return of every state, `(num_states,)`, by value iteration."""
    chance, number, reward, terminated = map(np.asarray, jax.jit(env.table)())
    best = np.zeros(env.num_states)
    for _ in range(2_000):
        ahead = reward + discount * np.where(terminated, 0, best[number])
        better = (chance * ahead).sum(axis=-1).max(axis=-1)
        if np.abs(better - best).max() < 1e-9:
            break
        best = better
    return best


@pytest.mark.parametrize("env_id", IDS)
def test_chances_add_up_to_one(env_id):
    env: Any = jaxenvs.make(env_id)
    table = jax.jit(env.table)()
    assert np.abs(table.chance.sum(axis=-1) - 1).max() < 1e-6
    assert table.chance.dtype == table.reward.dtype == np.float32
    assert table.number.dtype == np.int32
    assert table.terminated.dtype == np.bool_


def test_the_best_returns_are_the_known_ones():
    cliff = jaxenvs.make("CliffWalking-v1")
    assert values(cliff, 1.0)[36] == -13
    lake = jaxenvs.make("FrozenLake-v1")
    assert values(lake, 1.0)[0] == pytest.approx(14 / 17, abs=1e-4)
    dry = jaxenvs.make("FrozenLake-v1", is_slippery=False)
    assert values(dry, 0.9)[0] == pytest.approx(0.9**5, abs=1e-6)
    # A delivery takes 6 to 18 steps, the last of which gives 20 and the others -1.
    taxi = values(jaxenvs.make("Taxi-v4"), 1.0)
    passenger, destination = np.arange(500) // 4 % 5, np.arange(500) % 4
    starts = taxi[(passenger < 4) & (passenger != destination)]
    assert starts.min() == 3
    assert starts.max() == 15


def test_playing_draws_outcomes_with_their_chances(getkey):
    """Steps from one state, as often as the table says."""
    num_steps = 30_000
    env = jaxenvs.make("FrozenLake-v1", success_rate=0.5)
    _, state = env.reset(getkey())
    state = state.replace(number=np.int32(14))
    keys = jax.random.split(getkey(), num_steps)
    step = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))(keys, state, 2)
    share = np.bincount(step.obs, minlength=16) / num_steps
    assert np.abs(share[[14, 15, 10]] - [0.25, 0.5, 0.25]).max() < 5 * 0.003
    assert (step.info["prob"] == np.where(step.obs == 15, np.float32(0.5), np.float32(0.25))).all()


def test_pick_never_takes_what_cannot_be(getkey):
    keys = jax.random.split(getkey(), 10_000)
    for chance in ([0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 0.0, 1.0]):
        chances = jnp.array(chance, jnp.float32)
        picks = np.asarray(jax.vmap(tabular.pick, in_axes=(0, None))(keys, chances))
        assert set(picks) == set(np.flatnonzero(chance))
