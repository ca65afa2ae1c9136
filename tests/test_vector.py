"""The batch engine against a plain Python loop over single environments."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import prng
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.envs.classic.pendulum import Pendulum
from tests.toys import Race, Turns, Walk

NUM_ENVS, NUM_STEPS = 7, 40


class Loop:
    """What `vectorize` promises, one environment and one step at a time."""

    def __init__(self, env, autoreset):
        self.env, self.autoreset = env, autoreset
        self.env_reset, self.env_step = jax.jit(env.reset), jax.jit(env.step)

    def reset(self, key):
        start_key = jax.random.split(prng.fast_key(key), 3)[2]
        self.rows = []
        for i in range(NUM_ENVS):
            obs, state = self.env_reset(_key_of(start_key, i))
            self.rows.append({"obs": obs, "state": state, "return": 0.0, "done": False})
        return _stacked([row["obs"] for row in self.rows])

    def step(self, key, actions):
        step_key, reset_key = jax.random.split(prng.fast_key(key))
        outputs = []
        for i, row in enumerate(self.rows):
            step = self.env_step(_key_of(step_key, i), row["state"], actions[i])
            fresh = self.env_reset(_key_of(reset_key, i))
            outputs.append(self._play(row, step, fresh))
        return _stacked(outputs)

    def _play(self, row, step, fresh):
        reward, info = float(step.reward), step.info["push"]
        terminated, truncated = bool(step.terminated), bool(step.truncated)
        obs, state = step.obs, step.state
        if self.autoreset == "next_step" and row["done"]:
            (obs, state), reward, info = fresh, 0.0, jnp.int32(0)
            terminated = truncated = False
            row["return"] = 0.0
        done = terminated or truncated
        row["return"] += reward
        out = {"final_obs": obs, "return": row["return"], "length": state.time}
        if self.autoreset == "same_step" and done:
            obs, state = fresh
            row["return"] = 0.0
        row.update(obs=obs, state=state, done=done)
        return out | {
            "obs": obs,
            "state": state,
            "reward": reward,
            "terminated": terminated,
            "truncated": truncated,
            "done": done,
            "push": info,
        }


def _key_of(key, i):
    return prng.keys_for(key, jnp.array([i], jnp.int32))[0]


def _stacked(rows):
    return jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *rows)


@pytest.mark.parametrize("autoreset", ["same_step", "next_step", "disabled"])
@pytest.mark.parametrize("resets", ["fused", "chunked"])
def test_the_batch_equals_a_loop(autoreset, resets):
    env = Walk()
    venv = jaxenvs.vectorize(env, NUM_ENVS, autoreset, resets, final_obs=True, chunk=2)
    loop = Loop(env, autoreset)
    obs, vstate = jax.jit(venv.reset)(jax.random.key(0))
    _assert_same(obs, loop.reset(jax.random.key(0)))
    step = jax.jit(venv.step)
    num_ends = 0
    for i in range(NUM_STEPS):
        key = jax.random.key(i)
        actions = jax.random.randint(key, (NUM_ENVS,), 0, 3, dtype=jnp.int32)
        ours, theirs = step(key, vstate, actions), loop.step(key, actions)
        vstate = ours.state
        episode = ours.info["episode"]
        num_ends += int(episode["done"].sum())
        for name in ("obs", "reward", "terminated", "truncated"):
            _assert_same(getattr(ours, name), theirs[name])
        _assert_same(vstate.env_state, theirs["state"])
        _assert_same(ours.info["final_obs"], theirs["final_obs"])
        _assert_same(ours.info["push"], theirs["push"])
        for name in ("return", "length", "done"):
            _assert_same(episode[name], theirs[name])
    assert num_ends > 20


def _assert_same(ours, theirs):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6), ours, theirs)


def _rollout(venv, num_steps=200, seed=0):
    def one(vstate, key):
        action_key, step_key = jax.random.split(key)
        step = venv.step(step_key, vstate, venv.sample_actions(action_key))
        return step.state, (step.obs, step.reward, step.info)

    def play(key):
        _, vstate = venv.reset(key)
        return jax.lax.scan(one, vstate, jax.random.split(key, num_steps))

    return jax.jit(play)(jax.random.key(seed))


@pytest.mark.usefixtures("optimized")  # else the two programs of CartPole round differently
@pytest.mark.parametrize("env", [Walk(), Race(), CartPole()], ids=lambda env: type(env).__name__)
def test_chunked_gives_the_same_episodes_as_fused_bit_for_bit(env):
    fused = _rollout(jaxenvs.vectorize(env, 33, resets="fused", final_obs=True))
    for chunk in (1, 5, 33):
        chunked = _rollout(
            jaxenvs.vectorize(env, 33, resets="chunked", final_obs=True, chunk=chunk)
        )
        for a, b in zip(jax.tree.leaves(fused), jax.tree.leaves(chunked), strict=True):
            assert np.array_equal(a, b)


def test_the_pool_agrees_in_distribution_and_is_renewed():
    def starts(resets):
        venv = jaxenvs.vectorize(CartPole(), 256, resets=resets, pool_size=64, pool_refresh=4)
        vstate, (obs, _, info) = _rollout(venv, 300)
        done = np.asarray(info["episode"]["done"])
        return vstate, np.asarray(obs)[done]

    _, fused = starts("fused")
    vstate, pooled = starts("pool")
    assert np.abs(pooled).max() <= 0.05
    for moment in (np.mean, np.std):
        np.testing.assert_allclose(moment(pooled, 0), moment(fused, 0), atol=3e-3)
    assert len(np.unique(pooled, axis=0)) > 64 + 4 * 200  # renewed, and used
    assert len(np.unique(pooled, axis=0)) < len(pooled) / 2  # reused, as documented
    assert int(vstate.pool.cursor) == 300 * 4 % 64


def test_resets_are_distinct_and_independent():
    venv = jaxenvs.vectorize(CartPole(), 128, resets="fused")
    _, (obs, _, info) = _rollout(venv, 300)
    fresh = np.asarray(obs)[np.asarray(info["episode"]["done"])]
    assert len(np.unique(fresh, axis=0)) == len(fresh) > 1000
    correlation = np.corrcoef(fresh[:-1].ravel(), fresh[1:].ravel())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(fresh.size)


def test_final_obs_is_the_obs_where_nothing_ended():
    venv = jaxenvs.vectorize(CartPole(), 64, final_obs=True)
    _, (obs, _, info) = _rollout(venv, 100)
    done = np.asarray(info["episode"]["done"])
    final = np.asarray(info["final_obs"])
    assert done.any()
    assert np.array_equal(final[~done], np.asarray(obs)[~done])
    assert (np.abs(final[done][:, [0, 2]]) > np.array([2.4, 0.2094], np.float32)).any(axis=1).all()
    assert "final_obs" not in _rollout(jaxenvs.vectorize(CartPole(), 2), 2)[1][2]


@pytest.mark.parametrize("autoreset", ["same_step", "next_step", "disabled"])
def test_final_mask_is_that_of_the_final_state(autoreset):
    env = Turns()
    venv = jaxenvs.vectorize(env, 2, autoreset, final_obs=True)

    def one(state, _):
        t = venv.step(jax.random.key(0), state, jnp.zeros(2, jnp.int32))
        return t.state, t.info

    _, state = venv.reset(jax.random.key(0))
    _, info = jax.lax.scan(one, state, length=3)
    legal = np.asarray(info["final_mask"])[:, 0].argmax(axis=-1)
    # Turn 1, then the limit at turn 2; an episode begins with turn 0.
    third = {"same_step": 1, "next_step": 0, "disabled": 0}[autoreset]
    np.testing.assert_array_equal(legal, [1, 2, third])
    plain = jaxenvs.vectorize(env, 2, autoreset)
    shown = jax.eval_shape(plain.step, jax.random.key(0), state, jnp.zeros(2, jnp.int32))
    assert set(shown.info) == {"episode"}


def test_reset_where_starts_only_the_masked_copies():
    venv = jaxenvs.vectorize(Walk(), 6, "disabled")
    _, vstate = venv.reset(jax.random.key(0))
    for i in range(8):
        vstate = venv.step(jax.random.key(i), vstate, jnp.full(6, 2, jnp.int32)).state
    mask = jnp.array([True, False, True, False, False, False])
    obs, after = jax.jit(venv.reset_where)(jax.random.key(9), vstate, mask)
    assert after.env_state.time.tolist() == [0, 8, 0, 8, 8, 8]
    kept = np.asarray(after.episode_return)
    assert kept[[0, 2]].tolist() == [0, 0]
    assert (kept[[1, 3, 4, 5]] > 0).all()
    assert np.array_equal(obs["position"], after.env_state.position)
    assert not after.done[0]


def test_auto_takes_the_environments_word():
    assert jaxenvs.vectorize(CartPole(), 64).resets == "fused"
    assert jaxenvs.vectorize(Race(), 64).resets == "chunked"


def test_batches_nest_in_vmap_and_scan_and_share_traces():
    traces, rewards = [], None

    @jax.jit
    def play(venv, key):
        traces.append(1)

        def seed(key):
            _, vstate = venv.reset(key)
            return venv.step(key, vstate, venv.sample_actions(key)).reward

        return jax.vmap(seed)(jax.random.split(key, 3))

    for _ in range(3):
        rewards = play(jaxenvs.vectorize(Race(), 4), jax.random.key(0))
    assert rewards is not None
    assert rewards.shape == (3, 4)
    assert len(traces) == 1


def test_types_do_not_change_from_step_to_step():
    for resets in ("fused", "chunked", "pool"):
        for x64 in (False, True):
            with jax.enable_x64(x64):
                venv = jaxenvs.vectorize(Walk(), 4, resets=resets, final_obs=True)
                _, vstate = jax.eval_shape(venv.reset, jax.random.key(0))
                actions = jax.eval_shape(venv.sample_actions, jax.random.key(0))
                step = jax.eval_shape(venv.step, jax.random.key(0), vstate, actions)
                for a, b in zip(jax.tree.leaves(vstate), jax.tree.leaves(step.state), strict=True):
                    assert (a.shape, a.dtype, a.weak_type) == (b.shape, b.dtype, b.weak_type)
                assert not any(leaf.weak_type for leaf in jax.tree.leaves(step))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num_envs": 0}, "num_envs: expected a whole number of at least 1"),
        (
            {"num_envs": 2, "autoreset": "always"},
            "autoreset: expected 'same_step', 'next_step' or 'disabled'",
        ),
        (
            {"num_envs": 2, "resets": "lazy"},
            "resets: expected 'auto', 'fused', 'chunked' or 'pool'",
        ),
        ({"num_envs": 2, "chunk": 3}, r"chunk: expected 1 to num_envs \(2\), got 3"),
        ({"num_envs": 2, "pool_size": 8, "pool_refresh": 3}, "pool_refresh: expected a divisor"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        jaxenvs.vectorize(Walk(), **arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num_envs": 2.0}, "num_envs: expected a whole number"),
        ({"num_envs": True}, "num_envs: expected a whole number"),
        ({"num_envs": 2, "final_obs": 1}, "final_obs: expected True or False"),
        ({"num_envs": 2, "env": "CartPole-v1"}, "env: expected an Env, got 'CartPole-v1'"),
    ],
)
def test_arguments_of_another_kind_are_named(arguments, words):
    with pytest.raises(TypeError, match=words):
        jaxenvs.vectorize(**{"env": Walk()} | arguments)


def test_actions_are_sampled_within_the_bounds_of_traced_params():
    venv = jaxenvs.vectorize(Pendulum(), 64)
    torques = jnp.array([0.5, 8.0])
    params = jax.vmap(lambda torque: venv.default_params.replace(max_torque=torque))(torques)
    axes = jax.tree.map(lambda leaf: 0 if leaf.ndim else None, params)
    sample = jax.jit(jax.vmap(venv.sample_actions, in_axes=(None, axes)))
    most = jnp.abs(sample(jax.random.key(0), params)).max(axis=(1, 2))
    assert most[0] <= torques[0]
    assert torques[0] < most[1] <= torques[1]


def test_actions_are_sampled_by_the_masks_of_a_state():
    venv = jaxenvs.vectorize(Turns(), 4)
    _, vstate = venv.reset(jax.random.key(0))
    times = vstate.env_state.replace(time=jnp.array([0, 1, 2, 3], jnp.int32))
    vstate = vstate.replace(env_state=times)
    for seed in range(3):
        drawn = venv.sample_actions(jax.random.key(seed), vstate=vstate)
        assert drawn.tolist() == [0, 1, 2, 0]
    walks = jaxenvs.vectorize(Walk(), 4)  # without a mask: as without a state
    drawn = walks.sample_actions(jax.random.key(1), vstate=vstate)
    np.testing.assert_array_equal(drawn, walks.sample_actions(jax.random.key(1)))


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("classic"))
def test_classic_games_promote_no_ranks(env_id):
    venv = jaxenvs.vectorize(jaxenvs.make(env_id), 4, final_obs=True)

    def play(key):
        _, vstate = venv.reset(key)
        return venv.step(key, vstate, venv.sample_actions(key, vstate=vstate))

    with jax.numpy_rank_promotion("raise"):
        jax.eval_shape(play, jax.random.key(0))
