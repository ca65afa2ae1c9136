import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.testing import check_env
from jaxenvs.wrappers import FrameStack
from tests.toys import Goal, Race


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True)
class Counting:
    """Gives out places 1, 2, 3, 4, 1, ... in order, one for each level that is played."""

    def init(self, key, env, params):
        return jnp.int32(0)

    def draw(self, key, carry, used, env, params):
        rank = jnp.cumsum(used.astype(jnp.int32), dtype=jnp.int32) - 1
        place = (carry + rank) % params.max_place + 1
        return Goal(place=place), carry + used.sum(dtype=jnp.int32)


def test_the_laws_hold():
    check_env(Race(), num_steps=640)


def test_reset_draws_a_level_and_starts_on_it():
    env = Race()
    obs, state = env.reset(jax.random.key(0))
    level_key, _ = jax.random.split(jax.random.key(0))
    assert int(state.place) == int(env.sample_level(level_key, env.default_params).place)
    obs, state = env.reset_to_level(jax.random.key(1), Goal(place=jnp.int32(3)))
    assert obs.tolist() == [3, 0]


def test_bad_levels_name_the_field():
    env = Race()
    assert int(env.level_from_json('{"place": 2}').place) == 2
    for text, words in (
        ('{"place": 9}', "place: expected an integer from 1 to 4, got 9"),
        ("{}", "place: expected"),
        ("[1]", "expected a JSON object, got list"),
        ('{"place"', "not JSON.*line 1"),
    ):
        with pytest.raises(ValueError, match=words):
            env.level_from_json(text)


@pytest.mark.parametrize("resets", ["fused", "chunked", "pool"])
@pytest.mark.parametrize("env", [Race(), FrameStack(env=Race(), num_frames=2)])
def test_a_level_source_feeds_every_new_episode(env, resets):
    venv = jaxenvs.vectorize(
        env, 6, resets=resets, level_source=Counting(), chunk=2, pool_size=8, pool_refresh=2
    )
    _, vstate = jax.jit(venv.reset)(jax.random.key(0))
    step = jax.jit(venv.step)
    started = 6 + (8 if resets == "pool" else 0)
    assert int(vstate.level_carry) == started
    for i in range(30):
        key = jax.random.key(i)
        before, new = vstate, step(key, vstate, venv.sample_actions(key))
        vstate, done = new.state, np.asarray(new.info["episode"]["done"])
        inner = vstate.env_state if isinstance(env, Race) else vstate.env_state.inner
        assert np.array_equal(inner.place, vstate.level.place)
        kept = np.asarray(before.level.place)[~done]
        assert np.array_equal(np.asarray(vstate.level.place)[~done], kept)
        if resets == "pool":
            assert int(vstate.level_carry) == int(before.level_carry) + 2
        else:
            order = (int(before.level_carry) + np.arange(done.sum())) % 4 + 1
            assert np.array_equal(np.asarray(vstate.level.place)[done], order)
            assert int(vstate.level_carry) == int(before.level_carry) + done.sum()


def test_the_carry_may_be_replaced_between_steps():
    venv = jaxenvs.vectorize(Race(), 2, level_source=Counting())
    _, vstate = venv.reset(jax.random.key(0))
    vstate = vstate.replace(level_carry=jnp.int32(103))
    _, vstate = venv.reset_where(jax.random.key(1), vstate, jnp.array([False, True]))
    assert int(vstate.level.place[1]) == 103 % 4 + 1
    assert int(vstate.level_carry) == 104


def test_only_games_with_levels_take_a_source():
    with pytest.raises(ValueError, match="CartPole has no levels"):
        jaxenvs.vectorize(jaxenvs.make("CartPole-v1"), 2, level_source=Counting())
