import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.wrappers import NormalizeObservation, NormalizeReward
from jaxenvs.wrappers.moments import Moments
from tests.toys import Crowd, Turns, Walk


def _rollout(batch, num_steps, seed=0):
    def one(vstate, key):
        action_key, step_key = jax.random.split(key)
        step = batch.step(step_key, vstate, batch.sample_actions(action_key))
        return step.state, step._replace(state=None)

    def play(key):
        obs, vstate = batch.reset(key)
        return obs, jax.lax.scan(one, vstate, jax.random.split(key, num_steps))

    first, (vstate, steps) = jax.jit(play)(jax.random.key(seed))
    return first, vstate, steps


def test_moments_are_those_of_everything_seen():
    data = np.random.default_rng(0).normal(3, 2, (50, 7, 4)).astype(np.float32)
    moments = Moments.zero((4,))
    for batch in data:
        moments = moments.update(jnp.asarray(batch))
    flat = data.reshape(-1, 4)
    assert float(moments.count) == len(flat)
    np.testing.assert_allclose(moments.mean, flat.mean(0), rtol=1e-5)
    np.testing.assert_allclose(moments.var, flat.var(0), rtol=1e-4)


def test_actions_are_sampled_by_the_masks_of_the_wrapped_state():
    batch = NormalizeReward(batch=NormalizeObservation(batch=jaxenvs.vectorize(Turns(), 3)))
    _, vstate = batch.reset(jax.random.key(0))
    for seed in range(3):
        assert batch.sample_actions(jax.random.key(seed), vstate=vstate).tolist() == [0, 0, 0]


def test_observations_are_normalised_by_what_the_batch_has_seen():
    plain = jaxenvs.vectorize(CartPole(), 32, final_obs=True)
    first, _, raw = _rollout(plain, 100)
    _, vstate, steps = _rollout(NormalizeObservation(batch=plain), 100)
    seen = np.concatenate([first[None], raw.obs]).reshape(-1, 4)
    np.testing.assert_allclose(vstate.moments.mean, seen.mean(0), atol=1e-4)
    np.testing.assert_allclose(vstate.moments.var, seen.var(0), rtol=1e-3)
    expected = (raw.obs[-1] - seen.mean(0)) / np.sqrt(seen.var(0) + 1e-8)
    np.testing.assert_allclose(steps.obs[-1], expected, rtol=1e-2, atol=1e-3)
    expected = (raw.info["final_obs"][-1] - seen.mean(0)) / np.sqrt(seen.var(0) + 1e-8)
    np.testing.assert_allclose(steps.info["final_obs"][-1], expected, rtol=1e-2, atol=1e-3)
    np.testing.assert_array_equal(steps.reward, raw.reward)


def test_structures_are_kept():
    batch = NormalizeObservation(batch=jaxenvs.vectorize(Walk(), 4))
    first, vstate = batch.reset(jax.random.key(0))
    assert set(first) == {"luck", "position"}
    assert float(vstate.moments["luck"].count) == 4
    assert vstate.env_state.time.shape == (4,)


def test_rewards_are_scaled_by_the_spread_of_discounted_returns():
    plain = jaxenvs.vectorize(Walk(), 16)
    _, _, raw = _rollout(plain, 200)
    _, vstate, steps = _rollout(NormalizeReward(batch=plain, gamma=0.9), 200)
    discounted, seen = np.zeros(16, np.float32), []
    done = np.asarray(raw.terminated | raw.truncated)
    for reward, over in zip(np.asarray(raw.reward), done, strict=True):
        discounted = discounted * 0.9 + reward
        seen.append(discounted)
        discounted = np.where(over, 0, discounted)
    assert done.any()
    np.testing.assert_allclose(vstate.moments.var, np.var(seen), rtol=1e-3)
    np.testing.assert_allclose(vstate.discounted, discounted, rtol=1e-4)
    expected = raw.reward[-1] / np.sqrt(np.var(seen) + 1e-8)
    np.testing.assert_allclose(steps.reward[-1], expected, rtol=1e-3)
    np.testing.assert_array_equal(steps.info["episode"]["return"], raw.info["episode"]["return"])


def test_both_may_be_combined_also_for_several_agents():
    inner = NormalizeObservation(batch=jaxenvs.vectorize(Crowd(), 3))
    batch = NormalizeReward(batch=inner)
    first, vstate, steps = _rollout(batch, 5)
    assert first.shape == (3, 3, 3)
    assert steps.reward.shape == (5, 3, 3)
    assert batch.num_envs == 3
    assert batch.env == Crowd()
    mask = batch.action_mask(vstate)
    assert mask is not None
    assert mask.shape == (3, 3, 4)


@pytest.mark.parametrize("limit", [0.5, 2.0])
def test_values_are_clipped(limit):
    batch = NormalizeObservation(batch=jaxenvs.vectorize(CartPole(), 8), limit=limit)
    _, _, steps = _rollout(batch, 50)
    assert float(jnp.abs(steps.obs).max()) <= limit
