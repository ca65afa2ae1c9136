"""JaxMARL's interface, ours under it and theirs under ours."""

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
    env = adapter.FromJaxMarl(jaxmarl_env=jaxmarl.make("MPE_simple_tag_v3"))
    obs, state = env.reset(jax.random.key(0))
    t = env.step(jax.random.key(1), state, env.action_space().sample(jax.random.key(2)))
    assert t.obs.shape == obs.shape == (4, 16)
