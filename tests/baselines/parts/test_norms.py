"""The learners' own normalization: agents that have left are in none of its statistics."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.parts.moments import Norms

STEPS, ENVS, AGENTS, GAMMA = 12, 3, 2, 0.9


def rollout():
    """Observations, rewards, ends of episodes, and who is there; those who are not get junk."""
    draws = np.random.default_rng(0)
    obs = draws.normal(3, 2, (STEPS, ENVS, AGENTS, 4)).astype(np.float32)
    reward = draws.normal(1, 1, (STEPS, ENVS, AGENTS)).astype(np.float32)
    done = np.broadcast_to(draws.random((STEPS, ENVS, 1)) < 0.2, reward.shape)
    stays, present = draws.random(reward.shape) < 0.7, np.ones(reward.shape, bool)
    for t in range(1, STEPS):
        present[t] = done[t - 1] | (present[t - 1] & stays[t])
    assert not present.all()
    reward, obs = np.where(present, reward, 1e3), np.where(present[..., None], obs, 1e3)
    return obs, reward.astype(np.float32), done, present


@functools.partial(jax.jit, static_argnums=4)
def after(obs, reward, done, present, ends) -> Any:
    """The statistics after rollouts that end there, one after the other."""
    norms = Norms.zero(obs[0], by_obs=True, by_reward=True)
    for part in map(slice, (0, *ends), ends):
        norms, _ = norms.reward(reward[part], done[part], jnp.float32(GAMMA), present[part])
        norms = norms.after(obs[part], present[part])
    return norms


def test_what_agents_that_have_left_see_and_get_does_not_count():
    obs, reward, done, present = rollout()
    norms = after(obs, reward, done, present, (5, STEPS))
    assert abs(norms.rewards.mean) < 100
    np.testing.assert_allclose(norms.obs.mean, obs[present].mean(0), rtol=1e-4)
    np.testing.assert_allclose(norms.obs.var, obs[present].var(0), rtol=1e-4)
    total, seen = np.zeros((ENVS, AGENTS)), []
    for t in range(STEPS):
        total = GAMMA * total + reward[t]
        seen.extend(total[present[t]])
        total = np.where(done[t], 0, total)
    assert norms.rewards.count == norms.obs.count == len(seen)
    np.testing.assert_allclose(norms.rewards.mean, np.mean(seen), rtol=1e-4)
    np.testing.assert_allclose(norms.rewards.var, np.var(seen), rtol=1e-4)


def test_where_nobody_is_there_nothing_changes():
    obs, reward, done, present = rollout()
    norms = after(obs, reward, done, present & False, (STEPS,))
    for moments in (norms.obs, norms.rewards):
        np.testing.assert_array_equal(moments.count, 0)
        np.testing.assert_array_equal(moments.mean, 0)
        np.testing.assert_array_equal(moments.var, 1)
