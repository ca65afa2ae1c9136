"""Which observations and rewards enter the moments of the normalizing wrappers, by brute force."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.wrappers import (
    Moments,
    NormalizeObservation,
    NormalizeReward,
    load_moments,
    save_moments,
)
from tests.toys import Crowd, Walk

NUM_ENVS, GAMMA = 4, 0.9
MODES = ["same_step", "next_step", "disabled"]


def play(batch, num_steps, moments=None):
    """Random steps; with `disabled`, every fourth one is followed by `reset_where`."""

    def one(vstate, row):
        key, i = row
        action_key, step_key, reset_key = jax.random.split(key, 3)
        step = batch.step(step_key, vstate, batch.sample_actions(action_key))
        over = step.info["episode"]["done"] & (i % 4 == 3)
        obs, after = step.obs, step.state
        if batch.autoreset == "disabled":
            obs, after = batch.reset_where(reset_key, step.state, over)
        return after, (step._replace(state=None), obs, over)

    given = {} if moments is None else {"moments": moments}

    @jax.jit
    def run(key, given):
        first, vstate = batch.reset(key, **given)
        rows = jax.random.split(key, num_steps), jnp.arange(num_steps)
        return first, *jax.lax.scan(one, vstate, rows)

    first, vstate, found = run(jax.random.key(1), given)
    return first, vstate, *jax.tree.map(np.asarray, found)


def counted(env, mode, num_steps=40):
    """Everything that was observed and paid, copy by copy, and by agent; of `Crowd`, three."""
    first, _, steps, later, resets = play(jaxenvs.vectorize(env, NUM_ENVS, mode), num_steps)
    pick = lambda obs: obs["luck"] if isinstance(env, Walk) else obs  # noqa: E731
    num = 3 if isinstance(env, Crowd) else 1
    by_agent = lambda x: x.reshape(len(x), NUM_ENVS, num, *x.shape[2:][num > 1 :])  # noqa: E731
    obs, later = by_agent(pick(steps.obs)), by_agent(pick(later))
    reward, terminated = by_agent(steps.reward), by_agent(steps.terminated)
    ended = steps.info["episode"]["done"]
    observed = [
        list(rows) for rows in np.moveaxis(np.asarray(pick(first)).reshape(NUM_ENVS, num, -1), 1, 0)
    ]
    paid = []
    for copy in range(NUM_ENVS):
        there, over, total = np.ones(num, bool), False, np.zeros(num)
        for t in range(num_steps):
            stands_for_reset = mode == "next_step" and over
            idle = mode == "disabled" and over
            total = GAMMA * total + reward[t, copy]
            for agent in range(num):
                if there[agent] and not stands_for_reset and not idle:
                    paid.append(total[agent])
                starts = mode == "same_step" and ended[t, copy]
                if (there[agent] or starts) and not idle:
                    observed[agent].append(obs[t, copy, agent])
                if mode == "disabled" and resets[t, copy]:
                    observed[agent].append(later[t, copy, agent])
            there = there & ~terminated[t, copy]
            over = ended[t, copy] or idle  # over until it is reset, whatever the game says then
            fresh = resets[t, copy] if mode == "disabled" else over
            total = np.where(there & ~over, total, 0)
            there = there | fresh
            over = over and not (mode == "disabled" and fresh)
    return observed, paid


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("env", [Walk(), Crowd()])
def test_only_what_was_observed_and_paid_counts(env, mode):
    observed, paid = counted(env, mode)
    plain = jaxenvs.vectorize(env, NUM_ENVS, mode)
    batch = NormalizeReward(batch=NormalizeObservation(batch=plain), gamma=GAMMA)
    _, vstate, *_ = play(batch, 40)
    assert float(vstate.moments.count) == len(paid)
    np.testing.assert_allclose(vstate.moments.mean, np.mean(paid), rtol=1e-4)
    np.testing.assert_allclose(vstate.moments.var, np.var(paid), rtol=1e-3)
    known = vstate.inner.moments
    known = known["luck"] if isinstance(env, Walk) else known
    counts, means, variances = (np.atleast_1d(x) for x in (known.count, known.mean, known.var))
    for agent, rows in enumerate(observed):
        assert counts[agent] == len(rows)
        ours = (means[agent], variances[agent]) if isinstance(env, Crowd) else (means, variances)
        np.testing.assert_allclose(ours[0], np.mean(rows, 0), rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(ours[1], np.var(rows, 0), rtol=1e-3, atol=1e-4)


def test_a_step_that_stands_for_a_reset_changes_no_moments_of_rewards():
    """Two copies of episodes of three steps: the same 18 rewards, whenever the resets come."""
    env = jaxenvs.make("CartPole-v1", max_steps=3)
    found = []
    for mode, num_steps in (("same_step", 9), ("next_step", 12)):
        batch = NormalizeReward(batch=jaxenvs.vectorize(env, 2, mode))
        found.append(play(batch, num_steps)[1].moments)
    assert [float(moments.count) for moments in found] == [18, 18]
    np.testing.assert_allclose(found[0].var, found[1].var, rtol=1e-5)


def test_frozen_evaluation_is_the_normalization_of_training_to_the_bit(tmp_path):
    plain = jaxenvs.vectorize(Walk(), NUM_ENVS, final_obs=True)
    _, trained, learning, *_ = play(NormalizeObservation(batch=plain), 20)
    path = tmp_path / "moments.npz"
    save_moments(path, trained.moments)
    first, vstate, steps, *_ = play(
        NormalizeObservation(batch=plain, frozen=True), 20, load_moments(path)
    )
    jax.tree.map(np.testing.assert_array_equal, vstate.moments, trained.moments)
    raw_first, _, raw, *_ = play(plain, 20)

    @jax.jit
    def normalized(known, obs):
        return {name: known[name].normalize(x.astype(jnp.float32)) for name, x in obs.items()}

    last = jax.tree.map(lambda x: x[-1], (learning.obs, raw.obs))
    for ours, shown in (
        last,  # the training's own, with the moments it ended with
        (first, raw_first),
        (steps.obs, raw.obs),
        (steps.info["final_obs"], raw.info["final_obs"]),
    ):
        wanted = normalized(trained.moments, shown)
        jax.tree.map(np.testing.assert_array_equal, ours, wanted)


def test_moments_go_on_where_they_were_given():
    plain = jaxenvs.vectorize(Walk(), NUM_ENVS)
    inner = NormalizeObservation(batch=plain)
    both = NormalizeReward(batch=inner)
    known = Moments(count=jnp.float32(100), mean=jnp.float32(2), var=jnp.float32(9))
    seen = {"luck": Moments.zero((1,)), "position": Moments.zero()}
    seen = jax.tree.map(lambda x: x + 1, seen)
    _, vstate = both.reset(jax.random.key(0), moments=known, inner_moments=seen)
    jax.tree.map(np.testing.assert_array_equal, vstate.moments, known)
    assert float(vstate.inner.moments["luck"].count) == 1 + NUM_ENVS
    frozen = NormalizeObservation(batch=plain, frozen=True)
    _, kept = NormalizeReward(batch=frozen).reset(jax.random.key(0), inner_moments=seen)
    jax.tree.map(np.testing.assert_array_equal, kept.inner.moments, seen)


def test_frozen_without_moments_and_moments_that_do_not_fit_are_refused():
    plain = jaxenvs.vectorize(Walk(), NUM_ENVS)
    key = jax.random.key(0)
    with pytest.raises(ValueError, match=r"moments: expected those of training.*load_moments"):
        NormalizeObservation(batch=plain, frozen=True).reset(key)
    with pytest.raises(ValueError, match="moments: expected shapes"):
        NormalizeObservation(batch=plain).reset(key, moments=Moments.zero((2,)))
    with pytest.raises(ValueError, match="moments: expected shapes"):
        NormalizeReward(batch=plain).reset(key, moments=Moments.zero((2,)))
    with pytest.raises(ValueError, match="inner_moments: expected None"):
        NormalizeReward(batch=plain).reset(key, inner_moments=Moments.zero())


TREES = [
    Moments.zero(),
    {"a": Moments.zero((2,)), "b": (Moments.zero(), {"c": Moments.zero((3, 1))})},
    functools.reduce(lambda m, _: m.update(jnp.ones((5, 2))), range(3), Moments.zero((2,))),
]


@pytest.mark.parametrize("moments", TREES)
def test_a_file_gives_back_what_was_saved(moments, tmp_path):
    save_moments(tmp_path / "m.npz", moments)
    jax.tree.map(np.testing.assert_array_equal, load_moments(tmp_path / "m.npz"), moments)
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]


def test_files_that_hold_something_else_are_refused(tmp_path):
    path = tmp_path / "m.npz"
    with pytest.raises(FileNotFoundError):
        load_moments(path)
    with pytest.raises(ValueError, match=r"ends in \.npz"):
        save_moments(tmp_path / "m.pkl", Moments.zero())
    with pytest.raises(TypeError, match="expected Moments, got int"):
        save_moments(path, {"a": 1})
    with pytest.raises(ValueError, match="mean: expected finite"):
        save_moments(path, Moments.zero().replace(mean=jnp.float32(np.nan)))
    assert not path.exists()
    save_moments(path, {"a": Moments.zero((2,))})
    whole = path.read_bytes()
    with np.load(path) as file:
        entries = dict(file)
    changes = [
        {"0.mean": np.zeros(2, np.float64)},
        {"0.mean": np.full(2, np.inf, np.float32)},
        {"0.var": np.full(2, -1, np.float32)},
        {"0.var": np.ones(3, np.float32)},
        {"0.count": np.zeros(3, np.float32)},
        {"places": np.array("[]")},
        {"places": np.array('[["a"], ["b"]]')},
        {"places": np.array("[" * 9000)},
        {"1.mean": np.zeros(2, np.float32)},
    ]
    for change in changes:
        np.savez(path, **(entries | change))
        with pytest.raises(ValueError, match=r"m\.npz: expected a file of save_moments"):
            load_moments(path)
    for junk in (b"", b"junk", whole[: len(whole) // 2]):
        path.write_bytes(junk)
        with pytest.raises(ValueError, match=r"m\.npz: expected a file of save_moments"):
            load_moments(path)
    np.savez(path, **entries, x=np.array([{}], object))
    with pytest.raises(ValueError, match=r"m\.npz: expected a file of save_moments"):
        load_moments(path)
