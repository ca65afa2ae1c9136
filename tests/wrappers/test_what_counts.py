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


def play(batch, num_steps):
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

    @jax.jit
    def run(key):
        first, vstate = batch.reset(key)
        rows = jax.random.split(key, num_steps), jnp.arange(num_steps)
        return first, *jax.lax.scan(one, vstate, rows)

    first, vstate, found = run(jax.random.key(1))
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
            total = np.where(there & (not over), total, 0)
            there = there | fresh
            over = over and not (mode == "disabled" and fresh)
    return observed, paid


@pytest.mark.parametrize(
    ("env", "mode"),
    [
        (Walk(), "disabled"),
        (Crowd(), "next_step"),
        pytest.param(Walk(), "same_step", marks=pytest.mark.slow),
        pytest.param(Walk(), "next_step", marks=pytest.mark.slow),
        pytest.param(Crowd(), "same_step", marks=pytest.mark.slow),
        pytest.param(Crowd(), "disabled", marks=pytest.mark.slow),
    ],
)
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
    """Two copies of episodes of three steps, a reward of 1 each, and a reset after them."""
    env = jaxenvs.make("CartPole-v1", max_steps=3)
    batch = NormalizeReward(batch=jaxenvs.vectorize(env, 2, "next_step"))

    @jax.jit
    def run(key):
        def one(vstate, key):
            return batch.step(key, vstate, jnp.zeros(2, jnp.int32)).state, None

        return jax.lax.scan(one, batch.reset(key)[1], jax.random.split(key, 12))[0]

    moments = run(jax.random.key(0)).moments
    assert float(moments.count) == 2 * 9
    np.testing.assert_allclose(moments.var, np.var([1, 1.99, 2.9701]), rtol=1e-5)


def test_frozen_evaluation_is_the_normalization_of_training_to_the_bit(tmp_path):
    plain = jaxenvs.vectorize(Walk(), NUM_ENVS, final_obs=True)
    learning = NormalizeObservation(batch=plain)
    judging = NormalizeObservation(batch=plain, frozen=True)
    action, path = jnp.ones(NUM_ENVS, jnp.int32), tmp_path / "moments.npz"

    def played(batch, key, **given):
        first, vstate = batch.reset(key, **given)
        t = batch.step(key, vstate, action)
        return t.state, (first, t.obs, t.info["final_obs"])

    @jax.jit
    def learn(key):
        return played(learning, key), played(plain, key)[1]

    @jax.jit
    def judge(key, moments):
        return played(judging, key, moments=moments), played(plain, key)[1]

    @jax.jit
    def normalized(known, obs):
        return {name: known[name].normalize(x.astype(jnp.float32)) for name, x in obs.items()}

    (trained, shown), raw = learn(jax.random.key(0))
    save_moments(path, trained.moments)
    for ours, theirs in zip(shown[1:], raw[1:], strict=True):  # with the moments it ended with
        wanted = normalized(trained.moments, theirs)
        jax.tree.map(np.testing.assert_array_equal, ours, wanted)
    (vstate, shown), raw = judge(jax.random.key(1), load_moments(path))
    jax.tree.map(np.testing.assert_array_equal, vstate.moments, trained.moments)
    for ours, theirs in zip(shown, raw, strict=True):
        wanted = normalized(trained.moments, theirs)
        jax.tree.map(np.testing.assert_array_equal, ours, wanted)


def test_moments_go_on_where_they_were_given():
    plain = jaxenvs.vectorize(Walk(), NUM_ENVS)
    learning = NormalizeReward(batch=NormalizeObservation(batch=plain))
    frozen = NormalizeReward(batch=NormalizeObservation(batch=plain, frozen=True))
    known = Moments(count=jnp.float32(100), mean=jnp.float32(2), var=jnp.float32(9))
    seen = {"luck": Moments.zero((1,)).replace(count=jnp.float32(1)), "position": known}

    @jax.jit
    def start(key):
        batches = (learning, frozen)
        return [batch.reset(key, moments=known, inner_moments=seen)[1] for batch in batches]

    going_on, kept = start(jax.random.key(0))
    jax.tree.map(np.testing.assert_array_equal, going_on.moments, known)
    assert float(going_on.inner.moments["luck"].count) == 1 + NUM_ENVS
    jax.tree.map(np.testing.assert_array_equal, kept.inner.moments, seen)


def test_frozen_without_moments_and_moments_that_do_not_fit_are_refused():
    plain = jaxenvs.vectorize(Walk(), NUM_ENVS)
    cases = [
        (NormalizeObservation(batch=plain), {"moments": Moments.zero((2,))}, "expected shapes"),
        (NormalizeReward(batch=plain), {"moments": Moments.zero((2,))}, "expected shapes"),
        (NormalizeReward(batch=plain), {"inner_moments": Moments.zero()}, "expected None, as the"),
        (NormalizeObservation(batch=plain, frozen=True), {}, "those of training.*load_moments"),
    ]
    for batch, given, said in cases:
        start = functools.partial(batch.reset, **given)
        with pytest.raises(ValueError, match=f"moments: .*{said}"):
            jax.eval_shape(start, jax.random.key(0))


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
