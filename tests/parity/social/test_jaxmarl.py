"""Coin Game and Switch Riddle against JaxMARL: the same states and actions, every step compared."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from tests.parity import report, rollout

jaxmarl = pytest.importorskip("jaxmarl", reason="jaxmarl is in no extra of ours")

NUM_ENVS, NUM_STEPS = 200, 500


def _played(env: Any) -> Any:
    """Steps of ours, one after the other along the first axis."""
    played = rollout.play(env, NUM_ENVS, NUM_STEPS)
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), played)


def _follow(theirs: Any, states: Any, actions: np.ndarray, seen: Any) -> Any:
    """What JaxMARL makes of all these steps, as `seen(results of a step)` shows it."""

    @jax.jit
    @jax.vmap
    def step(state: Any, action: jax.Array) -> Any:
        named = {agent: action[i] for i, agent in enumerate(theirs.agents)}
        return seen(*theirs.step_env(jax.random.key(0), state, named))

    with jax.numpy_dtype_promotion("standard"):
        return jax.tree.map(np.asarray, step(states, actions))


@pytest.mark.parametrize("options", [{}, {"egocentric": True, "shared_rewards": True}], ids=str)
def test_coins_are_jaxmarl_s(options):
    env: Any = jaxenvs.make("Social-CoinGame-v1", compat="jaxmarl", **options)
    ours, theirs = _played(env), jaxmarl.make("coin_game", **options)
    with jax.numpy_dtype_promotion("standard"):
        _, start = jax.vmap(theirs.reset)(jax.random.split(jax.random.key(0), len(ours.start)))
    states = start.replace(
        red_pos=ours.state.players[:, 0],
        blue_pos=ours.state.players[:, 1],
        red_coin_pos=ours.state.coins[:, 0],
        blue_coin_pos=ours.state.coins[:, 1],
        step=(ours.state.time % 10).astype(start.step.dtype),
        outer_t=(ours.state.time // 10).astype(start.outer_t.dtype),
    )

    def seen(obs, state, rewards, dones, infos):
        players = jnp.stack([state.red_pos, state.blue_pos])
        coins = jnp.stack([state.red_coin_pos, state.blue_coin_pos])
        reward = jnp.stack([rewards[agent] for agent in theirs.agents])
        shown = jnp.stack([obs[agent] for agent in theirs.agents])
        return players, coins, reward, shown, dones["__all__"], infos["inner_episode_done"]

    players, coins, reward, shown, done, over = _follow(theirs, states, ours.action, seen)
    np.testing.assert_array_equal(over, ours.step.info["round_over"])
    np.testing.assert_array_equal(done, ours.step.truncated.all(axis=1))
    np.testing.assert_array_equal(reward, ours.step.reward)
    # Within a round only a coin that was taken is put elsewhere at random.
    np.testing.assert_array_equal(players[~over], ours.step.state.players[~over])
    stays = (coins == ours.state.coins) & (ours.step.state.coins == ours.state.coins)
    stays = stays.all(axis=(1, 2)) & ~over
    assert stays.mean() > 0.4
    np.testing.assert_array_equal(shown[stays], ours.step.obs[stays])
    variant = ", ".join(f"{k}={v!r}" for k, v in {"compat": "jaxmarl", **options}.items())
    report.record("Social-CoinGame-v1", "jaxmarl", len(over), 0.0, variant=variant)


@pytest.mark.parametrize("num_agents", [3, 5])
def test_the_riddle_is_jaxmarl_s(num_agents):
    env: Any = jaxenvs.make("Social-SwitchRiddle-v1", num_agents=num_agents)
    ours, theirs = _played(env), jaxmarl.make("switch_riddle", num_agents=num_agents)
    with jax.numpy_dtype_promotion("standard"):
        _, start = jax.vmap(theirs.reset)(jax.random.split(jax.random.key(0), len(ours.start)))
    states = start.replace(
        bulb_state=ours.state.light,
        agent_in_room=ours.state.in_room.astype(start.agent_in_room.dtype),
        has_been=ours.state.has_been.astype(start.has_been.dtype),
        step=ours.state.time.astype(start.step.dtype),
    )

    def seen(obs, state, rewards, dones, infos):
        reward = jnp.stack([rewards[agent] for agent in theirs.agents])
        shown = jnp.stack([obs[agent] for agent in theirs.agents])
        room = state.bulb_state, state.has_been, state.agent_in_room
        return room, reward, dones["__all__"], shown

    room, reward, done, shown = _follow(theirs, states, ours.action, seen)
    light, been, in_room = room
    after = ours.step.state
    np.testing.assert_array_equal(light, after.light)
    np.testing.assert_array_equal(been.astype(bool), after.has_been)
    np.testing.assert_array_equal(reward, ours.step.reward)
    ended = ours.step.terminated | ours.step.truncated
    np.testing.assert_array_equal(done, ended.all(axis=1))
    # Each side draws its next prisoner; ours observes theirs.
    drawn = after.replace(in_room=jnp.asarray(in_room, jnp.int32))
    observe = jax.jit(jax.vmap(lambda state: env.observe(state, env.default_params)))
    np.testing.assert_array_equal(shown, observe(drawn))
    variant = "" if num_agents == 3 else f"num_agents={num_agents}"
    report.record("Social-SwitchRiddle-v1", "jaxmarl", len(done), 0.0, variant=variant)
