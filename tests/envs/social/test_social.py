"""Social games beside small oracles in numpy, and their corners."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import jaxenvs

MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0), (0, 0)]


@functools.cache
def _rollout(env_id: str, num_steps: int = 150, num_envs: int = 16, **kwargs: Any) -> Any:
    """Random steps without automatic resets: states before, actions, transitions."""
    env: Any = jaxenvs.make(env_id, **kwargs)

    @jax.jit
    def play(key):
        starts = jax.vmap(lambda k: env.reset(k)[1])(jax.random.split(key, num_envs))

        def one(states, key):
            keys = jax.random.split(key, (2, num_envs))
            actions = jax.vmap(env.action_space().sample)(keys[0])
            t = jax.vmap(env.step)(keys[1], states, actions)
            return t.state, (states, actions, t)

        return jax.lax.scan(one, starts, jax.random.split(key, num_steps))[1]

    return env, *jax.tree.map(np.asarray, play(jax.random.key(0)))


@pytest.mark.parametrize("one_coin", [False, True])
def test_coins_are_collected_as_in_the_originals(one_coin):
    env_id = "Social-CoinGameLOLA-v1" if one_coin else "Social-CoinGame-v1"
    _, before, actions, t = _rollout(env_id)
    for index in np.ndindex(actions.shape[:2]):
        players = (before.players[index] + [MOVES[a] for a in actions[index]]) % 3
        rewards, taken = [0.0, 0.0], [False, False]
        for coin in np.flatnonzero(before.present[index]):
            for player in (0, 1):
                if (players[player] == before.coins[index][coin]).all():
                    if one_coin and taken[coin]:
                        continue  # red was there first
                    taken[coin] = True
                    rewards[player] += 1
                    if coin != player:
                        rewards[coin] -= 2
        assert t.reward[index].tolist() == rewards
        if t.info["round_over"][index]:
            continue
        np.testing.assert_array_equal(t.state.players[index], players)
        present = before.present[index] ^ (one_coin and any(taken))
        np.testing.assert_array_equal(t.state.present[index], present)
        for coin in (0, 1):
            if not taken[coin] and not one_coin:
                same = t.state.coins[index][coin] == before.coins[index][coin]
                assert same.all()
        if one_coin:
            coin = t.state.coins[index][int(np.argmax(present))]
            if any(taken):
                assert not (players == coin).all(axis=1).any()
            else:
                np.testing.assert_array_equal(coin, before.coins[index][0])
    expected = np.zeros(150, bool) if one_coin else np.arange(150) % 10 == 9
    assert (t.info["round_over"] == expected[:, None]).all()


def test_coins_come_up_everywhere():
    _, _, _, t = _rollout("Social-CoinGame-v1")
    cells = t.state.coins[..., 0] * 3 + t.state.coins[..., 1]
    counts = np.bincount(cells.ravel(), minlength=9)
    assert counts.min() > 0.5 * counts.mean()


def test_all_places_are_equally_likely_whatever_the_others_are():
    for env_id in ("Social-CoinGame-v1", "Social-CoinGameLOLA-v1"):
        env: Any = jaxenvs.make(env_id)
        keys = jax.random.split(jax.random.key(3), 30_000)
        _, state = jax.jit(jax.vmap(env.reset))(keys)
        places = np.concatenate([state.players, state.coins], axis=1)
        cells = places[..., 0] * 3 + places[..., 1]
        first = np.where(state.present[:, 0], cells[:, 2], cells[:, 3])
        for one, other in [(cells[:, 0], cells[:, 1]), (cells[:, 1], first)]:
            counts = np.bincount(one * 9 + other, minlength=81)
            apart = env.one_coin  # there, nobody and nothing share a cell
            possible = (np.arange(81) // 9 != np.arange(81) % 9) if apart else np.ones(81, bool)
            assert not counts[~possible].any()
            assert stats.chisquare(counts[possible]).pvalue > 1e-4


def test_a_torus_has_a_size_that_can_be_drawn():
    with pytest.raises(ValueError, match=r"size: expected a whole number from 2 to 16, got 17"):
        jaxenvs.make("Social-CoinGame-v1", size=17)


def test_each_player_sees_itself_first():
    env, before, _, _ = _rollout("Social-CoinGame-v1", flat=False)
    state = jax.tree.map(lambda leaf: jnp.asarray(leaf[3, 0]), before)
    obs = np.asarray(env.observe(state, env.default_params))
    for own in (0, 1):
        things = [state.players[own], state.players[1 - own], state.coins[own]]
        for plane, place in enumerate([*things, state.coins[1 - own]]):
            assert np.argwhere(obs[own, :, :, plane]).tolist() == [np.asarray(place).tolist()]
    shifted = jaxenvs.make("Social-CoinGame-v1", egocentric=True, flat=False)
    moved = np.asarray(shifted.observe(state, env.default_params))
    assert moved[:, 1, 1, 0].tolist() == [1, 1]
    way = (np.asarray(state.coins[0]) - np.asarray(state.players[0]) + 1) % 3
    assert np.argwhere(moved[0, :, :, 2]).tolist() == [way.tolist()]


def test_options_of_the_coin_game():
    _, _, _, shared = _rollout("Social-CoinGame-v1", shared_rewards=True)
    assert (shared.reward[..., 0] == shared.reward[..., 1]).all()
    _, _, _, jaxmarl = _rollout("Social-CoinGame-v1", compat="jaxmarl")
    _, _, _, ours = _rollout("Social-CoinGame-v1")
    over = ours.info["round_over"]
    assert not jaxmarl.reward[over].any()
    assert ours.reward[over].any()
    np.testing.assert_array_equal(jaxmarl.reward[~over], ours.reward[~over])


def test_the_riddle_is_judged_by_who_has_been_there():
    env, before, actions, t = _rollout("Social-SwitchRiddle-v1", num_agents=4)
    assert int(env.default_params.max_steps) == 10
    for index in np.ndindex(actions.shape[:2]):
        here = before.in_room[index]
        action, been = actions[index][here], before.has_been[index].copy()
        been[here] = True
        told = action == 2
        assert t.terminated[index].tolist() == [told] * 4
        assert t.reward[index].tolist() == [(1 if been.all() else -1) * told] * 4
        assert t.state.light[index] == before.light[index] ^ (action == 1)
        after, light = t.state.in_room[index], t.state.light[index]
        rows = [[int(i == after), int(i == after and light)] for i in range(4)]
        assert t.obs[index].tolist() == rows


def test_only_the_prisoner_in_the_room_may_act():
    env: Any = jaxenvs.make("Social-SwitchRiddle-v1")
    _, state = env.reset(jax.random.key(0))
    rows = [[True, i == int(state.in_room), i == int(state.in_room)] for i in range(3)]
    assert env.action_mask(state).tolist() == rows


def test_the_light_tells_the_last_newcomer_all_there_is_to_know():
    env: Any = jaxenvs.make("Social-SwitchRiddle-v1", num_agents=3)

    @jax.jit
    def play(key):
        """The second newcomer switches the light on; the third sees it and tells."""
        start_key, step_key = jax.random.split(key)

        def day(carry, row):
            state, over, been = carry
            here = jnp.arange(3, dtype=jnp.int32) == state.in_room
            wise = jnp.where(state.light, jnp.int32(2), jnp.int32(1))
            newcomer = here & ~been & (state.time > 0)
            t = env.step(row, state, jnp.where(newcomer, wise, jnp.int32(0)))
            reward = jnp.where(over, jnp.float32(0), t.reward[0])
            return (t.state, over | t.terminated[0], been | here), (reward, been | here)

        first = (env.reset(start_key)[1], jnp.bool_(False), jnp.zeros(3, jnp.bool_))
        _, (reward, been) = jax.lax.scan(day, first, jax.random.split(step_key, 6))
        return reward.sum(), been[-1].all()

    won, all_there = jax.vmap(play)(jax.random.split(jax.random.key(0), 4096))
    np.testing.assert_array_equal(won, all_there)  # what somebody who sees everything wins
    np.testing.assert_allclose(won.mean(), 540 / 729, atol=0.03)  # of the draws of six days


def test_matrix_games_pay_and_show_what_was_played():
    env, _, actions, t = _rollout("Social-MatrixGame-v1", num_steps=20)
    table = env.original_params().payoff
    for index in np.ndindex(actions.shape[:2]):
        a, b = actions[index].tolist()
        assert t.reward[index].tolist() == list(table[2 * a + b])
        assert np.argmax(t.obs[index], axis=1).tolist() == [2 * a + b, 2 * b + a]
    assert env.reset(jax.random.key(0))[0].tolist() == [[0, 0, 0, 0, 1]] * 2
    rounds: Any = jaxenvs.make("Social-MatrixGame-v1", round_steps=2)
    _, state = rounds.reset(jax.random.key(0))
    for over in (False, True, False):
        step = rounds.step(jax.random.key(1), state, jnp.zeros(2, jnp.int32))
        state = step.state
        assert bool(step.info["round_over"]) == over
        assert bool(step.obs[0, 4]) == over


def test_public_goods_pay_and_are_seen_around_the_circle():
    env, _, actions, t = _rollout("Social-TensorGame-v1", num_steps=20)
    for index in np.ndindex(actions.shape[:2]):
        played = actions[index].tolist()
        share = 2 * (3 - sum(played)) / 3
        expected = [share if a else share - 1 for a in played]
        np.testing.assert_allclose(t.reward[index], expected, rtol=1e-6)
        for i in range(3):
            x, y, z = played[i:] + played[:i]
            assert np.argmax(t.obs[(*index, i)]) == 4 * x + 2 * y + z
    assert env.observation_space().shape == (3, 9)


def test_infinite_games_are_worth_what_they_pay_in_the_long_run():
    env, _, actions, t = _rollout("Social-InfiniteGame-v1", num_steps=5)
    table, gamma = np.array(env.original_params().payoff), 0.96
    for index in np.ndindex(5, 4):
        one, two = 1 / (1 + np.exp(-actions[index].astype(np.float64)))
        two = two[[0, 2, 1, 3, 4]]

        def chances(i: int, one: np.ndarray = one, two: np.ndarray = two) -> np.ndarray:
            a, b = one[i], two[i]
            return np.array([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)])

        now, worth = chances(4), np.zeros(2)
        moves = np.stack([chances(i) for i in range(4)])
        for k in range(800):
            worth += (1 - gamma) * gamma**k * now @ table
            now = now @ moves
        np.testing.assert_allclose(t.reward[index], worth, atol=1e-4)
    np.testing.assert_allclose(t.obs[..., 0, :5], t.obs[..., 1, 5:])


def test_firms_earn_what_cournot_says():
    env: Any = jaxenvs.make("Social-Cournot-v1")
    obs, state = env.reset(jax.random.key(0))
    assert obs.tolist() == [[100, 1, 10, 0, 100]] * 2
    t = env.step(jax.random.key(1), state, jnp.array([[30.0], [30.0]]))
    assert t.reward.tolist() == [900, 900]  # the equilibrium: (100 - 10) / 3 each
    assert t.obs.tolist() == [[100, 1, 10, 30, 40]] * 2
    many: Any = jaxenvs.make("Social-Cournot-v1", num_agents=5)
    assert many.observation_space().shape == (5, 5)


def test_a_sea_can_be_emptied():
    env: Any = jaxenvs.make("Social-Fishery-v1")
    _, state = env.reset(jax.random.key(0))
    t = env.step(jax.random.key(1), state, jnp.array([[10.0], [30.0]]))
    catch = 40 * 0.5 * 0.009
    np.testing.assert_allclose(t.state.stock, 0.5 + 0.15 * 0.25 - catch, rtol=1e-5)
    expected = [200 * catch * e / 40 - 0.9 * e for e in (10, 30)]
    np.testing.assert_allclose(t.reward, expected, atol=1e-5)
    np.testing.assert_allclose(t.obs, [[10, 30, t.state.stock]] * 2)
    empty = env.step(jax.random.key(1), t.state, jnp.array([[1e6], [0.0]]))
    assert float(empty.state.stock) == 0
    idle = env.step(jax.random.key(1), empty.state, jnp.zeros((2, 1)))
    assert idle.reward.tolist() == [0, 0]
