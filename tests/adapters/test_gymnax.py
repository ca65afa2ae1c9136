"""Scripts for gymnax on our environments; gymnax itself is not needed."""

import functools
import itertools
import pickle
from typing import Any

import flax.struct
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters import gymnax as adapter
from jaxenvs.adapters import gymnax_legacy
from jaxenvs.adapters.gymnax_legacy.environments import spaces as legacy_spaces
from jaxenvs.adapters.gymnax_legacy.environments.environment import EnvParams
from jaxenvs.adapters.gymnax_legacy.wrappers.purerl import FlattenObservationWrapper as Flatten
from jaxenvs.adapters.gymnax_legacy.wrappers.purerl import LogWrapper
from jaxenvs.adapters.names import GYMNAX_NAMES


@pytest.fixture
def lenient():
    """gymnax, and scripts for it, mix dtypes."""
    with jax.numpy_dtype_promotion("standard"):
        yield


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


class Flat:
    """As scripts for gymnax 0.0.x write their wrappers, here around an environment's picture."""

    def __init__(self, env):
        self._env = env

    def __getattr__(self, name):
        return getattr(self._env, name)

    def observation_space(self, params):
        space = self._env.observation_space(params)
        assert isinstance(space, legacy_spaces.Box)
        shape = (int(np.prod(space.shape)),)
        return legacy_spaces.Box(low=0, high=1, shape=shape, dtype=space.dtype)

    @functools.partial(jax.jit, static_argnums=(0,))
    def reset(self, key, params: EnvParams | None = None):
        obs, state = self._env.reset(key, params)
        return jnp.reshape(obs, (-1,)), state

    @functools.partial(jax.jit, static_argnums=(0,))
    def step(self, key, state: Any, action, params: EnvParams | None = None):
        obs, state, reward, done, info = self._env.step(key, state, action, params)
        return jnp.reshape(obs, (-1,)), state, reward, done, info


@flax.struct.dataclass
class LogState:
    env_state: Any
    total: float
    returned: float


class Log(Flat):
    def observation_space(self, params):
        return self._env.observation_space(params)

    @functools.partial(jax.jit, static_argnums=(0,))
    def reset(self, key, params=None):
        obs, state = self._env.reset(key, params)
        return obs, LogState(state, 0, 0)

    @functools.partial(jax.jit, static_argnums=(0,))
    def step(self, key, state, action, params=None):
        obs, inner, reward, done, info = self._env.step(key, state.env_state, action, params)
        total = state.total + reward
        state = LogState(inner, total * (1 - done), state.returned * (1 - done) + total * done)
        info["returned_episode_returns"] = state.returned
        info["returned_episode"] = done
        return obs, state, reward, done, info


@pytest.mark.parametrize("chain", [lambda e: Log(Flat(e)), lambda e: LogWrapper(Flatten(e))])
@pytest.mark.parametrize("env_id", ["CartPole-v1", "Breakout-MinAtar"])
def test_scripts_in_the_manner_of_purejaxrl_run(lenient, chain, env_id):
    """The calls of such a script: a chain of wrappers, vmapped and scanned, under one jit."""
    num_envs, num_steps = 4, 150
    basic, env_params = gymnax_legacy.make(env_id)
    env = chain(basic)
    num_actions = env.action_space(env_params).n
    shape = basic.observation_space(env_params).shape
    assert env.observation_space(env_params).shape == (np.prod(shape),)

    @jax.jit
    def train(rng):
        rng, _rng = jax.random.split(rng)
        jnp.zeros(env.observation_space(env_params).shape)  # as for a network, under jit
        reset_rng = jax.random.split(_rng, num_envs)
        obsv, env_state = jax.vmap(env.reset, in_axes=(0, None))(reset_rng, env_params)

        def env_step(runner_state, unused):
            env_state, last_obs, rng = runner_state
            rng, act_rng, step_rng = jax.random.split(rng, 3)
            action = jax.random.randint(act_rng, (num_envs,), 0, num_actions)
            rng_step = jax.random.split(step_rng, num_envs)
            obsv, env_state, reward, done, info = jax.vmap(env.step, in_axes=(0, 0, 0, None))(
                rng_step, env_state, action, env_params
            )
            return (env_state, obsv, rng), (last_obs, reward, done, info)

        return jax.lax.scan(env_step, (env_state, obsv, rng), None, num_steps)[1]

    obs, reward, done, info = jax.tree.map(np.asarray, train(jax.random.PRNGKey(30)))
    assert obs.shape[:2] == (num_steps, num_envs)
    np.testing.assert_array_equal(info["returned_episode"], done)
    assert done.sum() > 8
    for i in range(num_envs):
        starts = [0, *(np.flatnonzero(done[:, i]) + 1).tolist()]
        for start, stop in itertools.pairwise(starts):
            told = info["returned_episode_returns"][stop - 1, i]
            assert told == reward[start:stop, i].sum()


def test_the_wrappers_count_as_they_say():
    env, params = gymnax_legacy.make("CartPole-v1", max_steps=12)
    log = LogWrapper(Flatten(env))
    *_, done, info = roll(log, params, 100)
    assert info["timestep"].tolist() == [*range(1, 101)]
    ends = np.flatnonzero(done)
    assert len(ends) > 5
    lengths = np.diff(ends, prepend=-1)
    assert info["returned_episode_lengths"][ends].tolist() == lengths.tolist()
    assert info["returned_episode_returns"].dtype == jnp.float32
    with pytest.raises(TypeError, match="expected observations in a Box"):
        Flatten(gymnax_legacy.make("FrozenLake-misc")[0]).observation_space(None)


def test_gymnax_s_names_mean_our_games_with_its_settings():
    for name, (env_id, _) in GYMNAX_NAMES.items():
        env, params = adapter.make(name)
        assert env.env.unwrapped == adapter.make_game(name).unwrapped
        assert type(env.env) is type(jaxenvs.make(env_id)), name
    params: Any = gymnax_legacy.make("Breakout-MinAtar")[1]
    assert (int(params.max_steps), float(params.sticky_action_prob)) == (1000, 0)
    params = gymnax_legacy.make("Breakout-MinAtar", sticky_action_prob=0.5)[1]
    assert float(params.sticky_action_prob) == 0.5
    assert gymnax_legacy.environments.environment.Environment is gymnax_legacy.LegacyEnv


def test_params_know_gymnax_s_name_for_the_time_limit():
    env, params = gymnax_legacy.make("CartPole-v1")
    assert params.max_steps_in_episode == params.max_steps == 500
    shorter = params.replace(max_steps_in_episode=7, gravity=5.0)
    assert (shorter.max_steps, shorter.max_steps_in_episode, shorter.gravity) == (7, 7, 5.0)
    assert type(shorter) is type(env.default_params) is type(pickle.loads(pickle.dumps(params)))
    assert isinstance(params, type(env.env.default_params))
    assert jax.tree.leaves(params) == jax.tree.leaves(env.env.default_params)
    ends = roll(env, shorter, 30)[2]
    assert np.flatnonzero(ends).tolist() == [6, 13, 20, 27]
    # A game without a limit, whose `max_steps` is 0: a loop up to that would never begin.
    endless = adapter.make("Catch-bsuite")[1]
    limits = [endless.max_steps_in_episode, jax.jit(lambda p: p.max_steps_in_episode)(endless)]
    assert [int(limit) for limit in limits] == [2**31 - 1] * 2


def test_a_legacy_info_holds_one_number_per_step(lenient):
    """PureJaxQL maps over it with a mask `[num_steps, num_envs]`."""
    env, params = gymnax_legacy.make("CartPole-v1", max_steps=20)
    obs, _, done, info = roll(LogWrapper(env), params, 40)
    chosen = jax.tree.map(lambda x: jnp.where(info["returned_episode"], x, np.nan).sum(), info)
    assert jax.tree.leaves(jax.tree.map(jnp.shape, chosen)) == []
    asked, _ = gymnax_legacy.make("CartPole-v1", max_steps=20, final_observation=True)
    final = roll(asked, params, 40)[3]["final_observation"]
    assert np.array_equal(final[~done], obs[~done])
    assert (final[done] != obs[done]).any()
    assert asked != env
    assert asked == gymnax_legacy.make("CartPole-v1", max_steps=20, final_observation=True)[0]


def test_the_one_coordinate_of_an_action_may_come_without_its_axis():
    """rejax squeezes it, and gymnax takes it."""
    for module in (adapter, gymnax_legacy):
        env, params = module.make("Pendulum-v1")
        _, state = env.reset(jax.random.key(0), params)
        for play in (env.step, env.step_env):
            shapes = [
                jax.eval_shape(play, jax.random.key(1), state, action, params)
                for action in (jnp.float32(0.5), jnp.float32([0.5]))
            ]
            assert shapes[0] == shapes[1]
    env, _ = adapter.make("PointRobot-misc")
    key = jax.random.key(0)
    with pytest.raises(ValueError, match=r"expected shape \(2,\)"):
        jax.eval_shape(env.step, key, env.reset(key)[1], jnp.float32(0.5))


def test_games_that_gymnax_has_no_word_for_are_refused():
    with pytest.raises(TypeError, match=r"several agents: .*pettingzoo"):
        adapter.make("MPE-SimpleSpread-v3")
    with pytest.raises(TypeError, match=r"several agents: .*jaxmarl"):
        gymnax_legacy.make("MPE-SimpleSpread-v3")
    with pytest.raises(TypeError, match=r"num_actions: expected .*, got MultiDiscrete"):
        _ = adapter.make("POPGym-BattleshipEasy-v0")[0].num_actions


def test_environments_are_values_with_gymnax_s_names():
    env, params = adapter.make("Pendulum-v1")
    assert env == adapter.make("Pendulum-v1")[0]
    assert hash(env) == hash(adapter.make("Pendulum-v1")[0])
    assert (env.name, env.num_actions) == ("Pendulum", 1)
    assert adapter.make("CartPole-v1")[0].num_actions == 2
    obs, state = env.reset_env(jax.random.key(0), params)
    np.testing.assert_allclose(env.get_obs(state, params), obs)
    assert not env.is_truncated(state, params)
