"""Playing by hand, without a screen: the game's rules first, then the window with real events."""

import time
from typing import Any

import numpy as np
import pygame
import pytest

import jaxenvs
from jaxenvs.core import Transition
from jaxenvs.render import play as playing
from jaxenvs.render.controls import Controls
from jaxenvs.render.play import Game, key_lines, play
from jaxenvs.render.window import Keys, Window


def keys(*pressed, held=(), closed=False):
    return Keys(list(pressed), list(held), closed)


@pytest.fixture(scope="module")
def started():
    game = Game(jaxenvs.make("CartPole-v1"))
    game.start()
    return game


@pytest.fixture
def game(started):
    started.restart()
    started.paused = started.slow = False
    started.begun = True
    return started


def test_the_clock_waits_for_the_first_key(game):
    game.restart()
    waiting = game.picture(256)
    foot = slice(game._shown[1] - 20, game._shown[1])
    game.handle(keys(), 5.0)
    game.handle(keys(playing.SLOW), 5.0)
    assert game.steps == 0
    game.handle(keys(playing.SLOW), 0.0)
    game.handle(keys("right", held=["right"]), 0.02)
    assert game.steps == 1
    assert game.state.x_dot > 0
    after = game.picture(256)
    assert (waiting[foot] != after[foot]).mean() > 0.5  # the plate with the first keys is gone


def test_any_key_starts_the_clock(game):
    game.restart()
    game.handle(keys("x"), 0.02)
    assert game.steps == 1


def test_a_game_that_waits_for_every_key_needs_no_start():
    game = Game(jaxenvs.make("FrozenLake-v1"))
    game.restart()
    assert game.begun


def test_a_partner_without_a_place_is_refused():
    random = playing.Partner(lambda key, obs, mask: 0)
    with pytest.raises(ValueError, match=r"partner: .*the game has one agent"):
        Game(jaxenvs.make("CartPole-v1"), partner=random)
    with pytest.raises(ValueError, match=r"partner: .*choose yours by the seat"):
        Game(jaxenvs.make("Overcooked-CrampedRoom-v0"), partner=random)
    with pytest.raises(ValueError, match="seat: this game has one agent"):
        Game(jaxenvs.make("CartPole-v1"), seat=3)


def test_it_says_who_plays_whom_and_scores_of_a_team_from_the_start():
    def said(**seats):
        game = Game(jaxenvs.make("Overcooked-CrampedRoom-v0"), **seats)
        assert game.total == "0 each"
        return game._who()

    assert said() == ("you play all 2 agents",)
    assert said(seat=1) == ("you are agent_1, the others play at random",)
    policy = playing.Partner(lambda key, obs, mask: 0)
    assert said(seat=0, partner=policy) == ("you are agent_0, the others play by a policy",)


def test_time_passes_at_the_game_s_rate(game):
    assert game.handle(keys(), 0.05)
    assert game.steps == 2  # 50 steps a second, and half a step is owed
    game.handle(keys(), 0.01)
    assert game.steps == 3
    assert game.score == 3


def test_a_held_key_pushes_the_cart(game):
    for _ in range(3):
        game.handle(keys(held=["right"]), 0.04)
    assert game.state.x_dot > 0.9


def test_a_short_press_between_two_steps_counts(game):
    game.handle(keys("right"), 0.005)
    assert game.steps == 0
    game.handle(keys(), 0.016)
    assert game.state.x_dot > 0.1


def test_idle_pushes_take_turns(game):
    game.handle(keys(), 0.04)
    assert abs(game.state.x_dot) < 0.1


def test_a_pause_stops_the_clock(game):
    game.handle(keys(playing.PAUSE), 1.0)
    assert game.paused
    assert game.steps == 0
    game.handle(keys(playing.PAUSE), 0.02)
    assert game.steps == 1


def test_slow_motion_is_slower(game):
    game.handle(keys(playing.SLOW), 0.2)
    assert game.steps == 2


def test_an_episode_ends_waits_and_starts_anew(game):
    for _ in range(100):
        game.handle(keys(held=["left"]), 0.02)
    assert game.ending.startswith("over")
    assert game.steps < 50
    game.handle(keys(playing.RESTART), 0.001)
    assert (game.steps, game.score, game.ending) == (0, 0, "")


def test_a_long_freeze_is_not_made_up_for(game):
    game.handle(keys(), 10.0)
    assert game.steps == 3


@pytest.mark.parametrize("stop", [keys(playing.QUIT), keys(closed=True)])
def test_quit_and_close_end_it(game, stop):
    assert not game.handle(stop, 0.01)


def test_a_game_that_waits_steps_once_per_press(game, monkeypatch):
    waiting = Controls(keys=game.controls.keys, rate=10.0)
    monkeypatch.setattr(game, "controls", waiting)
    game.handle(keys(), 5.0)
    assert game.steps == 0
    game.handle(keys("left", "right", held=["right"]), 0.01)
    assert game.steps == 2
    for _ in range(5):
        game.handle(keys(held=["right"]), 0.05)
    assert game.steps == 2  # held, but not for long
    for _ in range(5):
        game.handle(keys(held=["right"]), 0.05)
    assert game.steps in (3, 4)


def test_the_picture_shows_score_and_keys(game):
    before = game.picture(256)
    game.handle(keys(), 0.05)
    after = game.picture(256)
    assert before.shape == after.shape
    strip = slice(before.shape[0] - 22, None)
    assert (before[strip] == after[strip]).all()  # the keys stay the same
    assert (before != after).any()


def test_long_lists_of_keys_are_wrapped():
    controls = Controls(keys={f"k{i}": (i, "does something") for i in range(12)})
    lines = key_lines(controls)
    assert len(lines) > 2
    assert all(len(line) <= 66 for line in lines)
    assert sum(line.count("does something") for line in lines) == 12


def test_continuous_torque_is_held():
    game = Game(jaxenvs.make("Pendulum-v1"))
    game.start()
    game.handle(keys(held=["left"]), 0.05)
    assert game.state.torque == 2
    game.handle(keys(), 0.05)
    assert game.state.torque == 0


def test_the_window_reports_keys_in_order():
    with Window("test", 64, 64) as window:
        window.show(np.zeros((50, 80, 3), np.uint8))
        surface = pygame.display.get_surface()
        assert surface is not None
        assert surface.get_size() == (80, 50)
        for kind, key in [
            (pygame.KEYDOWN, pygame.K_LEFT),
            (pygame.KEYDOWN, pygame.K_RIGHT),
            (pygame.KEYDOWN, pygame.K_SPACE),
            (pygame.KEYUP, pygame.K_SPACE),
        ]:
            pygame.event.post(pygame.event.Event(kind, key=key))
        assert window.keys() == keys("left", "right", "space", held=["left", "right"])
        assert window.keys() == keys(held=["left", "right"])
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        assert window.keys().closed
    assert not pygame.display.get_init()


def test_the_window_reports_clicks_of_the_left_button():
    with Window("test", 64, 64) as window:
        for button in (pygame.BUTTON_LEFT, pygame.BUTTON_RIGHT):
            event = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=button, pos=(12, 34))
            pygame.event.post(event)
        assert window.keys().clicked == ((12, 34),)
        assert window.keys().clicked == ()


def test_a_click_on_the_picture_is_an_action():
    game = Game(jaxenvs.make("POPGym-BattleshipEasy-v0"))
    game.start()
    height, width, _ = game.picture(512).shape
    assert width == 512
    game.handle(Keys([], [], False, ((35, 500), (500, 35), (5, 200), (200, height - 5))), 0.01)
    assert game.steps == 2  # the edge of the picture and the strip under it are no squares
    shots = np.asarray(game.state.shots)
    assert (shots[7], shots[0]) == (1, 1 << 7)
    assert "click shoot" in key_lines(game.controls)
    game.handle(keys(playing.PAUSE), 0.01)
    game.handle(Keys([], [], False, ((100, 100),)), 0.01)
    assert game.steps == 2


def test_the_loop_moves_the_game_and_stops_at_escape(monkeypatch):
    real_keys, began = Window.keys, time.monotonic()
    shown = []
    monkeypatch.setattr(Window, "show", lambda self, picture: shown.append(time.monotonic()))

    def type_keys(self):
        """Left as soon as the game is ready, which it may be at once, and escape a little later."""
        for at, key in (({2, 3}, pygame.K_LEFT), ({8}, pygame.K_ESCAPE)):
            if len(shown) in at:
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        return real_keys(self)

    monkeypatch.setattr(Window, "keys", type_keys)
    game = play(jaxenvs.make("Pendulum-v1"), "Pendulum-v1", size=96, seconds=60)
    assert time.monotonic() - began < 50
    assert shown[1] - began < 20  # the game, after the page that says that it starts
    assert game.steps > 0
    assert game.state.torque == 2


def test_a_level_that_is_solved_is_said_to_be(game):
    end: Any = (0, game.state, np.float32(1), np.True_, np.False_, {"success": np.True_})
    solved = Transition(*end)
    step, game._step = game._step, lambda *_: solved
    try:
        game._take(0)
    finally:
        game._step = step
    assert game.ending == "solved: press backspace to play again"
