"""JaxMARL's interface, ours under it and theirs under ours."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces
from jaxenvs.adapters import jaxmarl as adapter
from jaxenvs.testing import check_env
from tests.toys import Crowd


def _actions(env, key):
    keys = jax.random.split(key, env.num_agents)
    named = zip(env.agents, keys, strict=True)
    return {agent: env.action_space(agent).sample(k) for agent, k in named}


def test_episodes_restart_by_themselves():
    env = adapter.make("MPE_simple_speaker_listener_v4")
    assert env == adapter.make("MPE-SimpleSpeakerListener-v4")
    assert env.agent_classes == {"speaker": ["speaker_0"], "listener": ["listener_0"]}

    def one(state, key):
        action_key, step_key = jax.random.split(key)
        obs, state, reward, done, info = env.step(step_key, state, _actions(env, action_key))
        assert info == {}
        return state, (obs, reward, done)

    obs, state = jax.jit(env.reset)(jax.random.key(0))
    assert {agent: row.shape for agent, row in obs.items()} == {
        "speaker_0": (3,),
        "listener_0": (11,),
    }
    keys = jax.random.split(jax.random.key(1), 60)
    state, (obs, reward, done) = jax.jit(lambda s: jax.lax.scan(one, s, keys))(state)
    assert np.flatnonzero(done["__all__"]).tolist() == [24, 49]
    assert set(reward) == {"speaker_0", "listener_0"}
    assert int(state.time) == 10


def test_reset_states_masks_and_options():
    env = adapter.JaxMarlEnv(Crowd())
    obs, state = env.reset(jax.random.key(0))
    mask = env.get_avail_actions(state)
    assert [len(mask[agent]) for agent in env.agents] == [2, 3, 4]
    late = state.replace(time=jnp.int32(6))
    actions = {agent: jnp.int32(0) for agent in env.agents}
    start = state.replace(sums=jnp.array([1, 1, 1], jnp.int32))
    obs, after, _, done, _ = env.step(jax.random.key(1), late, actions, start)
    assert bool(done["__all__"])
    assert after.sums.tolist() == [1, 1, 1]
    assert obs["large"].tolist() == [1, 1, 1]
    assert env.get_world_state(start).tolist() == [1, 1, 1]
    assert adapter.make("MPE_simple_tag_v3", num_good_agents=2).num_agents == 5
    box = adapter.make("MPE_simple_v3", action_type="Continuous").action_space("agent_0")
    assert box.shape == (5,)
    with pytest.raises(TypeError, match="several agents"):
        adapter.JaxMarlEnv(jaxenvs.make("CartPole-v1"))


# What one of JaxMARL's layouts holds: numbers of places, row by row.
CRAMPED_ROOM = {
    "height": 4,
    "width": 5,
    "wall_idx": jnp.array([0, 1, 2, 3, 4, 5, 9, 10, 14, 15, 16, 17, 18, 19]),
    "agent_idx": jnp.array([6, 8]),
    "goal_idx": jnp.array([18]),
    "plate_pile_idx": jnp.array([16]),
    "onion_pile_idx": jnp.array([5, 9]),
    "pot_idx": jnp.array([2]),
}


def test_kitchens_are_given_as_jaxmarl_writes_them():
    env = adapter.make("overcooked", layout=CRAMPED_ROOM, max_steps=200)
    named = adapter.make(
        "Overcooked-CrampedRoom-v0", compat="jaxmarl", dynamics="old", max_steps=200
    )
    assert env.max_steps == 200
    kitchen: Any = env.env.unwrapped
    assert kitchen.layout == "XXPXX\nO1 2O\nX   X\nXDXSX"
    obs, state = env.reset(jax.random.key(0))
    seen, same = named.reset(jax.random.key(0))
    for key in jax.random.split(jax.random.key(1), 210):
        np.testing.assert_array_equal(obs["agent_1"], seen["agent_1"])
        actions = _actions(env, key)
        obs, state, reward, done, infos = env.step(key, state, actions)
        seen, same, *others = named.step(key, same, actions)
        jax.tree.map(np.testing.assert_array_equal, (reward, done, infos), tuple(others))
        assert list(infos["shaped_reward"]) == env.agents
    assert int(state.time) == int(same.time) == 10


def test_riddles_take_jaxmarl_s_options():
    env = adapter.make("switch_riddle", num_agents=4, reward_all_die=-2.0)
    assert env.max_steps == 10
    _, state = env.reset(jax.random.key(0))
    _, _, reward, done, _ = env.step(jax.random.key(1), state, dict.fromkeys(env.agents, 2))
    assert bool(done["__all__"])
    assert {float(r) for r in reward.values()} == {-2.0}


class TheirCrowd:
    """What an environment of JaxMARL has, with agents of different sizes."""

    num_agents = 2
    agents = ("a", "b")

    def __eq__(self, other):
        return isinstance(other, TheirCrowd)

    def __hash__(self):
        return 0

    def action_space(self, agent):
        class Discrete:
            n = 2 + self.agents.index(agent)

        return Discrete()

    def reset(self, key):
        return self._obs(jnp.int32(0)), {"count": jnp.int32(0)}

    def step_env(self, key, state, actions):
        count = state["count"] + actions["a"] + actions["b"]
        done = count >= 5
        dones = {"a": done, "b": done, "__all__": done}
        rewards = {"a": count, "b": -1.0}
        return self._obs(count), {"count": count}, rewards, dones, {}

    def _obs(self, count):
        row = count.astype(jnp.float32)
        return {"a": row[None], "b": jnp.stack([row, row])}


def test_their_environments_keep_our_contract():
    env = adapter.FromJaxMarl(jaxmarl_env=TheirCrowd())
    check_env(env, num_steps=640)
    assert env.action_spaces() == {"a": spaces.Discrete(2), "b": spaces.Discrete(3)}
    obs, _ = env.reset(jax.random.key(0))
    assert obs.shape == (2, 2)


def test_the_real_ones_play_too():
    jaxmarl = pytest.importorskip("jaxmarl", reason="JaxMARL is in no extra")
    with jax.numpy_dtype_promotion("standard"):
        env = adapter.FromJaxMarl(jaxmarl_env=jaxmarl.make("MPE_simple_tag_v3"))
        obs, state = env.reset(jax.random.key(0))
        t = env.step(jax.random.key(1), state, env.action_space().sample(jax.random.key(2)))
    assert t.obs.shape == obs.shape == (4, 16)


@pytest.fixture
def wrappers():
    """JaxMARL's wrappers, and the promotion of dtypes that they need."""
    module = pytest.importorskip(
        "jaxmarl.wrappers.baselines", reason="JaxMARL is in no extra of ours"
    )
    with jax.numpy_dtype_promotion("standard"):
        yield module


def test_their_log_wrapper_counts_our_episodes(wrappers):
    """The calls that JaxMARL's IPPO makes: agents side by side, vmapped steps within a scan."""
    env = wrappers.MPELogWrapper(adapter.make("MPE_simple_spread_v3"))
    num_envs, num_agents = 4, env.num_agents
    size = env.action_space(env.agents[0]).n
    assert env.observation_space(env.agents[0]).shape == (18,)

    def one(carry, key):
        state, obs = carry
        batch = jnp.stack([obs[agent] for agent in env.agents]).reshape(num_agents * num_envs, -1)
        action_key, step_key = jax.random.split(key)
        flat = jax.random.randint(action_key, (num_agents * num_envs,), 0, size)
        rows = flat.reshape(num_agents, num_envs, -1)
        actions = {agent: rows[i] for i, agent in enumerate(env.agents)}
        keys = jax.random.split(step_key, num_envs)
        obs, state, reward, done, info = jax.vmap(env.step)(keys, state, actions)
        info = jax.tree.map(lambda leaf: leaf.reshape(num_agents * num_envs), info)
        return (state, obs), (batch, reward, done, info)

    @jax.jit
    def play(key):
        obs, state = jax.vmap(env.reset)(jax.random.split(key, num_envs))
        return jax.lax.scan(one, (state, obs), jax.random.split(key, 30))[1]

    batch, reward, done, info = jax.tree.map(np.asarray, play(jax.random.PRNGKey(0)))
    assert batch.shape == (30, num_agents * num_envs, 18)
    assert np.flatnonzero(done["__all__"].all(axis=1)).tolist() == [24]
    returns = np.stack([reward[agent][:25].sum(axis=0) for agent in env.agents], axis=1)
    counted = info["returned_episode_returns"][24].reshape(num_envs, num_agents)
    np.testing.assert_allclose(counted, num_agents * returns, rtol=1e-5)
    assert (info["returned_episode_lengths"][24] == 25).all()


def test_their_rollout_manager_pads_and_joins_our_agents(wrappers):
    """What JaxMARL's value decomposition asks of an environment."""
    env = wrappers.CTRolloutManager(adapter.make("MPE_simple_speaker_listener_v4"), batch_size=3)
    obs, state = env.batch_reset(jax.random.PRNGKey(0))
    assert obs["speaker_0"].shape == obs["listener_0"].shape == (3, 11 + 2)
    assert obs["__all__"].shape == (3, 3 + 11)
    actions = {agent: env.batch_sample(jax.random.PRNGKey(1), agent) for agent in env.agents}
    _, _, rewards, dones, _ = env.batch_step(jax.random.PRNGKey(2), state, actions)
    total = rewards["speaker_0"] + rewards["listener_0"]
    np.testing.assert_allclose(rewards["__all__"], total, rtol=1e-6)
    assert not dones["__all__"].any()
    hanabi = wrappers.CTRolloutManager(adapter.make("Hanabi-VerySmall-2p-v0"), batch_size=2)
    _, state = hanabi.batch_reset(jax.random.PRNGKey(0))
    moves = hanabi.get_valid_actions(state)
    assert {agent: mask.any(axis=1).all() for agent, mask in moves.items()} == {
        "player_0": True,
        "player_1": True,
    }


def test_their_rollout_manager_cooks_in_our_kitchens(wrappers):
    """JaxMARL takes a team's reward from its first agent in a kitchen, and shapes it by agent."""
    layouts = pytest.importorskip("jaxmarl.environments.overcooked").overcooked_layouts
    for name, layout in layouts.items():
        env = adapter.make("overcooked", layout=layout)
        assert env.observation_space("agent_0").shape == (layout["height"], layout["width"], 26), (
            name
        )
    kitchen = wrappers.LogWrapper(adapter.make("overcooked", layout=layouts["coord_ring"]))
    env = wrappers.CTRolloutManager(kitchen, batch_size=2, preprocess_obs=False)
    obs, state = env.batch_reset(jax.random.PRNGKey(0))
    assert obs["agent_0"].shape == (2, 5, 5, 26)
    actions = {agent: env.batch_sample(jax.random.PRNGKey(1), agent) for agent in env.agents}
    _, _, rewards, _, infos = env.batch_step(jax.random.PRNGKey(2), state, actions)
    np.testing.assert_array_equal(rewards["__all__"], rewards["agent_0"])
    assert {agent: part.shape for agent, part in infos["shaped_reward"].items()} == {
        "agent_0": (2,),
        "agent_1": (2,),
    }
    assert infos["returned_episode"].shape == (2, 2)


@pytest.mark.parametrize("name", ["MPE_simple_spread_v3", "MPE_simple_reference_v3"])
def test_their_scripts_see_what_they_see_at_home(wrappers, name):
    """Whole episodes from the same starts: observations, rewards and ends."""
    theirs = pytest.importorskip("jaxmarl").make(name)
    ours = adapter.make(name, compat="jaxmarl")
    _, there = theirs.reset(jax.random.PRNGKey(0))
    _, here = ours.reset(jax.random.PRNGKey(0))
    changes = {
        "position": there.p_pos[: ours.num_agents],
        "landmarks": there.p_pos[ours.num_agents :],
    }
    if name == "MPE_simple_reference_v3":
        changes["goal"] = there.goal[::-1]  # ours is that of the other
    here = here.replace(**changes)
    step, ends = jax.jit(ours.step_env), []
    for key in jax.random.split(jax.random.PRNGKey(1), 26):
        actions = _actions(ours, key)
        _, there, *shown = theirs.step_env(key, there, actions)
        _, here, *seen = step(key, here, actions)
        both = (ours.get_obs(here), *seen), (theirs.get_obs(there), *shown)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=2e-6), *both)
        ends.append(bool(seen[1]["__all__"]))
    assert ends == [False] * 25 + [True]
