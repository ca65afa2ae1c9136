"""MAPPO: the critic sees the global state, the policy does not."""

import dataclasses
import functools

import jax
import numpy as np
import pytest

from jaxenvs.baselines import mappo
from tests.baselines.test_ppo_team import SMALL as TEAM
from tests.toys import Crowd

SMALL = mappo.Config(**dataclasses.asdict(TEAM))


@functools.cache
def played():
    """The method, its carry before a rollout, and the rollout."""
    method = mappo.MAPPO(SMALL, Crowd())
    carry = jax.jit(method.init)(jax.random.key(0), SMALL.hyper_params)
    after, rollout = jax.jit(method.play)(carry, jax.random.key(1))
    assert np.asarray(rollout.done).any(), "no episode ended: the tests would see half"
    return method, carry, after, rollout


@pytest.mark.parametrize("name", ["seen", "next_seen"])
def test_the_critic_sees_the_global_state_also_where_an_episode_ends(name):
    *_, rollout = played()
    shown = getattr(rollout, name)
    # The crowd's global state is every agent's sum, which is the first number that it observes.
    sums = np.asarray(shown.obs)[..., 0]
    world = np.broadcast_to(sums[:, :, None], (*sums.shape, 3))
    np.testing.assert_array_equal(shown.world[..., :3], world)
    np.testing.assert_array_equal(shown.world[..., 3:], shown.obs)
    if name == "next_seen":
        ended = sums[np.asarray(rollout.done)]
        assert (ended > 0).any(axis=1).all(), "the first state of the next episode"


def test_without_its_observation_the_critic_knows_which_agent_it_judges():
    method = mappo.MAPPO(dataclasses.replace(SMALL, critic_obs=False), Crowd())
    obs = {"obs": np.ones((2, 3, 3), np.float32), "world": np.full((2, 3, 3), 5, np.float32)}
    seen = np.asarray(method.critic_view(method.seats.observe(obs)))
    np.testing.assert_array_equal(seen[..., :3], 5)
    np.testing.assert_array_equal(seen[1, :, 3:], np.eye(3))


def test_values_hang_on_the_global_state_and_policies_do_not():
    method, carry, _, rollout = played()

    def parts(world):
        seen = rollout.seen.replace(world=rollout.seen.world.at[..., :3].add(world))
        policy, value = method.nets.review(carry.weights, (None, None), rollout.replace(seen=seen))
        return value.sum(), policy.log_prob(rollout.action).sum()

    by_value, by_policy = jax.jacobian(parts)(np.zeros(3, np.float32))
    assert np.abs(np.asarray(by_value)).min() > 1e-3
    assert not np.asarray(by_policy).any()


def test_playing_needs_no_global_state():
    trainer = mappo.make_train(SMALL, Crowd())
    _, carry, _, _ = played()
    obs, state = trainer.env.reset(jax.random.key(0))
    mask = trainer.env.action_mask(state)
    action = trainer.act(trainer.policy(carry), obs, mask)
    assert trainer.env.action_space().contains(np.asarray(action))


@pytest.mark.parametrize(
    ("change", "said"),
    [({"trunk": True}, "trunk: expected False"), ({"normalize_obs": True}, "normalize_obs: ")],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        mappo.make_train(dataclasses.replace(SMALL, **change))
