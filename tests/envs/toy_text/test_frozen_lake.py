from typing import Any

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.toy_text import frozen_lake
from jaxenvs.testing import check_env


def test_ids_have_gymnasium_s_maps_and_limits():
    for env_id, width, limit in (("FrozenLake-v1", 4, 100), ("FrozenLake8x8-v1", 8, 200)):
        env: Any = jaxenvs.make(env_id)
        assert env.observation_space().n == width * width
        assert env.default_params.max_steps == limit


def test_a_map_may_be_given_as_a_list():
    env: Any = jaxenvs.make("FrozenLake-v1", desc=["SFG", "HFS"])
    assert env.board == ("SFG", "HFS")
    assert hash(env) == hash(jaxenvs.make("FrozenLake-v1", desc=("SFG", "HFS")))
    check_env(env, num_steps=1_000)


@pytest.mark.parametrize(
    ("desc", "words"),
    [
        ([], "at least one row"),
        ([""], "at least one row"),
        (["SFF", "FG"], "row 1 is 'FG'"),
        (["SFF", "FXG"], "row 1 has 'X'"),
        (["FFF", "FFG"], "expected a start"),
    ],
)
def test_bad_maps_are_refused(desc, words):
    with pytest.raises(ValueError, match=words):
        jaxenvs.make("FrozenLake-v1", desc=desc)


def test_an_unknown_map_name_is_refused():
    with pytest.raises(ValueError, match="map_name: expected '4x4' or '8x8'"):
        jaxenvs.make("FrozenLake-v1", map_name="5x5")


def test_random_maps_have_a_way_and_the_asked_share_of_ice():
    maps = [frozen_lake.random_map(seed, size=6, frozen=0.7) for seed in range(200)]
    assert all(frozen_lake.has_way(board) for board in maps)
    assert len(set(maps)) > 190
    assert maps[:3] == [frozen_lake.random_map(seed, size=6, frozen=0.7) for seed in range(3)]
    ice = np.mean([[letter == "F" for row in board for letter in row] for board in maps])
    # Somewhat more than asked for, since maps without a way are thrown away.
    assert 0.65 < ice < 0.8
    assert all(board[0][0] == "S" and board[-1][-1] == "G" for board in maps)


def test_has_way():
    assert frozen_lake.has_way(["SF", "HG"])
    assert not frozen_lake.has_way(["SH", "HG"])
    assert not frozen_lake.has_way(["SFH", "FHF", "HFG"])
    assert frozen_lake.has_way(["SHFFF", "FHFHF", "FFFHG"])


def test_a_random_map_is_played_where_none_is_named():
    env: Any = jaxenvs.make("FrozenLake-v1", map_name=None, map_seed=3)
    assert env.board == frozen_lake.random_map(3)
    assert env.observation_space().n == 64


@pytest.mark.parametrize(("size", "frozen"), [(1, 0.8), (8, 0.0), (8, 1.5)])
def test_impossible_random_maps_are_refused(size, frozen):
    with pytest.raises(ValueError, match="expected"):
        frozen_lake.random_map(0, size, frozen)


def test_a_walk_over_the_lake(getkey):
    """Down, down, right, right, down, right on ice that is not slippery; nothing after the goal."""
    env: Any = jaxenvs.make("FrozenLake-v1", is_slippery=False, reward_schedule=(10.0, -1.0, -0.5))
    step = jax.jit(env.step)
    obs, state = env.reset(getkey())
    cells, rewards, ends = [int(obs)], [], []
    for action in (1, 1, 2, 2, 1, 2, 0):
        move = step(getkey(), state, action)
        state = move.state
        cells.append(int(move.obs))
        rewards.append(float(move.reward))
        ends.append(bool(move.terminated))
    assert cells == [0, 4, 8, 9, 10, 14, 15, 15]
    assert rewards == [-0.5] * 5 + [10.0, 0.0]
    assert ends == [False] * 5 + [True, True]


def test_chances_and_rewards_are_traced():
    """One compilation serves all rates: a batch of lakes, each with its own."""
    env: Any = jaxenvs.make("FrozenLake-v1")
    rates = np.array([0.2, 0.5, 1.0], np.float32)
    tables = jax.vmap(lambda rate: env.table(env.default_params.replace(success_rate=rate)))(rates)
    assert np.allclose(tables.chance[:, 0, 0, 1], rates)
