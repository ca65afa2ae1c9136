"""Catch and DeepSea."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.bsuite import deep_sea


def test_a_ball_is_caught_or_missed(getkey):
    env = jaxenvs.make("bsuite-Catch-v0")
    step = jax.jit(env.step)
    obs, state = env.reset(getkey())
    assert np.argwhere(obs).tolist() == [[0, int(state.ball_column)], [9, 2]]
    for catches in (True, False):
        now: Any = state
        moves = []
        for _ in range(9):
            toward = int(np.sign(int(state.ball_column) - int(now.paddle_column)))
            away = 1 if int(state.ball_column) < 2 else -1
            moves.append(step(getkey(), now, 1 + (toward if catches else away)))
            now = moves[-1].state
        assert [bool(move.terminated) for move in moves] == [False] * 8 + [True]
        assert [float(move.reward) for move in moves] == [0] * 8 + [1 if catches else -1]
        assert moves[-1].info["regret"] == (0 if catches else 2)
        # A caught ball and the paddle are one pixel.
        assert moves[-1].obs.sum() == (1 if catches else 2)


def test_balls_fall_anywhere_alike(getkey):
    env = jaxenvs.make("bsuite-Catch-v0", columns=4)
    _, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 8_000))
    share = np.bincount(state.ball_column, minlength=4) / 8_000
    assert np.abs(share - 0.25).max() < 5 * 0.005


def dive(env: Any, key: jax.Array, right: bool, params: Any = None) -> Any:
    """An episode of always turning the same way."""
    params = env.default_params if params is None else params
    reset_key, key = jax.random.split(key)
    _, state = env.reset(reset_key, params)

    def one(state: Any, key: jax.Array) -> Any:
        means_right = jnp.asarray(params.mapping)[state.row, state.column]
        step = env.step(key, state, (means_right == right).astype(jnp.int32), params)
        return step.state, step

    return jax.lax.scan(one, state, jax.random.split(key, env.size))[1]


def test_only_diving_right_finds_the_treasure(getkey):
    env: Any = jaxenvs.make("bsuite-DeepSea-v0", size=7)
    right, left = dive(env, getkey(), True), dive(env, getkey(), False)
    assert float(right.reward.sum()) == pytest.approx(0.99)
    assert not right.info["bad_episode"].any()
    assert float(left.reward.sum()) == 0
    assert left.info["bad_episode"].all()
    for steps in (right, left):
        assert steps.terminated.tolist() == [False] * 6 + [True]
        assert not steps.obs[-1].any()
    assert (right.obs[:-1].sum(axis=(1, 2)) == 1).all()


def test_the_mapping_depends_on_its_seed_alone():
    mapping = deep_sea.action_mapping(42, 10)
    assert 30 < mapping.sum() < 70
    env = jaxenvs.make("bsuite-DeepSea-v0", randomize_actions=False)
    assert env.default_params.mapping.all()
    other = jaxenvs.make("bsuite-DeepSea-v0", mapping_seed=7)
    assert (other.default_params.mapping != mapping).any()


def test_wind_and_waves(getkey):
    """Right fails once in `size` times, and the lowest corners pay noise on top."""
    env: Any = jaxenvs.make("bsuite-DeepSeaStochastic-v0", size=5)
    keys = jax.random.split(getkey(), 20_000)
    steps = jax.jit(jax.vmap(lambda key: dive(env, key, True)))(keys)
    first = steps.state.column[:, 0]
    assert abs(float(first.mean()) - 0.8) < 5 * 0.003
    kept_right = (steps.state.column == np.array([1, 2, 3, 4, 4])).all(axis=1)
    noise = np.asarray(steps.reward[kept_right, -1]) - (1 - 0.01 / 5)
    assert abs(noise.mean()) < 5 / len(noise) ** 0.5
    assert abs(noise.std() - 1) < 0.05
    assert np.allclose(steps.reward[:, :-1], -0.002)


@pytest.mark.parametrize(
    ("env_id", "fields"),
    [
        ("bsuite-Catch-v0", {"rows": 1}),
        ("bsuite-Catch-v0", {"columns": 0}),
        ("bsuite-DeepSea-v0", {"size": 1}),
    ],
)
def test_impossible_boards_are_refused(env_id, fields):
    (name,) = fields
    with pytest.raises(ValueError, match=f"{name}: expected a whole number from [12] to 1,000"):
        jaxenvs.make(env_id, **fields)
