"""Games of several agents as batches: padding, names, masks, who is there, returns of a team."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.rollout import still_there
from jaxenvs.baselines.parts.seats import One, Shown, Team, common_space, team_metrics
from tests.toys import Crowd, Walk


def test_agents_see_padded_rows_and_who_they_are():
    team = Team(Crowd(), show_id=True)
    obs = jnp.asarray(np.arange(2 * 9, dtype=np.float32).reshape(2, 3, 3))
    seen = team.features(obs)
    np.testing.assert_array_equal(seen[..., :3], obs)
    np.testing.assert_array_equal(seen[..., 3:], np.broadcast_to(np.eye(3), (2, 3, 3)))
    np.testing.assert_array_equal(Team(Crowd()).features(obs), obs)
    assert team.names == ("small", "middle", "large")
    assert team.head.num_outputs == 4


def test_digits_are_one_hot_for_every_agent():
    team = Team(jaxenvs.make("Social-SwitchRiddle-v1"))
    seen = team.features(jnp.array([[[0, 1], [1, 0], [1, 1]]], jnp.int32))
    np.testing.assert_array_equal(seen[0], [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]])


@pytest.mark.parametrize("continuous", [False, True])
def test_choices_become_actions_of_the_game(continuous):
    env = jaxenvs.make("MPE-SimpleSpeakerListener-v4", continuous_actions=continuous)
    team = Team(env)
    shape = (7, 2, team.head.num_outputs)
    outputs = jax.random.normal(jax.random.key(0), shape)
    obs, _ = jaxenvs.vectorize(team.shown(env), 7).reset(jax.random.key(0))
    mask = team.observe(obs).mask
    assert mask is not None
    policy = team.head.distribution(outputs, jnp.zeros(shape[-1]), mask)
    action = policy.pick(team.head.noise(jax.random.key(1), (7, 2)))
    played = team.to_env(action)
    assert all(env.action_space().contains(one) for one in np.asarray(played))
    # The speaker has three actions of the listener's five.
    assert mask.sum() == (7 * (3 + 5))
    if continuous:
        assert not team.as_input(action)[:, 0, 3:].any()
        assert np.asarray(team.as_input(action)[:, 1]).all()


def test_padded_coordinates_of_boxes_count_for_nothing():
    env = jaxenvs.make("MPE-SimpleSpeakerListener-v4", continuous_actions=True)
    team = Team(env)
    mask = team.observe({"obs": np.zeros((1, 2, 11), np.float32)}).mask
    noise = team.head.noise(jax.random.key(0), (1, 2))

    def parts(outputs, log_std):
        policy = team.head.distribution(outputs, log_std, mask)
        action = team.head.distribution(jnp.zeros((1, 2, 5)), jnp.zeros(5), mask).pick(noise)
        return policy.log_prob(action).sum() + 3 * policy.entropy().sum()

    slopes = jax.grad(parts, (0, 1))(jnp.zeros((1, 2, 5)), jnp.zeros((1, 2, 5)))
    for slope in slopes:
        np.testing.assert_array_equal(slope[0, 0] != 0, [True] * 3 + [False] * 2)
        assert np.asarray(slope[0, 1] != 0).all()
    policy = team.head.distribution(jnp.zeros((1, 2, 5)), jnp.zeros(5), mask)
    np.testing.assert_allclose(np.asarray(policy.entropy())[0] / 1.4189385, [3, 5], rtol=1e-5)


def test_games_and_spaces_that_do_not_fit():
    with pytest.raises(TypeError, match="env: expected a game of several agents, got Walk"):
        Team(Walk())
    with pytest.raises(TypeError, match="action spaces: expected boxes of one kind or equal"):
        common_space([spaces.Discrete(3), spaces.Box(0, 1, (3,))], "action spaces")
    with pytest.raises(TypeError, match="expected boxes of one kind"):
        common_space([spaces.Discrete(3), spaces.Discrete(3, start=1)], "action spaces")


def test_one_agent_has_no_axis_of_its_own():
    one = One(Walk())
    obs, _ = jaxenvs.vectorize(one.shown(Walk()), 5).reset(jax.random.key(0))
    seen = one.observe(obs)
    assert seen.obs.shape[0] == 5
    assert seen.obs.ndim == 2
    assert seen.world is None
    assert one.spread(jnp.arange(5)).shape == (5,)
    with pytest.raises(TypeError, match="env: expected a game of one agent, got Crowd"):
        One(Crowd())


def test_the_global_state_comes_with_every_observation():
    env = Crowd()
    venv = jaxenvs.vectorize(Shown(env=env, world=True), 2, final_obs=True)
    obs, state = venv.reset(jax.random.key(0))
    first = jax.tree.map(lambda leaf: np.asarray(leaf[0]), obs)
    assert venv.env.observation_space().contains(first)
    t = venv.step(jax.random.key(1), state, jnp.array([[1, 2, 3], [0, 1, 0]], jnp.int32))
    np.testing.assert_array_equal(t.obs["world"][:, 0], [[1, 2, 3], [0, 1, 0]])
    t = venv.step(jax.random.key(1), t.state, jnp.array([[2, 2, 3], [0, 1, 0]], jnp.int32))
    np.testing.assert_array_equal(t.info["final_obs"]["world"][:, 0], [[3, 4, 6], [0, 2, 0]])
    np.testing.assert_array_equal(t.obs["world"][:, 0], [[0, 0, 0], [0, 2, 0]])
    np.testing.assert_array_equal(t.obs["obs"][1], [[0, 0, 0], [2, 2, 0], [0, 0, 0]])


def test_who_has_left_is_back_with_the_next_episode():
    present = jnp.array([[True, True], [True, False], [True, False]])
    terminated = jnp.array([[False, True], [True, True], [False, True]])
    after = still_there(present, terminated, jnp.array([False, True, False]))
    np.testing.assert_array_equal(after, [[True, False], [True, True], [True, False]])


def test_a_team_returns_the_mean_of_its_agents():
    episode = {
        "return": jnp.array([[1.0, 3.0], [10.0, 20.0], [5.0, 7.0]]),
        "length": jnp.array([3, 4, 5], jnp.int32),
        "done": jnp.array([True, False, True]),
    }
    metrics = team_metrics(episode, ("a", "b"))
    assert metrics["episode_return"] == 4
    assert metrics["episode_return_a"] == 3
    assert metrics["episode_return_b"] == 5
    assert metrics["num_episodes"] == 2


def test_greedy_episodes_of_several_agents():
    env = Crowd()

    def act(policy, obs, mask):
        return jnp.array([1, 2, 3], jnp.int32)

    returns, lengths = play_episodes(env, act, None, jax.random.key(0), 2)
    np.testing.assert_array_equal(lengths, 3)  # when the last agent has left
    np.testing.assert_array_equal(returns, [[3, 6, 9]] * 2)
    scores = summarize(returns, lengths, env.agents)
    assert scores["return"] == 6
    assert [scores[f"return_{name}"] for name in env.agents] == [3, 6, 9]
