"""gymnax itself: its spaces, and its environments with our interface."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters import gymnax as adapter
from jaxenvs.testing import check_env

gymnax: Any = pytest.importorskip(
    "gymnax", reason="gymnax 1.0.1 pins an older Gymnasium: pip install --no-deps gymnax==1.0.1"
)


@pytest.fixture
def lenient():
    """gymnax, and scripts for it, mix dtypes."""
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
