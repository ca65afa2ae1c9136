"""Pictures of Hanabi: what is hidden, what is known, and the menu."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.hanabi import pictures
from jaxenvs.render import draw, palette
from jaxenvs.render.play import controls_of

FULL = "Hanabi-Full-3p-v0"


@functools.cache
def game():
    env: Any = jaxenvs.make(FULL)
    return env, env.deal(env.rules.sorted_deck)


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("hanabi"))
def test_every_size_has_a_picture(env_id):
    env: Any = jaxenvs.make(env_id)
    picture = draw(env, env.deal(env.rules.sorted_deck), size=256)
    assert picture.dtype == np.uint8
    assert max(picture.shape) == 256


def test_large_hands_and_six_colors_fit():
    env: Any = jaxenvs.make(FULL, num_colors=6, hand_size=8)
    assert max(draw(env, env.deal(env.rules.sorted_deck), size=256).shape) == 256


def test_who_is_on_turn_does_not_see_her_cards():
    env, state = game()
    shown = draw(env, state)
    mine, theirs = (state.hands.at[player, 1].set(24) for player in (0, 1))
    assert (draw(env, state.replace(hands=mine)) == shown).all()
    assert (draw(env, state.replace(hands=theirs)) != shown).any()
    over = state.replace(lives=jnp.uint8(0))
    assert (draw(env, over.replace(hands=mine)) != draw(env, over)).any()


def test_what_was_told_can_be_seen():
    env, state = game()
    known = state.replace(possible=state.possible.at[0, 0].set(np.uint32(0b11111)))
    assert (draw(env, known) != draw(env, state)).any()


def test_the_menu_is_where_it_is_drawn():
    env, _ = game()
    controls = controls_of(env)
    pointer = controls.pointer
    assert pointer is not None
    height = pictures._height(env.rules)
    found = []
    for button in pictures.buttons(env.rules):
        x, y = button.left + button.width / 2, button.top + button.height / 2
        assert 0 < button.left < button.left + button.width < pictures.WIDTH
        assert button.top + button.height < height
        action = pointer[0](env, x / pictures.WIDTH, y / height)
        assert action.tolist() == [button.action] * 3
        found.append(button.action)
    assert sorted(found) == list(range(env.rules.num_moves))
    assert pointer[0](env, 0.999, 0.001) is None


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("hanabi"))
def test_buttons_do_not_overlap_and_none_vanishes(env_id):
    env: Any = jaxenvs.make(env_id)
    state = env.deal(env.rules.sorted_deck)
    unit = 512 / max(pictures.WIDTH, pictures._height(env.rules))
    for information in (0, 1):
        picture = draw(env, state.replace(information=jnp.uint8(information)))
        covered = np.zeros(picture.shape[:2], int)
        for _, *box in pictures.buttons(env.rules):
            left, top, width, height = (round(x * unit) for x in box)
            covered[top : top + height - 1, left : left + width - 1] += 1
            corner = picture[top + round(5 * unit), left + round(5 * unit)].astype(int)
            assert np.abs(corner - np.array(palette.BACKGROUND)).sum() > 6
        assert covered.max() == 1


def test_the_menu_s_law_is_the_game_s():
    env, state = game()
    for now in (state, state.replace(information=jnp.uint8(0)), state.replace(player=jnp.uint8(2))):
        legal = np.asarray(env.legal_moves(now))
        seen = jax.tree.map(np.asarray, now)
        drawn = [pictures._is_legal(seen, env.rules, move) for move in range(env.rules.num_moves)]
        assert drawn == legal.tolist()


def test_the_last_move_is_told_in_words():
    env, state = game()
    words = pictures._last_move(jax.tree.map(np.asarray, state), env.rules)
    assert words == "the game begins"
    actions = np.full(3, 10, np.int32)  # tell the next player about red
    after = env.step(jax.random.key(0), state, actions).state
    words = pictures._last_move(jax.tree.map(np.asarray, after), env.rules)
    assert words in ("player 0 tells player 1 about red", "the game begins")
