"""Pictures of POPGym's tasks: what can be seen in them, and what cannot."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.popgym import _bitboard as bitboard
from jaxenvs.render import draw
from jaxenvs.render.palette import INK, RED, WHITE, YELLOW
from jaxenvs.render.play import controls_of


def has(picture, color):
    """Whether some pixels have a color."""
    return (np.asarray(picture) == color).all(axis=-1).sum() > 4


def start(env_id, key, **kwargs):
    env: Any = jaxenvs.make(env_id, **kwargs)
    return env, jax.jit(env.reset)(key)[1]


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("popgym"))
def test_every_task_has_a_picture(env_id, getkey):
    env, state = start(env_id, getkey())
    picture = draw(env, state, size=256)
    assert picture.dtype == np.uint8
    assert max(picture.shape) == picture.shape[1] == 256


@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [
        ("POPGym-RepeatPreviousHard-v0", {"num_decks": 9, "k": 400}),
        ("POPGym-AutoencodeHard-v0", {"num_decks": 9}),
        ("POPGym-ConcentrationMedium-v0", {"num_decks": 6}),
        ("POPGym-BattleshipHard-v0", {"board_size": 30}),
    ],
)
def test_large_games_fit_into_the_picture(env_id, kwargs, getkey):
    env, state = start(env_id, getkey(), **kwargs)
    assert max(draw(env, state, size=256).shape) == 256


def test_the_card_to_name_stands_out_once_there_is_one(getkey):
    env, state = start("POPGym-RepeatPreviousEasy-v0", getkey())
    assert not has(draw(env, state), YELLOW)
    state = state.replace(time=jnp.int32(3), recent=jnp.array([1, 0, 3, 2], jnp.uint8))
    assert has(draw(env, state), YELLOW)


def test_hidden_ships_come_up_at_the_end(getkey):
    env, state = start("POPGym-BattleshipEasy-v0", getkey())
    playing = draw(env, state)
    empty = state.replace(ships=jnp.zeros_like(state.ships))
    assert (playing == draw(env, empty)).all()
    over = state.replace(time=jnp.int32(64))
    assert (draw(env, over) != playing).any()
    assert has(draw(env, state.replace(shots=state.ships)), RED)


def test_mines_come_up_at_the_end(getkey):
    env, state = start("POPGym-MineSweeperEasy-v0", getkey())
    playing = draw(env, state)
    assert (playing == draw(env, state.replace(mines=jnp.zeros_like(state.mines)))).all()
    assert not has(playing, INK)
    row, column = np.argwhere(bitboard.unpack(state.mines))[0]
    clicked = bitboard.square(4, jnp.int32(row), jnp.int32(column))
    lost = draw(env, state.replace(viewed=clicked))
    assert has(lost, RED)
    assert has(lost, INK)


def test_cards_on_the_table_lie_face_down(getkey):
    env, state = start("POPGym-ConcentrationEasy-v0", getkey())
    table = draw(env, state)
    turned_round = state.replace(kinds=1 - state.kinds)
    assert (table == draw(env, turned_round)).all()
    one_up = state.replace(turned=jnp.array([5, -1], jnp.int16), waits=jnp.bool_(True))
    assert has(draw(env, one_up), YELLOW)


def test_noise_is_a_ghost(getkey):
    env, state = start("POPGym-NoisyPositionOnlyPendulumHard-v0", getkey())
    still = state.replace(noise=jnp.zeros(2, jnp.float32))
    noisy = state.replace(noise=jnp.full(2, 0.7, jnp.float32))
    assert (draw(env, still) != draw(env, noisy)).any()


@pytest.mark.parametrize(
    ("env_id", "place", "action"),
    [
        ("POPGym-BattleshipHard-v0", (0.99 - 0.01, 0.07), (0, 11)),
        ("POPGym-MineSweeperEasy-v0", (0.3, 0.9), (3, 1)),
        ("POPGym-MineSweeperEasy-v0", (0.03, 0.5), None),
        ("POPGym-ConcentrationEasy-v0", (0.99, 0.01), 12),
        ("POPGym-ConcentrationMedium-v0", (0.01, 0.99), 91),
        ("POPGym-MultiarmedBanditHard-v0", (0.0, 0.5), 0),
        ("POPGym-MultiarmedBanditHard-v0", (0.95, 0.5), 29),
    ],
)
def test_clicks_mean_what_is_drawn_there(env_id, place, action):
    env: Any = jaxenvs.make(env_id)
    controls = controls_of(env)
    pointer = controls.pointer
    assert pointer is not None
    assert pointer[0](env, *place) == action


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("popgym"))
def test_every_task_can_be_played(env_id):
    env: Any = jaxenvs.make(env_id)
    controls = controls_of(env)
    assert controls.keys or controls.pointer


def test_keys_are_for_answers(getkey):
    env: Any = jaxenvs.make("POPGym-CountRecallEasy-v0")
    controls = controls_of(env)
    answers = [action for action, _ in controls.keys.values()]
    assert answers == list(range(env.action_space().n))
    assert has(draw(*start("POPGym-HigherLowerHard-v0", getkey())), WHITE)
