"""Fresh starts, apart from any environment: a start is its id and how many were made before."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import resets

CURRENT = {"id": np.arange(10, 17, dtype=np.int32), "made": np.zeros((7, 2), np.int32)}


def make_starts(ids, used, made):
    starts = {"id": ids, "made": jnp.broadcast_to(made, (ids.size, 2))}
    return starts, made + used.sum(dtype=jnp.int32)


def _due(*ids):
    return jnp.asarray(np.isin(np.arange(7), ids))


@pytest.mark.parametrize("due", [(), (2,), (0, 3, 6), tuple(range(7))])
@pytest.mark.parametrize("chunk", [1, 2, 7])
def test_chunks_make_what_one_start_for_every_copy_makes(due, chunk):
    for_all = resets.fused(make_starts, _due(*due), CURRENT, jnp.int32(5))
    in_turn = resets.chunked(make_starts, _due(*due), CURRENT, jnp.int32(5), chunk)
    np.testing.assert_array_equal(in_turn[0]["id"], for_all[0]["id"])
    expected = [i if i in due else i + 10 for i in range(7)]
    assert for_all[0]["id"].tolist() == expected
    assert int(in_turn[1]) == int(for_all[1]) == 5 + len(due)


def test_chunks_are_made_one_after_the_other_until_all_have_started():
    current, _ = resets.chunked(make_starts, _due(1, 2, 4, 5, 6), CURRENT, jnp.int32(5), 2)
    assert current["made"][:, 0].tolist() == [0, 5, 5, 0, 7, 7, 9]


def test_a_pool_gives_what_it_holds_and_renews_a_few():
    starts, _ = make_starts(100 + jnp.arange(6), jnp.ones(6, bool), jnp.int32(0))
    pool = resets.Pool(starts=starts, cursor=jnp.int32(4))
    for seed in range(3):
        key = jax.random.key(seed)
        current, made, after = resets.pooled(
            key, make_starts, _due(0, 5), CURRENT, jnp.int32(9), pool, 2
        )
        assert current["id"][1:5].tolist() == [11, 12, 13, 14]
        assert all(100 <= int(current["id"][i]) < 106 for i in (0, 5))
        assert after.starts["id"].tolist() == [100, 101, 102, 103, 4, 5]
        assert (int(after.cursor), int(made)) == (0, 11)


def test_when_copies_start_afresh():
    before, now = jnp.array([True, False, False]), jnp.array([False, True, False])
    assert resets.due_after("same_step", before, now).tolist() == [False, True, False]
    assert resets.due_after("next_step", before, now).tolist() == [True, False, False]
    assert resets.due_after("disabled", before, now).tolist() == [False] * 3
    reward = jnp.array([1.0, 2.0, 3.0])
    assert resets.silenced("next_step", before, reward).tolist() == [0, 2, 3]
    assert resets.silenced("same_step", before, reward).tolist() == [1, 2, 3]


@pytest.mark.parametrize("over", [False, True])
def test_one_copy_starts_afresh_when_it_is_over(over):
    used = []

    def step(key):
        used.append(key)
        return {"x": jnp.int32(1)}, "outcome", jnp.bool_(over)

    def restart(key):
        used.append(key)
        return {"x": jnp.int32(0)}

    situation, outcome = resets.step_or_restart(jax.random.key(0), step, restart)
    assert (int(situation["x"]), outcome) == (0 if over else 1, "outcome")
    assert used[0] != used[1]
