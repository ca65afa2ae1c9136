"""The exact calls of other libraries, without them; beside this, the libraries themselves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters import gymnax_legacy
from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.adapters.gymnax_legacy.wrappers.purerl import LogWrapper
from tests.adapters.compare import make
from tests.toys import Walk


def test_masks_are_where_maskable_ppo_looks_for_them():
    """sb3-contrib's `get_action_masks` and `is_masking_supported`, of one environment."""
    env = make("jaxenvs/Taxi-v4")
    _, info = env.reset(seed=0)
    for _ in range(3):
        masks = env.get_wrapper_attr("action_masks")()
        assert masks.dtype == np.bool_
        np.testing.assert_array_equal(masks, info["action_mask"])
        assert 0 < masks.sum() < 6
        info = env.step(np.flatnonzero(masks)[0])[4]
    walk = GymnasiumEnv(Walk())
    walk.reset(seed=0)
    assert walk.action_masks().tolist() == [True] * 3  # it forbids nothing
    pendulum = GymnasiumEnv(jaxenvs.make("Pendulum-v1"))
    pendulum.reset(seed=0)
    with pytest.raises(TypeError, match=r"Box.* has no actions to count"):
        pendulum.action_masks()


def test_unknown_arguments_are_refused_in_python_s_own_words():
    """TorchRL tries `frameskip`, and leaves it out where these words answer it."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'frameskip'"):
        make("jaxenvs/CartPole-v1", frameskip=4)


def test_rejax_asks_params_for_the_longest_episode():
    """Its evaluation is a loop up to `max_steps_in_episode`, around a step of five values."""
    env, params = gymnax_legacy.make("CartPole-v1", max_steps=9)

    @jax.jit
    def evaluate(params, key):
        def step(loop):
            state, _, length = loop
            _, state, _, done, _ = env.step(key, state, length % 2, params)
            return state, done, length + 1

        start = (env.reset(key, params)[1], jnp.bool_(False), jnp.int32(0))
        limit = params.max_steps_in_episode
        return jax.lax.while_loop(lambda loop: (loop[2] < limit) & ~loop[1], step, start)

    assert int(evaluate(params, jax.random.key(0))[2]) == 9
    # And spaces are asked for where params are traced.
    shapes = jax.eval_shape(lambda p: (env.observation_space(p), 0)[1], params)
    assert shapes.shape == ()


def test_purejaxql_averages_every_entry_of_an_info():
    env, params = gymnax_legacy.make("CartPole-v1", max_steps=5)
    log = LogWrapper(env)
    keys = jax.random.split(jax.random.key(0), 3)

    def step(states, _):
        return jax.vmap(lambda key, state: log.step(key, state, 0, params)[1::3])(keys, states)

    def test(_):
        states = jax.vmap(log.reset, (0, None))(keys, params)[1]
        infos = jax.lax.scan(step, states, None, 12)[1]
        ended = infos["returned_episode"]
        return jax.tree.map(lambda x: jnp.nanmean(jnp.where(ended, x, jnp.nan)), infos)

    with jax.numpy_dtype_promotion("standard"):
        means = jax.eval_shape(test, 0)
    assert {mean.shape for mean in jax.tree.leaves(means)} == {()}
