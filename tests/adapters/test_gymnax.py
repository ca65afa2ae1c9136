from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters import gymnax as adapter
from jaxenvs.adapters import gymnax_legacy
from jaxenvs.testing import check_env


def roll(env, params, num_steps=300, seed=0):
    """A rollout as scripts for gymnax write it."""

    def one(carry, key):
        obs, state = carry
        action_key, step_key = jax.random.split(key)
        action = env.action_space(params).sample(action_key)
        obs, state, *rest = env.step(step_key, state, action, params)
        return (obs, state), (obs, *rest)

    first = env.reset(jax.random.key(seed), params)
    keys = jax.random.split(jax.random.key(seed + 1), num_steps)
    return jax.jit(lambda first: jax.lax.scan(one, first, keys))(first)[1]


def test_six_values_with_the_final_observation():
    env, params = adapter.make("CartPole-v1", max_steps=20)
    obs, reward, terminated, truncated, info = roll(env, params)
    done = np.asarray(terminated | truncated)
    assert done.sum() > 10
    assert truncated.any()
    assert np.abs(obs[done]).max() <= 0.05  # of the next episode
    ends = np.asarray(info["final_observation"])[np.asarray(terminated)]
    assert (np.abs(ends[:, [0, 2]]) > np.array([2.4, 0.2094])).any(axis=1).all()
    assert np.array_equal(info["discount"], 1 - terminated.astype(jnp.float32))
    assert reward.sum() == 300


def test_five_values_merge_the_two_ends():
    env, params = gymnax_legacy.make("CartPole-v1", max_steps=20)
    _, _, done, info = roll(env, params)
    assert np.array_equal(done, info["terminated"] | info["truncated"])
    state = env.reset(jax.random.key(0), params)[1]
    *_, done, info = env.step_env(jax.random.key(1), state, 0, params)
    assert (bool(done), float(info["discount"])) == (False, 1)


def test_environments_are_values_with_gymnax_s_names():
    env, params = adapter.make("Pendulum-v1")
    assert env == adapter.make("Pendulum-v1")[0]
    assert hash(env) == hash(adapter.make("Pendulum-v1")[0])
    assert (env.name, env.num_actions) == ("Pendulum", 1)
    assert adapter.make("CartPole-v1")[0].num_actions == 2
    obs, state = env.reset_env(jax.random.key(0), params)
    np.testing.assert_allclose(env.get_obs(state, params), obs)
    assert not env.is_truncated(state, params)


gymnax: Any = pytest.importorskip(
    "gymnax", reason="gymnax 1.0.1 pins an older Gymnasium: pip install --no-deps gymnax==1.0.1"
)


@pytest.fixture
def lenient():
    """gymnax mixes dtypes."""
    with jax.numpy_dtype_promotion("standard"):
        yield


def test_spaces_are_gymnax_s_own():
    theirs = gymnax.environments.spaces
    env, params = adapter.make("CartPole-v1")
    assert isinstance(env.action_space(params), theirs.Discrete)
    box = env.observation_space(params)
    assert isinstance(box, theirs.Box)
    assert box.shape == (4,)
    both = jaxenvs.spaces.Dict({"a": jaxenvs.spaces.Tuple([jaxenvs.spaces.Discrete(2)])})
    assert adapter.from_gymnax_space(adapter.to_gymnax_space(both)) == both


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "MountainCar-v0"])
def test_gymnax_environments_play_the_same_with_our_interface(env_id):
    theirs, params = gymnax.make(env_id)
    ours = adapter.FromGymnax(gymnax_env=theirs)
    assert int(ours.default_params.max_steps) == params.max_steps_in_episode
    key = jax.random.key(3)
    obs, state = jax.jit(ours.reset)(key)
    their_obs, their_state = theirs.reset(key, params)
    np.testing.assert_allclose(obs, their_obs, rtol=1e-6)
    step, their_step = jax.jit(ours.step), jax.jit(theirs.step_env)
    for i in range(20):
        key = jax.random.key(i)
        action = ours.action_space().sample(key)
        new = step(key, state, action)
        their_obs, their_state, reward, terminated, _ = their_step(key, their_state, action, params)
        state = new.state
        np.testing.assert_allclose(new.obs, their_obs, rtol=1e-6)
        np.testing.assert_allclose(new.reward, reward, rtol=1e-6)
        assert bool(new.terminated) == bool(terminated)
        assert not new.truncated


@pytest.mark.usefixtures("lenient")
def test_gymnax_environments_are_vectorized_and_truncated():
    theirs, params = gymnax.make("MountainCar-v0")
    env = adapter.FromGymnax(gymnax_env=theirs).with_params(
        inner=params.replace(max_steps_in_episode=7), max_steps=7
    )
    venv = jaxenvs.vectorize(env, 3)
    _, vstate = venv.reset(jax.random.key(0))
    step, t = jax.jit(venv.step), None
    for i in range(7):
        t = step(jax.random.key(i), vstate, jnp.ones(3, jnp.int32))
        vstate = t.state
    assert t is not None
    assert t.truncated.all()
    assert t.info["episode"]["length"].tolist() == [7] * 3


def test_the_way_there_and_back_keeps_the_game():
    there = adapter.GymnaxEnv(jaxenvs.make("CartPole-v1"))
    assert there.env == jaxenvs.make("CartPole-v1")
    check_env(there.env, num_steps=640)
