"""Pictures of MinAtar's games, and the keys that play them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.minatar import _bitmap as bitmap
from jaxenvs.envs.minatar._game import FIRE, LEFT, NOOP
from jaxenvs.render import draw
from jaxenvs.render.palette import GREEN, ORANGE, PURPLE, RED, WHITE, YELLOW
from jaxenvs.render.play import Game, controls_of
from jaxenvs.render.window import Keys

GAMES = ("Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders")
SIZE = 260


def start(game, version="v1", **kwargs):
    env: Any = jaxenvs.make(f"MinAtar-{game}-{version}", **kwargs)
    return env, jax.tree.map(np.asarray, jax.jit(env.reset)(jax.random.key(0))[1])


def colors(picture, row, column):
    """The colors of one cell of the board."""
    side = picture.shape[0] // 10
    cell = picture[row * side : (row + 1) * side, column * side : (column + 1) * side]
    return {tuple(color) for color in cell.reshape(-1, 3).tolist()}


@pytest.mark.parametrize("game", GAMES)
def test_every_game_has_a_picture(game):
    picture = draw(*start(game), size=SIZE)
    assert picture.shape == (SIZE, SIZE, 3)
    assert picture.dtype == np.uint8


def test_breakout():
    env, state = start("Breakout")
    picture = draw(env, state, size=SIZE)
    assert all(color in colors(picture, row, 4) for row, color in ((1, ORANGE), (3, GREEN)))
    assert RED in colors(picture, 3, int(state.ball.x))
    gone = draw(env, state.replace(bricks=np.uint32(0)), size=SIZE)
    assert ORANGE not in colors(gone, 1, 4)


def test_asterix():
    env, state = start("Asterix")
    word = np.uint32(1 << 8)  # row 3
    here = state.crossers.replace(here=word, x=np.uint32(7 << 8), right=word)
    gold = draw(env, state.replace(crossers=here.replace(gold=word)), size=SIZE)
    enemy = draw(env, state.replace(crossers=here), size=SIZE)
    assert YELLOW in colors(gold, 3, 7) - colors(enemy, 3, 7)
    assert RED in colors(enemy, 3, 7) - colors(gold, 3, 7)
    mirrored = draw(env, state.replace(crossers=here.replace(right=np.uint32(0))), size=SIZE)
    assert (mirrored != enemy).any()


def test_freeway():
    env, state = start("Freeway")
    fast = state.cars.replace(speed=np.uint32(0x11111111), x=np.uint32(0x66666666))
    picture = draw(env, state.replace(cars=fast, y=np.int32(2)), size=SIZE)
    assert all(RED in colors(picture, row, 6) for row in range(1, 9))
    assert WHITE in colors(picture, 2, 4) - colors(picture, 3, 4)


def test_space_invaders():
    env, state = start("SpaceInvaders")
    board = np.zeros((10, 10), bool)
    board[5, 1] = board[9, 9] = True
    cells = jax.tree.map(np.asarray, bitmap.bitmap(board))
    wave = draw(env, state, size=SIZE)
    assert PURPLE in colors(wave, 3, 7)
    assert PURPLE not in colors(wave, 4, 7)
    moved = draw(env, state.replace(aliens=state.aliens.replace(cells=cells)), size=SIZE)
    assert PURPLE in colors(moved, 5, 1) & colors(moved, 9, 9)
    bombs = draw(env, state.replace(bombs=cells), size=SIZE)
    assert ORANGE in colors(bombs, 5, 1)


def test_seaquest():
    env, state = start("Seaquest")
    sub = state.sub.replace(divers=np.int32(4), oxygen=np.int32(20))
    low = draw(env, state.replace(sub=sub), size=SIZE)
    assert RED in colors(low, 9, 1)
    assert RED not in colors(draw(env, state, size=SIZE), 9, 1)
    assert ORANGE in colors(low, 9, 8)
    assert YELLOW in colors(low, 0, 5) & colors(low, 0, 6)

    def numbers(value):
        return np.array([-(value >> k & 1) & 0xFFFFFFFF for k in range(4)], np.uint32)

    fish = state.swimmers.replace(here=np.uint32(1), x=numbers(2), y=numbers(6))
    assert ORANGE in colors(draw(env, state.replace(swimmers=fish), size=SIZE), 6, 2)
    diver = draw(env, state.replace(swimmers=fish.replace(here=np.uint32(1 << 31))), size=SIZE)
    assert YELLOW in colors(diver, 6, 2)
    assert ORANGE not in colors(diver, 6, 2)


@pytest.mark.parametrize("version", ["v0", "v1"])
@pytest.mark.parametrize("game", GAMES)
def test_keys_mean_the_same_in_both_versions(game, version):
    env: Any = jaxenvs.make(f"MinAtar-{game}-{version}")
    controls = controls_of(env)
    six = env.useful_actions if version == "v1" else range(6)
    space = env.action_space()
    assert six[int(controls.action([], space, 0))] == NOOP
    for name, (action, _) in controls.keys.items():
        assert six[int(controls.action([name], space, 0))] == action
    assert {action for action, _ in controls.keys.values()} == set(env.useful_actions) - {NOOP}


def test_a_game_is_played_with_the_keys():
    game = Game(jaxenvs.make("MinAtar-SpaceInvaders-v1", sticky_action_prob=0.0))
    game.start()
    for pressed in (["left"], ["space"]):
        game.handle(Keys(pressed=pressed, held=pressed, closed=False), 1.05 / game.controls.rate)
    assert game.steps == 2
    assert int(game.state.x) == 4
    assert int(game.state.last_action) == FIRE
    assert LEFT in {action for action, _ in game.controls.keys.values()}
    assert jnp.any(game.picture(SIZE)[:SIZE] != draw(*start("SpaceInvaders"), size=SIZE))
