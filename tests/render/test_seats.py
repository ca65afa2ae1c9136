"""One person among agents that play by themselves."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces
from jaxenvs.render.play import Game, Partner, controls_of, seat_of
from jaxenvs.render.window import Keys


def keys(*pressed, held=()):
    return Keys(list(pressed), list(held), False)


def started(env_id: str, **seats: Any) -> Game:
    game = Game(jaxenvs.make(env_id), **seats)
    game.start()
    return game


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("mpe") + jaxenvs.list_envs("social"))
def test_keys_are_actions_of_the_one_who_is_played(env_id):
    env: Any = jaxenvs.make(env_id)
    if env_id == "Social-InfiniteGame-v1" or "Facmac" in env_id:
        with pytest.raises(ValueError, match="cannot be played by hand"):
            seat_of(env)
        return
    seat = seat_of(env)
    assert seat is not None
    own = list(env.action_spaces().values())[seat]
    controls = controls_of(env)
    for name in controls.keys:
        action = controls.action([name], env.action_space(), 0)
        if isinstance(own, spaces.Discrete):
            assert 0 <= action < own.n or (name, env_id) == ("space", "Social-CoinGameLOLA-v1")
        else:
            assert own.contains(action)


def test_one_is_played_by_hand_and_the_other_at_random():
    game = started("Social-CoinGame-v1")
    before = np.asarray(game.state.players)
    others = set()
    for _ in range(12):
        game.handle(keys("right"), 0.02)
        others.add(tuple(np.asarray(game.state.players[1]).tolist()))
        if game.steps < 10:
            assert game.state.players[0].tolist() == [before[0, 0], (before[0, 1] + game.steps) % 3]
    assert game.steps == 12
    assert len(others) > 1
    assert game.picture(200).shape[1] == 200


def test_a_partner_may_have_learnt_something():
    def policy(key, obs, mask, memory):
        return jnp.full(3, 2, jnp.int32), memory + 1

    env: Any = jaxenvs.make("MPE-SimpleSpread-v3")
    game = Game(env, seat=1, partner=Partner(policy, jnp.int32(0)))
    game.start()
    for _ in range(3):
        game.handle(keys(held=["up"]), 0.1)
    assert game.steps == 3
    assert int(game._memory) == 3
    velocity = np.asarray(game.state.velocity)
    assert (velocity[[0, 2], 0] > 0.3).all()
    assert velocity[1, 1] > 0.3


def test_seats_that_keys_cannot_play_are_refused():
    with pytest.raises(ValueError, match="numbered actions"):
        seat_of(jaxenvs.make("MPE-SimpleSpread-v3", continuous_actions=True))
    with pytest.raises(ValueError, match="by the menu"):
        seat_of(jaxenvs.make("Hanabi-VerySmall-2p-v0"), 0)


def test_moves_and_words_go_together():
    env = jaxenvs.make("MPE-SimpleReference-v3")
    controls, space = controls_of(env), env.action_space()
    assert controls.action(["left", "c"], space, 0) == 11
    assert controls.action([], space, 0) == 0


def test_an_action_that_a_form_of_the_game_lacks_is_not_taken():
    game = started("Social-CoinGameLOLA-v1")
    game.handle(keys("space"), 0.02)
    assert game.steps == 0
    game.handle(keys("up"), 0.02)
    assert game.steps == 1


def test_a_cook_with_a_partner_and_seats_that_there_are():
    game = started("Overcooked-CrampedRoom-v0", seat=1)
    game.handle(keys(held=["left"]), 0.2)
    assert game.steps == 1
    assert int(game.state.direction[1]) == 3
    with pytest.raises(ValueError, match="from 0 to 1, got 2"):
        seat_of(jaxenvs.make("Overcooked-CrampedRoom-v0"), 2)
    assert seat_of(jaxenvs.make("Overcooked-CrampedRoom-v0")) is None
